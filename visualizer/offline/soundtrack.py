"""A sound file for an offline video: decoded block by block, one block a frame.

Nothing is held but the block at hand, so that a night's recording needs no more memory than a song.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from visualizer import terminal
from visualizer.options import OptionError
from visualizer.outputs.audio_track import RATE, Stereo


class Soundtrack:
    """The sound of a file, or of a video. Raises OptionError, with a line, where it has none.

    All of it is decoded once before anything is made: an hour into a video is too late to learn
    that a file is broken. seconds: its length. damaged: pieces of it that can't be decoded and are
    left out.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.damaged = 0
        try:
            self.seconds = sum(block.shape[1] for block in self._decoded()) / RATE
        except (av.error.FFmpegError, ValueError) as error:  # the second: it changes on the way
            why = terminal.reason(error)
            raise OptionError(f"--sound {path}: can't be read: {why}") from None
        if not self.seconds:
            raise OptionError(f"--sound {path}: there is no sound in it")

    def blocks(self, fps: Fraction | float) -> Iterator[Stereo]:
        """The sound of each frame of a video, one after the other; silence after the end."""
        samples = self._decoded()
        held = np.zeros((2, 0), np.float32)
        frame = 0
        while True:
            start, end = round(frame * RATE / fps), round((frame + 1) * RATE / fps)
            while held.shape[1] < end - start:
                more = next(samples, None)
                if more is None:
                    more = np.zeros((2, end - start), np.float32)
                held = np.concatenate((held, more), axis=1)
            yield held[:, : end - start]
            held = held[:, end - start :]
            frame += 1

    def _decoded(self) -> Iterator[Stereo]:
        """The file's first sound, in stereo at RATE; none where there is none."""
        with av.open(str(self._path)) as container:
            if not container.streams.audio:
                return
            # One channel stays one here: as both sides of a stereo sound it would lose 3 dB.
            sides = len(container.streams.audio[0].layout.channels)
            layout = "mono" if sides == 1 else "stereo"
            resampler = av.AudioResampler(format="fltp", layout=layout, rate=RATE)
            for packet in container.demux(audio=0):
                try:
                    frames = packet.decode()
                except av.error.InvalidDataError:  # downloads and rips often have some
                    self.damaged += 1
                    continue
                for frame in frames:
                    yield from _arrays(resampler.resample(frame))
            yield from _arrays(resampler.resample(None))


def mono(samples: Stereo) -> NDArray[np.float32]:
    """Both channels as one, shape (n,)."""
    return np.asarray(samples.mean(axis=0))


def _arrays(frames: list[av.AudioFrame]) -> Iterator[Stereo]:
    for frame in frames:
        if frame.samples:
            samples = frame.to_ndarray().astype(np.float32)
            yield np.broadcast_to(samples, (2, frame.samples))
