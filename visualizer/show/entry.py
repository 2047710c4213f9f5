"""The line that a performer types into: a prompt, or a model's name."""

from __future__ import annotations

from dataclasses import replace

from visualizer.show import models, moves
from visualizer.show.state import Show


def opened(show: Show, entry_for: str) -> Show:
    """An empty line for a "prompt" or a "model"; an open one stays, whoever hits a pad."""
    return show if show.entry is not None else replace(show, entry="", entry_for=entry_for)


def typed(show: Show, text: str) -> Show:
    """More text in the line, if it is open."""
    return show if show.entry is None else replace(show, entry=show.entry + text)


def erased(show: Show) -> Show:
    """One character less."""
    return show if show.entry is None else replace(show, entry=show.entry[:-1])


def closed(show: Show) -> Show:
    """The line gone, and nothing done."""
    return replace(show, entry=None, entry_for="prompt")


def taken(show: Show) -> Show:
    """What was typed is done."""
    text = (show.entry or "").strip()
    # Enter twice is no wish for an empty prompt, which would stop the dreaming without a word.
    if not text:
        return closed(show)
    if show.entry_for == "model":
        return models.ask(closed(show), models.named(text, show.models))
    return moves.to_text(closed(show), text)
