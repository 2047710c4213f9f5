"""Undo and redo of changes by hand, of values and of the set list. Pure.

- A change remembers the values that it changed and no others, so that what came by itself
  meanwhile (a prompt with values of its own, a clock's tempo) stays.
- Chosen presets, recalled snapshots, commands and number entry count like a turned knob. What
  comes and goes with a prompt does not, and neither does what a clock or the sound sets.
- One turn of a knob, or a key held down, is one change, also where another is turned at the same
  time; so are taps of the tempo.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from visualizer.show.actions import Action
from visualizer.show.notices import say
from visualizer.show.parameters import BY_NAME
from visualizer.show.play_actions import Knob, Nudge, Run, Set
from visualizer.show.records import NO_VALUES, Change, UndoStack
from visualizer.show.reducers import set_editing, set_playing
from visualizer.show.reducers.snapshots import aims, without
from visualizer.show.setup_actions import AddToSet, GoInSet, MoveInSet, RemoveFromSet, SetLength
from visualizer.show.state import Show
from visualizer.show.system_actions import Heard, Reread, Sync, Tick

MOST = 100
"""Changes kept."""

_EDITS = (AddToSet, MoveInSet, RemoveFromSet, SetLength)

TOGETHER = 1.0
"""Seconds within which the next step of the same turn belongs to the same change."""


def noted(before: Show, action: Action, after: Show) -> Show:
    """The show after an action, with the change to take back if a hand changed values.

    For every action: what does not count is left out here. What had waited for its beat comes by
    itself, and not as part of the Tick that brought it.
    """
    if isinstance(action, _EDITS) and before.sets.now not in (None, after.sets.now):
        change = Change(NO_VALUES, "", after.time, before.sets.now)
        return replace(after, undo=UndoStack((*after.undo.past, change)[-MOST:]))
    if after.values is before.values and after.morph is before.morph:
        return after
    if not _by_hand(before, action, after):
        return after
    aim = aims(after)
    old = {name: value for name, value in aims(before).items() if aim[name] != value}
    if not old:
        return after
    what = _what(action, old)
    past = after.undo.past
    place = _place(past, what, old, after.time)
    for same in past[place : place + 1]:
        old = {**old, **same.values}
    change = Change(MappingProxyType(old), what, after.time)
    past = (*past[:place], change, *past[place + 1 :])
    return replace(after, undo=UndoStack(past[-MOST:]))


def undone(show: Show) -> Show:
    """The last change taken back, at once."""
    past, future = _that_matter(show, show.undo.past), show.undo.future
    if not past:
        return say(replace(show, undo=UndoStack((), future)), "nothing to undo")
    show, back = _with(show, past[-1])
    show = replace(show, undo=UndoStack(past[:-1], (*future, back)))
    return say(show, f"undone: {_words(show, back)}")


def redone(show: Show) -> Show:
    """The change that was taken back last, done again, at once."""
    past, future = show.undo.past, _that_matter(show, show.undo.future)
    if not future:
        return say(replace(show, undo=UndoStack(past)), "nothing to redo")
    show, back = _with(show, future[-1])
    show = replace(show, undo=UndoStack((*past, back), future[:-1]))
    return say(show, f"redone: {_words(show, back)}")


def _place(past: Sequence[Change], what: str, names: Collection[str], now: float) -> int:
    """Where a change belongs: in the place of the one that it goes on with, or behind the last.

    Two knobs turned at once are two changes, however their steps mingle: the changes behind the
    one that goes on are of other values, so that their order does not matter.
    """
    for place in reversed(range(len(past))):
        change = past[place]
        if what and change.what == what and now - change.at <= TOGETHER:
            return place
        if not change.what or not change.values.keys().isdisjoint(names):
            break
    return len(past)


def _by_hand(before: Show, action: Action, after: Show) -> bool:
    """Whether a hand asked for the new values."""
    chosen = after.visits != before.visits  # a preset
    match action:
        case Tick() | Sync() | Heard() | Reread() | Run(command="undo" | "redo"):
            return False
        case GoInSet(source=set_playing.SOURCE):
            return False
        case Run(command="resume"):
            return True
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
    while (
        changes
        and changes[-1].set_list is None
        and all(aim[name] == value for name, value in changes[-1].values.items())
    ):
        changes = changes[:-1]
    return changes


def _with(show: Show, change: Change) -> tuple[Show, Change]:
    """The show with a change's values, and the change that leads back from them."""
    if change.set_list is not None:
        now = next((s for s in show.sets.lists if s.name == change.set_list.name), None)
        return set_editing.put_back(show, change.set_list), replace(change, set_list=now)
    aim = aims(show)
    back = MappingProxyType({name: aim[name] for name in change.values})
    show = replace(show.with_values(change.values), morph=without(show.morph, change.values))
    return show, Change(back, "", show.time)


def _words(show: Show, back: Change) -> str:
    """What is in force again, in words."""
    if back.set_list is not None:
        return f"a change of the set list {back.set_list.name}"
    changed = [name for name, value in back.values.items() if show.values[name] != value]
    if len(changed) != 1:
        return f"{len(changed)} values"
    row = BY_NAME[changed[0]]
    return f"{row.label} {row.text(show.values[row.name])}"
