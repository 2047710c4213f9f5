"""The sums behind the figures. Pure functions of sequences of numbers; no clock, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = Sequence[float] | npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """Median of some measurements, with the least and the largest of them."""

    median: float
    low: float
    high: float

    def text(self, digits: int = 2) -> str:
        """For people: "2.10 (1.90 to 2.30)"."""
        return f"{self.median:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def spread(values: Numbers) -> Spread:
    """The Spread of at least one value."""
    found = np.asarray(values, dtype=np.float64)
    return Spread(float(np.median(found)), float(found.min()), float(found.max()))


def ratios(ours: Numbers, theirs: Numbers) -> Spread:
    """How many times as large ours are, round by round: each round shares its moment, and so
    so a busy machine does not decide."""
    return spread(np.asarray(ours, dtype=np.float64) / np.asarray(theirs, dtype=np.float64))


def quantile(values: Numbers, share: float) -> float:
    """The value that a share (0 to 1) of all values lies below, between neighbours linear."""
    return float(np.quantile(np.asarray(values, dtype=np.float64), share))


def running_mean(values: Numbers, window: int) -> npt.NDArray[np.float64]:
    """Mean of each window of neighbours, (len - window + 1,); of all where there are fewer."""
    found = np.asarray(values, dtype=np.float64)
    window = min(window, len(found))
    sums = np.concatenate([[0.0], np.cumsum(found)])
    means: npt.NDArray[np.float64] = (sums[window:] - sums[:-window]) / window
    return means


def largest_deviation(values: Numbers, centre: float) -> float:
    """How far the farthest value lies from centre, as a share of centre."""
    return float(np.abs(np.asarray(values, dtype=np.float64) / centre - 1.0).max())


@dataclass(frozen=True, slots=True)
class Slope:
    """Of a straight line through measurements: value per unit of time, and its standard error."""

    value: float
    error: float

    @property
    def grows(self) -> bool:
        """Whether the line rises beyond what chance explains: by over two standard errors."""
        return self.value > 2.0 * self.error


def slope(times: Numbers, values: Numbers) -> Slope:
    """The least-squares line through at least three points.

    The standard error takes neighbours for independent; where they are not (memory moves in
    stairs), it is too small.
    """
    x = np.asarray(times, dtype=np.float64)
    y = np.asarray(values, dtype=np.float64)
    x, y = x - x.mean(), y - y.mean()
    weight = float((x * x).sum())
    rise = float((x * y).sum()) / weight
    left = y - rise * x
    return Slope(rise, float(np.sqrt((left * left).sum() / (len(x) - 2) / weight)))
