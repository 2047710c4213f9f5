"""The table of parameters. One row each; keyboard, MIDI, HUD, presets, --set and docs/playing.md
read it.

To add a parameter, add a row; where the engine needs it, also a field of Request.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visualizer.show.parameter import Parameter, nearest

TARGETS = (
    "none", "strength", "guidance", "seed_glide", "blend", "brightness", "contrast", "noise",
    "zoom", "rotate", "pan_x", "pan_y", "colour_hold", "sharpness_hold", "smoothing", "steps",
    "seed", "seed_interval", "swirl", "ripple", "kaleidoscope", "lora_weight", "wall_brightness",
    "wall_contrast", "saturation", "hue", "gamma", "invert", "wall_kaleidoscope", "wall_angle",
    "pixelate", "trails", "rgb_split", "edge_glow", "bloom", "posterise", "vignette", "grain",
    "source_mix", "source_zoom",
)  # fmt: skip
"""What a modulation may move: "none", or a parameter of the loop or a look; but not the lengths of
cues, whose swing would make a fade jump, nor mirrors, whose steps would, nor strobe."""


FOCUS_KEYS = (("c", "v"), ("kp minus", "kp plus"))
"""(down, up) for the parameter in focus; the first stand beside its bar."""

SAFE_STROBE = 3.0
"""Flashes a second that are held to be safe: WCAG 2.3.1, "three flashes or below threshold"."""

RANDOM = -1.0
"""What a seed is set to for a random one, as in other tools."""

SEED_TRAVEL = 10_001
"""Seeds that a knob plays: 128 or 16,384 steps can't tell 32 bits apart."""


LENGTHS = ("seconds", "beats", "bars")
"""What a length of time is counted in: the choices of hold_in, crossfade_in and mod1_in."""

SOURCES = (
    "off", "sine", "triangle", "saw", "square", "random", "level", "bass", "mid", "treble", "onset",
)  # fmt: skip
"""What modulates a parameter: nothing, an oscillator (five shapes), or the sound input."""

SLOTS = (1, 2, 3, 4)
"""The modulations that can be on at the same time."""

_SLOT_CCS = {1: (112, 113), 2: (114, 115), 3: (116, 117), 4: (118, 119)}


def _slot(slot: int) -> tuple[Parameter, ...]:
    """The rows of one modulation. Its target is a place in TARGETS: 0 for none."""
    depth, every = _SLOT_CCS[slot]
    first = slot == 1
    name = f"mod{slot}"
    return (
        Parameter(
            f"{name}_target", f"Mod {slot} target", 0, len(TARGETS) - 1, 0, 1, 1, (), None,
            "the modulated parameter", whole=True, choices=TARGETS, group="modulation",
        ),
        Parameter(
            f"{name}_source", f"Mod {slot} source", 0, len(SOURCES) - 1, 1, 1, 1, (), None,
            "an oscillator's shape, or a band of the sound",
            whole=True, choices=SOURCES, group="modulation",
        ),
        Parameter(
            f"{name}_depth", f"Mod {slot} depth", -1.0, 1.0, 0.25, 0.05, 0.01,
            ("ctrl [", "ctrl ]") if first else (), depth,
            "depth, as a share of the knob's travel; below 0 is inverted",
            group="modulation",
        ),
        Parameter(
            f"{name}_every", f"Mod {slot} period", 0.05, 64.0, 4.0, 0.5, 0.05,
            ("ctrl c", "ctrl v") if first else (), every,
            "period of the oscillator", curve=3.0, group="modulation",
        ),
        Parameter(
            f"{name}_in", f"Mod {slot} unit", 0, 2, 1, 1, 1, (), None,
            "unit of the period",
            whole=True, choices=LENGTHS, group="modulation",
        ),
    )  # fmt: skip


