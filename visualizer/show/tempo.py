"""Tempo: the position of the beat, from taps, an external clock, or continuing by itself. Pure.

The beat counter advances with the tempo and never resets; bars begin where it is a multiple of BAR.
Rules:

- Turning the tempo changes the counter's pace, and never its place.
- The first tap of a series is the first beat of a bar, and each further one the next beat. So a
  single tap brings the bar back to the music, and leaves the tempo.
- A clock that runs says where the beat is; taps, and a hand on the tempo, then only get a line,
  as the clock would undo them. Of a clock that is stopped, or that never says where it is, only
  the tempo counts: taps bring in the beat.
- A clock that vanishes leaves the tempo running.
- Where one source is chosen, the others are not listened to.
- The sound is the weakest of all; when it may lead is in show/sound_levels.py.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

from visualizer.show.notices import say
from visualizer.show.parameters import BY_NAME
from visualizer.show.records import Tempo
from visualizer.show.state import Show
from visualizer.show.system_actions import Sync

SLOWEST, FASTEST = BY_NAME["tempo"].low, BY_NAME["tempo"].high
"""Beats a minute."""

BAR = 4
"""Beats in a bar."""

CLOCKS = ("midi clock", "link")
"""Sources that say where the beat is all the time."""

SOURCES = ("", "tap", *CLOCKS, "sound")
"""What may be chosen to set tempo and beat; "" is all of them, by rank. A hand may always."""

FRESH = 1.0
"""Seconds from a clock's last news for which the beat is its own alone."""

TAPS = 8
"""Most taps that are averaged: seven intervals, two bars."""

GAP = 2.0
"""Seconds without a tap, after which the next one begins a new series."""

BOUNCE = 0.1
"""Seconds after a tap in which another is none: a pad that bounces, at twice the fastest tempo."""

ASTRAY = 1 / 3
"""Share by which an interval may differ from the others of its series. Past it the pace has
changed, or a tap was missed, and the last two taps begin a new series."""

FARTHEST = 1e9
"""Beats, and seconds, beyond which news of a clock make no sense: floats still count them finely
enough."""


def led(show: Show) -> bool:
    """Whether a clock outside says where the beat is at this moment."""
    return show.tempo.source in CLOCKS and show.time - show.tempo.at < FRESH


def turned(show: Show) -> Show:
    """The show at the tempo that its values have now; the beat counter goes on without a jump.

    While a clock leads, its tempo is the one that stays.
    """
    bpm = show.values["tempo"]
    if bpm == show.tempo.bpm:
        return show
    if led(show):
        return _at(_refused(show), show.tempo)
    return replace(show, tempo=_rebased(show, bpm, ""), taps=())


def chosen(show: Show, source: str) -> Show:
    """The show whose tempo and beat come from one source alone, or from all by rank (""). They run
    on until it says something."""
    if source not in SOURCES:
        return say(show, f"the tempo source is one of {', '.join(SOURCES[1:])}, or all of them")
    if source and show.tempo.source not in ("", source):
        show = replace(show, tempo=_rebased(show, show.tempo.bpm, ""), taps=())
    return replace(show, tempo_from=source)


def tapped(show: Show) -> Show:
    """The show after a tap at this moment."""
    tempo, now = show.tempo, show.time
    if led(show):
        return _refused(show)
    last = show.taps[-1] if show.taps else None
    if last is None or now - last > GAP:
        bar = BAR * round(tempo.beats_at(now) / BAR)
        return replace(show, tempo=Tempo(tempo.bpm, bar, now, "tap"), taps=(now,))
    if now - last < BOUNCE:
        return show
    taps = _series(show.taps, now)
    bpm = 60.0 * (len(taps) - 1) / (now - taps[0])
    beat = round(tempo.beats_at(last)) + 1
    return replace(_at(show, Tempo(_clamped(bpm), beat, now, "tap")), taps=taps)


def _series(taps: tuple[float, ...], now: float) -> tuple[float, ...]:
    """The taps to average when one more comes at now."""
    if len(taps) > 1:
        usual = (taps[-1] - taps[0]) / (len(taps) - 1)
        if abs(now - taps[-1] - usual) > usual * ASTRAY:
            return taps[-1], now
    return (*taps, now)[-TAPS:]


def synced(show: Show, sync: Sync) -> Show:
    """The show after news of a clock outside. Of two clocks, the first leads until it stops."""
    if not (isfinite(sync.bpm) and abs(sync.beats) < FARTHEST and abs(sync.ago) < FARTHEST):
        return show
    source = show.tempo.source
    if show.tempo_from not in ("", sync.source):
        return show
    if led(show) and source != sync.source:
        return show
    bpm = _clamped(sync.bpm)
    if sync.running:
        return _at(show, Tempo(bpm, sync.beats, show.time - sync.ago, sync.source))
    # The sound gives way here, too, or the two would set the tempo by turns.
    source = "" if source in (sync.source, "sound") else source
    return _at(show, _rebased(show, bpm, source))


def _rebased(show: Show, bpm: float, source: str) -> Tempo:
    """Another tempo from this moment on."""
    return Tempo(bpm, show.tempo.beats_at(show.time), show.time, source)


def _at(show: Show, tempo: Tempo) -> Show:
    """The show with a tempo, which its parameter follows."""
    return replace(show.with_values({"tempo": tempo.bpm}), tempo=tempo)


def _refused(show: Show) -> Show:
    """The show that tells why a hand can't have the beat."""
    return say(show, f"the beat follows {show.tempo.source}; stop it to tap")


def _clamped(bpm: float) -> float:
    return BY_NAME["tempo"].clamp(bpm)
