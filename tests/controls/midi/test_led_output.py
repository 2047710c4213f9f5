"""What is sent to LEDs: what their mapping says, and only changes."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from visualizer.controls.midi.controllers import Controllers
from visualizer.controls.midi.led_output import Sent, send_leds, wanted
from visualizer.controls.midi.memory_ports import MemoryPorts
from visualizer.controls.midi.midi_map import CC, NOTE, Led, Mapping, Signal
from visualizer.controls.repeated_faults import Troubles

MAPPING = Mapping(
    channel=9,
    leds=MappingProxyType(
        {
            Signal(NOTE, 1): Led("generation"),
            Signal(NOTE, 2, 1): Led("preset 1", on=3, off=1),
            Signal(CC, 41): Led("freeze"),
            Signal(NOTE, 3): None,
        }
    ),
)


def test_an_led_is_told_on_its_own_channel_and_else_on_the_mappings() -> None:
    lit = {"generation": True, "preset 1": True, "freeze": True}
    assert wanted(MAPPING, lit) == {(0x98, 1): 127, (0x90, 2): 3, (0xB8, 41): 127}
    assert wanted(MAPPING, {}) == {(0x98, 1): 0, (0x90, 2): 1, (0xB8, 41): 0}


def test_without_any_channel_it_is_the_first() -> None:
    mapping = Mapping(leds=MappingProxyType({Signal(NOTE, 1): Led("beat")}))
    assert wanted(mapping, {}) == {(0x90, 1): 0}


def test_only_news_is_sent() -> None:
    sent: Sent = {}
    came: list[list[int]] = []
    send_leds(MAPPING, {"freeze": True}, sent, came.append)
    assert came == [[0x98, 1, 0], [0x90, 2, 1], [0xB8, 41, 127]]
    send_leds(MAPPING, {"freeze": True}, sent, came.append)
    assert len(came) == 3
    send_leds(MAPPING, {"generation": True}, sent, came.append)
    assert came[3:] == [[0x98, 1, 127], [0xB8, 41, 0]]


def test_what_could_not_be_sent_is_still_news() -> None:
    def broken(_: list[int]) -> None:
        raise OSError

    sent: Sent = {}
    with pytest.raises(OSError):  # noqa: PT011
        send_leds(MAPPING, {}, sent, broken)
    assert sent == {}


class Looked(dict[str, bool]):
    """States that count how often one was looked up."""

    looks = 0

    def get(self, *args: Any) -> Any:
        self.looks += 1
        return super().get(*args)


def test_leds_are_thought_about_only_when_something_changed() -> None:
    controllers = Controllers(
        MemoryPorts("X"),
        lambda device: MAPPING,
        Troubles(lambda line: None),
        came=lambda controller: None,
        lost=lambda controller: None,
    )
    controllers.look()
    controllers.set_leds(Looked(freeze=True))
    again = Looked(freeze=True)
    controllers.set_leds(again)
    assert again.looks == 0
    changed = Looked(freeze=False)
    controllers.set_leds(changed)
    assert changed.looks == 3
    controllers.renew()
    anew = Looked(freeze=False)
    controllers.set_leds(anew)
    assert anew.looks == 3
