"""Choose an H.264 encoder: a GPU's where one opens, else libx264 at a speed that keeps up."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

TIME_BASE = Fraction(1, 90_000)
"""Of a recording's timestamps, in seconds: MPEG's own."""

PIXELS_A_CORE = 1280 * 720 // 4
"""Pixels for each core up to which libx264 takes its preset veryfast; above it, ultrafast, which
takes half the time and half as many bytes again."""

SOFTWARE = "libx264"
"""The encoder that is always there."""

BT709 = 1
"""Matrix, primaries and transfer of HD video, as H.264 numbers them; and the limited range."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """name: FFmpeg's. pixels: FFmpeg's name of the 4:2:0 layout that it takes. fps: pictures a
    second that it is trusted with. options: FFmpeg's, for constant quality."""

    name: str
    pixels: str
    fps: float
    options: Mapping[str, str]


HARDWARE = (
    Encoder(
        "h264_nvenc", "nv12", 60.0, {"preset": "p4", "rc": "constqp", "qp": "21", "forced-idr": "1"}
    ),
    Encoder(
        "h264_qsv", "nv12", 60.0, {"preset": "veryfast", "global_quality": "21", "forced_idr": "1"}
    ),
    # Quality 65 of 100, in FFmpeg's unit.
    Encoder("h264_videotoolbox", "nv12", 60.0, {"flags": "+qscale", "global_quality": "7670"}),
    Encoder("h264_amf", "nv12", 60.0, {"rc": "cqp", "qp_i": "21", "qp_p": "21", "forced_idr": "1"}),
)


def software(width: int, height: int) -> Encoder:
    """libx264 for a size. Half the display's rate leaves the processor to the loop."""
    cores = os.cpu_count() or 2
    preset = "veryfast" if width * height <= PIXELS_A_CORE * cores else "ultrafast"
    threads = max(1, min(cores // 2, 6))
    options = {"preset": preset, "crf": "20", "threads": str(threads)}
    return Encoder(SOFTWARE, "yuv420p", 30.0, options)


def choose(width: int, height: int, hardware: Iterable[Encoder] = HARDWARE) -> Encoder:
    """The first encoder that encodes a picture of this size here. It takes up to a second."""
    return next((each for each in hardware if works(each, width, height)), software(width, height))


def resized(encoder: Encoder, width: int, height: int) -> Encoder:
    """The encoder that was chosen, for another size; libx264 where it can't have that."""
    return choose(width, height, () if encoder.name == SOFTWARE else (encoder,))


def works(encoder: Encoder, width: int, height: int) -> bool:
    """Whether an encoder is in this FFmpeg, opens, and encodes a picture."""
    try:
        context = av.CodecContext.create(encoder.name, "w")
        assert isinstance(context, av.VideoCodecContext)
        set_up(context, encoder, width, height)
        black = np.zeros((height, width, 3), np.uint8)
        frame = av.VideoFrame.from_ndarray(black, format="rgb24").reformat(format=encoder.pixels)
        frame.pts, frame.time_base = 0, TIME_BASE
        return bool([*context.encode(frame), *context.encode(None)])
    except (av.error.FFmpegError, ValueError):  # the second: this FFmpeg does not know it
        return False


def set_up(context: av.VideoCodecContext, encoder: Encoder, width: int, height: int) -> None:
    """Make an encoder's settings, before it is opened: a key frame a second (video_file.py forces
    those that would come later), and no pictures out of order."""
    context.width, context.height = width, height
    context.pix_fmt = encoder.pixels
    context.time_base = TIME_BASE
    context.framerate = Fraction(encoder.fps)
    context.gop_size = round(encoder.fps)
    context.max_b_frames = 0
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = BT709
    context.options = dict(encoder.options)
