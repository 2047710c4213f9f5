"""A loop round a denoiser that gives prepared pictures, and frames played on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from visualizer.engine.diffusion.seed_walk import Place
from visualizer.engine.loop.feedback import Feedback
from visualizer.engine.picture import Stopwatch, untimed
from visualizer.frame import Pixels
from visualizer.show.request import Request

from ..conftest import picture
from ..conftest import request as wanted

SIZE = (16, 24)
FRAME = 1 / 20
STILL: dict[str, Any] = {"brightness": 0.0, "contrast": 0.0}
MOVING: dict[str, Any] = {"zoom": 0.2, "rotate": 10.0, "pan_x": 0.1, "pan_y": 0.1}
HELD: dict[str, Any] = {"colour_hold": 0.5, "sharpness_hold": 0.5}


class Scripted:
    """A denoiser that gives prepared images, then gives back what it gets; it remembers that."""

    backend = "a script"

    def __init__(self, *images: Tensor) -> None:
        self.images = list(images)
        self.seen: list[Tensor] = []
        self.requests: list[Request] = []
        self.places: list[Place] = []
        self.prepared: list[Request] = []
        self.forgotten = 0

    def generates(self, request: Request) -> bool:
        return request.strength > 0.0

    def __call__(
        self, image: Tensor, request: Request, place: Place, stopwatch: Stopwatch = untimed
    ) -> Tensor:
        self.seen.append(image)
        self.requests.append(request)
        self.places.append(place)
        return self.images.pop(0) if self.images else image

    def prepare(self, request: Request) -> str:
        self.prepared.append(request)
        return "a line"

    def reduce_memory(self) -> str:
        return ""

    def forget(self) -> None:
        self.forgotten += 1


def loop(denoiser: Scripted, size: tuple[int, int] = SIZE, multiple: int = 64) -> Feedback:
    """A loop on the CPU round a denoiser."""
    return Feedback(denoiser, size=size, model="scripted", device="cpu", multiple=multiple)


def played(engine: Feedback, frames: int, since: int = 0, **changes: Any) -> Iterator[Pixels]:
    """So many frames at 20 a second of show time."""
    for frame in range(since, since + frames):
        yield engine.next(wanted(time=frame * FRAME, **changes)).pixels


def play(engine: Feedback, frames: int, since: int = 0, **changes: Any) -> Pixels:
    """The last of so many frames."""
    return list(played(engine, frames, since, **changes))[-1]


def flat(value: float) -> Tensor:
    """A picture of one grey."""
    return torch.full((1, 3, *SIZE), value)


def soft(seed: int = 0) -> Tensor:
    """A picture with something on it."""
    return F.interpolate(picture(seed), SIZE, mode="bilinear")