# Words like "shaken", "moved" and "a second" mean show time: how fast a machine is changes how
# smooth a motion is, and not how fast.
PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "strength", "Strength", 0.0, 1.0, 0.6, 0.05, 0.01, ("a", "q"), 20,
        "how much of each frame is regenerated: 0 none, 1 all",
        reference=1.0,
    ),
    Parameter(
        "guidance", "Guidance", 0.0, 15.0, 1.0, 0.5, 0.1, ("s", "w"), 21,
        "how strictly the prompt is followed; off up to 1, above it halves the speed; leave it "
        "off for turbo models",
        curve=2.0, reference=1.0,
    ),
    Parameter(
        "steps", "Steps", 1, 50, 1, 1, 1, ("d", "e"), 22,
        "denoising steps per frame at full strength; more is slower",
        whole=True, curve=2.0, reference=2,
    ),
    Parameter(
        "seed", "Seed", 0, 2**32 - 1, 1, 1, 1, ("[", "]"), 23,
        "the noise that pictures are generated from; -1 draws a random one",
        whole=True, travel=SEED_TRAVEL,
    ),
    Parameter(
        "seed_interval", "Seed interval", 0, 200, 20, 1, 1, ("l", "o"), 24,
        "frames until the seed increases by one; 0 keeps it",
        unit="frames", whole=True, reference=20,
    ),
    Parameter(
        "seed_glide", "Seed glide", 0.0, 1.0, 1.0, 0.1, 0.02, ("ctrl l", "ctrl o"), 106,
        "share of the seed interval spent gliding to the next seed; 0 jumps",
        reference=0.0,
    ),
    Parameter(
        "blend", "Blend", 0.0, 0.98, 0.1, 0.05, 0.01, ("j", "u"), 25,
        "share of the previous frame that stays in the next",
        reference=0.1,
    ),
    Parameter(
        "brightness", "Brightness jitter", 0.0, 0.5, 0.05, 0.01, 0.005, ("k", "i"), 26,
        "random change of brightness before each frame",
        curve=2.0, reference=0.05,
    ),
    Parameter(
        "contrast", "Contrast jitter", 0.0, 0.5, 0.05, 0.01, 0.005, ("ctrl k", "ctrl i"), 31,
        "random change of contrast before each frame",
        curve=2.0, reference=0.05,
    ),
    Parameter(
        "noise", "Noise", 0.0, 0.5, 0.02, 0.01, 0.005, ("ctrl d", "ctrl e"), 30,
        "grain added before each frame, for detail to grow from",
        curve=2.0, reference=0.0,
    ),
    Parameter(
        "zoom", "Zoom", -1.0, 1.0, 0.0, 0.05, 0.01, ("ctrl a", "ctrl q"), 102,
        "zooms in, below 0 out; in doublings a second",
        unit="/s", reference=0.0,
    ),
    Parameter(
        "rotate", "Rotate", -90.0, 90.0, 0.0, 3.0, 0.5, ("ctrl s", "ctrl w"), 103,
        "rotation; clockwise above 0",
        unit="°/s", reference=0.0,
    ),
    Parameter(
        "pan_x", "Pan x", -1.0, 1.0, 0.0, 0.05, 0.01, ("ctrl ,", "ctrl ."), 104,
        "movement to the right, in widths a second",
        unit="/s", reference=0.0,
    ),
    Parameter(
        "pan_y", "Pan y", -1.0, 1.0, 0.0, 0.05, 0.01, ("ctrl -", "ctrl ="), 105,
        "movement upwards, in heights a second",
        unit="/s", reference=0.0,
    ),
    Parameter(
        "swirl", "Swirl", -180.0, 180.0, 0.0, 5.0, 1.0, (), 85,
        "rotation that fades out from the centre",
        unit="°/s", reference=0.0,
    ),
    Parameter(
        "ripple", "Ripple", 0.0, 1.0, 0.0, 0.05, 0.01, (), 86,
        "waves that run outwards",
        reference=0.0,
    ),
    Parameter(
        "kaleidoscope", "Kaleidoscope", 0, 16, 0, 1, 1, (), 87,
        "mirrored wedges; 0 is off",
        whole=True, reference=0,
    ),
    Parameter(
        "mirror", "Mirror", 0, 3, 0, 1, 1, (), 88,
        "the half that is mirrored",
        whole=True, choices=("off", "left", "top", "both"), reference=0,
    ),
    Parameter(
        "source_mix", "Source mix", 0.0, 1.0, 0.4, 0.05, 0.01, (), 89,
        "mix of the loop, at 0, and the source, at 1",
    ),
    Parameter(
        "source_zoom", "Source zoom", -2.0, 3.0, 0.0, 0.1, 0.02, (), None,
        "enlargement of the source, in doublings",
    ),
    Parameter(
        "source_mirror", "Source mirror", 0, 4, 0, 1, 1, (), None,
        "the half of the source that is mirrored, or flip",
        whole=True, choices=("off", "left", "top", "both", "flip"),
    ),
    Parameter(
        "colour_hold", "Colour hold", 0.0, 1.0, 0.5, 0.1, 0.02, ("ctrl j", "ctrl u"), 107,
        "holds colours against drift; 0 is off",
        reference=0.0,
    ),
    Parameter(
        "sharpness_hold", "Sharpness hold", 0.0, 1.0, 0.9, 0.1, 0.02, ("ctrl ;", "ctrl '"), 108,
        "holds sharpness against drift; 0 is off",
        reference=0.0,
    ),
    Parameter(
        "lora_weight", "LoRA weight", 0.0, 2.0, 1.0, 0.1, 0.02, (), 90,
        "strength of all LoRAs; 0 is off",
    ),
    Parameter(
        "hold", "Hold", 0.0, 600.0, 20.0, 5.0, 1.0, ("-", "="), 27,
        "how long a prompt stays before the next; 0 holds it",
        curve=3.0,
    ),
    Parameter(
        "crossfade", "Crossfade", 0.0, 60.0, 4.0, 1.0, 0.1, (",", "."), 28,
        "how long one prompt takes to become the next",
        curve=2.0,
    ),
    Parameter(
        "smoothing", "Smoothing", 0.0, 1.0, 1.0, 0.1, 0.02, (";", "'"), 29,
        "how long one frame fades into the next on the wall; 0 cuts",
    ),
    Parameter(
        "tempo", "Tempo", 20.0, 300.0, 120.0, 1.0, 0.1, (), 109,
        "beats a minute; taps, a MIDI clock, Link and sound set it too",
        unit="BPM", group="time",
    ),
    Parameter(
        "hold_in", "Hold unit", 0, 2, 0, 1, 1, (), None,
        "unit of hold; a preset writes hold: 16 beats",
        whole=True, choices=LENGTHS, group="time",
    ),
    Parameter(
        "crossfade_in", "Crossfade unit", 0, 2, 0, 1, 1, (), None,
        "unit of crossfade; a preset writes crossfade: 1 bar",
        whole=True, choices=LENGTHS, group="time",
    ),
    Parameter(
        "quantise", "Quantise", 0, 3, 0, 1, 1, (), 110,
        "what changes of prompt, preset and snapshot wait for",
        whole=True, choices=("off", "beat", "bar", "4 bars"), group="time",
    ),
    Parameter(
        "source_beats", "Source beats", 0, 64, 0, 1, 1, (), None,
        "length of the source's video; 0 plays it at its own speed",
        unit="beats", whole=True, group="time",
    ),
    Parameter(
        "morph", "Morph", 0.0, 30.0, 2.0, 0.5, 0.1, (), 111,
        "seconds over which a snapshot's values are recalled",
        unit="s", curve=2.0, group="time",
    ),
    Parameter(
        "blackout_fade", "Blackout fade", 0.0, 30.0, 0.3, 0.5, 0.1, (), None,
        "seconds from the picture to black, and back; 0 is at once",
        unit="s", curve=2.0, group="look",
    ),
    Parameter(
        "wall_brightness", "Wall brightness", -1.0, 1.0, 0.0, 0.05, 0.01, (), None,
        "brightness added to the wall; does not affect the loop", group="look",
    ),
    Parameter(
        "wall_contrast", "Wall contrast", 0.0, 2.0, 1.0, 0.05, 0.01, (), None,
        "contrast of the wall; 0 is grey", group="look",
    ),
    Parameter(
        "saturation", "Saturation", 0.0, 2.0, 1.0, 0.05, 0.01, (), None,
        "strength of colours; 0 is black and white", group="look",
    ),
    Parameter(
        "hue", "Hue", -180.0, 180.0, 0.0, 5.0, 1.0, (), None,
        "rotation of all colours around the colour wheel", unit="°", group="look",
    ),
    Parameter(
        "gamma", "Gamma", 0.3, 3.0, 1.0, 0.05, 0.01, (), None,
        "brightness of the middle tones: above 1 brighter, below darker", group="look",
    ),
    Parameter(
        "invert", "Invert", 0.0, 1.0, 0.0, 0.1, 0.02, (), None,
        "inversion; 1 is the negative", group="look",
    ),
    Parameter(
        "wall_mirror", "Wall mirror", 0, 3, 0, 1, 1, (), None,
        "the half of the wall that is mirrored; does not affect the loop",
        whole=True, choices=("off", "left", "top", "both"), group="look",
    ),
    Parameter(
        "wall_kaleidoscope", "Wall kaleidoscope", 0, 16, 0, 1, 1, (), None,
        "mirrored wedges of the wall; 0 is off", whole=True, group="look",
    ),
    Parameter(
        "wall_angle", "Wall angle", -180.0, 180.0, 0.0, 5.0, 1.0, (), None,
        "angle in the picture from which the wall's wedges are taken", unit="°", group="look",
    ),
    Parameter(
        "pixelate", "Pixelate", 0.0, 1.0, 0.0, 0.05, 0.01, (), None,
        "squares of one colour, up to an eighth of the height", curve=2.0, group="look",
    ),
    Parameter(
        "trails", "Trails", 0.0, 0.98, 0.0, 0.05, 0.01, (), None,
        "share of the wall that stays for another sixtieth of a second, which leaves trails",
        group="look",
    ),
    Parameter(
        "rgb_split", "RGB split", 0.0, 1.0, 0.0, 0.05, 0.01, (), None,
        "red and blue pulled apart, up to a fiftieth of the height", curve=2.0, group="look",
    ),
    Parameter(
        "edge_glow", "Edge glow", 0.0, 1.0, 0.0, 0.05, 0.01, (), None,
        "fade to glowing edges on black", group="look",
    ),
    Parameter(
        "bloom", "Bloom", 0.0, 1.0, 0.0, 0.05, 0.01, (), None,
        "glow around bright areas", group="look",
    ),
    Parameter(
        "posterise", "Posterise", 0, 16, 0, 1, 1, (), None,
        "how many levels each colour has, from 2; 0 and 1 are off", whole=True, group="look",
    ),
    Parameter(
        "vignette", "Vignette", 0.0, 1.0, 0.0, 0.05, 0.01, (), None,
        "darker towards the corners", group="look",
    ),
    Parameter(
        "grain", "Film grain", 0.0, 1.0, 0.0, 0.05, 0.01, (), None,
        "noise over the wall, new in each picture", curve=2.0, group="look",
    ),
    Parameter(
        "strobe", "Strobe", 0.0, 20.0, 0.0, 0.5, 0.1, (), None,
        f"flashes a second; limited to {SAFE_STROBE:g} unless --strobe-limit allows more, as "
        "flashes can cause seizures", unit="/s", group="look",
    ),
    *(row for slot in SLOTS for row in _slot(slot)),
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
        raise ValueError(f"{text}: no parameter '{name}'; nearest: {nearest(name, BY_NAME)}")
    try:
        parsed = BY_NAME[name].parse(value)
    except ValueError as error:
        raise ValueError(f"{text}: {error}") from None
    return name, check_wanted(name, parsed)


def check(name: str, value: float) -> float:
    """The value if it is within the parameter's range, else ValueError with a line for people."""
    row = BY_NAME[name]
    if not row.low <= value <= row.high:
        raise ValueError(f"{name} is {value:.10g}; it goes from {row.range}")
    if row.whole and value != round(value):
        raise ValueError(f"{name} is {value:.10g}; it takes whole numbers")
    return float(value)


def check_wanted(name: str, value: float) -> float:
    """As check; a seed may also be RANDOM, in which case the caller draws one."""
    return value if name == "seed" and value == RANDOM else check(name, value)
