"""Edit a set list: its order, its lengths and its entries; and save it. Pure.

It lasts for the show and those that resume it, until it is saved (live/set_store.py).
"""

from __future__ import annotations

from dataclasses import replace

from visualizer.show.files.set_file import MOST_ENTRIES, USUAL
from visualizer.show.notices import say
from visualizer.show.records import Pending
from visualizer.show.reducers import set_playing
from visualizer.show.set_list import SetEntry, SetList, SetPlay
from visualizer.show.setup_actions import GoInSet
from visualizer.show.state import Show
from visualizer.show.tempo import BAR

SHORTEST, LONGEST = 0.05, 10_000.0
"""Of an entry, in bars or minutes."""

NEW = "My set"
"""Name of a set list that is begun here."""


def moved(show: Show, index: int, to: int) -> Show:
    """An entry at another place; what plays goes on."""
    now, play = show.sets.now, show.sets.play
    if now is None or not (set_playing.can_go(show, index) and set_playing.can_go(show, to)):
        return show
    order = list(range(len(now.entries)))
    order.insert(to, order.pop(index))
    entries = tuple(now.entries[place] for place in order)
    if play is not None:
        play = replace(play, place=order.index(play.place))
    match show.pending:
        case Pending(action=GoInSet(index=asked) as action) as pending:
            action = replace(action, index=order.index(asked))
            show = replace(show, pending=replace(pending, action=action))
    return _with(show, replace(now, entries=entries), play)


def lasting(show: Show, index: int, entry: SetEntry) -> Show:
    """An entry with another length. entry: one of that length."""
    now, play = show.sets.now, show.sets.play
    if now is None or not set_playing.can_go(show, index) or entry.length != entry.length:
        return show
    old = now.entries[index]
    length = min(max(entry.length, SHORTEST), LONGEST)
    new = SetEntry(old.preset, length, entry.counted_in)
    if play is not None and play.place == index and new.counted_in != old.counted_in:
        minutes = set_playing.seconds_of(show, old, play.gone) / 60.0
        bars = minutes * show.tempo.bpm / BAR
        play = replace(play, gone=bars if new.counted_in == "bars" else minutes)
    entries = (*now.entries[:index], new, *now.entries[index + 1 :])
    return _with(show, replace(now, entries=entries), play)


def added(show: Show, preset: int) -> Show:
    """A preset at the end, as long as the entry before it. Where there is no set list, it is the
    first of a new one."""
    if not 0 <= preset < len(show.presets):
        return say(show, f"there is no preset {preset + 1}; there are {len(show.presets)}")
    name, now = show.presets[preset].name, show.sets.now
    if now is None:
        return _with(show, SetList(NEW, (SetEntry(name, *USUAL),)), None)
    if len(now.entries) >= MOST_ENTRIES:
        return say(show, f"{now.name} is full: it has {MOST_ENTRIES} entries")
    entries = (*now.entries, replace(now.entries[-1], preset=name))
    return _with(show, replace(now, entries=entries), show.sets.play)


def removed(show: Show, index: int) -> Show:
    """Without an entry. The one that is on stays until another is, and the last one always."""
    now, play = show.sets.now, show.sets.play
    if now is None or not set_playing.can_go(show, index):
        return show
    name = now.entries[index].preset
    if len(now.entries) == 1:
        return say(show, f"{name} can't be removed: a set list has at least one entry")
    if play is not None and play.place == index:
        return say(show, f"{name} is playing: go to another entry, then remove it")
    if play is not None and play.place > index:
        play = replace(play, place=play.place - 1)
    match show.pending:
        case Pending(action=GoInSet(index=asked)) if asked == index:
            show = replace(show, pending=None)
        case Pending(action=GoInSet(index=asked) as action) as pending if asked > index:
            action = replace(action, index=asked - 1)
            show = replace(show, pending=replace(pending, action=action))
    show = _with(
        show, replace(now, entries=(*now.entries[:index], *now.entries[index + 1 :])), play
    )
    return say(show, f"{name} was removed from the set list {now.name}")


def put_back(show: Show, set_list: SetList) -> Show:
    """A set list as it was, by undo; what plays goes on. Unchanged where it is not there."""
    sets, play = show.sets, show.sets.play
    names = [each.name for each in sets.lists]
    if set_list.name not in names:
        return show
    index = names.index(set_list.name)
    if index != sets.chosen:
        lists = (*sets.lists[:index], set_list, *sets.lists[index + 1 :])
        return replace(show, sets=replace(sets, lists=lists))
    if play is not None:
        place, there = play.place, range(len(set_list.entries))
        same = (at for at in there if set_list.entries[at] == sets.entry)
        nearest = min(same, key=lambda at: abs(at - place), default=min(place, there[-1]))
        play = replace(play, place=nearest)
    match show.pending:
        case Pending(action=GoInSet()):
            show = replace(show, pending=None)
    return _with(show, set_list, play)


def restored(show: Show, unsaved: tuple[SetList, ...], chosen: str) -> Show:
    """Set lists as the last show left them, unsaved, in the place of their files' ones or beside
    them; and the one chosen that was, by its name, "" for none."""
    for each in unsaved:
        if each in show.sets.kept:  # saved after all, just before the last show died
            continue
        if each.name in (there.name for there in show.sets.lists):
            show = put_back(show, each)
        else:
            show = replace(show, sets=replace(show.sets, lists=(*show.sets.lists, each)))
        show = say(show, f"set list {each.name} has changes that are not saved")
    names = [each.name for each in show.sets.lists]
    if chosen in names and show.sets.play is None:
        show = replace(show, sets=replace(show.sets, chosen=names.index(chosen)))
    return show


def save(show: Show) -> Show:
    """Asks for the chosen set list to be saved."""
    sets = show.sets
    if sets.now is None:
        return say(show, "there is no set list to save")
    return replace(show, sets=replace(sets, saves=sets.saves + 1))


def saved(show: Show, set_list: SetList) -> Show:
    """A set list lies in its file as it is here."""
    others = (each for each in show.sets.kept if each.name != set_list.name)
    return replace(show, sets=replace(show.sets, kept=(*others, set_list)))


def _with(show: Show, now: SetList, play: SetPlay | None) -> Show:
    """The show with another set list in the place of the chosen one, or with its first."""
    sets = show.sets
    lists = (*sets.lists[: sets.chosen], now, *sets.lists[sets.chosen + 1 :])
    show = replace(show, sets=replace(sets, lists=lists, play=play))
    match show.pending:
        case Pending(action=GoInSet(source=source)) if source == set_playing.SOURCE:
            return replace(show, pending=None)  # when it comes, and which, is decided again
        case _:
            return show
