"""Random actions of a performer, except those that end the show or darken the wall.

Every row in the tables of parameters and commands is played, unless it is excluded here; so a
black wall, or a show that has ended, is a fault. The random generator comes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from visualizer.show.actions import Action
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameters import BY_NAME, DEFAULTS, PARAMETERS, TARGETS
from visualizer.show.play_actions import Nudge, Prompt, Recall, Run, SelectPreset, Set, Store
from visualizer.show.targets import SNAPSHOTS

SOURCE = "random hands"

DARKENS = frozenset(
    {
        "wall_brightness", "wall_contrast", "gamma", "invert", "edge_glow", "vignette", "strobe",
        "posterise",  # in two levels, all but bright areas are black
    }
)  # fmt: skip
"""Parameters that may make the wall black by themselves."""

FEW = 5
"""Levels of posterise below which all but bright areas may be black."""

FAR = 0.3
"""Share of its range by which one of them must be off its default to darken: presets set some."""

LEFT_ALONE = frozenset(
    {
        "quit",
        "blackout",
        "mapping",  # the wall's corners could be dragged to nothing
        "fullscreen", "next_display",  # the desktop's, beside the show
        "record", "picture",  # they fill the disk
        "model", "next_model",  # a model takes minutes to load
        "learn", "forget", "forget_all",  # controls would play something else
        "number", "modulate",  # they play the parameter in focus, which may be one that darkens
        "resume",
    }
)  # fmt: skip
"""Commands that are not given."""

PLAYED = tuple(row for row in PARAMETERS if row.name not in DARKENS)
"""Parameters that are played."""

GIVEN = tuple(row for row in COMMANDS if row.name not in LEFT_ALONE)
"""Commands that are given."""

MOVED = tuple(place for place, name in enumerate(TARGETS) if name not in DARKENS)
"""What a modulation is pointed at, by its place among the targets."""

WORDS = (
    "a golden mandala", "neon city at night", "deep sea", "fire", "", "birds:0.7 | ink",
    "水の中の光", "🌊 waves", "(very bright:1.4) clouds", "x" * 300,
)  # fmt: skip
"""Prompts, good and odd."""


def darkened(played: Mapping[str, float]) -> bool:
    """Whether the wall may be black by itself: presets modulate what darkens, by depths that hands
    play. played: values with all modulations over them."""
    return 0.0 < played["posterise"] < FEW or any(
        abs(played[name] - DEFAULTS[name]) > FAR * (BY_NAME[name].high - BY_NAME[name].low)
        for name in DARKENS - {"posterise"}
    )


def setting(chance: Random) -> Set:
    """A parameter at some value in its range."""
    row = chance.choice(PLAYED)
    value = chance.choice(MOVED) if row.choices is TARGETS else row.at(chance.random())
    return Set(row.name, float(value), SOURCE)


def action(chance: Random, presets: int = 1) -> Action:
    """Something that a hand does. presets: how many there are."""
    kind = chance.random()
    if kind < 0.5:
        return setting(chance)
    if kind < 0.65:
        row = chance.choice([row for row in PLAYED if row.choices is not TARGETS])
        return Nudge(row.name, chance.choice((-3, -1, 1, 3)), chance.random() < 0.3, SOURCE)
    if kind < 0.85:
        return Run(chance.choice(GIVEN).name, SOURCE)
    if kind < 0.9:
        return SelectPreset(chance.randrange(max(presets, 1)), SOURCE)
    if kind < 0.95:
        return chance.choice((Recall, Store))(chance.randint(1, SNAPSHOTS), SOURCE)
    return Prompt(chance.choice(WORDS), SOURCE)
