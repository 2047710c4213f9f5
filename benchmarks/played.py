"""A real show with a controller on JACK, for the midi figure; what comes of its messages is noted.

Its wall is SDL's dummy driver, so that no figure depends on a screen; all else is as live.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from benchmarks import jack
from benchmarks.jack import Controller
from benchmarks.playing import one_prompt
from benchmarks.subject import Subject
from visualizer.controls.midi.ports import Received
from visualizer.controls.midi.rtmidi_ports import RtMidiInput
from visualizer.live.app import LiveShow
from visualizer.options import LiveOptions
from visualizer.show.actions import Action
from visualizer.show.play_actions import Knob, Nudge, Run
from visualizer.show.reducer import start
from visualizer.show.request import Request
from visualizer.stage.stage import Stage

NAME = "benchmark"
"""What the controller is called."""

SETTLED = 0.5
"""Seconds that the loop is given after it stood still."""


@dataclass
class Played:
    """A running show with one controller, and what has come of its messages."""

    live: LiveShow
    stage: Stage
    controller: Controller
    changes: list[tuple[float, float]] = field(default_factory=list)
    positions: dict[str, float] = field(default_factory=dict)
    steps: float = 0.0
    notes: Counter[str] = field(default_factory=Counter)
    fetched: int = 0
    strength: float = -1.0
    last: float = field(default_factory=time.perf_counter)

    @property
    def ready(self) -> bool:
        """Whether there are frames, and the controller is there."""
        return bool(self.live.inputs.ports) and self.live.show.live_since is not None

    def run(self, until: Callable[[], bool]) -> int:
        """The frame loop, until something is so; how many pictures that took."""
        pictures = 0
        while not until():
            now = time.perf_counter()
            self.live.step(now - self.last)
            self.last = now
            pictures += 1
        return pictures

    def run_for(self, seconds: float) -> int:
        """The frame loop for some seconds; how many pictures that took."""
        end = time.perf_counter() + seconds
        return self.run(lambda: time.perf_counter() >= end)

    def begin(self) -> None:
        """Take up the frame loop again, as if nothing had stood still; let it settle."""
        self.last = time.perf_counter()
        self.run_for(SETTLED)

    def late_in(self, seconds: float) -> tuple[int, int]:
        """Late pictures while the loop runs for some seconds, and how many there were."""
        before = self.stage.late_frames
        pictures = self.run_for(seconds)
        return self.stage.late_frames - before, pictures

    def wanted(self, request: Request) -> None:
        """Note when the strength of what is wanted is another."""
        if request.strength != self.strength:
            self.strength = request.strength
            self.changes.append((time.perf_counter(), request.strength))

    def done(self, action: Action) -> None:
        """Note what a controller has brought."""
        match action:
            case Knob(parameter=parameter, position=position):
                self.positions[parameter] = position
            case Nudge(steps=steps):
                self.steps += steps
            case Run(command=name):
                self.notes[name] += 1


@contextmanager
def playing(subject: Subject, mapping: str) -> Iterator[Played]:
    """A show on a virtual screen, with a controller on JACK (jack.server() must run).

    mapping: what the controller plays, as a file has it.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # as the app does
    with (
        tempfile.TemporaryDirectory() as folder,
        jack.environment({"SDL_VIDEODRIVER": "dummy"}),
    ):
        given = Path(folder, "map.yaml")
        given.write_text(mapping, encoding="utf-8")
        options = LiveOptions(
            model=subject.light, device=subject.device, size=(subject.side,) * 2, offline=True,
            windowed=True, midi=NAME, midi_map=given, maps=Path(folder, "maps"),
            state=Path(folder, "state"), backend=subject.backend,
        )  # fmt: skip
        show = start((one_prompt().preset,), model=subject.light, fullscreen=False)
        stage = Stage(windowed=True)
        controller = Controller(NAME)
        live = LiveShow(options, stage, show)
        played = Played(live, stage, controller)
        try:
            with _watched(live, played), live:
                yield played
        finally:
            controller.close()
            sys.setswitchinterval(interval)


@contextmanager
def _watched(live: LiveShow, played: Played) -> Iterator[None]:
    """Have played see what comes, and what the show wants and does, in passing."""
    want, do, take = live.engine.want, live.do, RtMidiInput.take

    def wanted(request: Request) -> None:
        want(request)
        played.wanted(request)

    def done(action: Action) -> None:
        played.done(action)
        do(action)

    def taken(port: RtMidiInput, most: int) -> list[Received]:
        batch = take(port, most)
        played.fetched += len(batch)
        return batch

    with (
        patch.object(RtMidiInput, "take", taken),
        patch.object(live.engine, "want", wanted),
        patch.object(live, "do", done),
    ):
        yield
