"""MIDI learn in the core: the chosen target, and lines for the performer. Pure.

What a control sends is made out by controls/midi/recognition.py, and what is learned is kept by
controls/midi/map_files.py. Requests to forget travel there as counters, so that "newest wins" can't
lose one.
"""

from __future__ import annotations

from dataclasses import replace

from visualizer.show.notices import say
from visualizer.show.parameter import shorten
from visualizer.show.records import Learning
from visualizer.show.state import Show
from visualizer.show.system_actions import Learned
from visualizer.show.targets import LEARNABLE

AGAIN_WITHIN = 2.0
"""Seconds within which forget_all must come twice: an evening's work hangs on it."""


def toggled(show: Show) -> Show:
    """Learning begins, with the parameter in focus; or it ends."""
    if show.learning is not None:
        return replace(show, learning=None)
    return replace(show, learning=Learning(LEARNABLE.index(show.focus)))


def begun(show: Show, target: str) -> Show:
    """Learning begins with a target, in place of the mapping mode; or goes to it."""
    if target not in LEARNABLE:
        return say(show, f"no target is named {shorten(target)}")
    return replace(show, learning=Learning(LEARNABLE.index(target)), mapping=None)


def moved(show: Show, by: int) -> Show:
    """The target so many places further down the list is chosen, round and round."""
    if show.learning is None or by == 0:
        return show
    return replace(show, learning=Learning((show.learning.index + by) % len(LEARNABLE)))


def learned(show: Show, action: Learned) -> Show:
    """A control was learned: its line stands in the list, or among the messages without one.

    The choice stays where it is, so that another control can be moved if it was the wrong one.
    """
    if show.learning is None:
        return say(show, action.line)
    return replace(show, learning=replace(show.learning, line=action.line))


def forgotten(show: Show) -> Show:
    """No control plays what is chosen any more; nothing while the list is closed."""
    if show.learning is None:
        return show
    forgets = replace(show.forgets, count=show.forgets.count + 1, target=show.learning.target)
    return replace(show, forgets=forgets)


def forgotten_all(show: Show) -> Show:
    """All controllers as they came, when asked for twice; nothing while the list is closed."""
    if show.learning is None:
        return show
    asked = show.learning.forget_all_asked
    if asked is not None and show.time - asked <= AGAIN_WITHIN:
        done = replace(show.learning, line="", forget_all_asked=None)
        forgets = replace(show.forgets, all_count=show.forgets.all_count + 1)
        return replace(show, learning=done, forgets=forgets)
    line = "press it again to reset all controllers"
    asks = replace(show.learning, line=line, forget_all_asked=show.time)
    return replace(show, learning=asks)
