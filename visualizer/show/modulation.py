"""Modulation: parameters moved by an oscillator, or by sound, around their values. Pure.

- The values stay where the hand put them; what is played is computed for each moment.
- A depth is a share of a knob's travel and not of the range, so that a swing looks the same as a
  hand that turns the knob to and fro by so much: parameters whose low end matters most (curve
  above 1) are not thrown into their high end.
- An oscillator swings both ways round the value by its depth; what is heard pushes one way.
- Modulations of one parameter add up, and end where its range ends.
- Rounds are counted from where the beat counter (or the show's time, in seconds) is 0: one of 4
  beats begins on the bar, whenever it was switched on. So a change of its length moves the phase.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from types import MappingProxyType

from visualizer.show.notices import say
from visualizer.show.parameters import BY_NAME, LENGTHS, SLOTS, SOURCES, TARGETS
from visualizer.show.state import Show
from visualizer.show.tempo import BAR

Shape = Callable[[float], float]
"""The offset (-1 to 1) at a phase (0 up to 1) of a round."""

SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "sine": lambda phase: math.sin(2.0 * math.pi * phase),
        "triangle": lambda phase: 1.0 - abs((4.0 * phase + 1.0) % 4.0 - 2.0),
        "saw": lambda phase: 2.0 * phase - 1.0,
        "square": lambda phase: 1.0 if phase < 0.5 else -1.0,
    }
)
"""Sine and triangle begin at the value, going up; saw rises and drops on the beat; square begins
high. "random" is not here: it holds a value for a round (held)."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one slot's parameters. number: of the slot."""

    number: int
    target: str
    source: str
    depth: str
    every: str
    counts: str


_NAMES = tuple(
    Names(n, f"mod{n}_target", f"mod{n}_source", f"mod{n}_depth", f"mod{n}_every", f"mod{n}_in")
    for n in SLOTS
)


def played(show: Show) -> Mapping[str, float]:
    """The values with all modulations over them, each within its range.

    Asked for at each display frame: where nothing moves, these are the show's own values.
    """
    values = show.values
    offsets: dict[str, float] = {}
    for names in _NAMES:
        target = int(values[names.target])
        if target and values[names.source] and values[names.depth]:
            moved = TARGETS[target]
            offsets[moved] = offsets.get(moved, 0.0) + values[names.depth] * _wave(show, names)
    if not any(offsets.values()):
        return values
    new = {name: _shifted(name, values[name], by) for name, by in offsets.items()}
    return MappingProxyType({**values, **new})


def moving(show: Show, parameter: str) -> tuple[Names, ...]:
    """The slots that move a parameter."""
    on = (names for names in _NAMES if _is_on(show, names))
    return tuple(names for names in on if TARGETS[int(show.values[names.target])] == parameter)


@lru_cache(maxsize=16)  # asked for at each display frame of the round
def held(slot: int, round_: int) -> float:
    """The random offset (-1 to 1) that a slot holds for a round: the same in each show."""
    return Random(f"modulation {slot}:{round_}").uniform(-1.0, 1.0)


def toggled(show: Show) -> Show:
    """The parameter in focus gets a modulation, or loses those that it has (command modulate).

    It takes the first free slot, with the shape that the slot had last; a sine at first. Where the
    focus is on a modulation's own parameter (its depth was turned), it stands for what that moves.
    """
    name = _meant(show)
    if name not in TARGETS or name == "none":
        return say(show, f"{BY_NAME[show.focus].label} can't be modulated")
    label = BY_NAME[name].label
    if moves := moving(show, name):
        show = show.with_values({names.target: 0.0 for names in moves})
        return say(replace(show, focus=name), f"{label} is no longer modulated")
    idle = [names for names in _NAMES if not _is_on(show, names)]
    if not idle:
        return say(show, f"all {len(SLOTS)} modulations are in use")
    # One whose source is off has its target still, and is taken last.
    free = min(idle, key=lambda names: show.values[names.target] > 0)
    new = {free.target: float(TARGETS.index(name))}
    for control in (free.source, free.depth):
        if not show.values[control]:  # else it would be on, and nothing would move
            new[control] = float(BY_NAME[control].default)
    show = show.with_values(new)
    return say(show, f"{label} is modulated by {_words(show, free)}")


def reshaped(show: Show) -> Show:
    """The next shape, or what is heard, for what moves the focus (command modulation_shape)."""
    name = _meant(show)
    moves = moving(show, name)
    if not moves:
        return say(show, f"{BY_NAME[name].label} is not modulated yet")
    names = moves[-1]
    source = int(show.values[names.source]) % (len(SOURCES) - 1) + 1  # round and round past "off"
    show = show.with_values({names.source: float(source)})
    return say(show, f"{BY_NAME[name].label} is modulated by {_words(show, names)}")


def _wave(show: Show, names: Names) -> float:
    """The slot's offset at this moment: -1 to 1, or 0 to 1 for what is heard."""
    source = SOURCES[int(show.values[names.source])]
    if source != "random" and source not in SHAPES:
        return float(getattr(show.sound, source))
    rounds = _rounds(show, names)
    round_ = math.floor(rounds)
    return held(names.number, round_) if source == "random" else SHAPES[source](rounds - round_)


def _rounds(show: Show, names: Names) -> float:
    """How many rounds the slot's oscillator has gone."""
    unit = LENGTHS[int(show.values[names.counts])]
    every = show.values[names.every]
    if unit == "seconds":
        return show.time / every
    # What is asked for now is seen a period later, and is to be on the beat then.
    beats = show.tempo.beats_at(show.time + show.period)
    return beats / (every * BAR if unit == "bars" else every)


def _shifted(name: str, value: float, by: float) -> float:
    row = BY_NAME[name]
    return row.at(row.position(value) + by, value) if by else value


def _is_on(show: Show, names: Names) -> bool:
    return bool(show.values[names.target] and show.values[names.source])


def _meant(show: Show) -> str:
    """The parameter in focus; for a parameter of a modulation that is on, what that moves."""
    for names in _NAMES:
        if show.focus.startswith(f"mod{names.number}_") and _is_on(show, names):
            return TARGETS[int(show.values[names.target])]
    return show.focus


def _words(show: Show, names: Names) -> str:
    source = SOURCES[int(show.values[names.source])]
    if source != "random" and source not in SHAPES:
        return f"the sound's {source}"
    unit = LENGTHS[int(show.values[names.counts])]
    return f"{source}, every {show.values[names.every]:g} {unit}"
