"""A recorder whose clock is set by hand, and what is in the files that it writes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import av
import numpy as np

from visualizer.frame import Pixels
from visualizer.outputs.audio_track import RATE
from visualizer.outputs.encoders import software
from visualizer.outputs.recorder import Recorder

PATIENCE = 60.0


RED, GREEN = (200, 30, 40), (20, 180, 60)


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> Pixels:
    return np.full((size[1], size[0], 3), colour, np.uint8)


class Recording:
    """A recorder with a clock that is set by hand; at its end, its lines and its files."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.now = 0.0
        self.folder = folder
        self.recorder = Recorder(folder, clock=lambda: self.now, **{"choose": software, **options})
        self.recorder.start()

    def show(self, pixels: Pixels, at: float) -> None:
        """The wall at a time; waits until there is room, so that nothing is left out."""
        while self.recorder._jobs.qsize() > 1 and not self.recorder.off:
            time.sleep(0.001)
        self.now = at
        self.recorder.take(pixels, at)

    def hear(self, samples: np.ndarray, at: float, rate: float = RATE) -> None:
        """Samples whose last is heard at a time."""
        self.now = at
        self.recorder.hear(samples.astype(np.float32), rate)

    def end(self) -> list[str]:
        assert self.recorder.stop(PATIENCE)
        return self.recorder.drain()

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())


def pictures(path: Path) -> list[tuple[float, np.ndarray]]:
    """Times in seconds, and what is in the middle of the picture then."""
    with av.open(str(path)) as container:
        return [
            (float(frame.time or 0.0), frame.to_ndarray(format="rgb24"))
            for frame in container.decode(video=0)
        ]
