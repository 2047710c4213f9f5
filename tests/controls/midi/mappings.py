"""Mappings: which one a port has, and what a control plays in it."""

from __future__ import annotations

from pathlib import Path

from visualizer.controls.midi.map_files import chosen
from visualizer.controls.midi.midi_map import Mapping, Signal
from visualizer.show import targets
from visualizer.show.targets import Target

NANO = "nanoKONTROL2 MIDI 1"
ZOOM, TAP = targets.parse("zoom"), targets.parse("tap")


def target(name: str) -> Target:
    return targets.parse(name)


def playing(mapping: Mapping, kind: str, number: int | None, channel: int = 1) -> str:
    """What a control plays, "" for nothing."""
    control = mapping.find(Signal(kind, number, channel))
    return "" if control is None else str(control.plays)


def of(folder: Path, port: str) -> Mapping:
    mapping, faults = chosen(folder, port)
    assert faults == ()
    return mapping
