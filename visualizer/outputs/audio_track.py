"""The sound track of a video in progress, as AAC; live sound is placed at its time."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from typing import TypeAlias

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48000
"""Samples a second, at any rate of the sound: what video players expect."""

BITS = 192_000
"""Bits a second of the AAC track."""

Stereo: TypeAlias = NDArray[np.float32]
"""Samples, shape (2, n), full scale ±1."""

Mono: TypeAlias = NDArray[np.float32]
"""Samples, shape (n,), full scale ±1."""

PRIMING = 1024
"""Samples by which the encoder's first packet begins before the first sample."""

WINDOW = 40
"""Blocks (of 11 ms) over which it is measured how late sound is: to each, the driver and a busy
machine add some time, and the least of them is the truth."""

TOLERANCE = 0.04
"""Seconds by which sound may be off before it is moved: ears notice 45 ms."""

SILENT_AFTER = 1.0
"""Seconds without sound after which silence is written: a player wants both streams in step."""


class AudioTrack:
    """The AAC track of a container. begin: the place of its first sample. written: the place of the
    next one."""

    def __init__(self, container: av.container.OutputContainer, begin: int = 0) -> None:
        self._container = container
        self._stream = container.add_stream("aac", rate=RATE, layout="stereo")
        self._stream.bit_rate = BITS
        self.written = begin

    def write(self, samples: Stereo) -> None:
        """Add the next samples."""
        whole = np.ascontiguousarray(np.nan_to_num(samples).clip(-1.0, 1.0))
        frame = av.AudioFrame.from_ndarray(whole, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.written, Fraction(1, RATE)
        self.written += samples.shape[1]
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Add what the encoder still holds."""
        self._container.mux(self._stream.encode(None))


class HeardTrack:
    """Blocks from an input, written to a track so that each sounds when it was heard.

    Samples are counted; where the count and the clock part (blocks were lost, the sound card's
    clock is another), silence is put in or samples are left out.
    """

    def __init__(self, track: AudioTrack) -> None:
        self._track = track
        self._resampler: av.AudioResampler | None = None
        self._rate = 0
        self._placed = False
        self._lateness: deque[float] = deque(maxlen=WINDOW)
        self._skip = 0

    def add(self, block: Mono, rate: float, end: float) -> None:
        """rate: of the samples, in Hz. end: seconds of the video at which the last was heard."""
        samples = self._resampled(block, round(rate))
        late = end - (len(samples) + self._track.written - self._skip) / RATE
        self._lateness.append(late)
        least = min(self._lateness)
        if not self._placed or (len(self._lateness) == WINDOW and abs(least) > TOLERANCE):
            self._move(least)
            self._placed = True
            self._lateness.clear()
        left_out = min(self._skip, len(samples))
        self._skip -= left_out
        self._write(samples[left_out:])

    def fill(self, until: float) -> None:
        """Write silence where nothing was heard for long. until: seconds of the video."""
        if until - self._track.written / RATE > SILENT_AFTER:
            self._skip = 0
            self._move(until - SILENT_AFTER / 2 - self._track.written / RATE)
            self._placed = False
            self._lateness.clear()

    def _move(self, seconds: float) -> None:
        """Let what comes sound so much later; earlier below 0."""
        samples = round(seconds * RATE) - self._skip
        self._skip = max(-samples, 0)
        while samples > 0:  # a pause may be long
            self._write(np.zeros(min(samples, RATE), np.float32))
            samples -= RATE

    def _write(self, samples: Mono) -> None:
        if len(samples):
            self._track.write(np.broadcast_to(samples, (2, len(samples))))

    def _resampled(self, block: Mono, rate: int) -> Mono:
        if rate == RATE:
            return block
        if rate != self._rate:
            self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
            self._rate = rate
        assert self._resampler is not None
        whole = np.ascontiguousarray(block[np.newaxis], np.float32)
        frame = av.AudioFrame.from_ndarray(whole, format="fltp", layout="mono")
        frame.sample_rate = rate
        made = [each.to_ndarray()[0] for each in self._resampler.resample(frame)]
        return np.concatenate([*made, np.zeros(0, np.float32)]).astype(np.float32)
