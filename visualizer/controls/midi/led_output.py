"""The lamps of a controller: what they are told, by its mapping, and only what is news to them."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Table
from typing import TypeAlias

from visualizer.controls.midi.midi_map import CC, NOTE, Mapping

Lamp: TypeAlias = tuple[int, int]
"""A status byte, note on or control change with its channel, and the number of a lamp."""

Sent: TypeAlias = dict[Lamp, int]
"""What each lamp was told last; empty for a controller that was just plugged in."""

STATUS = {NOTE: 0x90, CC: 0xB0}
"""Lamps are lit by these kinds of message. A note off may not reach them, a velocity of 0 does."""


def wanted(mapping: Mapping, states: Table[str, bool]) -> dict[Lamp, int]:
    """What each lamp of a mapping should be told. states: what is lit, by name (show/leds.py).

    A lamp without a channel of its own is on the mapping's, and else on the first.
    """
    return {
        (STATUS[signal.kind] + (mapping.listens(signal) or 1) - 1, signal.number): (
            light.on if states.get(light.shows, False) else light.off
        )
        for signal, light in mapping.lights.items()
        if light is not None and signal.kind in STATUS and signal.number is not None
    }


def lighten(
    mapping: Mapping, states: Table[str, bool], sent: Sent, send: Callable[[list[int]], None]
) -> None:
    """Send what is news, and note it in sent. Raises what send does."""
    for (status, number), value in wanted(mapping, states).items():
        if sent.get((status, number)) != value:
            send([status, number, value])
            sent[status, number] = value
