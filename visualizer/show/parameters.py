"""The table of parameters. One row each; keyboard, MIDI, HUD, presets, --set and README read it.

To add a parameter, add a row; where the engine needs it, also a field of Request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a performer plays.

    low, high, default, step and fine are in the parameter's own unit. whole: only whole numbers.
    curve: exponent from a knob's position (0 to 1) to the range; above 1 gives the low end more
    of the knob's travel. keys: (down, up), as pygame names them, with "ctrl " before those that
    are played with Ctrl held. cc: the MIDI control change of the generic map (20 to 31 and 102 to
    119 are undefined in MIDI, so safe to take). reference: its value in the app that this one grew
    out of, for presets that ask for its loop; None where that has no bearing on the loop.
    """

    name: str
    label: str
    low: float
    high: float
    default: float
    step: float
    fine: float
    keys: tuple[str, str]
    cc: int
    help: str
    unit: str = ""
    whole: bool = False
    curve: float = 1.0
    reference: float | None = None

    def clamp(self, value: float) -> float:
        """The nearest allowed value: within [low, high], rounded where whole."""
        value = min(max(value, self.low), self.high)
        # Steps of 0.1 add up to 0.9999999; the last digits are nobody's wish.
        return float(round(value)) if self.whole else round(value, 9)

    def at(self, position: float) -> float:
        """The value at a knob's position in [0, 1]."""
        position = min(max(position, 0.0), 1.0)
        return self.clamp(self.low + (self.high - self.low) * position**self.curve)

    def position(self, value: float) -> float:
        """The knob's position in [0, 1] at which the value stands; the inverse of at()."""
        share = (self.clamp(value) - self.low) / (self.high - self.low)
        return float(share ** (1.0 / self.curve))

    def text(self, value: float) -> str:
        """The value for people, with its unit."""
        digits = 0 if self.whole else 3 if self.fine < 0.01 else 2
        number = f"{value:.{digits}f}"
        return f"{number} {self.unit}" if self.unit else number


