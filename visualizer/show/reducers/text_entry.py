"""The line that a performer types into: a prompt, a model's name, or a value. Pure.

- An open line stays what it is, whoever hits a pad.
- A line for a prompt goes through the prompts that were typed before; the one that was begun is
  still there at the end of them.
- The start screen asks for a model: what is typed, or after some seconds the default. The seconds
  run only while nothing is typed, so that no word is cut off in the middle; Esc takes the
  default at once.
- A line for a number is for the parameter in focus. A minus belongs at its front wherever it is
  typed, so that on the keypad, where a digit opens the line, it can come after the digits.
"""

from __future__ import annotations

from dataclasses import replace

from visualizer.show.files.session import HISTORY
from visualizer.show.notices import say
from visualizer.show.parameters import BY_NAME, Parameter
from visualizer.show.reducers import model_choice, navigation
from visualizer.show.state import Show

ANSWER_WITHIN = 5.0
"""Seconds that the start screen waits for a model's name, as the reference app does."""


def asked(show: Show) -> Show:
    """The start screen's question for a model."""
    return replace(opened(show, "model"), countdown=ANSWER_WITHIN)


def aged(show: Show, seconds: float) -> Show:
    """The question some seconds later."""
    if show.countdown is None or show.entry:
        return show
    left = show.countdown - seconds
    return replace(show, countdown=left) if left > 0 else model_choice.ask(show, "")


def opened(show: Show, entry_for: str) -> Show:
    """An empty line for a "prompt", a "model" or a "number"; an open one stays."""
    if show.entry is not None:
        return show
    return replace(show.with_entry_closed(), entry="", entry_for=entry_for)


def dropped(show: Show) -> Show:
    """The line gone, and nothing done; the question is answered by the default."""
    return show.with_entry_closed() if show.countdown is None else model_choice.ask(show, "")


def typed(show: Show, text: str) -> Show:
    """More text at the caret, if the line is open; what would make it too long is left out."""
    if show.entry is None:
        return show
    if show.entry_for == "number" and text == "-":
        return _negated(show)
    before, after = _halves(show)
    room = max(navigation.LONGEST - len(before) - len(after), 0)
    return _with(show, before + text[:room], after)


def digit(show: Show, character: str) -> Show:
    """A character of a number, which opens the line for one; a line for something else stays."""
    show = opened(show, "number")
    return typed(show, character) if show.entry_for == "number" else show


def erased(show: Show, ahead: bool = False) -> Show:
    """One character less: the one before the caret, or ahead of it."""
    if show.entry is None:
        return show
    before, after = _halves(show)
    return _with(show, before, after[1:]) if ahead else _with(show, before[:-1], after)


def moved(show: Show, across: int, down: int) -> Show:
    """The caret by so many characters, and the line by so many prompts (below 0: older ones)."""
    if show.entry is None:
        return show
    if down and show.entry_for == "prompt":
        show = _recalled(show, show.recalled - down)
    length = len(show.entry or "")
    return replace(show, caret=min(max(min(show.caret, length) + across, 0), length))


def composed(show: Show, text: str) -> Show:
    """What an input method has on its way to the caret; it is no part of the line yet."""
    return show if show.entry is None else replace(show, composing=text)


def taken(show: Show) -> Show:
    """What was typed is done."""
    text = (show.entry or "").strip()
    if show.countdown is not None:
        return model_choice.ask(show, model_choice.named(text, show.models))
    # Enter twice asks for no empty prompt, which would stop generation without a word.
    if not text:
        return show.with_entry_closed()
    if show.entry_for == "model":
        return model_choice.ask(show.with_entry_closed(), model_choice.named(text, show.models))
    if show.entry_for == "number":
        return _valued(show.with_entry_closed(), BY_NAME[show.focus], text)
    others = (prompt for prompt in show.history if prompt != text)
    show = replace(show, history=(*others, text)[-HISTORY:])
    return navigation.to_text(show.with_entry_closed(), text)


def _valued(show: Show, row: Parameter, text: str) -> Show:
    """The row at a typed value; a line tells what could not be had."""
    try:
        wanted = row.parse(text)
    except ValueError as error:
        return say(show, f"{row.label} {error}")
    show = navigation.set_value(show, row.name, wanted)
    value = row.text(show.values[row.name])
    if not row.low <= wanted <= row.high:
        return say(show, f"{_range(row)}; it is {value} now")
    if row.whole and wanted != round(wanted):
        return say(show, f"{row.label} takes whole numbers; it is {value} now")
    return show


def _range(row: Parameter) -> str:
    return f"{row.label} goes from {row.low:g} to {row.high:g}"


def _halves(show: Show) -> tuple[str, str]:
    """The text before and behind the caret."""
    text = show.entry or ""
    return text[: show.caret], text[show.caret :]


def _with(show: Show, before: str, after: str) -> Show:
    """The line with the caret between two halves. What was composed is settled by it."""
    countdown = None if show.countdown is None else ANSWER_WITHIN
    line = before + after
    return replace(show, entry=line, caret=len(before), composing="", countdown=countdown)


def _negated(show: Show) -> Show:
    """The number with its minus, or without it where it had one; the caret stays by its digit."""
    before, after = _halves(show)
    if before.startswith("-"):
        return _with(show, before[1:], after)
    if after.startswith("-"):  # the caret stands before the minus
        return _with(show, before, after[1:])
    return _with(show, f"-{before}", after)


def _recalled(show: Show, back: int) -> Show:
    """The prompt so far back in history; 0: the line that was begun."""
    back = min(max(back, 0), len(show.history))
    if back == show.recalled:
        return show
    draft = show.draft if show.recalled else show.entry or ""
    text = show.history[-back] if back else draft
    return replace(show, entry=text, caret=len(text), composing="", recalled=back, draft=draft)
