"""The producer thread: makes one frame after another from the newest request, and changes models.

It meets the main thread in four slots only (latest.py): names of models and Requests come in,
Frames and Statuses go out. The newest wins everywhere; nothing queues up. No torch here: it is
imported by choose and open_engine, in this thread, while the window already shows a
picture.

Which engine makes the frames is seen to in switching.py: another one takes over between two of
them, goes on from the last picture, and is faded in (model_crossfade.py).
"""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace

from visualizer import terminal
from visualizer.engine.engine import OpenEngine
from visualizer.engine.failures import one_line, out_of_memory
from visualizer.engine.host.engine_host import EngineLost
from visualizer.engine.models.catalogue import Choice
from visualizer.engine.producer.model_crossfade import ModelCrossfade
from visualizer.engine.producer.next_preview import NextPreviews
from visualizer.engine.producer.retrying import PAUSES, Retrying
from visualizer.engine.producer.switching import ModelSwitch
from visualizer.frame import Frame, Pixels
from visualizer.latest import Closed, Latest
from visualizer.show.request import Request
from visualizer.show.status import GpuMemory, Status

IDLE = 0.1
"""Seconds between looks for a new model while no frame is made. A new request wakes at once."""

NICENESS = 5
"""Of the thread on Linux, above the program's: where processors are scarce, the wall goes first, at
the price of a frame now and then."""

LEAST = 1 / 60
"""Seconds a frame takes at least: the wall shows no more than 60 a second, and a machine that
could make more has better things to do, such as showing them in time."""


MEMORY_EVERY = 2.0
"""Seconds between two looks at the GPU's memory."""

SIGN = 2.0
"""Seconds from a frame's begin, and from one to the next, of signs that it is being made."""


