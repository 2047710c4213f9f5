"""Pacing: when a frame came and how long frames take → how far the crossfade is. Pure, no clock.

Frames come every 40 to 2000 ms, the wall is drawn every 16.7 ms. The fade from one frame to the
next takes just as long as frames take to come, so that the wall is always moving and never waits.

Two rules keep it smooth:

- A fade starts from what the wall shows (the renderer keeps the displayed blend), so a frame that
  comes early makes no jump.
- It is counted from the moment when the wall was *last drawn*, not from the frame's arrival:
  else the first picture of every fade would repeat the last one of the fade before, a stutter
  at each frame.

The loop's motion is carried on between frames by the same clock: the picture before moves on from
its place, the newest one comes to its own, and goes on beyond it while the next is late. Where
none comes for long, as while an engine is started again, the picture sways: it goes on, slows down,
and swings back to its place and on again: the wall neither stands still nor loses itself.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median

from visualizer.show.loop_motion import seconds_moved
from visualizer.show.request import Request

PERIOD = 1 / 60
"""Seconds from one picture on the wall to the next."""

WINDOW = 7
"""Gaps that the median looks at: three strange ones can't move it, four make a new speed."""

PAUSE = 5.0
"""Seconds without a frame that count as a pause, at any median: no fade lasts longer."""

LATEST = 2.0
"""Intervals after a frame up to which the next is late; beyond, it is missing and motion sways."""

SWAY = 3.0
"""Seconds of motion by which a picture is carried away at most while frames are missing."""

SWAY_ZOOM = 1.0
"""Octaves of zoom by which it is at most: any more, and it is a blur."""

LONGEST_RETURN = 1.5
"""Seconds, at most, of the fade from a picture that was carried away to one in its place, and
those of the fade to another engine's."""

FIRST_GUESS = 0.25
"""Seconds for the first fade, before two frames were seen."""


class Pacer:
    """How far the crossfade from the picture before to the newest frame is."""

    def __init__(self) -> None:
        self._gaps: deque[float] = deque(maxlen=WINDOW)
        self._arrived: float | None = None
        self._drawn: float | None = None
        self._start = 0.0
        self._length = FIRST_GUESS
        self._returned = 0.0
        self._reached = 1.0

    @property
    def interval(self) -> float:
        """Seconds from frame to frame: the median of the last gaps, pauses left out."""
        return median(self._gaps) if self._gaps else FIRST_GUESS

    def pause(self) -> None:
        """The gap until the next frame says nothing of how long frames take."""
        self._arrived = None

    def arrived(self, now: float, astray: float = 0.0) -> None:
        """A new frame is there (now in seconds): a fade to it starts. astray: seconds of motion
        that the wall is off; this fade and those that follow take as long, all together."""
        if self._arrived is not None and 0.0 < (gap := now - self._arrived) <= PAUSE:
            self._gaps.append(gap)
        self._arrived = now
        self._length = self.interval
        # After a stall of the wall, more than two periods would be a visible jump.
        drawn = now if self._drawn is None else self._drawn
        self._start = min(max(drawn, now - 2 * PERIOD), now)
        self._returned = max(self._returned, self._start + min(astray, LONGEST_RETURN))
        self._reached = 0.0

    def mix(self, now: float, smoothing: float) -> float:
        """0 (the picture before) to 1 (the newest frame) at a moment; asked once per drawing.

        smoothing 1: the fade takes the whole interval; 0: a cut, but from a wall that is astray.
        Never goes back within a fade, even where the performer turns smoothing up in the middle of
        one.
        """
        length = self._length * min(max(smoothing, 0.0), 1.0)
        length = max(length, self._returned - self._start)
        elapsed = now - self._start
        # Compared before dividing: a length of almost 0 would overflow.
        share = 1.0 if elapsed >= length else max(elapsed, 0.0) / length
        self._reached = max(self._reached, share)
        self._drawn = now
        return self._reached

    def phase(self, now: float) -> float:
        """Intervals since the newest frame's fade began, at any smoothing: 1 where the next is due,
        up to LATEST."""
        elapsed = max(now - self._start, 0.0)
        return LATEST if elapsed >= LATEST * self._length else elapsed / self._length

    def missing(self, now: float) -> float:
        """Seconds since the next frame was due and late; 0 before."""
        return max(now - self._start - LATEST * self._length, 0.0)


