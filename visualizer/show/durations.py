"""Lengths of time in seconds, beats or bars: "20 s", "16 beats", "1 bar". Pure.

A length is a parameter, and what it is counted in is another one beside it. Beats and bars
depend on the current tempo.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from visualizer.show.parameters import LENGTHS, SLOTS
from visualizer.show.state import Show
from visualizer.show.tempo import BAR

COUNTED_IN: Mapping[str, str] = MappingProxyType(
    {
        "hold": "hold_in",
        "crossfade": "crossfade_in",
        **{f"mod{slot}_every": f"mod{slot}_in" for slot in SLOTS},
    }
)
"""The parameters that are lengths, and those that say what they are counted in (LENGTHS)."""

_WRITTEN = re.compile(r"(\d+|\d*\.\d+) ?(s|seconds?|beats?|bars?)", re.ASCII)


def parse(text: str) -> tuple[float, int]:
    """A length as people write it: how many, and of what (a place in LENGTHS).

    Raises ValueError with a line for people.
    """
    found = _WRITTEN.fullmatch(text.strip().casefold())
    if found is None:
        raise ValueError(
            f"must be a number, or a length such as 20 s, 16 beats or 1 bar, not {text!r}"
        )
    count, unit = found.groups()
    return float(count), next(n for n, name in enumerate(LENGTHS) if name.startswith(unit))


def seconds(show: Show, name: str) -> float:
    """How many seconds a length is at the tempo in force. name: one of COUNTED_IN."""
    beats = (None, 1, BAR)[int(show.values[COUNTED_IN[name]])]
    length = show.values[name]
    return length if beats is None else beats_in_seconds(show, length * beats)


def beats_in_seconds(show: Show, beats: float) -> float:
    """How many seconds a number of beats last at the tempo in force."""
    return beats * 60.0 / show.tempo.bpm


def words(show: Show, name: str) -> str:
    """A length for people: "20 s", "16 beats", "1 bar"."""
    return in_words(show.values[name], show.values[COUNTED_IN[name]])


def in_words(length: float, counted_in: float) -> str:
    """As words(), of a number and of what it counts (a place in LENGTHS)."""
    unit = LENGTHS[int(counted_in)]
    short = "s" if unit == "seconds" else unit.removesuffix("s") if length == 1 else unit
    return f"{length:.4g} {short}"


def cycle(show: Show) -> Show:
    """The show whose hold and crossfade are counted in the next unit: their numbers stay.

    For the moment: a preset that says a length says with it what that is counted in.
    """
    unit = (show.values["hold_in"] + 1) % len(LENGTHS)
    return show.with_values({"hold_in": unit, "crossfade_in": unit})


def clock_text(seconds: float) -> str:
    """A length as a clock shows it: 0:05, 12:34, 1:02:03."""
    minutes, second = divmod(int(max(seconds, 0.0)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
