"""The live show's connection to the engine: requests, frames and statuses, and its restart.

For the main thread, which never waits for the engine. Only this module chooses where the engine
runs (a host, engine/host): in a thread of this process, or in its own process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from visualizer import openers, terminal
from visualizer.engine.host.engine_host import (
    EngineHost,
    EngineLost,
    MakeHost,
    NoSharedMemory,
    Slots,
)
from visualizer.engine.host.watchdog import Watchdog
from visualizer.engine.models.catalogue import COLOUR_FIELDS
from visualizer.frame import Frame, Pixels
from visualizer.live.engine_revival import DEATHS, Restart, Revival
from visualizer.options import LiveOptions
from visualizer.show.actions import Action
from visualizer.show.lora import split
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status
from visualizer.show.system_actions import Engine, Live, Say

USUAL = 9
"""Frames whose median is the time that one takes: a slow one among them moves no beat."""

STOP_WITHIN = 5.0
"""Seconds that stop() waits for the engine."""

THREAD_HANGS = 60.0
"""Seconds without a frame after which a line says that an engine in a thread hangs."""


class EngineClient:
    """do: lets an action happen in the show. warn: tells the performer a line. status: the
    engine's own account. picture: the loop begins with it; None for white. make: makes the
    engine's host; None for the one that the options ask for.
    """

    def __init__(
        self,
        options: LiveOptions,
        *,
        do: Callable[[Action], None],
        warn: Callable[[str], None],
        picture: Pixels | None = None,
        make: MakeHost | None = None,
    ) -> None:
        self.status = Status()
        self._options, self._do, self._warn = options, do, warn
        where = openers.place(options.engine, options.device)
        self._in_process = where == "process"
        self._usual = make or openers.host(where, options)
        self._make = self._usual
        self._slots = Slots()
        self._model: str | None = None
        self._wanted: Request | None = None
        self._told = Engine("", ())
        self._running = ""
        self._seconds: deque[float] = deque(maxlen=USUAL)
        self._revival = Revival(in_haste=self._in_process)
        self._restart: Restart | None = None
        self._picture = picture
        self._heard_at: float | None = None
        self._host = self._new_host()

    @property
    def alive(self) -> bool:
        """Whether the engine runs."""
        return self._host.is_alive()

    def start(self) -> None:
        """Start the engine, and tell it what was asked for last."""
        if self._model is not None:
            self._slots.models.put(self._model)
        self._wanted = None
        self._host.start()

    def ask(self, model: str) -> None:
        """Have a model play, by its name or folder, with its LoRAs (lora.joined); "" for the
        default. Before it, none is made."""
        self._model = model
        self._make = self._usual
        self._revival.asked()
        if self._restart is not None:
            self._restart = Restart(at=0.0)
        # Held against the next account of the engine: a load may fail within one display frame.
        self._told = replace(self._told, coming=split(model)[0])
        self._slots.models.put(model)

    def want(self, request: Request) -> None:
        """What is wanted at this moment; once a display frame. Its time goes on, so each counts
        while frames are made."""
        if request.wants_frame or request != self._wanted:
            self._wanted = request
            self._slots.requests.put(request)

    def hear(self, now: float) -> Frame | None:
        """Take what has come from the engine; a frame, if there is a new one. now: show time."""
        if (status := self._slots.statuses.get()) is not None:
            self._note(status)
            self.status = status
            self._watchdog.status(status)
        try:
            frame = self._slots.frames.get()
            if self._restart is not None and now >= self._restart.at:
                self._restart = None
                self._host = self._new_host()
                self.start()
        except Exception as error:  # the engine's, or no thread can be had for another
            self._died(error, now)
            return None
        if frame is not None:
            self._picture = frame.pixels
            self._watchdog.frame(frame.seconds)
            self._said_hung = False
            self._revival.frame(now, loading=bool(self.status.coming))
            self._seconds.append(frame.seconds)
            self._do(Live(frame.seed, median(self._seconds), frame.request.time))
        self._watch(now)
        return frame

    def close(self) -> None:
        """Tell the engine that it is over."""
        self._slots.close()

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """Wait for the engine, but not for long; whether all of it has ended."""
        return self._host.stop(timeout)

    def _died(self, error: Exception, now: float) -> None:
        """The engine itself has died: the last picture stays, and it is brought back."""
        if not isinstance(error, EngineLost):
            terminal.trace(error)
        why = str(error) if isinstance(error, EngineLost) else f"the engine stopped: {error}"
        self._running = ""  # what runs is said again
        if isinstance(error, NoSharedMemory):
            self._make = self._usual = openers.host("thread", self._options)
            self._in_process, self._restart = False, Restart(now)
            self._warn(f"{why}; the engine continues in a thread of the show's process")
            return
        self._slots.frames.get()  # made at the last moment: the next engine goes on from the wall's
        model = split(self._model or "")[0] or self.status.default
        self._restart = self._revival.died(model, now)
        if instead := self._restart.instead:
            left = model or "the default model"
            self._warn(
                f"{why}; {left} has crashed the engine {DEATHS} times in a row, so {instead} "
                f"plays; choose {left} to try it again"
            )
            self._model = instead
            if instead == COLOUR_FIELDS and self._in_process:
                self._make = openers.without_torch(self._options)
        else:
            self._warn(f"{why}; the engine restarts from the last picture")

    def _watch(self, now: float) -> None:
        """Say it, once, where an engine in a thread hangs; a process's host sees to that itself."""
        passed = now - (now if self._heard_at is None else self._heard_at)
        self._heard_at = now
        wanted = self._wanted is not None and self._wanted.wants_frame
        if self._in_process or self._restart is not None or self._said_hung:
            return
        self._watchdog.pulse()  # it is this process, which answers
        if self._watchdog.look(passed, wanted):
            self._said_hung = True
            self._warn(
                f"the engine hangs: no response for {self._watchdog.limit:.0f} s; in a "
                "thread it can't be ended; with --engine process it can"
            )

    def _note(self, status: Status) -> None:
        """Tell the show and the performer what is new about the engine."""
        runs = status.phase in (Phase.FAILED, Phase.RUNNING)
        loads = status.phase is Phase.RUNNING and status.coming  # the HUD says how far it is
        if runs and not loads and status.text and status.text != self.status.text:
            self._warn(status.text)
        if runs:
            now = Engine(status.model, status.models, status.coming)
        else:
            now = replace(self._told, models=status.models or self._told.models)
        if now != self._told:
            self._told = now
            self._do(now)
        running = f"{status.model} on {status.device}"
        if status.phase is Phase.RUNNING and running != self._running:
            self._running = running
            self._seconds.clear()  # another model takes another time
            self._do(Say(running, "engine"))

    def _new_host(self) -> EngineHost:
        """A host that goes on from the last picture, not started."""
        self._watchdog = Watchdog(THREAD_HANGS, THREAD_HANGS)
        self._said_hung = False
        return self._make(self._slots, self._picture)
