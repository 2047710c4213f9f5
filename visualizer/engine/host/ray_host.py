"""The engine on another machine: a host that serves the slots through an actor of a Ray cluster.

Looks for frames are always on their way, a few at a time, so that a slow line costs latency and not
frames. Requests go out one at a time, the newest each time that the last has arrived. What is lost
(the actor, its node, the cluster, the line) is handed to slots.frames as an EngineLost. A lost
cluster can end the process with it, Ray being what it is, so a show has this host in a process of
its own (process_host.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from visualizer import __version__
from visualizer.engine.failures import one_line
from visualizer.engine.host.engine_host import EngineDied, EngineLost, MakeHost, Slots
from visualizer.engine.host.far_engine import FarEngine, FarFrame, Hello, Update
from visualizer.engine.host.jpeg import decode, encode
from visualizer.engine.host.ray_cluster import joined
from visualizer.engine.host.ray_holder import NoCluster
from visualizer.engine.host.watchdog import Watchdog
from visualizer.engine.host.wire_meter import WireMeter
from visualizer.frame import Frame, Pixels
from visualizer.latest import Closed
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status

LOOK = 0.1
"""Seconds between looks at what is no message: names of models, the watchdog, the end."""

LOOKS = 3
"""Looks for frames on their way at a time."""

CALLS = LOOKS + 3
"""Calls that the actor answers side by side."""

ROOM_WITHIN = 60.0
"""Seconds within which a node must have room for the engine, and have started it."""

SILENT = 1.0
"""Seconds without an answer, each look having one within far_engine.PULSE, after which the far
engine is said to be silent. It costs little to be wrong, as it plays on when it answers."""

GIVEN_UP = 8.0
"""The same, after which it is lost, and with it what it has loaded."""

SILENT_WHILE_OPENING = 30.0
"""In place of both while a model is opened, where Python's lock may be held for long."""

TOLD_EVERY = 1.0
"""Seconds between two accounts of what the wire takes."""

WHY = {
    "ActorDiedError": "its process has ended",
    "ActorUnavailableError": "its node does not answer",
    "ActorUnschedulableError": "no node of the cluster has room for it",
    "ConnectionError": "the cluster does not answer",
}
"""What Ray's errors mean for an actor, by their names."""

NODE_DIED = "node has died"
"""What the text of an ActorDiedError has where the actor did not end by itself."""


