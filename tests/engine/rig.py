"""A producer on a test bench: engines that make one frame a permit, and loads that can be held."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

import numpy as np

from visualizer.engine.engine import Engine
from visualizer.engine.failures import ModelError
from visualizer.engine.models.catalogue import BUILTIN, Choice
from visualizer.engine.picture import Picture, Stopwatch, untimed
from visualizer.engine.producer.producer import Producer
from visualizer.frame import Frame, Pixels
from visualizer.latest import Latest
from visualizer.show.lora import Lora, split
from visualizer.show.request import Request
from visualizer.show.status import Phase, Report, Status

SOON = 20.0
"""Seconds that a test waits for what must come. A good test takes far less."""

FULL = "CUDA out of memory. Tried to allocate 2 GiB"
"""What torch says where memory is out."""


class Gated:
    """An engine that makes one frame a permit; it keeps what it was given.

    shade: of its pictures, all of which are grey. side: pixels of their side. failures: raised
    instead of the next frames. steps: the lines of its steps down in memory.
    notices: lines for the performer, one a call of prepare.
    """

    def __init__(self, model: str, shade: int = 0, side: int = 2) -> None:
        self.model = model
        self.loras: tuple[Lora, ...] = ()
        self.device = "cpu"
        self.size = (side, side)
        self.stopwatch: Stopwatch = untimed
        self.permits = threading.Semaphore(0)
        self.asked: Latest[Request] = Latest()
        self.requests: list[Request] = []
        self.prepared: list[Request] = []
        self.adopted: list[Pixels] = []
        self.failures: Sequence[BaseException] = []
        self.steps: list[str] = []
        self.notices: list[str] = []
        self.picture = np.full((side, side, 3), shade, np.uint8)

    def next(self, request: Request) -> Picture:
        self.requests.append(request)
        self.asked.put(request)
        assert self.permits.acquire(timeout=SOON)
        if self.failures:
            first, *self.failures = self.failures
            raise first
        return Picture(self.picture, request.seed)

    def continue_from(self, pixels: Pixels) -> None:
        self.adopted.append(pixels)

    def prepare(self, request: Request) -> str:
        self.prepared.append(request)
        return self.notices.pop(0) if self.notices else ""

    def reduce_memory(self) -> str:
        return self.steps.pop(0) if self.steps else ""


class Heard(Latest[Status]):
    """A slot that keeps all that was ever put into it, in all."""

    def __init__(self) -> None:
        super().__init__()
        self.all: queue.Queue[Status] = queue.Queue()

    def put(self, value: Status) -> None:
        self.all.put(value)
        super().put(value)


class Rig:
    """A producer with its four slots, and engines by name.

    opened: the models that were opened in the producer's thread; loaded: those that were asked for
    in the background. lost_loras: can't be had. hold: keeps all loads from ending until it is set.
    """

    def __init__(self) -> None:
        self.models: Latest[str] = Latest()
        self.requests: Latest[Request] = Latest()
        self.frames: Latest[Frame] = Latest()
        self.statuses = Heard()
        self.builtin = Gated(BUILTIN)
        self.other = Gated("other", shade=200, side=4)
        self.engines = {engine.model: engine for engine in (self.builtin, self.other)}
        self.opened: list[str] = []
        self.loaded: list[str] = []
        self.lost_loras: set[Lora] = set()
        self.hold = threading.Event()
        self.hold.set()
        self.ticks = count()
        self.producer = self.new()

    def new(self, **changes: object) -> Producer:
        """A producer, not started."""
        parts: dict[str, object] = {
            "open_engine": self.open,
            "load_engine": self.load,
            "choose": lambda named: Choice(BUILTIN, "because", (BUILTIN,)),
            "clock": lambda: float(next(self.ticks)),
            **changes,
        }
        return Producer(
            models=self.models,
            requests=self.requests,
            frames=self.frames,
            statuses=self.statuses,
            pauses=(0.0,),
            **parts,  # type: ignore[arg-type]
        )

    def open(self, name: str, report: Report) -> Engine:
        """Stands for what never fails."""
        self.opened.append(name)
        report(Status(Phase.RUNNING, f"about {name}"))
        return self.engines[name]

    def load(self, name: str, report: Report) -> Engine:
        """Stands for what opens the named model or raises."""
        self.loaded.append(name)
        report(Status(Phase.LOADING, f"fetching {name}: 41 %", 0.41))
        assert self.hold.wait(SOON)
        report(Status(Phase.LOADING, f"loading {name}", 0.9))
        if name not in self.engines:
            raise ModelError(f"{name}: there is no such model")
        report(Status(Phase.RUNNING, f"about {name}"))
        engine = self.engines[name]
        engine.loras = tuple(lora for lora in split(name)[1] if lora not in self.lost_loras)
        return engine

    def start(self, model: str = BUILTIN) -> Gated:
        """Run the producer with a model wanted; the engine that it begins on."""
        self.models.put(model)
        self.producer.start()
        return self.builtin

    def frame(self) -> Frame:
        """The next frame."""
        frame = self.frames.wait(SOON)
        assert frame is not None, "no frame came"
        return frame

    def status(self, fits: Callable[[Status], bool]) -> Status:
        """The next status that fits."""
        while True:
            status = self.statuses.all.get(timeout=SOON)
            if fits(status):
                return status

    def runs(self, model: str) -> Status:
        """The status by which a model runs, and nothing else is on its way."""
        return self.status(
            lambda status: (
                status.phase is Phase.RUNNING and status.model == model and not status.coming
            )
        )


@contextmanager
def running_rig() -> Iterator[Rig]:
    """A rig that is taken down again."""
    rig = Rig()
    yield rig
    rig.hold.set()
    for engine in rig.engines.values():
        engine.permits.release(1000)
    rig.producer.stop(SOON)
    assert not rig.producer.is_alive()
