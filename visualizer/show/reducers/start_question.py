"""The start screen's question for a model's name, as pure steps.

As in the app this grew out of: a name is typed, or after some seconds the default is taken. The
seconds run only while nothing is typed, so that nobody is cut off in the middle of a word.
"""

from __future__ import annotations

from dataclasses import replace

from visualizer.show.actions import Action, Drop, Erase, Take, Tick, Type
from visualizer.show.view import Question

SECONDS = 5.0
"""How long the question waits for an answer."""


def ask() -> Question:
    """The question as it begins."""
    return Question(typed="", left=SECONDS)


def answered(question: Question, action: Action) -> Question | str:
    """The question after an action, or the answer: a model's name, "" for the default.

    Drop (Esc) takes the default at once.
    """
    match action:
        case Type(text=text):
            return Question(question.typed + text, SECONDS)
        case Erase(ahead=False):  # the caret is always at the end here
            return Question(question.typed[:-1], SECONDS)
        case Take():
            return question.typed.strip()
        case Drop():
            return ""
        case Tick() if question.typed:
            return question
        case Tick() if question.left <= action.seen:
            return ""
        case Tick():
            return replace(question, left=question.left - action.seen)
        case _:
            return question
