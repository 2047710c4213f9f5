"""MIDI messages as readings: which control sent what. The one table of kinds of messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi.midi_map import Signal

Reading: TypeAlias = tuple[Signal, int]
"""What sent a message, with its channel, and the value: 0 to 127; of a bend -8192 to 8191; of a
note its velocity, 0 for its end, which many controllers send as a note_on; of a program change 1,
for it is done at once."""


def read(data: Sequence[int]) -> Reading | None:
    """The reading of a message's bytes. None for the system's messages, and for bytes that are no
    message (a controller's or a cable's fault)."""
    match [*data]:
        case [first, low, high] if low < 128 and high < 128:
            channel = (first & 0x0F) + 1
            match first & 0xF0:
                case 0x80:
                    return Signal(maps.NOTE, low, channel), 0
                case 0x90:
                    return Signal(maps.NOTE, low, channel), high
                case 0xA0:
                    return Signal(maps.TOUCH, low, channel), high
                case 0xB0:
                    return Signal(maps.CC, low, channel), high
                case 0xE0:
                    return Signal(maps.BEND, None, channel), (low | high << 7) - 8192
        case [first, low] if low < 128:
            channel = (first & 0x0F) + 1
            match first & 0xF0:
                case 0xC0:
                    return Signal(maps.PROGRAM, low, channel), 1
                case 0xD0:
                    return Signal(maps.PRESSURE, None, channel), low
    return None


def position(kind: str, value: int) -> float:
    """A value as a knob's position, 0 to 1. A bend at rest is exactly in the middle."""
    if kind == maps.BEND:
        return (1 + value / (8191 if value > 0 else 8192)) / 2
    return value / 127