# Words like "shaken", "moved" and "a second" mean show time: how fast a machine is changes how
# smooth a motion is, and not how fast.
PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "strength", "Strength", 0.0, 1.0, 0.6, 0.05, 0.01, ("a", "q"), 20,
        "how much of each frame is dreamt anew: 0 keeps the picture, 1 forgets it",
        reference=1.0,
    ),
    Parameter(
        "guidance", "Guidance", 0.0, 15.0, 1.0, 0.5, 0.1, ("s", "w"), 21,
        "how strictly the prompt is followed; at 1 and below it is off, above it costs twice "
        "the time; turbo models want it off",
        curve=2.0, reference=1.0,
    ),
    Parameter(
        "steps", "Steps", 1, 50, 1, 1, 1, ("d", "e"), 22,
        "denoising steps a frame at full strength: more is finer and slower",
        whole=True, curve=2.0, reference=2,
    ),
    Parameter(
        "seed", "Seed", 0, 10000, 1, 1, 1, ("[", "]"), 23,
        "which noise is dreamt from",
        whole=True,
    ),
    Parameter(
        "seed_interval", "Seed interval", 0, 200, 20, 1, 1, ("l", "o"), 24,
        "frames until the seed goes up by one; 0 keeps it",
        unit="frames", whole=True, reference=20,
    ),
    Parameter(
        "seed_glide", "Seed glide", 0.0, 1.0, 1.0, 0.1, 0.02, ("ctrl l", "ctrl o"), 106,
        "how much of the seed interval the noise takes to move to the next seed: 0 jumps, 1 is "
        "always on the move",
        reference=0.0,
    ),
    Parameter(
        "blend", "Blend", 0.0, 0.98, 0.1, 0.05, 0.01, ("j", "u"), 25,
        "share of the previous frame that stays in the next",
        reference=0.1,
    ),
    Parameter(
        "brightness", "Brightness shake", 0.0, 0.5, 0.05, 0.01, 0.005, ("k", "i"), 26,
        "how far brightness is shaken before each frame",
        curve=2.0, reference=0.05,
    ),
    Parameter(
        "contrast", "Contrast shake", 0.0, 0.5, 0.05, 0.01, 0.005, ("ctrl k", "ctrl i"), 31,
        "how far contrast is shaken before each frame",
        curve=2.0, reference=0.05,
    ),
    Parameter(
        "noise", "Noise", 0.0, 0.5, 0.02, 0.01, 0.005, ("ctrl d", "ctrl e"), 30,
        "fine grain added before each frame, for new detail to grow from",
        curve=2.0, reference=0.0,
    ),
    Parameter(
        "zoom", "Zoom", -1.0, 1.0, 0.0, 0.05, 0.01, ("ctrl a", "ctrl q"), 102,
        "flight into the picture, or out of it: doublings of size a second",
        unit="/s", reference=0.0,
    ),
    Parameter(
        "rotate", "Rotate", -90.0, 90.0, 0.0, 3.0, 0.5, ("ctrl s", "ctrl w"), 103,
        "turn of the picture, clockwise above 0",
        unit="°/s", reference=0.0,
    ),
    Parameter(
        "pan_x", "Pan x", -1.0, 1.0, 0.0, 0.05, 0.01, ("ctrl ,", "ctrl ."), 104,
        "drift of the picture to the right, in widths a second",
        unit="/s", reference=0.0,
    ),
    Parameter(
        "pan_y", "Pan y", -1.0, 1.0, 0.0, 0.05, 0.01, ("ctrl -", "ctrl ="), 105,
        "drift of the picture upwards, in heights a second",
        unit="/s", reference=0.0,
    ),
    Parameter(
        "colour_hold", "Colour hold", 0.0, 1.0, 0.5, 0.1, 0.02, ("ctrl j", "ctrl u"), 107,
        "how firmly colours are kept from drifting: 0 lets them go",
        reference=0.0,
    ),
    Parameter(
        "sharpness_hold", "Sharpness hold", 0.0, 1.0, 0.9, 0.1, 0.02, ("ctrl ;", "ctrl '"), 108,
        "how firmly the picture is kept from blurring and from crusting over: 0 lets it",
        reference=0.0,
    ),
    Parameter(
        "hold", "Hold", 0.0, 600.0, 20.0, 5.0, 1.0, ("-", "="), 27,
        "seconds that a prompt stays before the next; 0 stays for ever",
        unit="s", curve=3.0,
    ),
    Parameter(
        "crossfade", "Crossfade", 0.0, 60.0, 4.0, 1.0, 0.1, (",", "."), 28,
        "seconds from one prompt to the next",
        unit="s", curve=2.0,
    ),
    Parameter(
        "smoothing", "Smoothing", 0.0, 1.0, 1.0, 0.1, 0.02, (";", "'"), 29,
        "how long one frame fades into the next on the wall: 0 cuts, 1 never rests",
    ),
)  # fmt: skip

BY_NAME: Mapping[str, Parameter] = MappingProxyType({p.name: p for p in PARAMETERS})

DEFAULTS: Mapping[str, float] = MappingProxyType({p.name: float(p.default) for p in PARAMETERS})

REFERENCE: Mapping[str, float] = MappingProxyType(
    {p.name: float(p.reference) for p in PARAMETERS if p.reference is not None}
)
"""The loop of the reference app, as values of our parameters (presets: `loop: reference`)."""


def parse_setting(text: str) -> tuple[str, float]:
    """Read NAME=VALUE as given to --set; raises ValueError with a line for people."""
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals:
        raise ValueError(f"{text}: write it as NAME=VALUE, for example strength=0.5")
    if name not in BY_NAME:
        raise ValueError(f"{text}: no parameter '{name}'; there are {', '.join(BY_NAME)}")
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"{text}: '{value}' is not a number") from None
    return name, check(name, number)


def check(name: str, value: float) -> float:
    """The value if it is within the parameter's range, else ValueError with a line for people."""
    row = BY_NAME[name]
    if not row.low <= value <= row.high:
        raise ValueError(f"{name} is {value:g}; it goes from {row.low:g} to {row.high:g}")
    if row.whole and value != round(value):
        raise ValueError(f"{name} is {value:g}; it takes whole numbers")
    return float(value)
