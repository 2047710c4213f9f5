"""Audio features in the core: levels that decay without new input, and onsets. Pure."""

from __future__ import annotations

from dataclasses import replace

from visualizer.show.parameters import BY_NAME
from visualizer.show.records import Sound, Tempo
from visualizer.show.state import Show
from visualizer.show.system_actions import Heard
from visualizer.show.tempo import CLOCKS

NEWS_LAST = 1.0
"""Seconds that news of the sound count: then a source that is gone falls silent."""

FADES = 0.5
"""Seconds in which a full level falls to silence then, so that nothing jumps."""

ONSET_FALLS = 0.3
"""Seconds in which an onset falls to 0: most of the way between two beats of fast music."""

TEMPO_SAME = 0.05
"""BPM by which two tempos are the same: found many times a second, it would never rest."""

CLOCK_KEEPS = 30.0
"""Seconds from a clock's last news after which the sound may lead the tempo again: a cable that
is pulled and put back does not count."""

HAND_KEEPS = 300.0
"""The same after a tap, or a tempo from a hand or a preset. They are about the song that is on:
after some minutes there is another."""


def heard(show: Show, action: Heard) -> Show:
    """The show with the news; its tempo too, if it is the sound's to set.

    Sound is the weakest of all that set the tempo, as it may take the half or the double for it.
    It sets one that was not touched since the start, and goes on with its own. A clock keeps
    it out while there are news of it, and CLOCK_KEEPS after; a tap, a hand on the parameter, or a
    preset's tempo for HAND_KEEPS.
    """
    sound = Sound(
        level=_share(action.level),
        bass=_share(action.bass),
        mid=_share(action.mid),
        treble=_share(action.treble),
        onset=1.0 if action.onsets > 0 else show.sound.onset,
        heard=show.time,
        aged=show.time,
    )
    show = replace(show, sound=sound)
    return show if action.bpm is None else _with_tempo(show, action.bpm)


def aged(show: Show) -> Show:
    """The show with its sound brought up to its time (each Tick)."""
    old = show.sound
    if old.heard is None:
        return show
    seconds = max(show.time - old.aged, 0.0)
    silent = max(show.time - max(old.heard + NEWS_LAST, old.aged), 0.0)
    fall = min(silent, seconds) / FADES
    sound = Sound(
        level=max(old.level - fall, 0.0),
        bass=max(old.bass - fall, 0.0),
        mid=max(old.mid - fall, 0.0),
        treble=max(old.treble - fall, 0.0),
        onset=max(old.onset - seconds / ONSET_FALLS, 0.0),
        heard=old.heard,
        aged=show.time,
    )
    return replace(show, sound=sound)


def _with_tempo(show: Show, bpm: float) -> Show:
    tempo, row = show.tempo, BY_NAME["tempo"]
    in_range = row.low <= bpm <= row.high  # also: no NaN
    if not _may_lead(show) or not in_range:
        return show
    bpm = row.clamp(bpm)
    if tempo.source == "sound" and abs(bpm - tempo.bpm) < TEMPO_SAME:
        return show
    beats = tempo.beats_at(show.time)  # the beat goes on without a jump
    tempo = Tempo(bpm=bpm, beats=beats, at=show.time, source="sound")
    return replace(show.with_values({"tempo": bpm}), tempo=tempo, taps=())


def _may_lead(show: Show) -> bool:
    """Whether the tempo is the sound's to set."""
    tempo = show.tempo
    if show.tempo_from or tempo.source == "sound":
        return show.tempo_from in ("", "sound")
    if tempo == Tempo():  # it was not set yet, but a preset may be about to
        return show.values["tempo"] == BY_NAME["tempo"].default
    return show.time - tempo.at >= (CLOCK_KEEPS if tempo.source in CLOCKS else HAND_KEEPS)


def _share(value: float) -> float:
    """value in [0, 1]; 0 for what is no number."""
    return min(max(value, 0.0), 1.0) if value == value else 0.0
