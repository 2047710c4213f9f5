"""Snapshots: values stored in slots of a preset, and recalled in a crossfade. Pure.

- A snapshot holds what is seen: the loop, the lengths of cues, and the modulations. It leaves alone
  what is played along with it: the tempo (the music has it), what changes wait for, the morph
  itself, and the seed, which walks on by itself and would jump (reset leaves it, too).
- Values come in as if a hand turned their knobs: evenly along the travel, with a soft beginning and
  a soft end.
- What has nothing between its values changes in the middle: choices and whole numbers, a length
  whose unit changes, and an oscillator's round, as every length on the way has another phase. A
  modulation that becomes another fades out before the middle, and in after it.
- The hand wins: a parameter that is moved meanwhile, by anything, leaves the morph.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from visualizer.show import parameters, system_actions
from visualizer.show.files import stored_values, yaml_faults
from visualizer.show.files.stored_values import Values, tell_unknown, unsaid
from visualizer.show.notices import say
from visualizer.show.parameters import BY_NAME
from visualizer.show.records import Morph
from visualizer.show.state import Show
from visualizer.show.targets import SNAPSHOTS

SLOTS = SNAPSHOTS
"""Of each preset, counted from 1."""

LEFT_ALONE = ("seed", "tempo", "quantise", "morph")
"""Parameters that no snapshot holds, and that a reset leaves as they are
(show/reducers/navigation.py)."""

MOST_FAULTS = 3
"""Slots of a file that are told of one by one."""

_BECOMES_ANOTHER = {
    f"mod{n}_depth": {f"mod{n}_{what}" for what in ("target", "source", "every", "in")}
    for n in parameters.SLOTS
}
"""A modulation's depth, and the parameters that make it another."""


def stored(show: Show, slot: int) -> Show:
    """The values in force, kept in a slot (1 to SLOTS) of the preset; what was there is gone."""
    if not 1 <= slot <= SLOTS:
        return say(show, f"there is no snapshot {slot}: they go from 1 to {SLOTS}")
    values = {name: value for name, value in show.values.items() if name not in LEFT_ALONE}
    name = _preset(show)
    slots = {**show.snapshots.get(name, {}), slot: MappingProxyType(values)}
    snapshots = {**show.snapshots, name: MappingProxyType(slots)}
    # That it is kept is said when it is on the disk: live/session_store.py.
    return replace(show, snapshots=MappingProxyType(snapshots))


def kept_in(show: Show, slot: int) -> Mapping[str, float] | None:
    """What a slot of the preset holds; None for nothing."""
    return show.snapshots.get(_preset(show), {}).get(slot)


def recalled(show: Show, slot: int) -> Show:
    """The preset's snapshot in a slot begins to come in, over the seconds that morph says."""
    kept = kept_in(show, slot)
    if kept is None:
        return say(show, f"snapshot {slot} is empty")
    moved = {name for name, value in kept.items() if show.values[name] != value}
    moved |= {depth for depth, others in _BECOMES_ANOTHER.items() if moved & others} & kept.keys()
    old = MappingProxyType({name: show.values[name] for name in moved})
    new = MappingProxyType({name: kept[name] for name in moved})
    morph = Morph(old, new, begun=show.time, length=show.values["morph"], laid=old, slot=slot)
    show = replace(show, morph=morph)
    if not morph.length:
        show = advanced(show)
    return say(show, f"snapshot {slot}")


def advanced(show: Show) -> Show:
    """The show with its morph brought up to its time (each Tick)."""
    morph = show.morph
    if morph is None:
        return show
    passed = show.time - morph.begun
    share = passed / morph.length if passed < morph.length else 1.0
    share *= share * (3.0 - 2.0 * share)  # smoothstep, as in a crossfade of prompts
    laid = {name: _between(morph, name, share) for name in _on_the_way(show, morph)}
    under_way = bool(laid) and passed < morph.length
    morph = replace(morph, laid=MappingProxyType(laid)) if under_way else None
    return replace(show.with_values(laid), morph=morph)


