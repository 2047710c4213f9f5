"""Texts about time, for HUD and desk: tempo, beat, and pending changes. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from visualizer.show.parameters import BY_NAME
from visualizer.show.play_actions import Recall, Run, SelectPreset
from visualizer.show.records import Pending
from visualizer.show.setup_actions import GoInSet
from visualizer.show.state import Show
from visualizer.show.tempo import BAR, CLOCKS, led

SOURCES = {"": "", "tap": "tap", "midi clock": "MIDI clock", "link": "Link", "sound": "sound"}
"""Whose beat it is, for people; "" where it is the show's own."""


@dataclass(frozen=True, slots=True)
class TimeText:
    """bpm and source of the tempo. lost: its source is a clock that is heard no more. quantise:
    what changes wait for, "" for nothing. pending: what is waiting now, and until when, "" for
    nothing.
    """

    bpm: float
    source: str
    lost: bool
    quantise: str
    pending: str


def of(show: Show, bpm: float) -> TimeText:
    """The texts of this moment. bpm: the tempo to show, which may be one of a moment ago."""
    quantise = int(show.values["quantise"])
    source = show.tempo.source
    return TimeText(
        bpm=bpm,
        source=SOURCES.get(source, source),
        lost=source in CLOCKS and not led(show),
        quantise=BY_NAME["quantise"].text(quantise) if quantise else "",
        pending=_pending(show),
    )


def beat(show: Show) -> int:
    """Which beat of the bar it is, 0 to BAR - 1."""
    return math.floor(show.tempo.beats_at(show.time)) % BAR


def recorded(show: Show) -> float:
    """Seconds that are recorded so far: there is nothing to record before the first frame."""
    if show.recording is None or show.live_since is None:
        return 0.0
    return show.time - max(show.recording, show.live_since)


def _pending(show: Show) -> str:
    waiting = (show.pending, show.pending_recall)
    return ", ".join(_when(show, each) for each in waiting if each is not None)


def _when(show: Show, pending: Pending) -> str:
    """What will be done, and when."""
    left = pending.beat - show.tempo.beats_at(show.time)
    what = _what(show, pending)
    if left > BAR:
        return f"{what} in {math.ceil(left)} beats"
    return f"{what} on the {'bar' if pending.beat % BAR == 0 else 'beat'}"


def _what(show: Show, pending: Pending) -> str:
    """What will be done, in a few words."""
    match pending.action:
        case Run(command=name):
            times = f" ×{pending.times}" if pending.times > 1 else ""
            return name.replace("_", " ") + times
        case SelectPreset(index=index, prompt=prompt):
            preset = show.presets[index]
            own = 0 <= prompt < len(preset.prompts)
            return preset.prompts[prompt].text if own else preset.name
        case GoInSet(index=index):
            now = show.sets.now
            return now.entries[index].preset if now is not None else ""
        case Recall(slot=slot):
            return f"snapshot {slot}"
