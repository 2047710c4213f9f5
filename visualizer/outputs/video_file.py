"""A video in progress: fragmented MP4, so that what was written plays even after a crash."""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO

import av
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from visualizer.frame import Pixels
from visualizer.outputs.audio_track import PRIMING, AudioTrack, HeardTrack, Mono
from visualizer.outputs.encoders import TIME_BASE, Encoder, set_up

FRAGMENTS = "frag_keyframe+empty_moov+default_base_moof"
"""A fragment begins at each key frame, once a second, and is written when the next one begins."""


KEY_EVERY = round(1 / TIME_BASE)
"""From one key frame to the next at most: a second."""


class VideoFile:
    """file: written to from its beginning to its end; closed at last. size: (width, height) of its
    pictures, even. sound: whether it has a sound track."""

    def __init__(
        self, file: BinaryIO, size: tuple[int, int], encoder: Encoder, *, sound: bool
    ) -> None:
        self._sink = _Sink(file)
        self._size, self._encoder = size, encoder
        self._container = av.open(
            self._sink, "w", format="mp4",
            options={"movflags": FRAGMENTS, "flush_packets": "1"},
        )  # fmt: skip
        stream = self._container.add_stream(encoder.name, rate=round(encoder.fps))
        assert isinstance(stream, av.VideoStream)
        set_up(stream.codec_context, encoder, *size)
        stream.time_base = TIME_BASE
        self._stream = stream
        self._track = AudioTrack(self._container, PRIMING) if sound else None
        self._heard = HeardTrack(self._track) if self._track is not None else None
        self._reformatter = VideoReformatter()
        self._last, self._key = -1, 0

    def write(self, pixels: Pixels, seconds: float) -> None:
        """Add a picture. seconds: since the video's beginning. Raises OSError."""
        width, height = self._size
        whole = np.ascontiguousarray(pixels[:height, :width])
        frame = self._reformatter.reformat(
            av.VideoFrame.from_ndarray(whole, format="rgb24"),
            format=self._encoder.pixels,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
        )
        self._last = max(round(seconds / TIME_BASE), self._last + 1)
        frame.pts, frame.time_base = self._last, TIME_BASE
        if self._last - self._key >= KEY_EVERY:  # however few pictures a second there are
            self._key = self._last
            frame.pict_type = PictureType.I
        if self._heard is not None:
            self._heard.fill(seconds)
        self._container.mux(self._stream.encode(frame))
        self._check()

    def hear(self, block: Mono, rate: float, end: float) -> None:
        """Add sound, where there is a track for it; see HeardTrack.add. Raises OSError."""
        if self._heard is not None:
            self._heard.add(block, rate, end)

    def close(self) -> None:
        """Add what the encoders still hold and end the file, also after a failure. Raises
        OSError."""
        try:
            self._container.mux(self._stream.encode(None))
            if self._track is not None:
                self._track.finish()
            self._container.close()
        finally:
            self._sink.close()
        self._check()

    def _check(self) -> None:
        if self._sink.fault is not None:
            raise self._sink.fault


class _Sink:
    """What FFmpeg writes to: each of its writes is with the system when it returns.

    FFmpeg is never told of a fault, and writes on to nowhere: ended after one, PyAV 18 crashes the
    program. fault: the first one.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.fault: OSError | None = None

    def write(self, content: bytes) -> int:
        if self.fault is None:
            try:
                self._file.write(content)
                self._file.flush()
            except OSError as error:
                self.fault = error
        return len(content)

    def close(self) -> None:
        with suppress(OSError):  # what a fault has left in Python's buffer
            self._file.close()