def aims(show: Show) -> Mapping[str, float]:
    """The values where they will be when the morph under way is done."""
    morph = show.morph
    if morph is None:
        return show.values
    coming = {name: morph.new[name] for name in _on_the_way(show, morph)}
    return MappingProxyType({**show.values, **coming})


def without(morph: Morph | None, names: Collection[str]) -> Morph | None:
    """The morph when parameters have left it."""
    if morph is None:
        return None
    laid = {name: value for name, value in morph.laid.items() if name not in names}
    return replace(morph, laid=MappingProxyType(laid)) if laid else None


def restored(show: Show, action: system_actions.Snapshots) -> Show:
    """The show with the slots of earlier shows; what was kept in this one goes over them."""
    here = show.snapshots
    names = dict.fromkeys((*action.kept, *here))
    all_ = {
        name: MappingProxyType({**action.kept.get(name, {}), **here.get(name, {})})
        for name in names
    }
    return replace(show, snapshots=MappingProxyType(all_))


_FILE = TypeAdapter(
    dict[str, dict[Annotated[int, Field(ge=1, le=SLOTS)], Values]], config=ConfigDict(strict=True)
)


def to_text(snapshots: Mapping[str, Mapping[int, Mapping[str, float]]]) -> str:
    """Snapshots by preset's name and slot, as the text of a file."""
    content = {
        name: {slot: stored_values.plain(slots[slot]) for slot in sorted(slots)}
        for name, slots in snapshots.items()
    }
    return stored_values.to_yaml(content, "Snapshots of values, by preset and slot.")


def parse(
    text: str, file: str, tell: Callable[[str], object] = unsaid
) -> Mapping[str, Mapping[int, Mapping[str, float]]]:
    """The snapshots in a file's text. Raises yaml_faults.Fault.

    tell: gets a line for a slot that can't be used, which is left out, and where there were
    parameters that this version does not know.
    """
    node, content = yaml_faults.read(text, file)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise yaml_faults.Fault(file, 1, "must be a mapping of presets to slots")
    unknown: set[str] = set()
    found: dict[str, dict[int, Mapping[str, float]]] = {}
    faults: list[str] = []
    for name, slots in content.items():
        # Each by itself, so that a bad one costs no other.
        single = [{slot: values} for slot, values in slots.items()] if _is_some(slots) else [slots]
        for each in single:
            try:
                read = _FILE.validate_python({name: each}, context=unknown)
            except ValidationError as error:
                line, why = yaml_faults.faults_of(error, node)[0]
                faults.append(f"{file}:{line}: {why}")
            else:
                for preset, kept in read.items():
                    found.setdefault(preset, {}).update(kept)
    for fault in faults[:MOST_FAULTS]:
        tell(f"{fault}; this snapshot is left out")
    if len(faults) > MOST_FAULTS:
        tell(f"{file}: {len(faults) - MOST_FAULTS} more snapshots are left out")
    tell_unknown(unknown, file, tell)
    return found


def _is_some(slots: object) -> bool:
    return isinstance(slots, dict) and bool(slots)


def _preset(show: Show) -> str:
    """The name that the snapshots of this moment are kept under; "" where there is no preset."""
    return preset.name if (preset := show.preset_now) else ""


def _on_the_way(show: Show, morph: Morph) -> list[str]:
    return [name for name, value in morph.laid.items() if show.values[name] == value]


def _between(morph: Morph, name: str, share: float) -> float:
    """The value at share (0 to 1) of the way."""
    row, old, new = BY_NAME[name], morph.old[name], morph.new[name]
    if share >= 1.0:
        return new
    if _switches(morph, name):
        return old if share < 0.5 else new
    if not _BECOMES_ANOTHER.get(name, set()).isdisjoint(morph.new):
        return row.clamp(old * (1.0 - 2.0 * share) if share < 0.5 else new * (2.0 * share - 1.0))
    here, there = row.position(old), row.position(new)
    return row.at(here + (there - here) * share)


def _switches(morph: Morph, name: str) -> bool:
    return BY_NAME[name].whole or name.endswith("_every") or f"{name}_in" in morph.new
