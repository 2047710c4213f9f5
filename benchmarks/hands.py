"""Hands for the soak, as a process of their own: MIDI, OSC and a desk, all at once and at random.

`python -m benchmarks.hands MIDI-NAME OSC-PORT DESK-PORT SEED`. A line "on" or "off" at stdin begins
or ends the hammering; where stdin ends, a line of JSON says how much of each was sent. What is
played is in visualizer/show/random_hands.py, and some of what is sent is no message at all.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Any

from pythonosc.osc_message_builder import OscMessageBuilder
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from visualizer.desk.access import PROTOCOL
from visualizer.show import random_hands
from visualizer.show.play_actions import Set

EVERY = 0.02
"""Seconds between two rounds; each sends two MIDI messages, two OSC packets and a desk message."""

ODD = 20
"""Rounds from one that sends garbage and asks REST to the next."""

LEAVES = 500
"""Rounds after which the desk goes, and another comes."""

CCS = [row.cc for row in random_hands.PLAYED if row.cc is not None] + [1, 7, 64, 99, 127]
NOTES = [row.note for row in random_hands.GIVEN if row.note is not None] + [0, 63, 100, 127]
"""Some of each play nothing."""

GARBAGE = (
    b"",
    b"\0",
    b"#bundle\0" + b"\xff" * 40,
    b"/visualizer/strength\0\0\0\0,f\0\0",
    b"x" * 9000,
)
"""Packets to OSC's port that are no OSC."""

NO_MESSAGES = ("", "{", '{"type": "set"}', '{"type": "set", "parameter": "no", "value": 1}', "[]")
"""Texts on the desk's socket that are no messages."""


def midi(chance: Random) -> list[int]:
    """A MIDI message."""
    channel = chance.choice((0, 0, 0, 9, 15))
    value = chance.randrange(128)
    match chance.randrange(10):
        case 0:
            return [0x90 | channel, chance.choice(NOTES), value]
        case 1:
            return [0xC0 | channel, chance.randrange(20)]
        case 2:
            return [0xE0 | channel, value, chance.randrange(128)]
    return [0xB0 | channel, chance.choice(CCS), value]


def osc(chance: Random) -> bytes:
    """An OSC packet."""
    if chance.random() < 0.2:
        row = chance.choice(random_hands.GIVEN)
        return OscMessageBuilder(f"/visualizer/{row.name}").build().dgram
    asked = random_hands.setting(chance)
    message = OscMessageBuilder(f"/visualizer/{asked.parameter}")
    message.add_arg(asked.value, "f")
    return message.build().dgram


def desk(chance: Random) -> str:
    """A message on the desk's socket."""
    if chance.random() < 0.1:
        return json.dumps({"type": "prompt", "text": chance.choice(random_hands.WORDS)})
    if chance.random() < 0.2:
        return json.dumps({"type": "run", "command": chance.choice(random_hands.GIVEN).name})
    asked: Set = random_hands.setting(chance)
    return json.dumps({"type": "set", "parameter": asked.parameter, "value": asked.value})


class Hands:
    """All three. send_midi: sends the bytes of one message."""

    def __init__(
        self, send_midi: Callable[[list[int]], object], ports: tuple[int, int], chance: Random
    ) -> None:
        self._send_midi, self._chance = send_midi, chance
        self._osc_port, self._desk_port = ports
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._desk: ClientConnection | None = None
        self._rounds = 0
        self.sent: Counter[str] = Counter()

    def round(self) -> None:
        """A little of everything."""
        chance, self._rounds = self._chance, self._rounds + 1
        for _ in range(2):
            self._send_midi(midi(chance))
            self._datagram(osc(chance))
        self.sent["MIDI messages"] += 2
        self.sent["OSC packets"] += 2
        self._tell(desk(chance))
        if self._rounds % ODD == 0:
            self._datagram(chance.choice(GARBAGE))
            self._tell(chance.choice(NO_MESSAGES))
            self._ask("GET", chance.choice(("/api/state", "/api/preview.jpg", "/api/no", "/")))
            self._ask("PUT", "/api/parameters/blend", '{"value": 0.5}')
        if self._rounds % LEAVES == 0:
            self.leave()

    def leave(self) -> None:
        """The desk goes."""
        if self._desk is not None:
            with suppress(OSError, WebSocketException):
                self._desk.close()
            self._desk = None

    def _datagram(self, packet: bytes) -> None:
        with suppress(OSError):
            self._socket.sendto(packet, ("127.0.0.1", self._osc_port))

    def _tell(self, text: str) -> None:
        try:
            if self._desk is None:
                where = f"ws://127.0.0.1:{self._desk_port}/api/socket"
                opens = connect(where, subprotocols=[PROTOCOL])  # type: ignore[list-item]
                self._desk = opens.__enter__()
                self._desk.send('{"type": "preview", "on": true}')
                threading.Thread(target=_listen, args=(self._desk,), daemon=True).start()
                self.sent["desks"] += 1
            self._desk.send(text)
            self.sent["desk messages"] += 1
        except (OSError, WebSocketException):
            self.sent["desk messages refused"] += 1
            self.leave()

    def _ask(self, method: str, path: str, body: str | None = None) -> None:
        try:
            connection = HTTPConnection("127.0.0.1", self._desk_port, timeout=5.0)
            connection.request(method, path, body)
            connection.getresponse().read()
            connection.close()
            self.sent["requests"] += 1
        except (OSError, HTTPException):
            self.sent["requests refused"] += 1


def _listen(desk: ClientConnection) -> None:
    """Take what a desk is told, as a browser does."""
    with suppress(WebSocketException):
        for _ in desk:
            pass


def main(name: str, osc_port: str, desk_port: str, seed: str) -> None:
    """Be the hands until stdin ends."""
    client: Any = None

    def send(message: list[int]) -> None:
        if client is not None:
            client.send_message(message)

    if name:
        from visualizer.controls.midi.rtmidi_ports import rtmidi_client

        client = rtmidi_client("MidiOut", "UNIX_JACK", "soak")
        client.open_virtual_port(name)
    hands = Hands(send, (int(osc_port), int(desk_port)), Random(int(seed)))
    is_on, over = threading.Event(), threading.Event()

    def told() -> None:
        for line in sys.stdin:
            (is_on.set if line.strip() == "on" else is_on.clear)()
        over.set()

    threading.Thread(target=told, daemon=True).start()
    due = time.monotonic()
    while not over.is_set():
        if not is_on.is_set():
            hands.leave()
            over.wait(0.1)
            due = time.monotonic()
            continue
        hands.round()
        due = max(due + EVERY, time.monotonic() - 1.0)
        time.sleep(max(due - time.monotonic(), 0.0))
    hands.leave()
    if client is not None:
        client.close_port()
        client.delete()
    print(json.dumps(hands.sent), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
