"""--walls: engines of additional walls, which play the same show with their own seeds.

Each wall's engine is one of two hosts, as a remote engine is (failover.py): its own, and while that
is unavailable the first wall's frames. So a wall whose engine is lost fades to the first wall's
picture at once, and back when its own engine is ready again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from visualizer import openers
from visualizer.engine.diffusion.seed_walk import SEEDS
from visualizer.engine.host.engine_host import EngineHost, MakeHost, Slots
from visualizer.engine.host.failover import Failover
from visualizer.frame import Frame, Pixels
from visualizer.live.engine_client import EngineClient
from visualizer.live.inputs import stop_all
from visualizer.options import LiveOptions
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status

STOP_WITHIN = 5.0
"""Seconds that stop() waits for all of them."""


class Mirror:
    """A host whose frames are made elsewhere."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    def start(self) -> None:
        """See EngineHost."""
        self._slots.statuses.put(Status(Phase.RUNNING))

    def is_alive(self) -> bool:
        """See EngineHost."""
        return not self._slots.requests.closed

    def stop(self, timeout: float = 5.0) -> bool:
        """See EngineHost."""
        self._slots.close()
        return True

    def show(self, frame: Frame) -> None:
        """A frame of the other engine's."""
        self._slots.frames.put(frame)


class WallEngine:
    """One further wall's, from 1. own: makes its own engine's host. warn: tells the performer a
    line."""

    def __init__(
        self, number: int, options: LiveOptions, own: MakeHost, warn: Callable[[str], None]
    ) -> None:
        self.number = number
        self._mirror: Mirror | None = None
        self.client = EngineClient(
            replace(options, engine="process"),  # is what it is like: it may be lost, never hangs
            do=lambda action: None,
            warn=lambda line: warn(f"wall {number + 1}: {line}"),
            make=partial(self._host, own),
        )

    def _host(self, own: MakeHost, slots: Slots, picture: Pixels | None) -> EngineHost:
        return Failover(
            own,
            self._mirrored,
            slots,
            picture,
            where="its own engine",
            meanwhile="the first wall's picture is shown",
        )

    def _mirrored(self, slots: Slots, picture: Pixels | None) -> EngineHost:
        self._mirror = Mirror(slots)
        return self._mirror

    def hear(self, now: float, first: Frame | None) -> Frame | None:
        """The next frame for the wall, if there is one. now: show time. first: the first wall's."""
        if first is not None and self._mirror is not None:
            self._mirror.show(first)
        return self.client.hear(now)

    def want(self, request: Request) -> None:
        """What is wanted on the first wall."""
        self.client.want(replace(request, seed=(request.seed + self.number) % SEEDS))


class WallEngines:
    """Those of all walls but the first. own: makes the host of one."""

    def __init__(
        self,
        options: LiveOptions,
        *,
        warn: Callable[[str], None],
        own: MakeHost | None = None,
    ) -> None:
        if own is None and options.walls > 1:
            where = openers.place(options.engine, options.device)
            own = openers.wall_host(where, options)
        self._walls = [
            WallEngine(number, options, own, warn)
            for number in range(1, options.walls)
            if own is not None
        ]

    def ask(self, model: str) -> None:
        """See EngineClient."""
        for wall in self._walls:
            wall.client.ask(model)

    def start(self) -> None:
        """Start them."""
        for wall in self._walls:
            wall.client.start()

    def hear(self, now: float, first: Frame | None) -> Iterator[tuple[int, Frame]]:
        """New frames, each with its wall's number. now, first: as WallEngine.hear has them."""
        for wall in self._walls:
            if (frame := wall.hear(now, first)) is not None:
                yield wall.number, frame

    def want(self, request: Request) -> None:
        """What is wanted on the first wall; once a display frame."""
        for wall in self._walls:
            wall.want(request)

    def close(self) -> None:
        """Tell them that it is over."""
        for wall in self._walls:
            wall.client.close()

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """Wait for them, but not for long; whether all of them have ended."""
        return stop_all([wall.client for wall in self._walls], timeout)
