"""Frame: one finished picture on its way from the engine to the stage.

Knows nothing of how it was made (torch) or where it goes (pygame).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from visualizer.show.request import Request

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""Read-only RGB picture, shape (height, width, 3), values 0 to 255."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One generated picture with what it was made from.

    number: counts from 1 within a run. time: the producer's clock when it was finished, in
    seconds. seconds: how long it took to make. seed: the seed really used (the walk included).
    origin: counts changes of the engine that made it; the wall fades from one's picture to the
    other's.
    """

    number: int
    time: float
    seconds: float
    pixels: Pixels
    seed: int
    request: Request
    origin: int = 0
