"""Engines without torch for hosts under test, which processes import. Prompts have them fail."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable, Mapping

import numpy as np

from visualizer.engine.engine import Engine
from visualizer.engine.failures import ModelError
from visualizer.engine.host.engine_host import EngineHost, Slots
from visualizer.engine.models.catalogue import BUILTIN, Choice
from visualizer.engine.picture import Picture, Stopwatch, untimed
from visualizer.engine.producer.producer import Producer
from visualizer.frame import Pixels
from visualizer.openers import fatal
from visualizer.show.lora import Lora
from visualizer.show.next_request import request
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.request import Request
from visualizer.show.status import GpuMemory, Phase, Report, Status

WANTED = request(start((Preset("one", (Cued(alone("a red sea"), NO_VALUES),)),)))
ILLEGAL = "CUDA error: an illegal memory access was encountered"
SIDES: Mapping[str, int] = {BUILTIN: 16, "colour-fields": 16, "large": 48, "deadly": 16}
SHADE = 100
GPU_MEMORY = GpuMemory(used=1000, total=2000)


def _raise(error: BaseException) -> None:
    raise error


FAULTS: Mapping[str, Callable[[], object]] = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "hang": lambda: time.sleep(1e6),
    "cuda": lambda: _raise(RuntimeError(ILLEGAL)),
    "memory": lambda: _raise(RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")),
    "system exit": lambda: _raise(SystemExit(4)),
}


class Grey:
    """Pictures of one grey: that of the source, if there is one. A prompt that names a fault has it
    happen; the model "deadly" kills its process at each frame."""

    device = "cpu"

    def __init__(self, model: str) -> None:
        self.model = model
        self.loras: tuple[Lora, ...] = ()
        self.size = (SIDES[model], SIDES[model])
        self.stopwatch: Stopwatch = untimed

    def next(self, request: Request) -> Picture:
        FAULTS.get(request.prompts[0][0], lambda: None)()
        if self.model == "deadly":
            os.kill(os.getpid(), 9)
        time.sleep(0.005)
        source = request.source_pixels
        shade = SHADE if source is None else int(source.mean())
        pixels = np.full((*self.size, 3), shade, np.uint8)
        pixels.setflags(write=False)
        return Picture(pixels, request.seed)

    def continue_from(self, pixels: Pixels) -> None:
        pass

    def prepare(self, request: Request) -> str:
        return ""

    def reduce_memory(self) -> str:
        return ""


def make(slots: Slots, picture: Pixels | None) -> EngineHost:
    """A producer on them; errors are fatal where they are in the show's process."""

    def opened(name: str, report: Report) -> Engine:
        if name not in SIDES:
            raise ModelError(f"{name}: there is no such model")
        report(Status(Phase.RUNNING))
        return Grey(name)

    return Producer(
        models=slots.models,
        requests=slots.requests,
        frames=slots.frames,
        statuses=slots.statuses,
        open_engine=opened,
        load_engine=opened,
        choose=lambda named: Choice(BUILTIN, "because", (BUILTIN, "large")),
        clock=time.perf_counter,
        picture=picture,
        pictures=slots.pictures,
        fatal=fatal,
        gpu_memory=lambda device: GPU_MEMORY,
    )
