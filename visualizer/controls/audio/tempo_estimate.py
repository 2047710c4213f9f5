"""Estimate tempo by autocorrelating onset strength.

The autocorrelation is summed over the first multiples of each tempo's beat (as in
E. Scheirer, JASA 103, 1998, and D. Ellis, JNMR 36, 2007). Pure; time is counted in looks.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

TEMPOS = np.arange(60.0, 200.1, 0.25)
"""Beats a minute that are looked for."""

NEAR = 3.0
"""Beats a minute round the double of a tempo in which the double is looked for."""

HISTORY = 8.0
"""Seconds that are looked back on: 16 beats at 120."""

ENOUGH = 4.0
"""Seconds until a first word on it."""

EVERY = 0.5
"""Seconds between two searches."""

QUIET_AFTER = 3.0
"""Seconds without an onset after which there is no tempo."""

BEATS = 4
"""Multiples of the beat that must fit."""

SURE = 0.3
"""Least likeness (1: the same again, 0: chance) at which it is a tempo."""

USUAL, SPREAD = 120.0, 0.9
"""The tempo that is likeliest before anything is heard, and how far from it (in octaves) others
still are likely: what decides between a tempo, its half and its double."""

EVEN = 0.95
"""Where half a beat fits as well as the whole, nearly, all are beats: it is twice as fast."""

_LIKELY = np.exp(-0.5 * (np.log2(TEMPOS / USUAL) / SPREAD) ** 2)


class Pulse:
    """bpm: the tempo that is heard, None for none. rate: looks a second."""

    def __init__(self, rate: float) -> None:
        self.bpm: float | None = None
        self._rate = rate
        self._rises: deque[float] = deque(maxlen=round(HISTORY * rate))
        self._looks = 0
        self._since_onset = float("inf")

    def look(self, rise: float, onset: bool) -> None:
        """Take in one look: how much the sound rose, and whether that is an onset."""
        self._rises.append(rise)
        self._looks += 1
        self._since_onset = 0.0 if onset else self._since_onset + 1.0 / self._rate
        if self._since_onset > QUIET_AFTER:
            self.bpm = None
        elif self._looks % round(EVERY * self._rate) == 0 and (
            len(self._rises) >= ENOUGH * self._rate
        ):
            self.bpm = tempo(np.array(self._rises), self._rate)


def tempo(rises: NDArray[np.float64], rate: float) -> float | None:
    """The tempo of a row of onset strengths, rate of them a second; None where nothing repeats."""
    likeness = _likeness(rises)
    fits = _fit(likeness, 60.0 * rate / TEMPOS)
    best = int((fits * _LIKELY).argmax())
    if fits[best] < SURE:
        return None
    doubles = np.abs(TEMPOS - 2.0 * TEMPOS[best]) <= NEAR
    if fits[doubles].max(initial=0.0) >= EVEN * fits[best]:
        best = int(np.where(doubles, fits, 0.0).argmax())
    return float(TEMPOS[best])


def _likeness(rises: NDArray[np.float64]) -> NDArray[np.float64]:
    """Autocorrelation by lag, 1 at lag 0, made even for the fewer pairs at longer lags."""
    # Blurred, as a beat rarely falls on whole looks.
    smooth = np.convolve(rises - rises.mean(), (0.25, 0.5, 0.25), mode="same")
    size = 2 ** (2 * len(smooth) - 1).bit_length()
    power = np.abs(np.fft.rfft(smooth, size)) ** 2
    rough = np.fft.irfft(power, size)[: len(smooth)]
    even = rough * (len(smooth) / np.arange(len(smooth), 0, -1))
    return np.asarray(even / max(rough[0], 1e-12))


def _fit(likeness: NDArray[np.float64], beats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean likeness at each beat's length (in looks) and its next multiples, as far as half the
    history reaches: behind it, too little is left to compare."""
    lags = np.outer(beats, np.arange(1, BEATS + 1))
    values = np.interp(lags, np.arange(len(likeness)), likeness)
    known = lags <= len(likeness) / 2
    return np.asarray((values * known).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
