"""Play a set list: when the next preset comes. Changes by hand are in set_editing.py. Pure.

- An entry's time runs while the show is visible, also while another preset is played by hand: that
  is an interlude, and the next entry comes on schedule.
- An entry in bars ends on a bar. With quantise on, each change waits for its beat as any other.
- The first entry, and one that is gone to, begin as a preset that is chosen: with its crossfade.
- An entry whose preset no longer exists is skipped, with a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile

from visualizer.show import durations
from visualizer.show.actions import Action
from visualizer.show.files.session import Session
from visualizer.show.notices import say
from visualizer.show.play_actions import Run, Switch
from visualizer.show.records import Pending
from visualizer.show.reducers import navigation
from visualizer.show.set_list import SetEntry, SetList, SetPlay, SetState
from visualizer.show.setup_actions import GoInSet
from visualizer.show.state import Show
from visualizer.show.tempo import BAR

SOURCE = "set list"
"""Source of what a set list asks for by itself."""

_STEPS = {"next_in_set": 1, "previous_in_set": -1}


def meant(show: Show, action: Action) -> tuple[Show, Action]:
    """A command that goes to an entry, as that, so that it waits for its beat; any other action as
    it is. The show is another where the set list is to go round all night from then on."""
    now = show.sets.now
    match action:
        case Run(command=command, source=source) if command in _STEPS and now is not None:
            return show, GoInSet(_stepped(show, now, _STEPS[command]), source)
        case (
            Run(command="set_list" | "unattended" as command, source=source)
            | Switch(command="set_list" | "unattended" as command, on=True, source=source)
        ) if now is not None and not is_on(show):
            sets = replace(show.sets, unattended=command == "unattended")
            return replace(show, sets=sets), GoInSet(0, source)
        case _:
            return show, action


def is_on(show: Show) -> bool:
    """Whether a set list plays, or is about to."""
    waits = show.pending is not None and isinstance(show.pending.action, GoInSet)
    return show.sets.play is not None or waits


def can_go(show: Show, index: int) -> bool:
    """Whether the set list has an entry at an index."""
    now = show.sets.now
    return now is not None and 0 <= index < len(now.entries)


def gone_to(show: Show, index: int) -> Show:
    """At an entry, from its beginning."""
    sets, now = show.sets, show.sets.now
    if now is None:
        return say(show, "there is no set list; put one in presets/sets")
    if not can_go(show, index):
        return say(show, f"{now.name} has {len(now.entries)} entries")
    for place in (*range(index, len(now.entries)), *range(index)):
        preset = preset_of(show, now, place)
        if preset is None:
            show = _left_out(show, now, (place,))
            continue
        begins = show.live_since is None and preset == show.preset  # it is on already
        show = show if begins else navigation.to_preset(show, preset)
        return replace(show, sets=replace(sets, play=SetPlay(place)), pending=None)
    return replace(show, sets=replace(sets, play=None), pending=None)


def preset_of(show: Show, now: SetList, place: int) -> int | None:
    """Index of the preset of an entry; None where it is not there."""
    return navigation.preset_index(show.presets, now.entries[place].preset)


def toggled(show: Show) -> Show:
    """The set list begins, or stops: its preset stays."""
    return _stopped_by_hand(show) if is_on(show) else gone_to(show, 0)


def stepped(show: Show, by: int) -> Show:
    """To the next entry, or the one before."""
    now = show.sets.now
    return gone_to(show, 0 if now is None else _stepped(show, now, by))


def unattended(show: Show) -> Show:
    """The set list that plays goes round all night, or as its file says again."""
    sets = show.sets
    if sets.now is None:
        return gone_to(show, 0)  # which says that there is none
    return replace(show, sets=replace(sets, unattended=not sets.unattended))


def known(show: Show, lists: tuple[SetList, ...], chosen: int, *, begins: bool) -> Show:
    """The set lists that there are; one of them begins, or none."""
    lists = tuple(each for each in lists if each.entries)
    sets = SetState(lists, min(max(chosen, 0), max(len(lists) - 1, 0)), kept=lists)
    show = replace(show, sets=sets)
    return gone_to(show, 0) if begins and lists else show


def taken_up(show: Show, memory: Session) -> Show:
    """The set list that the last show played goes on with the entry that was on, from its
    beginning; its preset is on already, or what a hand had chosen over it."""
    names = [each.name for each in show.sets.lists]
    asked = show.sets.now.name if show.sets.now is not None and show.sets.play is not None else ""
    if asked not in ("", memory.set_list):
        return show  # another was asked for
    if memory.set_list not in names:
        if not memory.set_list:
            return show
        return say(show, f"set list {memory.set_list} no longer exists; it is stopped")
    index = names.index(memory.set_list)
    there = [entry.preset for entry in show.sets.lists[index].entries]
    place = min(memory.set_place, len(there) - 1)
    if there[place] != memory.set_preset and memory.set_preset in there:
        place = there.index(memory.set_preset)  # the order is the file's again
    sets = replace(show.sets, chosen=index, play=SetPlay(place), unattended=memory.unattended)
    return replace(show, sets=sets)


def chosen(show: Show, index: int) -> Show:
    """Another set list is the one to play; it does not begin by itself."""
    sets = show.sets
    if not 0 <= index < len(sets.lists):
        return say(show, f"there is no set list {index + 1}; there are {len(sets.lists)}")
    if index == sets.chosen:
        return show
    if is_on(show):
        show = _stopped_by_hand(show)
    return replace(show, sets=replace(show.sets, chosen=index))


def aged(show: Show, seconds: float) -> Show:
    """The set list some seconds later."""
    sets, entry = show.sets, show.sets.entry
    if sets.play is None or entry is None or show.live_since is None:
        return show
    minutes = seconds / 60.0
    passed = minutes * show.tempo.bpm / BAR if entry.counted_in == "bars" else minutes
    return replace(show, sets=replace(sets, play=replace(sets.play, gone=sets.play.gone + passed)))


def left(show: Show) -> float:
    """Seconds until the entry that is on is over; below 0 where it waits for its beat."""
    sets, entry = show.sets, show.sets.entry
    if sets.play is None or entry is None:
        return 0.0
    return seconds_of(show, entry, entry.length - sets.play.gone)


def seconds(show: Show, entry: SetEntry) -> float:
    """How long an entry lasts at the tempo in force."""
    return seconds_of(show, entry, entry.length)


def following(show: Show) -> int | None:
    """Index of the entry that comes after the one that is on; None where none does."""
    sets, now = show.sets, show.sets.now
    if now is None or sets.play is None:
        return None
    there = (place for place in _ahead(show) if preset_of(show, now, place) is not None)
    return next(there, None)


def passed_over(show: Show, index: int | None) -> Show:
    """The show that says which entries are left out on the way to an index; None: to the end."""
    now = show.sets.now
    if now is None:
        return show
    return _left_out(show, now, takewhile(lambda place: place != index, _ahead(show)))


def due(show: Show, unit: int) -> Show | int | None:
    """What the set list wants now: the index of the entry that is to come, the show in which it is
    over, or None for nothing. unit: beats that changes are apart."""
    entry = show.sets.entry
    if entry is None or show.live_since is None:
        return None
    half = durations.beats_in_seconds(show, unit) / 2
    index = following(show)
    # Half a bar early, so that the first bar from then on is the nearest to the entry's end.
    if index is not None:
        return index if left(show) <= min(half, seconds(show, entry) / 2) else None
    if left(show) > 0.0:
        return None
    name = show.sets.now.name if show.sets.now else ""
    show = _stopped(passed_over(show, None))
    return say(show, f"set list {name} has ended; its last preset stays")


def unit(show: Show, quantise: int) -> int:
    """Beats that changes of the entry that is on are apart; quantise: as the parameter has it."""
    entry = show.sets.entry
    return max(quantise, BAR) if entry is not None and entry.counted_in == "bars" else quantise


def _stepped(show: Show, now: SetList, by: int) -> int:
    """The place of the next entry that is there, one way or the other, round and round."""
    match show.pending:
        case Pending(action=GoInSet(index=index)):
            begin = index
        case _ if show.sets.play is None:
            begin = -1 if by > 0 else 0
        case _:
            begin = show.sets.play.place
    count = len(now.entries)
    places = [(begin + by * step) % count for step in range(1, count + 1)]
    there = (place for place in places if preset_of(show, now, place) is not None)
    return next(there, places[0])


def _ahead(show: Show) -> tuple[int, ...]:
    """Places of the entries that come after the one that is on, once round where it loops."""
    now, play = show.sets.now, show.sets.play
    if now is None or play is None:
        return ()
    again = range(play.place + 1) if show.sets.loops else ()
    return (*range(play.place + 1, len(now.entries)), *again)


def _left_out(show: Show, now: SetList, places: Iterable[int]) -> Show:
    for place in places:
        show = say(show, f"preset {now.entries[place].preset} does not exist; its entry is skipped")
    return show


def seconds_of(show: Show, entry: SetEntry, length: float) -> float:
    """How long a length lasts, in what an entry is counted in."""
    if entry.counted_in == "bars":
        return durations.beats_in_seconds(show, length * BAR)
    return length * 60.0


def _stopped(show: Show) -> Show:
    waits = show.pending is not None and isinstance(show.pending.action, GoInSet)
    pending = None if waits else show.pending
    sets = replace(show.sets, play=None, unattended=False)
    return replace(show, sets=sets, pending=pending)


def _stopped_by_hand(show: Show) -> Show:
    name = show.sets.now.name if show.sets.now else ""
    return say(_stopped(show), f"set list {name} is stopped; its preset stays")
