"""The wall of a video: the live show's wall (stage/wall.py) drawn on a surface of the video's size.

Drawn by the software renderer, which gives the same pixels on every machine, at full size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import pygame

from visualizer.frame import Frame, Pixels
from visualizer.outputs.audio_track import Stereo
from visualizer.show.state import Show
from visualizer.show.status import Status
from visualizer.show.view import View
from visualizer.stage.geometry import Size
from visualizer.stage.pacing import PERIOD
from visualizer.stage.renderer import Moment
from visualizer.stage.software_renderer import SoftwareRenderer
from visualizer.stage.wall import Wall


class Shown(NamedTuple):
    """What a picture of a video is drawn from. frame: a new one, None where the one before stays.
    show: as it is then. sound: what is heard meanwhile, None for nothing."""

    frame: Frame | None
    show: Show
    sound: Stereo | None


def due(number: int, share: Fraction) -> bool:
    """Whether the engine makes a frame for a video's picture of that number (from 0), as it does
    for a share of them."""
    return number == 0 or math.floor(number * share) != math.floor((number - 1) * share)


class VideoWall:
    """Takes frames, gives pictures of the wall.

    size: (width, height) in pixels; None for that of the first frame. fps: pictures a second.
    drawn: how many another run has drawn before. crossfades: whether frames come more rarely than
    pictures, and are faded into one another; else each is shown as it is. strobe_limit: see
    Strobe. say: gets lines for people.
    """

    def __init__(
        self,
        size: Size | None,
        fps: Fraction | float,
        *,
        drawn: int = 0,
        crossfades: bool,
        strobe_limit: float | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._size, self._say = size, say
        self._renderer: SoftwareRenderer | None = None
        self._wall = Wall(self._push, strobe_limit=strobe_limit, crossfades=crossfades)
        self._wall.pictures = drawn
        self._last: float | None = None
        self._trail = 1.0 / (PERIOD * float(fps))

    def pictures(self, shown: Iterable[Shown]) -> Iterator[tuple[Pixels, Stereo | None]]:
        """The wall's pictures, each with its sound. The first has a frame."""
        for frame, show, sound in shown:
            if frame is not None:
                self._wall.show_frame(frame)
            yield self.draw(show), sound

    def draw(self, show: Show) -> Pixels:
        """The wall as it is at the show's time."""
        passed = 0.0 if self._last is None else max(show.time - self._last, 0.0)
        self._last = show.time
        moment = self._wall.moment(View(show, Status()), show.time, passed)
        while self._wall.messages:
            self._say(self._wall.messages.pop(0))
        assert self._renderer is not None, "there is a frame"
        self._renderer.draw(self._at_this_rate(moment))
        return self._renderer.read()

    def _at_this_rate(self, moment: Moment) -> Moment:
        """Trails are given for the live wall's pictures: as long at any rate."""
        kept = moment.looks["trails"]
        if kept in (0.0, 1.0) or self._trail == 1.0:
            return moment
        return replace(moment, looks={**moment.looks, "trails": kept**self._trail})

    def _push(self, pixels: Pixels) -> None:
        if self._renderer is None:
            size = self._size or (pixels.shape[1], pixels.shape[0])
            surface = pygame.Surface(size, depth=32)
            self._renderer = SoftwareRenderer(surface, finest=math.inf)
        self._renderer.push(pixels)
