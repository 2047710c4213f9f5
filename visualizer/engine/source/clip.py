"""A video file or a still: the frame that is due at a position in it, by PyAV and Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from visualizer.engine.failures import one_line

MOST_SIDE = 8192
"""Pixels of a picture's longer side that are read: one of 16k would take a gigabyte."""

STILL_SIDE = 4096
"""Pixels that a still's longer side is reduced to: what a zoom can show of it."""

THREADS = 2
"""That decode: the loop and the stage want the other cores."""

LEAP = 1.0
"""Seconds that a position may go on by from one call to the next without a seek."""

EXACT = 1e-4
"""Seconds by which a position may fall short of a frame's time and mean it: floats round."""

ANIMATED = ("GIF", "PNG", "WEBP")
"""Formats of pictures that may be videos; others keep several pictures for other reasons."""


STILLS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""Formats of pictures that are read: for some others Pillow starts another program, as Ghostscript
for PostScript."""


class SourceError(Exception):
    """A source can't be had, or can't be read on. str() is one line: what, and what to do."""


class Clip:
    """A file that is open. seconds: length of one round, 0 for a still.

    behind: whether the last call of at() came to its end before the frame that was due.
    Raises SourceError, also in at().
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seconds = 0.0
        self.behind = False
        self._container: av.container.InputContainer | None = None
        self._asked = 0.0
        self._now: av.VideoFrame | None = _still(path)
        self._coming: av.VideoFrame | None = None
        if self._now is None:
            self._open()
            self.seconds = self._length()
            self._seek(0.0)

    @property
    def pixel_aspect(self) -> float:
        """Width by height of a pixel."""
        ratio = None if self._container is None else self._stream.sample_aspect_ratio
        return float(ratio) if ratio else 1.0

    def at(self, position: float, most: int | None = None) -> av.VideoFrame:
        """The frame at a position in seconds, 0 to the length of a round.

        The result depends on the position alone, not on earlier calls, unless most ends a call
        early: at most that many frames are decoded, and the newest of them is returned.
        """
        assert self._now is not None
        if self._container is None:
            return self._now
        back = position < self._asked and position < self._time(self._now)
        if back or position - self._asked > LEAP:
            self._seek(position)
            most = None  # what lies between the key frame and the position is not to be seen
        self._asked = position
        while most != 0 and self._is_due(position):
            assert self._coming is not None
            self._now, self._coming = self._coming, next(self._frames, None)
            most = None if most is None else most - 1
        self.behind = self._is_due(position)
        return self._now

    def close(self) -> None:
        """Let go of the file."""
        if self._container is not None:
            self._container.close()

    def _is_due(self, position: float) -> bool:
        return self._coming is not None and self._time(self._coming) <= position + EXACT

    def _open(self) -> None:
        self.close()
        try:
            self._container = av.open(f"file:{self.path}")
        except (av.FFmpegError, OSError, ValueError) as error:
            raise unreadable(self.path, error) from None
        if not self._container.streams.video:
            raise SourceError(f"source {self.path}: it contains no picture; give another file")
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = THREADS
        check_size(self.path, self._stream.width, self._stream.height)

    def _length(self) -> float:
        """Seconds of a round: as the file says of its video or of the whole (as MKV and WebM do),
        else by its packets; 0 for a single picture."""
        assert self._container is not None
        base, duration = self._stream.time_base or 0, self._stream.duration
        if duration is None and self._container.duration is not None:
            base, duration = Fraction(1, av.time_base), self._container.duration
        if duration is None:
            ends, times = [0], []
            try:
                for packet in self._container.demux(self._stream):
                    if packet.pts is not None:
                        times.append(packet.pts)
                        ends.append(packet.pts + (packet.duration or 0))
            except av.FFmpegError:  # the end of a file that was cut off
                pass
            duration = max(ends) - min(times, default=0)
            if len(times) < 2:
                duration = 0
        return 0.0 if self._stream.frames == 1 else float(duration * base)

    def _seek(self, position: float) -> None:
        """Have the frames go on from a key frame at the position or before it."""
        assert self._container is not None
        base = self._stream.time_base
        try:
            start = self._stream.start_time or 0
            self._container.seek(start + int(position / base) if base else 0, stream=self._stream)
            self._begin()
        except av.FFmpegError:
            self._now = None
        if self._now is None or self._time(self._now) > position + EXACT:
            self._open()  # a format that can't seek: from the beginning on
            self._begin()
        if self._now is None:
            raise SourceError(
                f"source {self.path}: nothing of its video can be decoded; give another file"
            )

    def _begin(self) -> None:
        self._frames = self._decoded()
        self._now = next(self._frames, None)
        self._coming = next(self._frames, None)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """The frames from here to the end, or to where the file is cut off."""
        assert self._container is not None
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError):
                return
            try:
                yield from (frame for frame in packet.decode() if frame.pts is not None)
            except av.FFmpegError:  # a damaged piece: downloads and rips often have some
                continue

    def _time(self, frame: av.VideoFrame) -> float:
        """Seconds from the beginning at which a frame begins."""
        assert frame.pts is not None
        return float((frame.pts - (self._stream.start_time or 0)) * (self._stream.time_base or 0))


def unreadable(path: Path, error: Exception) -> SourceError:
    """What is said of a file that is neither a video nor a picture."""
    why = getattr(error, "strerror", None) or one_line(error)
    return SourceError(f"source {path}: can't be read as a video or a picture: {why}")


def check_size(path: Path, width: int, height: int) -> None:
    """Raises SourceError where a picture is larger than what is read."""
    if max(width, height) > MOST_SIDE:
        raise SourceError(
            f"source {path}: {width}x{height} pixels are too many; scale it to {MOST_SIDE} or less"
        )


def _still(path: Path) -> av.VideoFrame | None:
    """A still as a frame, turned the right way up; None for what is no still."""
    try:
        with Image.open(path, formats=STILLS) as image:
            if image.format in ANIMATED and getattr(image, "n_frames", 1) > 1:
                return None
            check_size(path, *image.size)
            image.draft("RGB", (STILL_SIDE, STILL_SIDE))
            picture = ImageOps.exif_transpose(image).convert("RGBA")
    except UnidentifiedImageError:
        return None
    except Image.DecompressionBombError:
        raise SourceError(f"source {path}: too many pixels; scale it to {MOST_SIDE}") from None
    except FileNotFoundError:
        raise SourceError(f"source {path}: no such file; check its path") from None
    except IsADirectoryError:
        raise SourceError(f"source {path}: a folder; give a video or a picture") from None
    except (OSError, ValueError, SyntaxError) as error:  # damaged, as Pillow says it
        raise unreadable(path, error) from None
    picture.thumbnail((STILL_SIDE, STILL_SIDE))
    ground = Image.new("RGBA", picture.size, "black")
    whole = np.asarray(Image.alpha_composite(ground, picture).convert("RGB"))
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(whole), format="rgb24")
