"""Order and thin out a batch of MIDI messages before they are decoded. Pure.

Clock messages come first, so that the beat does not wait behind a flood of knobs. Of a knob, only
its last position counts: decoding ten thousand positions a second would delay the display.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TypeAlias

from visualizer.controls.midi.midi_map import ABSOLUTE, CC, CC14, NRPN, Mapping
from visualizer.controls.midi.ports import Received

CLOCKS = {0xF8: "clock", 0xFA: "start", 0xFB: "continue", 0xFC: "stop", 0xF2: "songpos"}
"""MIDI 1.0's clock by status byte; and the song position, which says where "continue" begins."""

CONTROL_CHANGE = 0xB0

Turned: TypeAlias = tuple[int, int]
"""A control change without its value: channel (0 to 15) and number (0 to 127)."""

REGISTERED = frozenset({6, 38, *range(96, 102)})
"""Control changes that mean something together, where a mapping has NRPN: parameter and data."""


def split(batch: Sequence[Received]) -> tuple[list[Received], list[Received]]:
    """The clock's messages, and the others; each in the order in which they came."""
    clocks: list[Received] = []
    others: list[Received] = []
    for received in batch:
        if received.data:
            (clocks if received.data[0] in CLOCKS else others).append(received)
    return clocks, others


def song_position(data: Sequence[int]) -> int:
    """The song position of a message in MIDI beats (sixteenths); 0 for any other."""
    return data[1] | data[2] << 7 if data[0] == 0xF2 and len(data) == 3 else 0


def positions(mapping: Mapping) -> frozenset[Turned]:
    """The control changes that say where a control stands, or nothing at all, by a mapping.

    A number that is something else on any channel counts as that on all. Halves of 14 bits are
    something else: what one says depends on the ones before.
    """
    others: set[int] = set()
    for signal, control in mapping.controls.items():
        number = signal.number or 0
        if signal.kind == NRPN:
            others |= REGISTERED
        elif signal.kind == CC14:
            others |= {number, number + 32}
        elif signal.kind == CC and control is not None and control.form != ABSOLUTE:
            others.add(number)
    numbers = [number for number in range(128) if number not in others]
    return frozenset((channel, number) for channel in range(16) for number in numbers)


def thinned(batch: Sequence[Received], by_value: Container[Turned]) -> list[Received]:
    """The batch without control changes that a later one of it supersedes.

    by_value: those that say where a control stands, so that only the newest counts. Each stands
    where its newest came; all else stays as it is.
    """
    kept: list[Received] = []
    seen: set[Turned] = set()
    for received in reversed(batch):
        data = received.data
        if len(data) == 3 and data[0] & 0xF0 == CONTROL_CHANGE:
            turned = (data[0] & 0x0F, data[1])
            if turned in seen:
                continue
            if turned in by_value:
                seen.add(turned)
        kept.append(received)
    kept.reverse()
    return kept
