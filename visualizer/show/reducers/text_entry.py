"""The text entry: a prompt, a model's name, or a value. Pure.

- An open entry stays open when a pad is hit.
- A line for a prompt goes through the prompts that were typed before; the one that was begun is
  still there at the end of them.
- The start screen asks for a model: what is typed, or after some seconds the default. The seconds
  run only while nothing is typed, so that no word is cut off in the middle; Esc takes the
  default at once.
- A line for a number is for the parameter in focus. A minus belongs at its front wherever it is
  typed, so that on the keypad, where a digit opens the line, it can come after the digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from visualizer.show.files.session import HISTORY
from visualizer.show.notices import say
from visualizer.show.parameter import Parameter
from visualizer.show.parameters import BY_NAME
from visualizer.show.records import TextEntry
from visualizer.show.reducers import model_choice, navigation, setting
from visualizer.show.state import Show

ANSWER_WITHIN = 5.0
"""Seconds that the start screen waits for a model's name, as the reference app does."""


def asked(show: Show) -> Show:
    """The start screen's question for a model."""
    return replace(show, entry=TextEntry("model", countdown=ANSWER_WITHIN))


def aged(show: Show, seconds: float) -> Show:
    """The question some seconds later."""
    entry = show.entry
    if entry is None or entry.countdown is None or entry.text:
        return show
    left = entry.countdown - seconds
    if left <= 0:
        return model_choice.ask(show, "")
    return replace(show, entry=replace(entry, countdown=left))


def opened(show: Show, purpose: str) -> Show:
    """An empty line for a "prompt", a "model" or a "number"; an open one stays."""
    return replace(show, entry=show.entry or TextEntry(purpose))


def dropped(show: Show) -> Show:
    """The line gone, and nothing done; the question is answered by the default.

    With it goes all else that is open: Esc leaves everything at once. Where quit has been asked
    for, a pad has opened the line since, and the show ends.
    """
    if show.asks_model:
        return model_choice.ask(show, "")
    return replace(
        show, entry=None, help=False, learning=None, mapping=None, over=show.quit_pending
    )


def typed(show: Show, text: str) -> Show:
    """More text at the caret, if the line is open; what would make it too long is left out."""
    entry = show.entry
    if entry is None:
        return show
    if entry.purpose == "number" and text == "-":
        return _negated(show, entry)
    show = replace(show, quit_asked=None)  # typing cancels the question
    before, after = _halves(entry)
    room = max(navigation.LONGEST - len(entry.text), 0)
    if len(text) > room:
        line = f"at most {navigation.LONGEST} characters; {len(text) - room} are left out"
        show = say(show, line)
    return _with(show, entry, before + text[:room], after)


def digit(show: Show, character: str) -> Show:
    """A character of a number, which opens the line for one; a line for something else stays."""
    show = opened(show, "number")
    return typed(show, character) if show.entry and show.entry.purpose == "number" else show


def erased(show: Show, ahead: bool = False) -> Show:
    """One character less: the one before the caret, or ahead of it."""
    entry = show.entry
    if entry is None:
        return show
    before, after = _halves(entry)
    before, after = (before, after[1:]) if ahead else (before[:-1], after)
    return _with(show, entry, before, after)


def moved(show: Show, across: int, down: int) -> Show:
    """The caret by so many characters, and the line by so many prompts (below 0: older ones)."""
    entry = show.entry
    if entry is None:
        return show
    if down and entry.purpose == "prompt":
        entry = _recalled(entry, show.history, entry.recalled - down)
    length = len(entry.text)
    caret = min(max(min(entry.caret, length) + across, 0), length)
    return replace(show, entry=replace(entry, caret=caret))


def composed(show: Show, text: str) -> Show:
    """What an input method has on its way to the caret; it is no part of the line yet."""
    return show if show.entry is None else replace(show, entry=replace(show.entry, composing=text))


def taken(show: Show) -> Show:
    """What was typed is done."""
    entry = show.entry
    if entry is None:
        return show
    text, asks, show = entry.text.strip(), show.asks_model, replace(show, entry=None)
    # Enter on an empty line closes it, without the line about an empty prompt.
    if not text and not asks:
        return show
    if entry.purpose == "model":
        return model_choice.ask(show, model_choice.named(text, show.model.available))
    if entry.purpose == "number":
        return _valued(show, BY_NAME[show.focus], text)
    others = (prompt for prompt in show.history if prompt != text)
    show = replace(show, history=(*others, text)[-HISTORY:])
    return navigation.to_text(show, text)


def _valued(show: Show, row: Parameter, text: str) -> Show:
    """The row at a typed value; a line tells what could not be had."""
    try:
        wanted = row.parse(text)
    except ValueError as error:
        return say(show, f"{row.label} {error}")
    show = setting.set_told(show, row.name, wanted)
    if row.whole and wanted != round(wanted) and row.low <= wanted <= row.high:
        value = row.text(show.values[row.name])
        return say(show, f"{row.label} takes whole numbers; it is {value} now")
    return show


def _halves(entry: TextEntry) -> tuple[str, str]:
    """The text before and behind the caret."""
    return entry.text[: entry.caret], entry.text[entry.caret :]


def _with(show: Show, entry: TextEntry, before: str, after: str) -> Show:
    """The line with the caret between two halves. What was composed is settled by it."""
    countdown = ANSWER_WITHIN if show.asks_model else None
    settled = replace(entry, text=before + after, composing="", countdown=countdown)
    return replace(show, entry=replace(settled, caret=len(before)))


def _negated(show: Show, entry: TextEntry) -> Show:
    """The number with its minus, or without it where it had one; the caret stays by its digit."""
    before, after = _halves(entry)
    if before.startswith("-"):
        return _with(show, entry, before[1:], after)
    if after.startswith("-"):  # the caret stands before the minus
        return _with(show, entry, before, after[1:])
    return _with(show, entry, f"-{before}", after)


def _recalled(entry: TextEntry, history: Sequence[str], back: int) -> TextEntry:
    """The line with the prompt so far back in history; 0: what was begun."""
    back = min(max(back, 0), len(history))
    if back == entry.recalled:
        return entry
    draft = entry.draft if entry.recalled else entry.text
    text = history[-back] if back else draft
    return TextEntry(entry.purpose, text, caret=len(text), recalled=back, draft=draft)
