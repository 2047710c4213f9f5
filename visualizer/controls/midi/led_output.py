"""Send a controller's LED states by its mapping, only when they change."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Table
from typing import TypeAlias

from visualizer.controls.midi.midi_map import CC, NOTE, Mapping

Address: TypeAlias = tuple[int, int]
"""A status byte, note on or control change with its channel, and the number of an LED."""

Sent: TypeAlias = dict[Address, int]
"""The last value sent to each LED; empty for a controller that was just plugged in."""

STATUS = {NOTE: 0x90, CC: 0xB0}
"""LEDs are lit by these kinds of message. A note off may not reach them, a velocity of 0 does."""


def wanted(mapping: Mapping, states: Table[str, bool]) -> dict[Address, int]:
    """The value of each LED of a mapping. states: what is lit, by name (show/leds.py).

    An LED without a channel of its own is on the mapping's, and else on the first.
    """
    return {
        (STATUS[signal.kind] + (mapping.listens(signal) or 1) - 1, signal.number): (
            led.on if states.get(led.shows, False) else led.off
        )
        for signal, led in mapping.leds.items()
        if led is not None and signal.kind in STATUS and signal.number is not None
    }


def send_leds(
    mapping: Mapping, states: Table[str, bool], sent: Sent, send: Callable[[list[int]], None]
) -> None:
    """Send the values that differ from sent, and record them there. Raises what send does."""
    for (status, number), value in wanted(mapping, states).items():
        if sent.get((status, number)) != value:
            send([status, number, value])
            sent[status, number] = value
