"""Where rendered pictures go: a video, or a folder of PNG frames.

A video is made beside its place as NAME-unfinished.mp4 and gets its name when it is whole, so that
a failed run destroys no older one. What is there of one that ends before is closed, so that it
plays, and called NAME-partial.mp4.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import numpy as np
from PIL import Image

from visualizer import terminal
from visualizer.disk import free_name
from visualizer.frame import Pixels
from visualizer.options import OptionError
from visualizer.outputs.audio_track import AudioTrack, Stereo

VIDEO = ".mp4"

OTHER_MEDIA = (
    ".apng", ".avi", ".bmp", ".flv", ".gif", ".jpeg", ".jpg", ".m4v", ".mkv", ".mov", ".mpeg",
    ".mpg", ".mxf", ".ogv", ".png", ".tif", ".tiff", ".ts", ".webm", ".webp", ".wmv",
)  # fmt: skip
"""Endings that ask for what is not made here. Any other is part of a folder's name: show_1.5."""


STATE = "continue.npz"
"""In a folder of frames: what a run that goes on with it needs. It is gone when all are made."""


FRESH = 60.0
"""Seconds since an unfinished video was last written to in which its render may still run."""


class Writer(Protocol):
    """Takes pictures one by one; pixels uint8 (height, width, 3), and each one's sound if any.

    kept: where the pictures are after the end, None for nowhere; count: how many were written.
    state: where what another run needs to go on may be kept; None where none can.
    """

    kept: Path | None
    count: int
    state: Path | None

    def write(self, pixels: Pixels, sound: Stereo | None = None) -> None:
        """Add one picture. Raises OSError where it can't be stored."""


def check_out(out: Path, continuing: bool = False) -> None:
    """OptionError where out can't be written, or would mix with an older run; before a model loads.
    continuing: an older run is continued.

    Its folder is made.
    """
    suffix = out.suffix.lower()
    try:
        if suffix == VIDEO and out.is_dir():
            raise OptionError(f"{out} is a folder; give the name of a file")
        if suffix in OTHER_MEDIA and not out.is_dir():
            raise OptionError(f"{out}: give a name ending in {VIDEO}, or a folder for PNG frames")
        if continuing and not (out / STATE).is_file():
            raise OptionError(
                f"--continue: {out} has no {STATE}, which an interrupted run of PNG frames "
                "leaves there"
            )
        if suffix != VIDEO and not continuing and next(out.glob("frame_*.png"), None):
            line = "resume it with --continue" if (out / STATE).is_file() else "empty it"
            raise OptionError(f"{out} has frames of another run; give another folder, or {line}")
        if suffix == VIDEO and _is_fresh(_unfinished(out)):
            raise OptionError(
                f"{out}: another render seems to be writing it, as {_unfinished(out).name} has "
                "just changed; give another name, or wait a minute if it has ended"
            )
        probe = _unfinished(out) if suffix == VIDEO else out / f"{STATE}.part"
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.open("wb").close()
        probe.unlink()
    except (FileExistsError, NotADirectoryError):
        raise OptionError(
            f"{out}: can't be written: there is a file where its folder should be"
        ) from None
    except (OSError, ValueError) as error:  # the second: a NUL in it
        raise OptionError(f"{out}: can't be written: {terminal.reason(error)}") from None


@contextmanager
def writer(out: Path, fps: Fraction, count: int = 0) -> Iterator[Writer]:
    """A writer for a path that check_out let pass: a video for .mp4, else a folder of frames, of
    which there are count already."""
    if out.suffix.lower() != VIDEO:
        folder = _Folder(out, count)
        yield folder
        (out / STATE).unlink(missing_ok=True)
        return
    part = _unfinished(out)
    video = _Video(part, fps)
    try:
        yield video
        video.close()
        os.replace(part, out)
        video.kept = out
    except BaseException:
        with suppress(Exception):
            video.close()
            if video.count:
                partial = free_name(out.with_stem(f"{out.stem}-partial"))
                os.replace(part, partial)
                video.kept = partial
        raise
    finally:
        part.unlink(missing_ok=True)


def _unfinished(out: Path) -> Path:
    return out.with_stem(f"{out.stem}-unfinished")


def _is_fresh(part: Path) -> bool:
    """Whether a file was written less than FRESH seconds ago."""
    return part.exists() and abs(time.time() - part.stat().st_mtime) < FRESH


def _frame(folder: Path, number: int) -> Path:
    return folder / f"frame_{number:06d}.png"


class _Folder:
    def __init__(self, folder: Path, count: int) -> None:
        self.kept: Path | None = folder
        self.count = count
        self.state: Path | None = folder / STATE
        self._folder = folder

    def write(self, pixels: Pixels, sound: Stereo | None = None) -> None:
        Image.fromarray(pixels).save(_frame(self._folder, self.count + 1))
        self.count += 1


class _Video:
    """H.264 in 4:2:0 and AAC, which every player and media server takes."""

    def __init__(self, path: Path, fps: Fraction) -> None:
        self.kept: Path | None = None
        self.count = 0
        self.state: Path | None = None
        self._container = av.open(str(path), "w")
        self._rate = Fraction(fps).limit_denominator(1001)
        self._stream: av.VideoStream | None = None
        self._track: AudioTrack | None = None

    def write(self, pixels: Pixels, sound: Stereo | None = None) -> None:
        height, width = (side - side % 2 for side in pixels.shape[:2])  # 4:2:0 wants even sides
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=self._rate)
            self._stream.width, self._stream.height = width, height
            self._stream.pix_fmt = "yuv420p"
            self._stream.options = {"crf": "16", "preset": "medium"}
            if sound is not None:  # all streams must be there before the first packet
                self._track = AudioTrack(self._container)
        whole = np.ascontiguousarray(pixels[:height, :width])
        frame = av.VideoFrame.from_ndarray(whole, format="rgb24")
        self._container.mux(self._stream.encode(frame))
        if self._track is not None and sound is not None:
            self._track.write(sound)
        self.count += 1

    def close(self) -> None:
        """Add what the encoders still hold, and end the file; it may be called again."""
        stream, self._stream = self._stream, None
        track, self._track = self._track, None
        try:
            if stream is not None:
                self._container.mux(stream.encode(None))
            if track is not None:
                track.finish()
        finally:
            self._container.close()
