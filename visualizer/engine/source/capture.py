"""A camera, by PyAV: what the system's capture devices are called, and their newest frame."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import av

from visualizer.engine.failures import one_line
from visualizer.engine.source.clip import SourceError


@dataclass(frozen=True, slots=True)
class Device:
    """What FFmpeg opens: a device's name there, its format, and options."""

    file: str
    format: str
    options: Mapping[str, str] = field(default_factory=dict)


def device_of(number: int, platform: str = sys.platform) -> Device:
    """A system's camera of a number. Raises SourceError where there are fewer (Windows)."""
    if platform == "darwin":
        return Device(f"{number}:none", "avfoundation", {"framerate": "30"})
    if platform == "win32":
        try:
            named = [each.name for each in av.enumerate_input_devices("dshow")]
            return Device(f"video={named[number]}", "dshow")
        except (AttributeError, IndexError, av.FFmpegError, OSError, ValueError) as error:
            raise _missing(f"camera:{number}", one_line(error)) from None
    return Device(f"/dev/video{number}", "v4l2")


class Capture:
    """A camera that is open. Raises SourceError, also in at(): it may be pulled.

    seconds, behind: as of a clip; a camera has no length.
    """

    seconds = 0.0
    behind = False
    pixel_aspect = 1.0

    def __init__(self, name: str, device: Device) -> None:
        self._name, self._device = name, device
        try:
            self._container = av.open(
                device.file, format=device.format, options=dict(device.options)
            )
            self._frames = self._container.decode(video=0)
        except (av.FFmpegError, OSError, ValueError, IndexError) as error:
            raise _missing(name, f"{device.file}: {_reason(error)}") from None

    def at(self, position: float, most: int | None = None) -> av.VideoFrame:
        """The next frame; waits for it. position, most: of no account."""
        try:
            return next(self._frames)
        except (StopIteration, av.FFmpegError, OSError) as error:
            why = "it was unplugged" if isinstance(error, StopIteration) else _reason(error)
            raise SourceError(
                f"source {self._name}: no more pictures: {why}; it is tried again"
            ) from None

    def close(self) -> None:
        """Let go of the camera, so that other programs may have it."""
        self._container.close()


def _missing(name: str, why: str) -> SourceError:
    return SourceError(
        f"source {name}: no such camera, or in use elsewhere ({why}); plug it in or close the "
        "other program, it is tried again"
    )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or one_line(error)