class RayHost(threading.Thread):
    """make: makes the host on the far side, which has all that is pickled with it installed.
    picture: its loop goes on from it. address: see ray_cluster.joined. device: as in Options: on
    cuda it gets a GPU of its own, on auto where the cluster has some. resources: others that its
    node must have, as Ray names them. ends_after, starts: see ray_cluster.joined."""

    def __init__(
        self,
        make: MakeHost,
        slots: Slots,
        picture: Pixels | None = None,
        *,
        address: str = "",
        device: str = "auto",
        resources: dict[str, float] | None = None,
        ends_after: bool = False,
        starts: bool = True,
        watchdog: Watchdog | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="ray host", daemon=True)
        self._make, self._slots, self._picture = make, slots, picture
        self._address, self._device, self._resources = address, device, resources or {}
        self._ends_after, self._starts = ends_after, starts
        self._watchdog = watchdog or Watchdog()
        self._clock = clock
        self._meter = WireMeter()
        self._machine = ""
        self._status = Status()
        self._number = self._heard = 0
        self._wants_frame = False
        self._source: Pixels | None = None
        self._said = ""
        self._fault: Exception | None = None
        self._over = False

    def run(self) -> None:
        """The thread's life."""
        lost: EngineLost | None = None
        try:
            if not self._slots.requests.closed:
                self._tell(Status(Phase.STARTING, "joining the Ray cluster"))
                with joined(self._address, ends_after=self._ends_after, starts=self._starts) as ray:
                    self._serve(ray)
        except Closed:
            pass
        except EngineLost as error:
            lost = error
        except NoCluster as error:
            lost = EngineLost(str(error))
        except Exception as error:
            lost = _lost(error)
        if lost is not None:
            self._slots.frames.fail(lost)

    def stop(self, timeout: float = 5.0) -> bool:
        """See EngineHost."""
        self._slots.close()
        if self.is_alive():
            self.join(timeout)
        return not self.is_alive()

    def _serve(self, ray: Any) -> None:
        """Have an actor, and take what comes of it until the slots are closed."""
        gpus = int(
            self._device == "cuda"
            or (self._device == "auto" and ray.cluster_resources().get("GPU", 0) >= 1)
        )
        actor = (
            ray.remote(FarEngine)
            .options(
                num_cpus=1, num_gpus=gpus, resources=self._resources, max_concurrency=CALLS,
                max_restarts=0,
            )
            .remote(self._make, None if self._picture is None else encode(self._picture))
        )  # fmt: skip
        try:
            self._meet(ray, actor, gpus)
            sender = threading.Thread(target=self._send_all, args=(ray, actor), daemon=True)
            sender.start()
            self._listen(ray, actor)
        finally:
            self._over = True
            with suppress(Exception):  # with the cluster gone, what matters has been raised
                ray.kill(actor)

    def _meet(self, ray: Any, actor: Any, gpus: int) -> None:
        """Wait until the actor is there. Raises EngineLost where it is not in time."""
        self._tell(Status(Phase.STARTING, "waiting for room on a node of the Ray cluster"))
        hello, end = actor.hello.remote(), self._clock() + ROOM_WITHIN
        while not ray.wait([hello], timeout=LOOK)[0]:
            if self._slots.requests.closed:
                raise Closed
            if self._clock() > end:
                room = "a GPU" if gpus else "a core"
                raise EngineLost(
                    f"no node of the Ray cluster had {room} free within {ROOM_WITHIN:.0f} s"
                )
        there: Hello = ray.get(hello)
        if there.version != __version__:
            raise EngineLost(
                f"{there.machine} has visualizer {there.version}, and this is {__version__}: "
                "install the same version there"
            )
        self._machine = there.machine

    def _listen(self, ray: Any, actor: Any) -> None:
        """Take what comes. Raises EngineLost, or what Ray raises."""
        looks = [actor.look.remote() for _ in range(LOOKS)]
        last = heard = told = self._clock()
        silent = False
        while not self._slots.requests.closed:
            ready, looks = ray.wait(looks, timeout=LOOK)
            for look in ready:
                update: Update = ray.get(look)
                looks.append(actor.look.remote())
                self._take(update)
            if self._fault is not None:
                raise self._fault
            now = self._clock()
            opens = self._status.phase is not Phase.RUNNING or self._status.coming
            if ready:
                heard = now
                self._watchdog.pulse()
                if silent:
                    silent = False
                    self._tell(replace(self._status, text=""))
            elif now - heard > (limit := SILENT_WHILE_OPENING if opens else GIVEN_UP):
                raise EngineLost(
                    f"the remote engine is lost: {self._machine} is silent for {limit:g} s"
                )
            elif now - heard > SILENT and not opens and not silent:
                silent = True
                line = f"the remote engine is lost: {self._machine} does not answer"
                self._slots.statuses.put(Status(Phase.STARTING, line))
            if self._watchdog.look(now - last, self._wants_frame):
                limit = self._watchdog.limit
                raise EngineDied(f"the remote engine hung: no response for {limit:.0f} s")
            runs = self._status.phase is Phase.RUNNING and not silent
            if runs and now - told > TOLD_EVERY:
                told = now
                self._tell(replace(self._status, text="", wire=self._meter.text(now)))
            last = now

    def _take(self, update: Update) -> None:
        if update.lost:
            raise EngineDied(update.lost)
        if (status := update.status) is not None and update.number > self._heard:
            self._heard = update.number
            self._watchdog.status(status)
            # With news of the memory comes the last line again; after others, it would be said as a
            # new one.
            said, self._said = self._said, status.text
            if status.text == said:
                status = replace(status, text="")
            if status.device:
                status = replace(status, device=f"{status.device} @ {self._machine}")
            self._tell(replace(status, wire=self._status.wire))
        if (frame := update.frame) is not None and frame.number > self._number:
            self._take_frame(frame)

    def _take_frame(self, frame: FarFrame) -> None:
        """Pass a frame on, the newest that there is."""
        self._number = frame.number
        now = self._clock()
        self._meter.came(frame.request.time, len(frame.jpeg), now)
        self._watchdog.frame(frame.seconds)
        pixels = decode(frame.jpeg)
        self._slots.frames.put(
            Frame(frame.number, now, frame.seconds, pixels, frame.seed, frame.request)
        )

    def _tell(self, status: Status) -> None:
        self._status = status
        self._slots.statuses.put(status)

    def _send_all(self, ray: Any, actor: Any) -> None:
        """Another thread's work: send what is wanted. What fails is raised by _listen."""
        try:
            while not self._over:
                if (model := self._slots.models.get()) is not None:
                    ray.get(actor.ask.remote(model))
                if (request := self._slots.requests.wait(LOOK)) is not None:
                    if (picture := self._slots.pictures.get()) is not None:
                        ray.get(actor.go_on.remote(encode(picture)))
                    self._send(ray, actor, request)
        except Exception as error:
            self._fault = error

    def _send(self, ray: Any, actor: Any, request: Request) -> None:
        """Send a request, and wait until it has arrived."""
        pixels, source = request.source_pixels, None
        if pixels is not None and pixels is not self._source:
            source = encode(pixels)
            self._source = pixels
        self._wants_frame = request.wants_frame
        self._meter.sent(request.time, len(source or b""), self._clock())
        bare = replace(request, source_pixels=None)
        ray.get(actor.want.remote(bare, source, pixels is not None))


def _lost(error: Exception) -> EngineLost:
    """An error of Ray's in a line."""
    kinds = [kind.__name__ for kind in type(error).__mro__]
    why = next((WHY[kind] for kind in kinds if kind in WHY), one_line(error))
    died = "ActorDiedError" in kinds and NODE_DIED not in str(error)
    return (EngineDied if died else EngineLost)(f"the remote engine is lost: {why}")
