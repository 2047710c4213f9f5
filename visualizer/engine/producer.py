"""The producer thread: opens a model, then makes frame after frame of whatever is wanted now.

It meets the main thread in four slots only (latest.py): names of models and Requests come in,
Frames and Statuses go out. The newest wins everywhere; nothing queues up. No torch here: it is
imported by open_engine, in this thread, while the window already shows a picture.
"""

from __future__ import annotations

import gc
import math
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from visualizer.engine.failures import FrameError, one_line
from visualizer.engine.known import BUILTIN
from visualizer.engine.picture import Picture, Stopwatch
from visualizer.frame import Frame
from visualizer.latest import Closed, Latest
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status

__all__ = ["Engine", "Picture", "Producer"]

IDLE = 0.1
"""Seconds between looks for a new model while no frame is made. A new request wakes at once."""

LEAST = 1 / 60
"""Seconds a frame takes at least: the wall shows no more than 60 a second, and a machine that
could make more has better things to do, such as showing them in time."""

PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds until a failed frame is tried again, by failures in a row; the last one stays.

A knob that is turned meanwhile, or a restart, has it tried at once; that is not counted, or a few
turns would throw the picture away and open the model anew.
"""

WHITE_AFTER = 3
"""Failures in a row after which the loop is started from white: its picture may be the fault."""

REOPEN_AFTER = 8
"""Failures in a row, other than of the picture itself, after which the model is opened anew: a
GPU's driver may have died. Where that brings no frame either, the built-in model is opened."""


class Engine(Protocol):
    """What makes pictures. model and device: names for people."""

    model: str
    device: str
    stopwatch: Stopwatch

    def next(self, request: Request) -> Picture:
        """The next picture of the loop. May raise: then the one before still stands."""

    def adopt(self, pixels: Pixels) -> None:
        """Go on from another engine's picture instead of from white; it may have another size."""

    def prepare(self, request: Request) -> None:
        """A little of what can be done ahead, between two frames: such as to embed one prompt
        that will be wanted soon, or to take faster parts that have become ready."""

    def lighter(self) -> str:
        """Take one step down in memory: the line that says which; "" where there is none left."""


OpenEngine = Callable[[str, Callable[[Status], None]], Engine]


class Producer(threading.Thread):
    """Runs until the slots are closed; a crash of the thread itself goes to frames.fail.

    models: the model to open, '' for the default; a later one is switched to, the last frame
    staying meanwhile. requests: what is wanted; the newest stays in force. open_engine: opens a
    model by name and reports its steps; its last report of Phase.RUNNING is kept as the status.
    default_model: the model taken where none is named, and why. clock: seconds. pauses: see
    PAUSES.
    """

    def __init__(
        self,
        *,
        models: Latest[str],
        requests: Latest[Request],
        frames: Latest[Frame],
        statuses: Latest[Status],
        open_engine: OpenEngine,
        default_model: Callable[[], tuple[str, str]],
        clock: Callable[[], float],
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        super().__init__(name="producer", daemon=True)
        self._models, self._requests = models, requests
        self._frames, self._statuses = frames, statuses
        self._open_engine, self._default_model = open_engine, default_model
        self._clock = clock
        self._pauses = pauses
        self._default, self._reason = "", ""
        self._running = Status()
        self._request: Request | None = None
        self._failed: Request | None = None
        self._retry = -math.inf
        self._reopened = ""
        self._restarts = 0
        self._number = 0

    def run(self) -> None:
        """The thread's life."""
        try:
            self._live()
        except Closed:
            pass
        except Exception as error:
            self._frames.fail(error)
        except BaseException as error:
            # A library's SystemExit must not end the show when it is raised on the main thread.
            self._frames.fail(RuntimeError(one_line(error)))

    def stop(self, timeout: float = 5.0) -> bool:
        """Close the slots and wait for the thread, at most timeout seconds.

        It ends within one frame; where that takes longer (a model loads) False comes back, and
        the thread, a daemon, ends with the program.
        """
        for slot in (self._models, self._requests, self._frames, self._statuses):
            slot.close()
        if self.is_alive():
            self.join(timeout)
        return not self.is_alive()

    def _live(self) -> None:
        self._report(Status(Phase.STARTING, "loading torch"))
        self._default, self._reason = self._default_model()
        self._report(Status(Phase.ASKING, "which model?"))
        name = self._models.wait()
        while True:
            name = self._play(self._open(name or self._default))

    def _open(self, name: str) -> Engine:
        """Open a model. What ran before was let go of, so that a GPU need not hold two."""
        gc.collect()
        self._running = Status(Phase.RUNNING)
        self._report(Status(Phase.LOADING, f"loading {name}", model=name))

        def report(status: Status) -> None:
            if status.phase is Phase.RUNNING:
                self._running = status
            else:
                self._report(status)

        engine = self._open_engine(name, report)
        self._running = replace(self._running, model=engine.model, device=engine.device)
        self._report(self._running)
        return engine

    def _play(self, engine: Engine) -> str:
        """Make frames until another model (or this one anew) is to be opened; its name."""
        failures = faults = 0
        self._retry = -math.inf
        while True:
            if (name := self._models.get()) is not None:
                return name
            request = self._wanted()
            if request is None:
                continue
            begin = self._clock()
            try:
                self._make(engine, request)
            except Exception as error:
                self._report(replace(self._running, phase=Phase.FAILED, text=one_line(error)))
                if begin >= self._retry:
                    failures += 1
                    if not isinstance(error, FrameError):
                        faults += 1
                        if faults == 1:
                            traceback.print_exception(error)
                    if failures % WHITE_AFTER == 0:
                        self._restarts += 1
                    if faults == REOPEN_AFTER:
                        return self._after_faults(engine.model)
                pause = self._pauses[min(failures, len(self._pauses)) - 1]
                self._failed, self._retry = request, self._clock() + pause
                continue
            if failures:
                self._report(replace(self._running, text=""))
            failures = faults = 0
            self._retry, self._reopened = -math.inf, ""
            rest = begin + LEAST - self._clock()
            if rest > 0 and (name := self._models.wait(rest)) is not None:
                return name

    def _after_faults(self, model: str) -> str:
        """The model to open where one keeps failing: itself once, then the built-in one."""
        again = BUILTIN if model == self._reopened else model
        self._reopened = model
        return again

    def _wanted(self) -> Request | None:
        """The newest request if a frame is to be made now; else waits a little and gives None."""
        newest = self._requests.get()
        if self._requests.closed:
            raise Closed
        self._request = newest or self._request
        if self._request is not None and self._request.wants_frame and self._due(self._request):
            return self._request
        self._request = self._requests.wait(IDLE) or self._request
        return None

    def _due(self, request: Request) -> bool:
        """Whether no failure is too recent. Prompts change by themselves: they hasten nothing."""
        return (
            self._failed is None
            or self._clock() >= self._retry
            or replace(request, prompts=()) != replace(self._failed, prompts=())
        )

    def _make(self, engine: Engine, request: Request) -> None:
        begin = self._clock()
        picture = engine.next(replace(request, restarts=request.restarts + self._restarts))
        now = self._clock()
        self._number += 1
        self._frames.put(
            Frame(self._number, now, now - begin, picture.pixels, picture.seed, request)
        )

    def _report(self, status: Status) -> None:
        self._statuses.put(replace(status, default=self._default, reason=self._reason))
