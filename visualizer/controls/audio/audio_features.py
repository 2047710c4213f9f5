"""Audio features of music: level, three bands, onsets and their tempo.

Pure: no clock, no thread, no device. Time is counted in samples, so that the same sound gives the
same numbers live and in a video, however it is cut into blocks.

- Any input level works: each measure is relative to a recent maximum, its reference.
- Silence gives 0; not-a-number counts as silence, and other samples are clipped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from visualizer.controls.audio.tempo_estimate import Pulse
from visualizer.show.system_actions import Heard

Samples: TypeAlias = NDArray[np.float32]
Magnitudes: TypeAlias = NDArray[np.float64]

WINDOW = 0.0232
"""Seconds that one look takes in, about (a power of two of samples); looks overlap by half."""

BORDERS = (150.0, 2000.0)
"""Hz between bass and mid, and between mid and treble: kick and bass line, voices, cymbals."""

LOUDEST = 4.0
"""Samples are clipped here: four times what a converter can give, but files can hold more."""

GATE = 0.0005
"""Amplitude (-66 dB of full scale) below which it is silent: hiss of an open input."""

QUIETEST = 0.002
"""Least reference, as an amplitude: an input at -54 dB and above plays the whole range."""

QUIETEST_BAND = 0.1
"""Least reference of a band, as a share of the whole's: an empty band stays empty."""

RISE, FALL = 0.3, 30.0
"""Seconds in which a reference follows what gets louder (a click does not), and quieter."""

ATTACK, RELEASE = 0.01, 0.15
"""Seconds in which a measure rises and falls: at once for the eye, and without flicker."""

COMPRESSION = 100.0
"""How far below the loudest a bin still counts for onsets: 40 dB."""

CROWD = 1.8
"""An onset's rise of the spectrum, in means of the rises before it."""

LEAST_RISE = 0.04
"""The least rise that can be an onset: mean growth of a bin's logarithm."""

APART = 0.08
"""Least seconds between two onsets."""

LOOKBACK, LAST = 1.0, 0.06
"""Seconds of rises that an onset is held against: the usual, and what has just begun (hiss)."""


@dataclass(slots=True)
class _Meter:
    """One measure beside its own reference: value is 0 to 1, smoothed."""

    reference: float = 0.0
    value: float = 0.0

    def follow(self, amplitude: float, least: float, seconds: float) -> None:
        """Take in an amplitude that lasted for seconds; least is the least reference."""
        self.reference = _near(self.reference, amplitude, seconds, RISE, FALL)
        share = min(amplitude / max(self.reference, least), 1.0)
        self.value = _near(self.value, share, seconds, ATTACK, RELEASE)


class AudioFeatures:
    """Hears a stream of mono samples. rate: of the samples, in Hz."""

    def __init__(self, rate: float) -> None:
        size = max(2 ** round(np.log2(rate * WINDOW)), 64)
        frequencies = np.fft.rfftfreq(size, 1.0 / rate)
        window = np.hanning(size + 1)[:size].astype(np.float32)
        self._size, self._hop = size, size // 2
        self._window = window
        # Power of a bin to mean square of the samples behind it (Parseval; rfft has half of them).
        self._scale = 2.0 / (size * float(np.sum(window**2)))
        edges = np.searchsorted(frequencies, BORDERS)
        self._bands = tuple(np.array((1, *edges, len(frequencies)), dtype=np.intp))
        self._waiting: Samples = np.zeros(size - self._hop, np.float32)
        self._magnitudes = np.zeros(len(frequencies) - 1)
        self._level = _Meter()
        self._meters = (_Meter(), _Meter(), _Meter())
        self._hop_seconds = self._hop / rate
        self._rises = np.zeros(round(LOOKBACK / self._hop_seconds))  # the newest last
        self._last = round(LAST / self._hop_seconds)
        self._since_onset = APART
        self._pulse = Pulse(1.0 / self._hop_seconds)

    def hear(self, samples: Samples) -> Heard:
        """What is heard at the end of these samples, shape (n,), full scale ±1; with the onsets in
        them. n may be any number: what makes no whole look yet waits for the next call."""
        clean = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0).clip(-LOUDEST, LOUDEST)
        waiting = np.concatenate((self._waiting, clean.astype(np.float32, copy=False)))
        onsets = 0
        start = 0
        while start + self._size <= len(waiting):
            onsets += self._look(waiting[start : start + self._size])
            start += self._hop
        self._waiting = waiting[start:]
        # To four digits: the performance log has a line of these for each display frame.
        level, bass, mid, treble = (round(meter.value, 4) for meter in (self._level, *self._meters))
        bpm = self._pulse.bpm
        return Heard(level, bass, mid, treble, onsets, None if bpm is None else round(bpm, 4))

    def _look(self, samples: Samples) -> bool:
        """Take in one window of samples; whether an onset is in it."""
        # A converter's offset is no sound; without it here, the window spreads none into the bass.
        offset = (samples @ self._window) / self._window.sum()
        spectrum = np.fft.rfft((samples - offset) * self._window)
        power = (spectrum.real**2 + spectrum.imag**2) * self._scale
        power[0] = 0.0
        if power.sum() < GATE**2:
            power[:] = 0.0
        self._level.follow(_amplitude(power), QUIETEST, self._hop_seconds)
        loudest = max(self._level.reference, QUIETEST)
        for meter, low, high in zip(self._meters, self._bands, self._bands[1:], strict=False):
            meter.follow(_amplitude(power[low:high]), loudest * QUIETEST_BAND, self._hop_seconds)
        before, self._magnitudes = self._magnitudes, np.sqrt(power[1:])
        onset = self._is_onset(before, self._magnitudes, loudest)
        # Here without logarithms, so that the kick counts more than the hats between its beats.
        self._pulse.look(float(np.maximum(self._magnitudes - before, 0.0).sum()), onset)
        return onset

    def _is_onset(self, before: Magnitudes, now: Magnitudes, loudest: float) -> bool:
        """Whether the spectrum has just risen by more than it does all the time.

        Spectral flux with an adaptive threshold, on compressed magnitudes (S. Dixon, "Onset
        detection revisited", DAFx 2006; Böck et al., ISMIR 2012).
        """
        scale = COMPRESSION / loudest
        growth = np.log1p(now * scale) - np.log1p(before * scale)
        rise = float(np.maximum(growth, 0.0).mean())
        usual = max(self._rises.mean(), self._rises[-self._last :].mean())
        self._rises = np.append(self._rises[1:], rise)
        self._since_onset += self._hop_seconds
        if rise < LEAST_RISE + CROWD * usual or self._since_onset < APART:
            return False
        self._since_onset = 0.0
        return True


def _amplitude(power: Magnitudes) -> float:
    return float(np.sqrt(power.sum()))


def _near(value: float, goal: float, seconds: float, up: float, down: float) -> float:
    """value after it went towards goal for seconds; up and down: its time constants."""
    return goal + (value - goal) * math.exp(-seconds / (up if goal > value else down))
