"""The states that a controller's LEDs can show, by name. Pure.

    generation, freeze …   an on-off command (command_table.ON_OFF) is on
    modulate               the parameter in focus is modulated
    beat                   flashes on each beat
    preset 3               it is the current preset
    snapshot 2             the preset has values stored there

Learning blinks, as a reminder that nothing is played meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping

from visualizer.show import modulation
from visualizer.show.command_table import ON_OFF
from visualizer.show.reducers.commands import IS_ON
from visualizer.show.state import Show
from visualizer.show.targets import PRESET, PRESETS, SNAPSHOT, SNAPSHOTS

FLASH = 0.25
"""Share of a beat for which its LED is on."""

BLINK = 0.5
"""Seconds of a blink, on and off."""

NAMES: tuple[str, ...] = (
    *ON_OFF,
    "modulate",
    "beat",
    *(f"{PRESET} {number}" for number in range(1, PRESETS + 1)),
    *(f"{SNAPSHOT} {number}" for number in range(1, SNAPSHOTS + 1)),
)
"""All that an LED can show."""


def led_states(show: Show) -> Mapping[str, bool]:
    """What is lit at this moment; a name of NAMES that is not in it is not lit either."""
    preset = show.preset_now
    stored = show.snapshots.get(preset.name, {}) if preset is not None else {}
    return {
        **{name: is_on(show) for name, is_on in IS_ON.items()},
        "learn": show.learning is not None and show.time % BLINK < BLINK / 2,
        "modulate": bool(modulation.moving(show, show.focus)),
        "beat": show.tempo.beats_at(show.time) % 1.0 < FLASH,
        f"{PRESET} {show.preset + 1}": preset is not None,
        **{f"{SNAPSHOT} {slot}": True for slot in stored},
    }
