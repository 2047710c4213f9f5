"""OSC as bytes, and what a client reads of a show's state."""

from __future__ import annotations

import struct

from visualizer.controls.osc.osc_messages import (
    packet,
    read,
    state,
)
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.state import Show


def bundle(*elements: bytes) -> bytes:
    return b"#bundle\0" + bytes(8) + b"".join(elements)


def element(size: int, content: bytes = b"") -> bytes:
    return struct.pack(">i", size) + content


def a_show() -> Show:
    return start((Preset("one", (Cued(alone("red flames"), NO_VALUES),)),))


def sent(show: Show) -> dict[str, object]:
    """A show's state as a client reads it, where numbers have 32 bits."""
    messages = (read(packet(address, value)).messages for address, value in state(show).items())
    return {address: value for ((address, (value,)),) in messages}
