"""Undo: what each change of a hand did to the values, to be taken back and done again. Pure.

- A change remembers the values that it changed and no others, so that what came by itself
  meanwhile (a prompt with values of its own, a clock's tempo) stays.
- Chosen presets, recalled snapshots, commands and number entry count like a turned knob. What
  comes and goes with a prompt does not, and neither does what a clock or the sound sets.
- One turn of a knob, or a key held down, is one change; so are taps of the tempo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from visualizer.show.actions import Action, Heard, Knob, Nudge, Recall, Run, Set, Sync, Tick
from visualizer.show.messages import say
from visualizer.show.parameters import BY_NAME
from visualizer.show.snapshots import aims, without

if TYPE_CHECKING:
    from visualizer.show.state import Show

MOST = 100
"""Changes kept."""

TOGETHER = 1.0
"""Seconds within which the next step of the same turn belongs to the same change."""


@dataclass(frozen=True, slots=True)
class Change:
    """values before it, of what it changed; what: who changed which values, so that one turn of a
    knob is one change, "" for what stands alone; at: show time of its last part."""

    values: Mapping[str, float]
    what: str
    at: float


def noted(before: Show, action: Action, after: Show) -> Show:
    """The show after an action, with the change to take back if a hand changed values.

    For every action: what does not count is left out here.
    """
    if after.values is before.values and after.morph is before.morph:
        return after
    if not _by_hand(before, action, after):
        return after
    aim = aims(after)
    old = {name: value for name, value in aims(before).items() if aim[name] != value}
    if not old:
        return after
    what = _what(action, old)
    past = after.past
    if past and what and past[-1].what == what and after.time - past[-1].at <= TOGETHER:
        old = {**old, **past[-1].values}
        past = past[:-1]
    change = Change(MappingProxyType(old), what, after.time)
    return replace(after, past=(*past, change)[-MOST:], future=())


def undone(show: Show) -> Show:
    """The last change taken back, at once."""
    past = _that_matter(show, show.past)
    if not past:
        return say(replace(show, past=()), "nothing to undo")
    show, back = _with(show, past[-1])
    return replace(
        say(show, f"undone: {_words(show, back)}"), past=past[:-1], future=(*show.future, back)
    )


def redone(show: Show) -> Show:
    """The change that was taken back last, done again, at once."""
    future = _that_matter(show, show.future)
    if not future:
        return say(replace(show, future=()), "nothing to redo")
    show, back = _with(show, future[-1])
    return replace(
        say(show, f"redone: {_words(show, back)}"), past=(*show.past, back), future=future[:-1]
    )


def _by_hand(before: Show, action: Action, after: Show) -> bool:
    """Whether a hand asked for the new values."""
    chosen = after.visits != before.visits  # a preset
    match action:
        case Sync() | Heard() | Run(command="undo" | "redo"):
            return False
        case Run(command="resume"):
            return True
        case Tick():  # what had waited for its beat may have been done
            done = before.pending if after.pending != before.pending else None
            return done is not None and (chosen or isinstance(done.action, Recall))
        case _:
            return chosen or after.cue is before.cue


def _what(action: Action, old: Mapping[str, float]) -> str:
    match action:
        case Set() | Nudge() | Knob() | Run(command="tap"):
            return f"{', '.join(old)} ({action.source})"
        case _:
            return ""


def _that_matter(show: Show, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Without the last ones that would change nothing, as a knob turned there and back."""
    aim = aims(show)
    while changes and all(aim[name] == value for name, value in changes[-1].values.items()):
        changes = changes[:-1]
    return changes


def _with(show: Show, change: Change) -> tuple[Show, Change]:
    """The show with a change's values, and the change that leads back from them."""
    aim = aims(show)
    back = MappingProxyType({name: aim[name] for name in change.values})
    values = MappingProxyType({**show.values, **change.values})
    show = replace(show, values=values, morph=without(show.morph, change.values))
    return show, Change(back, "", show.time)


def _words(show: Show, back: Change) -> str:
    """What is in force again, in words."""
    changed = [name for name, value in back.values.items() if show.values[name] != value]
    if len(changed) != 1:
        return f"{len(changed)} values"
    row = BY_NAME[changed[0]]
    return f"{row.label} {row.text(show.values[row.name])}"
