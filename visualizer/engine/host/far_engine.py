"""The remote side of an engine on another machine: a host with slots of its own, asked by calls.

Calls may come in any thread and side by side. Without calls for a while the show is taken to be
gone, and with it the reason to hold a GPU: the process ends. No ray in here; see ray_host.py.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from dataclasses import replace
from typing import NamedTuple

from visualizer import __version__
from visualizer.engine.failures import one_line
from visualizer.engine.host.engine_host import EngineLost, MakeHost, Slots
from visualizer.engine.host.jpeg import decode, encode
from visualizer.frame import Frame, Pixels
from visualizer.latest import Closed
from visualizer.show.request import Request
from visualizer.show.status import Status

PULSE = 0.25
"""Seconds until a look is answered, at most."""

FORGOTTEN = 15.0
"""Seconds without a look after which the process ends."""

SWITCH_INTERVAL = 0.0005
"""Seconds after which Python hands its lock on: calls must not wait for frames."""


class Hello(NamedTuple):
    """What a remote engine says first: its program's version, its machine's name."""

    version: str
    machine: str


class FarFrame(NamedTuple):
    """A frame on its way: as in Frame, the picture as JPEG, the request without its source's."""

    jpeg: bytes
    number: int
    seconds: float
    seed: int
    request: Request


class Update(NamedTuple):
    """What has come of the engine since the last look. number: counts looks, whose answers may
    overtake one another. lost: why it can't go on, in a line; "" where it can."""

    number: int = 0
    frame: FarFrame | None = None
    status: Status | None = None
    lost: str = ""


class FarEngine:
    """make: makes the host. picture: its loop goes on from it; a JPEG, or None for white.
    forgotten: see FORGOTTEN."""

    def __init__(self, make: MakeHost, picture: bytes | None, forgotten: float = FORGOTTEN) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._slots = Slots()
        self._host = make(self._slots, None if picture is None else decode(picture))
        self._source: Pixels | None = None
        self._turn = threading.Lock()
        self._looks = 0
        self._forgotten, self._looked = forgotten, time.monotonic()
        self._host.start()
        threading.Thread(target=self._end_when_forgotten, daemon=True).start()

    def hello(self) -> Hello:
        """Who is there."""
        return Hello(__version__, socket.gethostname())

    def ask(self, model: str) -> None:
        """Have a model play."""
        self._slots.models.put(model)

    def go_on(self, picture: bytes) -> None:
        """Have the loop go on from a picture."""
        self._slots.pictures.put(decode(picture))

    def want(self, request: Request, source: bytes | None, has_source: bool) -> None:
        """What is wanted. source: the picture of its source, where it is a new one. has_source:
        whether there is one, be it the same as before."""
        if source is not None:
            self._source = decode(source)
        pixels = self._source if has_source else None
        self._slots.requests.put(replace(request, source_pixels=pixels))

    def look(self) -> Update:
        """What there is, as soon as there is something, and after PULSE in any case."""
        with self._turn:
            self._looked = time.monotonic()
            self._looks += 1
            number = self._looks
            try:
                frame = self._slots.frames.wait(PULSE)
                status = self._slots.statuses.get()
            except EngineLost as lost:
                return Update(lost=str(lost))
            except Closed:
                return Update(lost="the engine was ended")
            except Exception as error:
                return Update(lost=f"the engine failed: {one_line(error)}")
        return Update(number, None if frame is None else _packed(frame), status)

    def _end_when_forgotten(self) -> None:
        while time.monotonic() - self._looked < self._forgotten:
            time.sleep(self._forgotten / 10)
        os._exit(0)


def _packed(frame: Frame) -> FarFrame:
    request = replace(frame.request, source_pixels=None)
    return FarFrame(encode(frame.pixels), frame.number, frame.seconds, frame.seed, request)
