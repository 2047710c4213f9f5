"""Messages in, and the actions that a map makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import mido

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi.decoding import State, decode
from visualizer.controls.midi.map_text import parse
from visualizer.controls.midi.messages import read
from visualizer.show.actions import Action
from visualizer.show.play_actions import (
    Knob,
)


def cc(number: int, value: int, channel: int = 1) -> Any:
    return mido.Message("control_change", control=number, value=value, channel=channel - 1)


def note(number: int, velocity: int = 100, kind: str = "note_on") -> Any:
    return mido.Message(kind, note=number, velocity=velocity)


def decoded(mapping: maps.Mapping, messages: Iterable[Any], port: str = "nano") -> list[Action]:
    """All that a fresh port's messages ask for."""
    state, actions = State(), []
    for message in messages:
        if (reading := read(message.bytes())) is not None:
            state, new = decode(mapping, state, port, reading)
            actions += new
    return actions


def mapped(control: str, entry: str) -> maps.Mapping:
    return parse(f"controls:\n  {control}: {entry}", "test.yaml")


def positions(actions: Iterable[Action]) -> list[float]:
    knobs = [action for action in actions if isinstance(action, Knob)]
    return [knob.position for knob in knobs]
