"""The wall to other programs: a virtual camera, NDI, Spout and Syphon.

Each needs an optional library. A missing one is reported in one line; the show continues.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visualizer import terminal
from visualizer.frame import Pixels
from visualizer.outputs.output import Output

NAME = "Visualizer"
"""What other programs find, where no name is given."""

WAITING = 2
"""Most pictures that wait: others want the newest, and what is late is left out without a word."""


class Sender(Protocol):
    """An open way to other programs, for pictures of one size."""

    def send(self, pixels: Pixels) -> None:
        """Hand a picture over."""

    def close(self) -> None:
        """Give it back."""


class Missing(RuntimeError):
    """What it needs is not on this machine; str() is one line for people."""


@dataclass(frozen=True, slots=True)
class Program:
    """A way to other programs. what: for people. library: the module that it needs, which the extra
    of our package brings. system: the one that it is for, as sys.platform begins; "" for all.
    fps: pictures a second. open: with a name ("" for the usual), width and height; raises what the
    library does."""

    name: str
    what: str
    library: str
    extra: str
    system: str
    fps: float
    open: Callable[[str, int, int], Sender]


class _Camera:
    """pyvirtualcam: OBS's camera on Windows and macOS, v4l2loopback's on Linux."""

    def __init__(self, name: str, width: int, height: int) -> None:
        import pyvirtualcam

        self._camera = pyvirtualcam.Camera(width, height, 30, device=name or None)

    def send(self, pixels: Pixels) -> None:
        self._camera.send(pixels)

    def close(self) -> None:
        self._camera.close()


class _Ndi:
    """cyndilib, whose wheels bring NDI's own library."""

    def __init__(self, name: str, width: int, height: int) -> None:
        from cyndilib.sender import Sender as NdiSender
        from cyndilib.video_frame import VideoSendFrame
        from cyndilib.wrapper.ndi_structs import FourCC

        frame = VideoSendFrame()
        frame.set_resolution(width, height)
        frame.set_frame_rate(Fraction(30))
        frame.set_fourcc(FourCC.RGBX)
        self._sender = NdiSender(name or NAME, clock_video=False)
        self._sender.set_video_frame(frame)
        self._sender.open()

    def send(self, pixels: Pixels) -> None:
        self._sender.write_video(with_alpha(pixels).reshape(-1))

    def close(self) -> None:
        self._sender.close()


class _Spout:
    """SpoutGL, with an OpenGL context of its own; all of it in one thread."""

    GL_RGBA = 0x1908

    def __init__(self, name: str, width: int, height: int) -> None:
        import SpoutGL

        self._size, self._name = (width, height), name or NAME
        self._sender = SpoutGL.SpoutSender()
        if not self._sender.createOpenGL():
            raise RuntimeError("OpenGL can't be opened")
        self._sender.setSenderName(self._name)

    def send(self, pixels: Pixels) -> None:
        if not self._sender.sendImage(
            with_alpha(pixels).tobytes(), *self._size, self.GL_RGBA, False, 0
        ):
            raise RuntimeError("the picture can't be shared; is it on another graphics card?")
        self._sender.setFrameSync(self._name)

    def close(self) -> None:
        self._sender.releaseSender()
        self._sender.closeOpenGL()


class _Syphon:
    """syphon-python, by Metal."""

    def __init__(self, name: str, width: int, height: int) -> None:
        import syphon
        from syphon.utils.numpy import copy_image_to_mtl_texture
        from syphon.utils.raw import create_mtl_texture

        self._copy = copy_image_to_mtl_texture
        self._server = syphon.SyphonMetalServer(name or NAME)
        self._texture = create_mtl_texture(self._server.device, width, height)

    def send(self, pixels: Pixels) -> None:
        # Syphon counts rows from the bottom.
        self._copy(with_alpha(pixels[::-1]), self._texture)
        self._server.publish_frame_texture(self._texture)

    def close(self) -> None:
        self._server.stop()


PROGRAMS: Mapping[str, Program] = {
    row.name: row
    for row in (
        Program("camera", "the virtual camera", "pyvirtualcam", "camera", "", 30.0, _Camera),
        Program("ndi", "NDI", "cyndilib", "ndi", "", 30.0, _Ndi),
        Program("spout", "Spout", "SpoutGL", "spout", "win32", 60.0, _Spout),
        Program("syphon", "Syphon", "syphon", "syphon", "darwin", 60.0, _Syphon),
    )
}

_SYSTEMS = {"win32": "Windows", "darwin": "macOS"}


class ProgramOutput(Output):
    """The wall to a program; under a name, "" for the usual one."""

    def __init__(self, program: Program, name: str = "") -> None:
        super().__init__(program.what, program.fps, WAITING)
        self._program, self._found_as = program, name
        self._sender: Sender | None = None
        self._shape: tuple[int, ...] = ()

    def _work(self) -> None:
        check(self._program)  # said at the start of the show, not at its first picture
        super()._work()

    def write(self, pixels: Pixels, at: float) -> None:
        """See Output."""
        if self._sender is None or pixels.shape != self._shape:
            self.finish()
            height, width = pixels.shape[:2]
            self._sender = self._program.open(self._found_as, width, height)
            if not self._shape:
                named = f" as {self._found_as}" if self._found_as else ""
                self._say(f"the wall goes to {self.name}{named}")
            self._shape = pixels.shape
        self._sender.send(pixels)

    def finish(self) -> None:
        """See Output."""
        sender, self._sender = self._sender, None
        if sender is not None:
            sender.close()


def check(program: Program) -> None:
    """Raise Missing where what a program needs is not here."""
    if not sys.platform.startswith(program.system):
        raise Missing(f"only on {_SYSTEMS[program.system]}")
    try:
        importlib.import_module(program.library)
    except ImportError as error:
        if getattr(error, "name", None) == program.library:
            line = f"{program.library} is not installed; pip install 'visualizer[{program.extra}]'"
            raise Missing(line) from None
        raise Missing(f"{program.library} can't be loaded: {terminal.reason(error)}") from None


def why_not(program: Program) -> str:
    """Why the wall can't go to a program here; "" where it can. It is opened for a moment."""
    try:
        check(program)
        program.open("", 640, 480).close()
    except Exception as error:  # a library's own kinds
        return terminal.reason(error)
    return ""


def parse(text: str) -> tuple[str, str]:
    """KIND or KIND:NAME as (kind, name). Raises ValueError with a line for people."""
    kind, _, name = text.partition(":")
    if kind not in PROGRAMS:
        raise ValueError(f"'{kind}' is not one of {', '.join(PROGRAMS)}")
    return kind, name.strip()


def with_alpha(pixels: Pixels) -> NDArray[np.uint8]:
    """RGBA, opaque: shape (height, width, 4), C-contiguous."""
    whole = np.full((*pixels.shape[:2], 4), 255, np.uint8)
    whole[..., :3] = pixels
    return whole
