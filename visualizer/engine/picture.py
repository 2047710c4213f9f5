"""Picture: what every engine hands out for one frame; and the stopwatch that times its stages.

Knows nothing of torch.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeAlias

from visualizer.frame import Pixels

Stopwatch: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Times what runs within `with stopwatch(stage)`: perturb, encode, denoise and in it each step,
decode, blend, copy."""


def untimed(stage: str) -> AbstractContextManager[None]:
    """The stopwatch that measures nothing and costs nothing."""
    return nullcontext()


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """pixels: read-only uint8 RGB, (height, width, 3), C-contiguous. seed: the one really used."""

    pixels: Pixels
    seed: int
