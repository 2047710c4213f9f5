"""The live show's line to the engine: what its thread is told, what comes back, and its revival.

For the main thread, which never waits for the engine.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from statistics import median

from visualizer import terminal
from visualizer.engine.producer.producer import Producer
from visualizer.frame import Frame, Pixels
from visualizer.latest import Latest
from visualizer.openers import choose, opener
from visualizer.options import Options
from visualizer.show.actions import Action, Engine, Live, Say
from visualizer.show.lora import split
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status

LONGEST_REVIVAL = 30.0
"""Seconds until a dead engine thread is restarted, at most: 2, 4, 8 … up to this."""

USUAL = 9
"""Frames whose median is the time that one takes: a slow one among them moves no beat."""

STOP_WITHIN = 5.0
"""Seconds that stop() waits for the engine's thread."""


class EngineClient:
    """do: lets an action happen in the show. warn: tells the performer a line. status: the
    engine's own account. picture: the loop begins with it; None for white."""

    def __init__(
        self,
        options: Options,
        *,
        do: Callable[[Action], None],
        warn: Callable[[str], None],
        picture: Pixels | None = None,
    ) -> None:
        self.status = Status()
        self._options, self._do, self._warn = options, do, warn
        self._models: Latest[str] = Latest()
        self._requests: Latest[Request] = Latest()
        self._frames: Latest[Frame] = Latest()
        self._statuses: Latest[Status] = Latest()
        self._model: str | None = None
        self._wanted: Request | None = None
        self._told = Engine("", ())
        self._running = ""
        self._deaths = 0
        self._seconds: deque[float] = deque(maxlen=USUAL)
        self._revive_at: float | None = None
        self._producer = self._new_producer(picture)

    @property
    def alive(self) -> bool:
        """Whether the engine's thread runs."""
        return self._producer.is_alive()

    def start(self) -> None:
        """Start the engine's thread, and tell it what was asked for last."""
        if self._model is not None:
            self._models.put(self._model)
        self._wanted = None
        self._producer.start()

    def ask(self, model: str) -> None:
        """Have a model play, by its name or folder, with its LoRAs (lora.joined); "" for the
        default. Before it, none is made."""
        self._model = model
        # Held against the next account of the engine: a load may fail within one display frame.
        self._told = replace(self._told, coming=split(model)[0])
        self._models.put(model)

    def want(self, request: Request) -> None:
        """What is wanted at this moment; once a display frame. Its time goes on, so each counts
        while frames are made."""
        if request.wants_frame or request != self._wanted:
            self._wanted = request
            self._requests.put(request)

    def hear(self, now: float) -> Frame | None:
        """Take what has come from the engine; a frame, if there is a new one. now: show time."""
        if (status := self._statuses.get()) is not None:
            self._note(status)
            self.status = status
        try:
            frame = self._frames.get()
        except Exception as error:
            # The thread itself has died: the last picture stays, and it is brought back; not at
            # once, as what killed it may still be there.
            terminal.trace(error)
            self._do(Say(f"the engine stopped and is restarted: {error}", "engine"))
            self._deaths += 1
            self._revive_at = now + min(2.0**self._deaths, LONGEST_REVIVAL)
            return None
        if self._revive_at is not None and now >= self._revive_at:
            self._revive_at = None
            self._producer = self._new_producer()
            self.start()
        if frame is not None:
            self._deaths = 0
            self._seconds.append(frame.seconds)
            self._do(Live(frame.seed, median(self._seconds), frame.request.time))
        return frame

    def close(self) -> None:
        """Tell the engine that it is over."""
        for slot in (self._models, self._requests, self._frames, self._statuses):
            slot.close()

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """Wait for the engine's thread, but not for long; whether all of it has ended."""
        return self._producer.stop(timeout)

    def _note(self, status: Status) -> None:
        """Tell the show and the performer what is new about the engine."""
        runs = status.phase in (Phase.FAILED, Phase.RUNNING)
        loads = status.phase is Phase.RUNNING and status.coming  # the HUD says how far it is
        if runs and not loads and status.text and status.text != self.status.text:
            self._warn(status.text)
        if runs:
            now = Engine(status.model, status.models, status.coming)
        else:
            now = replace(self._told, models=status.models)
        if now != self._told:
            self._told = now
            self._do(now)
        running = f"{status.model} on {status.device}"
        if status.phase is Phase.RUNNING and running != self._running:
            self._running = running
            self._seconds.clear()  # another model takes another time
            self._do(Say(running, "engine"))

    def _new_producer(self, picture: Pixels | None = None) -> Producer:
        return Producer(
            picture=picture,
            models=self._models,
            requests=self._requests,
            frames=self._frames,
            statuses=self._statuses,
            open_engine=opener(self._options, live=True),
            load_engine=opener(self._options, strict=True, live=True),
            choose=partial(choose, self._options.device),
            clock=time.perf_counter,
        )
