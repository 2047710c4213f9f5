"""Failover: two hosts as one; a local engine plays while the remote one is unavailable.

The local engine has its model loaded and stands by. When the far one is lost, the local one goes on
from its last picture at once; the far one is tried again every few seconds, and goes on from the
local one's when it is there. One that is silent is waited for meanwhile. A model that ends the far
engine again and again is given up there until it is asked for. Both fade their own loop in over two
seconds, as after a change of models. Frames are passed on in the thread that brings them; this
thread decides whose.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from visualizer.engine.host.engine_host import EngineDied, EngineHost, MakeHost, Slots
from visualizer.engine.models.catalogue import BUILTIN, COLOUR_FIELDS
from visualizer.frame import Frame, Pixels
from visualizer.latest import Closed, Latest, T
from visualizer.show.lora import split
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status

LOOK = 0.05
"""Seconds between looks at what is no request."""

RETRIES = (2.0, 5.0, 10.0)
"""Seconds until the remote engine is tried again, by its losses in a row; the last repeats."""

PLAYED = 60.0
"""Seconds of play after which losses before are forgotten."""

DEATHS = 3
"""Times in a row that a model may end the remote engine."""


class Forwarded(Latest[T]):
    """A slot whose values go on at once to where it says, in the thread that puts them in."""

    def __init__(
        self, to: Callable[[T], None], fail: Callable[[BaseException], None] | None = None
    ) -> None:
        super().__init__()
        self._to, self._failed = to, fail

    def put(self, value: T) -> None:
        """Pass a value on. After close it is dropped."""
        if not self.closed:
            self._to(value)

    def fail(self, error: BaseException) -> None:
        """Pass an error on."""
        if self._failed is not None and not self.closed:
            self._failed(error)


@dataclass(eq=False)
class Side:
    """One of the two hosts. status: its last. lost: why it has ended."""

    host: EngineHost
    slots: Slots
    status: Status | None = None
    lost: BaseException | None = None

    @property
    def plays(self) -> bool:
        """Whether it makes frames where it is asked for some."""
        status = self.status
        return status is not None and status.phase is Phase.RUNNING and self.lost is None

    @property
    def silent(self) -> bool:
        """Whether one that played does not answer, or begins again."""
        return self.status is not None and self.status.phase is Phase.STARTING


class Failover(threading.Thread):
    """far, near: make the hosts. where: the far one, as people know it; meanwhile: what is seen
    while it is away. picture: what the loop begins with. retries: see RETRIES."""

    def __init__(
        self,
        far: MakeHost,
        near: MakeHost,
        slots: Slots,
        picture: Pixels | None = None,
        *,
        where: str = "the remote engine",
        meanwhile: str = "a local model plays",
        retries: tuple[float, ...] = RETRIES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="failover", daemon=True)
        self._make_far, self._make_near, self._slots = far, near, slots
        self._where, self._meanwhile = where, meanwhile
        self._retries, self._clock = retries, clock
        self._lock = threading.RLock()
        self._picture = picture
        self._number = self._origin = 0
        self._model: str | None = None
        self._request: Request | None = None
        self._line = ""
        self._losses, self._again, self._since = 0, 0.0, 0.0
        self._deaths = 0
        self._far: Side | None = None
        self._said = False
        self._near = self._active = self._side(near)

    def run(self) -> None:
        """The thread's life."""
        try:
            self._near.host.start()
            while self._near.lost is None:
                self._step(self._clock())
            self._slots.frames.fail(self._near.lost)
        except Closed:
            pass
        except Exception as error:
            self._slots.frames.fail(error)
        finally:
            for side in filter(None, (self._far, self._near)):
                side.slots.close()

    def stop(self, timeout: float = 5.0) -> bool:
        """See EngineHost."""
        end = self._clock() + timeout
        self._slots.close()
        if self.is_alive():
            self.join(timeout)
        sides = [side for side in (self._far, self._near) if side is not None]
        ended = [side.host.stop(max(end - self._clock(), 0.0)) for side in sides]
        return all(ended) and not self.is_alive()

    def _side(self, make: MakeHost) -> Side:
        """A host that goes on from the last picture, not started."""
        slots = Slots(
            frames=Forwarded(
                lambda frame: self._came(side, frame), lambda why: self._fell(side, why)
            ),
            statuses=Forwarded(lambda status: self._heard(side, status)),
        )
        side = Side(make(slots, self._picture), slots)
        return side

    def _step(self, now: float) -> None:
        """Take what has come from the show, and see who is to play."""
        request = self._slots.requests.wait(LOOK)
        with self._lock:
            self._request = request or self._request
            if (model := self._slots.models.get()) is not None:
                self._ask(model)
            if (picture := self._slots.pictures.get()) is not None:
                self._picture = picture
                self._active.slots.pictures.put(picture)
            far = self._far
            if far is not None and far.lost is not None:
                self._take_over(far, now)
            elif far is not None and far.silent and self._active is far:
                self._stand_in(far)
            elif far is not None and far.plays and self._active is not far:
                self._hand_over(far, now)
            elif request is not None:
                self._active.slots.requests.put(request)
            if self._far is None and now >= self._again and self._model is not None:
                self._far = self._side(self._make_far)
                self._far.slots.models.put(self._model)
                self._far.host.start()

    def _ask(self, model: str) -> None:
        """A model is wanted: the remote engine's. Here the built-in one stands in for all."""
        self._model = model
        if self._deaths >= DEATHS:
            self._again = 0.0
        self._deaths = 0
        self._near.slots.models.put(COLOUR_FIELDS if split(model)[0] == COLOUR_FIELDS else BUILTIN)
        if self._far is not None:
            self._far.slots.models.put(model)

    def _take_over(self, far: Side, now: float) -> None:
        """The remote engine is lost: play here."""
        if self._active is far and now - self._since > PLAYED:
            self._losses = self._deaths = 0
        self._again = now + self._retries[min(self._losses, len(self._retries) - 1)]
        self._losses += 1
        self._far = None
        self._deaths += isinstance(far.lost, EngineDied)
        if self._deaths >= DEATHS:
            self._again = math.inf
            left = split(self._model or "")[0] or "the default model"
            self._line = (
                f"{far.lost}; {left} has crashed {self._where} {DEATHS} times in a row, so "
                f"{self._meanwhile}; choose {left} to try it again"
            )
        elif self._active is far or not self._said:
            self._line = f"{far.lost}; {self._meanwhile} until {self._where} is ready"
        self._said = True
        self._play(self._near)

    def _stand_in(self, far: Side) -> None:
        """The remote engine is silent: play here until it answers or is lost."""
        assert far.status is not None
        self._said = True
        self._line = f"{far.status.text}; {self._meanwhile} until {self._where} is ready"
        self._play(self._near)

    def _hand_over(self, far: Side, now: float) -> None:
        """The remote engine is there: have it play, and the local one stand by."""
        self._since, self._said = now, False
        self._line = f"{self._where} plays"
        if self._request is not None:
            self._near.slots.requests.put(replace(self._request, generating=False))
        self._play(far)

    def _play(self, side: Side) -> None:
        """Have a side go on from the last picture."""
        if self._active is not side:
            self._active = side
            self._origin += 1
            if self._picture is not None:
                side.slots.pictures.put(self._picture)
        if self._request is not None:
            side.slots.requests.put(self._request)
        if side.status is not None:
            self._heard(side, replace(side.status, text=""))

    def _came(self, side: Side, frame: Frame) -> None:
        with self._lock:
            if side is self._active:
                self._picture = frame.pixels
                self._number += 1
                self._slots.frames.put(replace(frame, number=self._number, origin=self._origin))

    def _heard(self, side: Side, status: Status) -> None:
        with self._lock:
            side.status = status
            if side is not self._active or (side is self._far and side.silent):
                return  # its silence is said when the other plays
            if status.phase is Phase.RUNNING:
                unread = self._slots.statuses.get()  # its line must not go with it
                runs = unread is not None and unread.phase is Phase.RUNNING and not unread.coming
                told = unread.text if unread is not None and runs else ""
                again = told.endswith(status.text)  # a line that comes with each news
                lines = dict.fromkeys(
                    filter(None, (told, self._line, "" if again else status.text))
                )
                status, self._line = replace(status, text="; ".join(lines)), ""
            self._slots.statuses.put(status)

    def _fell(self, side: Side, why: BaseException) -> None:
        with self._lock:
            side.lost = why
