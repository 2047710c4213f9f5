"""Focus: the one parameter that the keypad plays. Pure.

It makes every parameter playable with one hand: it is the one that was played last, from any
source, or one that was chosen by stepping through the table. While a number is typed it stays, or
a knob that is touched meanwhile would get the number.
"""

from __future__ import annotations

from dataclasses import replace

from visualizer.show.parameters import BY_NAME
from visualizer.show.state import Show

_ORDER = tuple(BY_NAME)


def touched(show: Show, name: str) -> Show:
    """A parameter was played: it is in focus. An unknown name changes nothing."""
    if name == show.focus or name not in BY_NAME or _is_held(show):
        return show
    return replace(show, focus=name)


def moved(show: Show, by: int) -> Show:
    """The parameter so many rows further down the table, round and round."""
    if _is_held(show):
        return show
    return replace(show, focus=_ORDER[(_ORDER.index(show.focus) + by) % len(_ORDER)])


def _is_held(show: Show) -> bool:
    return show.entry is not None and show.entry.purpose == "number"
