"""MIDI clock: tempo and beat from the 24 ticks a beat that it sends, and from its transport. Pure.

Ticks come early and late by milliseconds (USB frames, busy senders). A line is laid through the
times of the last 1.5 seconds by least squares; its slope is the tempo, and its end is when the
newest tick was due. After a change of tempo the line is right again 1.5 seconds later.

Outliers are not averaged in: a tick that comes more than 15 ms, or three quarters of a tick, from
where the line has it counts as if it had come there. A stall whose ticks all come at once
afterwards so changes nothing. Where half a beat of ticks in a row are off by half as much or more,
as after a stall that is not made up for, the line moves to where they are; where they are on a line
of their own, at another tempo, it begins again.

Rules, from the MIDI 1.0 specification (song position pointer; start, continue, stop):

- After start the next tick is the first beat of the song; after continue, the song goes on where
  it was stopped, or where the song position says.
- Ticks go on while the song is stopped, or pause with it: senders do either. Of a stopped song
  only the tempo counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from statistics import median

from visualizer.show.system_actions import Sync
from visualizer.show.tempo import FASTEST, SLOWEST

TICKS = 24
"""Clock messages in a beat."""

SIXTEENTH = 6
"""Clock messages in a unit of song position."""

SPAN = 1.5
"""Seconds of ticks that the line is laid through."""

MOST = ceil(FASTEST / 60 * TICKS * SPAN)
"""Most ticks kept: a flood of them must cost no more than the fastest tempo."""

SHORTEST = 60 / FASTEST / TICKS * 0.9
"""Seconds from tick to tick of the fastest tempo, and some less: jitter."""

ENOUGH = TICKS // 2
"""Ticks from which a tempo can be told; before, the one that was known goes on."""

OFF, OFF_TICKS = 0.015, 0.75
"""Seconds, and ticks, from the line at which one is an outlier, whichever is less: more than
jitter, and less than a tick at any tempo (15 ms are a tick at 167 bpm)."""

LOST = 0.5
"""Seconds without a tick after which the clock is gone: four ticks of the slowest tempo."""


@dataclass(frozen=True, slots=True)
class ClockFollower:
    """What is known of one MIDI clock. Times are seconds of any clock that never goes back.

    times: when the last ticks came; line: the same, outliers put right. outliers: how many of the
    newest ones are that, or half as far off. tick: the newest one's place in the song. due: when
    the line has it. bpm: the tempo, None until it can be told.
    """

    times: tuple[float, ...] = ()
    line: tuple[float, ...] = ()
    outliers: int = 0
    tick: int = 0
    due: float = 0.0
    bpm: float | None = None
    running: bool = False

    def heard(self, kind: str, at: float, position: int = 0) -> ClockFollower:
        """After a message that came at a time. kind: "clock", "start", "stop", "continue" or
        "songpos", with its position in sixteenths."""
        match kind:
            case "clock":
                return self._ticked(at)
            case "start":
                return replace(self, running=True, tick=-1)
            case "continue":
                return replace(self, running=True)
            case "stop":
                return replace(self, running=False)
            case "songpos":
                return replace(self, tick=position * SIXTEENTH - 1)
            case _:
                return self

    def sync(self, now: float) -> Sync | None:
        """Where the beat is now; None where there is no clock (any more) that could say."""
        if self.bpm is None or not 0.0 <= now - self.times[-1] < LOST:
            return None
        return Sync(
            bpm=round(self.bpm, 2),  # what lies below is jitter
            beats=self.tick / TICKS,
            ago=now - self.due,
            running=self.running,
            source="midi clock",
        )

    def _ticked(self, at: float) -> ClockFollower:
        here = bool(self.times) and 0.0 <= at - self.times[-1] < LOST
        first = next((n for n, t in enumerate(self.times) if at - t < SPAN), MOST) if here else MOST
        first = max(first, len(self.times) + 1 - MOST)
        times, line, outliers = (*self.times[first:], at), (*self.line[first:], at), 0
        if here and self.bpm is not None:
            tick = 60.0 / (TICKS * self.bpm)
            expected = self.due + tick
            off = abs(at - expected) / min(OFF, OFF_TICKS * tick)
            if off > 1.0:
                line = (*line[:-1], expected)
            if off > 0.5:  # at a new tempo that is near, ticks lie on both sides of the limit
                outliers = self.outliers + 1
        if outliers >= ENOUGH and (recent := _refitted(times, line)):
            times, line, outliers = times[-len(recent) :], recent, 0
        mean = sum(line) / len(line)
        slope = _slope(line, mean) if len(line) >= ENOUGH else 0.0
        bpm = self.bpm
        if slope > 0.0:  # not where all came at once
            bpm = min(max(60.0 / (TICKS * slope), SLOWEST), FASTEST)
        elif bpm is not None:
            slope = 60.0 / (TICKS * bpm)
        return ClockFollower(
            times=times,
            line=line,
            outliers=outliers,
            tick=self.tick + 1 if self.running else self.tick,
            due=mean + slope * (len(line) - 1) / 2,
            bpm=bpm,
            running=self.running,
        )


def _refitted(times: tuple[float, ...], line: tuple[float, ...]) -> tuple[float, ...]:
    """The line that the newest ticks, all outliers, are on; empty while they are on none."""
    newest, expected = times[-ENOUGH:], line[-ENOUGH:]
    mean = sum(newest) / ENOUGH
    slope = _slope(newest, mean)
    if abs(slope - _slope(expected, sum(expected) / ENOUGH)) * ENOUGH <= OFF / 2:
        late = median(time - due for time, due in zip(newest, expected, strict=True))
        return (*(time + late for time in line[:-ENOUGH]), *newest)  # at the tempo that it had
    off = max(abs(t - mean - slope * (n - (ENOUGH - 1) / 2)) for n, t in enumerate(newest))
    return newest if off <= OFF / 2 and slope >= SHORTEST else ()


def _slope(times: tuple[float, ...], mean: float) -> float:
    """Seconds from tick to tick, by least squares; mean: that of the times."""
    middle = (len(times) - 1) / 2
    moment = sum((n - middle) * (time - mean) for n, time in enumerate(times))
    return 12.0 * moment / (len(times) * (len(times) ** 2 - 1))
