"""A parameter: its range, its value from a knob's position or typed text, and its value as text.
The table of all parameters is parameters.py."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

CTRL = "ctrl "
"""Stands before the name of a key that is played with Ctrl held."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a performer plays.

    low, high, default, step and fine are in the parameter's own unit. whole: only whole numbers.
    curve: exponent from a knob's position (0 to 1) to the range; above 1 gives the low end more
    of the knob's travel. choices: names of the values 0, 1, 2 …, where it is a choice and no
    amount. keys: (down, up), as pygame names them, with "ctrl " before those that are played with
    Ctrl held; none where it is played by the focus (show/reducers/focus.py) and from outside alone.
    cc: the MIDI control change of the generic map (20 to 31, 85 to 90 and 102 to 119 are undefined
    in MIDI, so safe to take); None for none. reference: its value in the app that this one grew out
    of, for presets that ask for its loop; None where that has no bearing on the loop. group:
    "loop", "time", "look" or "modulation": where the HUD, the help page and docs/playing.md put
    it. travel: how many whole values a knob plays: the block of so many, counted from 0, that holds
    the value in force; 0 for the whole range.
    """

    name: str
    label: str
    low: float
    high: float
    default: float
    step: float
    fine: float
    keys: tuple[str, str] | tuple[()]
    cc: int | None
    help: str
    unit: str = ""
    whole: bool = False
    curve: float = 1.0
    reference: float | None = None
    choices: tuple[str, ...] = ()
    group: str = "loop"
    travel: int = 0

    def clamp(self, value: float) -> float:
        """The nearest allowed value: within [low, high], rounded where whole."""
        value = min(max(value, self.low), self.high)
        # Steps of 0.1 add up to 0.9999999; the last digits mean nothing.
        return float(round(value)) if self.whole else round(value, 9)

    @property
    def range(self) -> str:
        """From where to where it goes, for people."""
        return f"{self.low:.10g} to {self.high:.10g}"

    def at(self, position: float, near: float | None = None) -> float:
        """The value at a knob's position in [0, 1]. near: the value in force, for travel."""
        position = min(max(position, 0.0), 1.0)
        low, high = self._span(self.default if near is None else near)
        return self.clamp(low + (high - low) * position**self.curve)

    def position(self, value: float) -> float:
        """The knob's position in [0, 1] at which the value stands; the inverse of at()."""
        low, high = self._span(value)
        share = (self.clamp(value) - low) / (high - low)
        return float(share ** (1.0 / self.curve))

    def _span(self, value: float) -> tuple[float, float]:
        """The ends of the block of values that a knob plays at a value. They lie at multiples of
        travel, so that they stay where they are while the knob moves."""
        if not self.travel:
            return self.low, self.high
        low = self.clamp(value) // self.travel * self.travel
        return low, min(low + self.travel - 1, self.high)

    def parse(self, given: object) -> float:
        """The value that a typed text, a file or a message means, in the unit and not clamped.

        Text is a number or, for a choice, its name or the beginning of just one. False is what
        YAML reads at a bare "off". Raises ValueError with the end of a line for people.
        """
        given = "off" if given is False and self.choices else given
        if isinstance(given, str):
            wanted = given.strip().casefold()
            names = [choice.casefold() for choice in self.choices]
            found = [place for place, name in enumerate(names) if name.startswith(wanted)]
            if wanted in names:
                return float(names.index(wanted))
            if wanted and len(found) == 1:
                return float(found[0])
        value = math.nan
        if isinstance(given, str | int | float) and not isinstance(given, bool):
            with suppress(ValueError, OverflowError):
                # Some keypads have a comma for the point.
                value = float(given.replace(",", ".") if isinstance(given, str) else given)
        if math.isfinite(value):
            return value
        what = f"one of {', '.join(self.choices)}" if self.choices else "a number"
        raise ValueError(f"must be {what}, not {shorten(given)}")

    @property
    def digits(self) -> int:
        """Decimals of a value that people see."""
        return 0 if self.whole else 3 if self.fine < 0.01 else 2

    def text(self, value: float) -> str:
        """The value for people, with its unit."""
        if self.choices:
            return self.choices[int(self.clamp(value))]
        number = f"{value:.{self.digits}f}"
        return f"{number} {self.unit}" if self.unit else number


SHOWN = 40
"""Most characters of a faulty value that are shown."""


def shorten(given: object) -> str:
    """A faulty value for people: never longer than a line has room for."""
    text = given if isinstance(given, str) else str(given)
    text = repr(text[: SHOWN + 1]) if isinstance(given, str) else text
    return text if len(text) <= SHOWN + 2 else f"{text[:SHOWN]}…"


def nearest(given: str, names: Iterable[str]) -> str:
    """The three names most like a mistyped one, for the end of a line."""
    return ", ".join(difflib.get_close_matches(given, list(names), n=3, cutoff=0.0))
