"""The recorder: wall and sound into a video.

Pictures bear the time at which they were on the wall, so one that is dropped leaves a longer one,
and nothing runs out of step. Where the wall takes another size for good, the recording goes on in a
new file.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from platformdirs import user_videos_path

from visualizer import terminal
from visualizer.disk import reserve
from visualizer.frame import Pixels
from visualizer.outputs.audio_track import Mono
from visualizer.outputs.encoders import Encoder, choose, resized
from visualizer.outputs.output import Output
from visualizer.outputs.picture_file import dated
from visualizer.outputs.video_file import VideoFile
from visualizer.show.durations import clock_text

BLOCKS_WAITING = 1000
"""Most blocks of sound that wait: ten seconds."""

SETTLED = 0.5
"""Seconds for which the wall has a new size before a new file begins: while a window's edge is
dragged it has another with each picture, and none of those is recorded."""


class Recorder(Output):
    """folder: made where it is missing; None for the user's videos. sound: whether the video gets a
    sound track. clock: the one that pictures' times are by, in seconds."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        sound: bool = False,
        clock: Callable[[], float] = time.perf_counter,
        choose: Callable[[int, int], Encoder] = choose,
        create: Callable[[Path], BinaryIO] = lambda path: path.open("wb"),
    ) -> None:
        super().__init__("the recording", fps=30.0)  # until the encoder is known
        self._folder = folder
        self._sound = sound
        self._clock = clock
        self._choose, self._create = choose, create
        self._heard: SimpleQueue[tuple[Mono, float, float]] = SimpleQueue()
        self._video: VideoFile | None = None
        self._path: Path | None = None
        self._encoder: Encoder | None = None
        self._shape: tuple[int, ...] = ()
        self._new_shape: tuple[int, ...] = ()
        self._new_since = 0.0
        self._dropped_before = 0  # in the files before this one
        self._start = self._end = 0.0

    def hear(self, block: Mono, rate: float) -> None:
        """Samples that have just been heard, and their rate in Hz; from any thread."""
        if self._heard.qsize() < BLOCKS_WAITING:
            self._heard.put((block, rate, self._clock()))

    def write(self, pixels: Pixels, at: float) -> None:
        """See Output."""
        if pixels.shape != self._new_shape:
            self._new_shape, self._new_since = pixels.shape, at
        if pixels.shape != self._shape:
            if self._video is not None and at - self._new_since < SETTLED:
                return
            self._close()
            self._open(pixels.shape, at)
        assert self._video is not None
        while not self._heard.empty():
            block, rate, end = self._heard.get_nowait()
            self._video.hear(block, rate, end - self._start)
        self._video.write(pixels, at - self._start)
        self._end = at

    def finish(self) -> None:
        """See Output."""
        self._close()

    def failed(self, error: Exception) -> str:
        """See Output."""
        line = f"the recording has ended: {terminal.reason(error)}"
        return f"{line}; the part until then is in {self._path}" if self._written else line

    def too_slow(self) -> str:
        """See Output."""
        return "recording: the encoder is too slow, and some pictures are dropped"

    def _drop(self) -> None:
        if self._video is not None:  # else the encoder is chosen, which takes up to a second
            super()._drop()

    @property
    def _written(self) -> bool:
        """Whether there is anything in the file."""
        try:
            return self._path is not None and self._path.stat().st_size > 0
        except OSError:  # the disk was taken away
            return False

    def _open(self, shape: tuple[int, ...], at: float) -> None:
        height, width = (side - side % 2 for side in shape[:2])  # 4:2:0 wants even sides
        if self._encoder is None:
            encoder = self._choose(width, height)
        else:
            encoder = resized(self._encoder, width, height)
        folder = self._folder or user_videos_path() / "Visualizer"
        path = reserve(folder / dated(".mp4"), 0o666)  # for others, too: no prompt is in it
        try:
            file = self._create(path)
            self._video = VideoFile(file, (width, height), encoder, sound=self._sound)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise
        self._path, self._shape, self._start, self._encoder = path, shape, at, encoder
        self.fps = encoder.fps
        self._say(f"recording {path} ({encoder.name}, {encoder.fps:.0f} pictures a second)")

    def _close(self) -> None:
        video, self._video = self._video, None
        if video is None:
            return
        if self._off.is_set():  # it has failed, and there is no more to be had of it
            with suppress(Exception):
                video.close()
            if self._path is not None and not self._written:
                with suppress(OSError):
                    self._path.unlink()
            return
        video.close()
        dropped, self._dropped_before = self.dropped - self._dropped_before, self.dropped
        left_out = f"; {dropped} pictures were dropped" if dropped else ""
        length = clock_text(self._end - self._start)
        self._say(f"recorded {length} to {self._path}{left_out}")
