"""Previews of the next prompt: stills made from the loop's own picture, in between its frames.

A fork of the engine (checkpoint.forked) runs a few frames of the next prompt, at most one between
two of the loop's, which stay as they would have been. While it runs, frames come half as often.
What the show no longer comes to is dropped, and what fails here never reaches the loop. For the
producer's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from visualizer import terminal
from visualizer.engine import checkpoint
from visualizer.engine.engine import Engine
from visualizer.engine.failures import UNSHOWN, one_line, out_of_memory
from visualizer.frame import Pixels
from visualizer.show.request import Following, Place, Request
from visualizer.show.status import NextPreview

FRAMES = 8
"""Frames of a preview: about what a model that makes one step a frame takes to follow a prompt."""

ROOM = 1 / 24
"""Seconds of a frame, at most, for a GPU to make previews without being asked."""

LONGEST_SIDE = 480
"""Pixels of a preview's longer side, at most."""

QUALITY = 80
"""Of its JPEG: 10 to 30 kB."""


class NextPreviews:
    """One preview at a time. tell: takes each as it begins and as it is made, and None where it
    was given up. say: takes a line for the performer."""

    def __init__(
        self, tell: Callable[[NextPreview | None], None], say: Callable[[str], None]
    ) -> None:
        self._tell, self._say = tell, say
        self._fork: Engine | None = None
        self._wanted: Request | None = None
        self._place: Place | None = None
        """What the last one was begun for."""
        self._left = 0
        self._asked: int | None = None
        self._before: Request | None = None

    def step(self, engine: Engine, request: Request, seconds: float) -> None:
        """Go on by a frame, if there is one to make. For between two frames: request: that of the
        last, which took so many seconds."""
        following, settled = request.following, self._settled(request)
        if following is None or (self._fork is not None and following.place != self._place):
            self.drop()
        if following is None:
            return
        asked = self._asked not in (None, following.asked)
        self._asked = following.asked
        by_itself = engine.device == "cuda" and seconds <= ROOM and settled
        if asked or (by_itself and following.place != self._place):
            self._begin(engine, request, following)
        if self._fork is not None:
            self._go_on(request.time)

    def make_room(self, error: Exception) -> bool:
        """Memory is out for a frame of the loop: give up the preview that is being made, which
        takes some. Whether one was; it is not made again by itself."""
        if self._fork is None:
            return False
        self._fork = None
        self._failed(error)
        self._tell(None)
        return True

    def drop(self) -> None:
        """Give up the one that is being made; the loop may be another one from here on."""
        if self._fork is not None:
            self._tell(None)
        self._fork = self._place = None

    def _settled(self, request: Request) -> bool:
        """Whether no crossfade is under way, which is when a slower loop would be seen."""
        before, self._before = self._before, request
        return before is not None and before.prompts == request.prompts

    def _begin(self, engine: Engine, request: Request, following: Following) -> None:
        self._place = following.place
        wanted = replace(following.request, restarts=request.restarts)
        if wanted.source == request.source:
            wanted = replace(wanted, source_pixels=request.source_pixels)
        self._wanted, self._left = wanted, FRAMES
        try:
            self._fork = checkpoint.forked(engine)
        except Exception as error:  # an engine that can't be forked plays on
            self._failed(error)
        else:
            self._tell(NextPreview(following.place))

    def _go_on(self, time: float) -> None:
        """A frame more. time: show time."""
        assert self._fork is not None
        assert self._wanted is not None
        assert self._place is not None
        unshown = UNSHOWN.set(True)
        try:
            picture = self._fork.next(replace(self._wanted, time=time))
            self._left -= 1
            if self._left:
                return
            made = NextPreview(self._place, _small_jpeg(picture.pixels))
        except Exception as error:
            self._failed(error)
            made = None
        finally:
            UNSHOWN.reset(unshown)
        self._fork = None
        self._tell(made)

    def _failed(self, error: Exception) -> None:
        terminal.trace(error)
        error.__traceback__ = None  # it holds what the frame had in memory
        why = "the GPU's memory is full" if out_of_memory(error) else one_line(error)
        self._say(f"no preview of the next prompt: {why}")


def _small_jpeg(pixels: Pixels) -> bytes:
    height, width = pixels.shape[:2]
    scale = min(LONGEST_SIDE / max(height, width), 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return np.asarray(jpeg).tobytes()