class Producer(threading.Thread):
    """Runs until the slots are closed; a crash of the thread itself goes to frames.fail.

    models: the model wanted, '' for the default, with its LoRAs (show/lora.py). requests: what is
    wanted; the newest stays in force. open_engine: opens a model or the next best, in this
    thread; never fails. load_engine: opens a model in another thread; raises where it can't be
    had. choose: what there is to play, by the model that is named (fallbacks.choose); imports torch
    unless that is the colour fields. clock: seconds. pauses: see retrying.py.
    picture: what the loop goes on from at first; None for white. pictures: what it goes on from
    later; None for nothing. fatal: why, in a line, no frame
    can be made here any more after an error, and the thread is to end; "" where it may go on.
    gpu_memory: reads that of a device, by its name. gives_way: whether a wall on this machine goes
    first (NICENESS).
    """

    def __init__(
        self,
        *,
        models: Latest[str],
        requests: Latest[Request],
        frames: Latest[Frame],
        statuses: Latest[Status],
        open_engine: OpenEngine,
        load_engine: OpenEngine,
        choose: Callable[[str], Choice],
        clock: Callable[[], float],
        pauses: Sequence[float] = PAUSES,
        picture: Pixels | None = None,
        pictures: Latest[Pixels] | None = None,
        fatal: Callable[[Exception], str] = lambda error: "",
        gpu_memory: Callable[[str], GpuMemory | None] = lambda device: None,
        gives_way: bool = True,
    ) -> None:
        super().__init__(name="producer", daemon=True)
        self._gives_way = gives_way
        self._models, self._requests = models, requests
        self._frames, self._statuses = frames, statuses
        self._pictures = pictures or Latest[Pixels]()
        self._switch = ModelSwitch(
            models=models,
            statuses=statuses,
            open_engine=open_engine,
            load_engine=load_engine,
            choose=choose,
        )
        self._previews = NextPreviews(self._switch.show_preview, self._switch.say)
        self._clock = clock
        self._fatal, self._gpu_memory = fatal, gpu_memory
        self._memory_due = -math.inf
        self._retrying = Retrying(pauses)
        self._handover: ModelCrossfade | None = None
        self._request: Request | None = None
        self._last = picture
        self._number = 0
        self._signed = 0.0
        self._unprepared = False

    def run(self) -> None:
        """The thread's life."""
        if self._gives_way:
            _give_way()
        try:
            self._live()
        except Closed:
            pass
        except Exception as error:
            self._frames.fail(error)
        except BaseException as error:
            # A library's SystemExit must not end the show when it is raised on the main thread.
            self._frames.fail(RuntimeError(one_line(error)))
        finally:
            self._switch.close()

    def stop(self, timeout: float = 5.0) -> bool:
        """Close the slots and wait for the thread, at most timeout seconds.

        It ends within one frame. Where that takes longer, or a model still loads, False comes
        back: these threads are daemons, and end with the program.
        """
        for slot in (self._models, self._requests, self._frames, self._statuses):
            slot.close()
        if self.is_alive():
            self.join(timeout)
        return not self.is_alive() and self._switch.closed

    def _live(self) -> None:
        self._switch.begin()
        if self._last is not None:
            self._go_on()
        rest = 0.0
        while True:
            if self._switch.look(rest):
                self._go_on()
            request = self._wanted()
            if (picture := self._pictures.get()) is not None:
                self._last = picture
                self._go_on()
            rest = self._frame(request) if request is not None else 0.0

    def _wanted(self) -> Request | None:
        """The newest request if a frame is to be made now; else waits a little and gives None."""
        self._request = self._requests.get() or self._request
        if self._requests.closed:
            raise Closed
        request = self._request
        if (
            request is not None
            and request.wants_frame
            and self._retrying.due(request, self._clock())
        ):
            return request
        self._request = self._requests.wait(IDLE) or self._request
        return None

    def _frame(self, request: Request) -> float:
        """Try to make a frame; seconds to rest until the next."""
        begin = self._clock()
        error = self._tried(request)
        if error is None:
            self._retrying.good()
            self._switch.worked()
            if begin >= self._memory_due:
                self._memory_due = begin + MEMORY_EVERY
                self._switch.show_memory(self._gpu_memory(self._switch.engine.device))
            self._prepare(request)
            self._previews.step(
                self._switch.engine, self._restarted(request), self._clock() - begin
            )
            return max(begin + LEAST - self._clock(), 0.0)
        if out_of_memory(error) and (
            self._previews.make_room(error) or self._switch.make_room() or self._lighter(error)
        ):
            return 0.0
        self._previews.drop()
        if line := self._fatal(error):
            terminal.trace(error)
            raise EngineLost(line)
        self._retrying.failed(request, error, begin, self._clock())
        if self._retrying.first_fault:
            terminal.trace(error)
        self._switch.failed(one_line(error))
        if self._retrying.hopeless:
            del error  # its traceback holds the engine
            self._switch.give_up()
            self._go_on()
        return 0.0

    def _tried(self, request: Request) -> Exception | None:
        """Make a frame and put it out; what went wrong, if anything did."""
        engine = self._switch.engine
        begin = self._signed = self._clock()
        engine.stopwatch = self._sign
        try:
            picture = engine.next(self._restarted(request))
            now = self._clock()
            self._number += 1
            self._last = self._faded(picture.pixels, now)
            self._frames.put(
                Frame(self._number, now, now - begin, self._last, picture.seed, request)
            )
        except Exception as error:
            return error
        return None

    def _sign(self, stage: str) -> AbstractContextManager[None]:
        """The engine's stopwatch: a frame that takes long is no engine that hangs."""
        if (now := self._clock()) - self._signed >= SIGN:
            self._signed = now
            self._switch.alive()
        return nullcontext()

    def _restarted(self, request: Request) -> Request:
        """A request, with the restarts on account of failures."""
        return replace(request, restarts=request.restarts + self._retrying.restarts)

    def _prepare(self, request: Request) -> None:
        """Have the engine prepare for what comes. What fails here does no harm to the frames."""
        try:
            if line := self._switch.engine.prepare(request):
                self._switch.say(line)
        except Exception as error:
            if not self._unprepared:  # it comes again after each frame
                terminal.trace(error)
            self._unprepared = True

    def _lighter(self, error: Exception) -> bool:
        """Have the engine take less memory; whether it does."""
        error.__traceback__ = None  # it holds what the frame had in memory
        try:
            line = self._switch.engine.reduce_memory()
        except Exception:
            terminal.trace()
            return False
        if line:
            self._switch.say(line)
        return bool(line)

    def _go_on(self) -> None:
        """Another engine is in force: let it go on from the last picture."""
        self._retrying.good()
        self._previews.drop()
        self._unprepared = False
        self._memory_due = -math.inf
        if self._last is not None:
            try:
                self._switch.engine.continue_from(self._last)
            except Exception:
                terminal.trace()  # it begins from white then, under the handover
            self._handover = ModelCrossfade(self._last, self._clock())

    def _faded(self, pixels: Pixels, now: float) -> Pixels:
        """A picture as it is shown: while one engine takes over from another, a mix."""
        if self._handover is None:
            return pixels
        mixed = self._handover.mixed(pixels, now)
        if self._handover.over(now):
            self._handover = None
        return mixed


def _give_way() -> None:
    """Have this thread, and those that it starts, go behind the program's others."""
    if sys.platform == "linux":  # elsewhere it would be the whole program
        with suppress(OSError):
            before = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, 0, min(before + NICENESS, 19))
