"""The wall without a window: show, frames and time → the Moment to draw.

What takes time on the wall is kept here: the crossfade from frame to frame, the loop's motion
between them, the freeze, the fade to black, the strobe. The live stage and the offline render ask
the same Wall. No clock and no display: time comes in.
"""

from __future__ import annotations

from collections.abc import Callable

from visualizer.frame import Frame, Pixels
from visualizer.show.next_request import request
from visualizer.show.view import View
from visualizer.stage.pacing import LONGEST_RETURN, Carry, Pacer
from visualizer.stage.renderer import Moment
from visualizer.stage.strobe import Strobe


class Wall:
    """What the wall shows, from moment to moment.

    push: gets the pixels of each new picture, such as Renderer.push. strobe_limit: see
    Strobe. crossfades: False shows each frame at once, as it is, where every picture on the wall
    has a frame of its own. newest: the last frame that has come. pixels: of the newest picture that
    was pushed. pictures: how many moments there were since then. dim: the last one's fade to black,
    strobe left out. messages: lines for the performer, to be taken.
    """

    def __init__(
        self,
        push: Callable[[Pixels], None],
        *,
        strobe_limit: float | None = None,
        crossfades: bool = True,
    ) -> None:
        self.newest: Frame | None = None
        self.pixels: Pixels | None = None
        self.pictures = 0
        self.dim = 1.0
        self.messages: list[str] = []
        self._push = push
        self._strobe = Strobe(strobe_limit, lambda line: self.messages.append(line))
        self._crossfades = crossfades
        self._pacer, self._carry = Pacer(), Carry()
        self._unseen = False
        self._origin: int | None = None
        self._frozen = False
        self._mix = self._phase = 1.0
        self._unwanted = 0.0  # seconds since the newest frame in which the next was not due

    def show_frame(self, frame: Frame) -> None:
        """A new frame is there; the wall begins to fade to it, unless it is frozen."""
        self.newest, self._unseen = frame, True

    def moment(self, view: View, now: float, passed: float) -> Moment:
        """What to draw now (seconds), passed seconds after the moment before."""
        self._advance(view, now, passed)
        self._fade(view, passed)
        if self.pixels is not None:
            self.pictures += 1
        return Moment(
            mix=self._mix,
            dim=self.dim,
            dark=self._strobe.is_dark(view.played["strobe"], view.show.time),
            fit=view.show.fit,
            request=self._carry.request,
            ahead=self._carry.ahead,
            behind=self._carry.behind,
            looks=view.played,
            number=self.pictures,
        )

    def _advance(self, view: View, now: float, passed: float) -> None:
        """Let the crossfade go on, or stand still while frozen."""
        show = view.show
        if not show.generating:
            self._pacer.pause()
        released = self._frozen and not show.frozen
        # The first frame is shown even when frozen: there is nothing else to hold.
        self._frozen = show.frozen and not (self._unseen and self.pixels is None)
        if self._frozen:
            return
        if released:
            # From the held blend to the newest frame, be it a new one or the same.
            self._pacer.pause()
            self._unseen = self.newest is not None
        if self._unseen and self.newest is not None:
            same = self.newest.pixels is self.pixels
            self.pixels = self.newest.pixels
            self._push(self.newest.pixels)
            other = self._origin not in (None, self.newest.origin)
            # Another engine's picture need not continue the one before, at any smoothing.
            self._pacer.arrived(now, LONGEST_RETURN if other else self._carry.astray)
            self._origin = self.newest.origin
            if self._crossfades:
                self._carry.arrived(self.newest.request, same)
            self._unseen = False
            self._unwanted = 0.0
        if not self._crossfades:
            return
        self._mix = self._pacer.mix(now, view.played["smoothing"])
        # Where no frame is to come, motion ends with the newest one at its place, and goes on from
        # there once frames are wanted again.
        due = now - self._unwanted
        phase, missing = self._pacer.phase(due), self._pacer.missing(due)
        if not show.generating:
            self._unwanted += passed if phase >= 1.0 else 0.0
            phase = min(phase, max(self._phase, 1.0))
        elif missing and not request(show, view.played).wants_frame:
            self._unwanted += passed
        elif missing:
            self._carry.sway(missing)
        self._phase = phase
        self._carry.at(phase)

    def _fade(self, view: View, passed: float) -> None:
        """Go on to black, or back from it."""
        fade = view.played["blackout_fade"]
        step = passed / fade if fade > passed else 1.0
        dark = view.show.blackout
        self.dim = max(self.dim - step, 0.0) if dark else min(self.dim + step, 1.0)
