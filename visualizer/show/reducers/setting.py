"""Set parameters: to a given value, by steps, by a knob, or back to the preset's."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from math import isclose
from types import MappingProxyType

from visualizer.show import play_actions
from visualizer.show.notices import say
from visualizer.show.parameters import BY_NAME, DEFAULTS, RANDOM
from visualizer.show.pickup import Grip, taken_to
from visualizer.show.records import NO_VALUES, NOTHING
from visualizer.show.reducers import focus
from visualizer.show.reducers.snapshots import LEFT_ALONE
from visualizer.show.state import Show
from visualizer.show.value_layers import lay

ROUNDED = 1e-6
"""By how much a value may be out of range for having gone through 32 bits."""


def set_value(show: Show, name: str, value: float) -> Show:
    """A parameter at a value, clamped to its range."""
    if name not in BY_NAME or value != value:  # NaN is no place to be
        return show
    return show.with_values({name: BY_NAME[name].clamp(value)})


def set_told(show: Show, name: str, wanted: float) -> Show:
    """A parameter at a value that was asked for; a line says it where that is out of range."""
    if name == "seed" and wanted == RANDOM:
        seed = _drawn(show)
        return _told_of(set_value(show, name, seed), seed)
    show = set_value(show, name, wanted)
    row = BY_NAME.get(name)
    if row is None or wanted != wanted:
        return show
    nearest = min(max(wanted, row.low), row.high)
    if wanted == nearest or (not row.whole and isclose(wanted, nearest, abs_tol=ROUNDED)):
        return show
    value = row.text(show.values[name])
    return say(show, f"{row.label} goes from {row.range}; it is {value} now")


def _drawn(show: Show) -> float:
    """A random seed: another one in each show, and after each draw."""
    moment = show.chance, show.time, show.visits, show.turn, show.values["seed"]
    draw = random.Random(repr(moment))
    return float(draw.randrange(int(BY_NAME["seed"].high) + 1))


def _told_of(show: Show, seed: float) -> Show:
    return say(show, f"Seed {seed:.0f}, drawn at random")


def with_seed(show: Show, values: Mapping[str, float]) -> tuple[Show, Mapping[str, float]]:
    """A preset's or a prompt's values, with a seed drawn, and told, where they ask for a random
    one."""
    if values.get("seed") != RANDOM:
        return show, values
    seed = _drawn(show)
    return _told_of(show, seed), {**values, "seed": seed}


def reset(show: Show) -> Show:
    """All parameters as the preset has them.

    What snapshots leave alone stays; but for the seed, only where the preset does not say it.
    """
    # Layers are laid again, so that no value from before the reset lies hidden under them.
    new: Mapping[str, float] = preset.values if (preset := show.preset_now) else NO_VALUES
    if new.get("seed") == RANDOM:  # the one that was drawn stays, as any seed does
        new = {**new, "seed": show.values["seed"]}
    values, layer = lay(DEFAULTS, new)
    kept = {name: show.values[name] for name in LEFT_ALONE if name == "seed" or name not in new}
    values = MappingProxyType({**values, **kept})
    return replace(show, values=values, preset_layer=layer, prompt_layer=NOTHING)


def nudged(show: Show, nudge: play_actions.Nudge) -> Show:
    """A parameter, or the one in focus, some of its steps away."""
    name = nudge.parameter or show.focus
    if name not in BY_NAME:
        return show
    value = show.values[name]
    if name == "seed" and show.seed is not None:
        value = show.seed  # it has walked on meanwhile
    size = BY_NAME[name].fine if nudge.fine else BY_NAME[name].step
    return focus.touched(set_value(show, name, value + nudge.steps * size), name)


def knob_turned(show: Show, knob: play_actions.Knob) -> Show:
    """A parameter where a knob stands, once that has taken hold (pickup.py)."""
    row = BY_NAME.get(knob.parameter)
    if row is None or knob.position != knob.position:  # NaN is no place to be
        return show
    grip = show.knobs.get(knob.control)
    if grip is None or grip.parameter != row.name:
        grip = Grip(row.name)
    value = show.values[row.name]
    to = taken_to(grip, knob.position, value, row.position(value), knob.pickup)
    wrote = None
    if to is not None:
        show = set_value(show, row.name, row.at(to, value))
        wrote = show.values[row.name]
    grip = Grip(row.name, knob.position, wrote, to)
    show = replace(show, knobs=MappingProxyType({**show.knobs, knob.control: grip}))
    # One that only waits has played nothing.
    return show if show.waits(grip) else focus.touched(show, row.name)
