"""MIDI messages as readings: which control sent what. The one table of kinds of messages. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from visualizer.controls.midi import mapping as maps
from visualizer.controls.midi.mapping import Signal

if TYPE_CHECKING:
    from mido import Message

Reading: TypeAlias = tuple[str, "int | None", int]
"""Kind, number, and value: 0 to 127; of a bend -8192 to 8191; of a note its velocity, 0 for its
end, which many controllers send as a note_on; of a program change 1, for it is done at once."""

_TABLE: Mapping[str, Callable[[Message], Reading]] = MappingProxyType(
    {
        "control_change": lambda message: (maps.CC, message.control, message.value),
        "note_on": lambda message: (maps.NOTE, message.note, message.velocity),
        "note_off": lambda message: (maps.NOTE, message.note, 0),
        "pitchwheel": lambda message: (maps.BEND, None, message.pitch),
        "aftertouch": lambda message: (maps.PRESSURE, None, message.value),
        "polytouch": lambda message: (maps.TOUCH, message.note, message.value),
        "program_change": lambda message: (maps.PROGRAM, message.program, 1),
    }
)


def read(message: Message) -> tuple[Signal, int] | None:
    """What sent a message, with its channel, and the value; None for a system message."""
    reader = _TABLE.get(message.type)
    if reader is None:
        return None
    kind, number, value = reader(message)
    return Signal(kind, number, message.channel + 1), value  # mido counts channels from 0


def position(kind: str, value: int) -> float:
    """A value as a knob's position, 0 to 1. A bend at rest is exactly in the middle."""
    if kind == maps.BEND:
        return (1 + value / (8191 if value > 0 else 8192)) / 2
    return value / 127
