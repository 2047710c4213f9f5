"""Lights: what a controller's lamps can show of the show, by name. Pure.

    generation, freeze …   an on-off command (command_table.ON_OFF) is on
    modulate               the parameter in focus is moved by something
    beat                   flashes on each beat
    preset 3               it is the preset in force
    snapshot 2             the preset has something stored there

Learning blinks, so that nobody forgets that nothing is played meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping

from visualizer.show.command_table import ON_OFF
from visualizer.show.parameters import SLOTS, SOURCES, TARGETS
from visualizer.show.state import Show
from visualizer.show.targets import PRESET, PRESETS, SNAPSHOT, SNAPSHOTS

FLASH = 0.25
"""Share of a beat for which its light is on."""

BLINK = 0.5
"""Seconds of a blink, on and off."""

NAMES: tuple[str, ...] = (
    *ON_OFF,
    "modulate",
    "beat",
    *(f"{PRESET} {number}" for number in range(1, PRESETS + 1)),
    *(f"{SNAPSHOT} {number}" for number in range(1, SNAPSHOTS + 1)),
)
"""All that a light can show."""

_OFF = SOURCES.index("off")


def lights(show: Show) -> Mapping[str, bool]:
    """What is lit at this moment; a name of NAMES that is not in it is not lit either."""
    preset = show.preset_now
    stored = show.snapshots.get(preset.name, {}) if preset is not None else {}
    return {
        "generation": show.generating,
        "freeze": show.frozen,
        "blackout": show.blackout,
        "fullscreen": show.fullscreen,
        "fit": show.fill,
        "hud": show.hud_on,
        "help": show.help,
        "learn": show.learning is not None and show.time % BLINK < BLINK / 2,
        "modulate": _is_moved(show),
        "beat": show.tempo.beats_at(show.time) % 1.0 < FLASH,
        f"{PRESET} {show.preset + 1}": preset is not None,
        **{f"{SNAPSHOT} {slot}": True for slot in stored},
    }


def _is_moved(show: Show) -> bool:
    """Whether a modulation moves the parameter in focus."""
    if show.focus not in TARGETS:
        return False
    place = TARGETS.index(show.focus)
    return any(
        show.values[f"mod{slot}_target"] == place and show.values[f"mod{slot}_source"] != _OFF
        for slot in SLOTS
    )