class Carry:
    """How far the two pictures of a crossfade are moved on along the loop's motion.

    request: the newest frame's, None before the first. ahead, behind: see renderer.Moment. astray:
    seconds of motion by which a picture has swayed. A frame that comes early or late finds the wall
    short of its place or beyond it; the next interval makes up for that, so that nothing jumps and
    nothing moves backwards.
    """

    def __init__(self) -> None:
        self.request: Request | None = None
        self.ahead = self.behind = self.astray = 0.0
        self._length = 0.0

    def arrived(self, request: Request, same: bool) -> None:
        """A new frame is there. same: it is the picture before, which has not moved."""
        before, self.request = self.request, request
        moved = 0.0 if before is None or same else seconds_moved(before.time, request.time)
        self._length = max(moved - (self.behind - self.astray), 0.0)
        self.astray = 0.0
        self.at(0.0)

    def at(self, phase: float) -> None:
        """Go to a phase of the pacer's."""
        self.ahead = phase * self._length + self.astray
        self.behind = (phase - 1.0) * self._length + self.astray

    def sway(self, missing: float) -> None:
        """A frame has been missing for so many seconds: on at first as before, and never far."""
        zoom = abs(self.request.zoom) if self.request is not None else 0.0
        furthest = min(SWAY, SWAY_ZOOM / zoom) if zoom else SWAY
        turn = missing / furthest - math.pi / 2
        swung = math.cos(turn)
        self.astray = furthest * (swung if turn < 0.0 else (1.0 + swung) / 2)


class Rate:
    """Events a second over the last seconds; 0 when they stop."""

    def __init__(self, seconds: float = 2.0) -> None:
        self._seconds = seconds
        self._events: deque[tuple[float, int]] = deque()

    def count(self, now: float, number: int) -> None:
        """The running number of an event (from 0 or 1) and when it was; skipped ones count."""
        if self._events and number <= self._events[-1][1]:
            self._events.clear()  # counted again: another run
        self._events.append((now, number))
        # At least two stay, so that one frame in ten seconds has a rate too.
        while len(self._events) > 2 and self._events[1][0] < now - self._seconds:
            self._events.popleft()

    def per_second(self, now: float) -> float:
        """The rate; 0 once nothing has come for three times as long as expected (1 s or more)."""
        if len(self._events) < 2:
            return 0.0
        (first, low), (last, high) = self._events[0], self._events[-1]
        if last <= first:
            return 0.0
        rate = (high - low) / (last - first)
        return 0.0 if now - last > max(1.0, 3.0 / rate) else rate


MEASURED = 600
"""Display frames that the 99th percentile is of: ten seconds."""


class Beat:
    """When the next picture is due, 60 a second, and how many came late. p99: seconds that all but
    one in a hundred of the last MEASURED took, renewed once a second; 0 for none yet."""

    def __init__(self) -> None:
        self.late = 0
        self.p99 = 0.0
        self._taken: deque[float] = deque(maxlen=MEASURED)
        self._count = 0
        self._due: float | None = None
        self._shown: float | None = None

    def wait(self, now: float) -> float:
        """Seconds to wait before the next picture may be shown; 0 or more."""
        if self._due is None or not -PERIOD < self._due - now < 2 * PERIOD:
            self._due = now  # the first, or out of step: a new beat, no catching up in a burst
        return max(self._due - now, 0.0)

    def shown(self, now: float) -> None:
        """A picture went to the wall. An interval over one and a half periods counts as late."""
        if self._shown is not None:
            self.late += now - self._shown > 1.5 * PERIOD
            self._taken.append(now - self._shown)
            self._count += 1
            if self._count % 60 == 0:
                self.p99 = sorted(self._taken)[len(self._taken) * 99 // 100]
        self._shown = now
        self._due = PERIOD + (now if self._due is None else self._due)
