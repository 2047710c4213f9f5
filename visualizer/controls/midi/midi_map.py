"""Mappings: what the controls of a device, its LEDs, and the keys do.

A mapping is plain data. Its form as a file is in map_text.py, the files in map_files.py; what
messages mean by it is made out in decoding.py. Names of what can be played: show/targets.py.

Rules:

- A control is known by its signal: kind, number and channel. A signal without a channel answers
  on the mapping's own; one with a channel goes before it.
- An entry without content takes away what the mapping below it has (`over`).
- GENERIC comes from the tables (Parameter.cc, Command.note) and answers on every channel.
"""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from visualizer.show.command_table import COMMANDS
from visualizer.show.files.yaml_faults import FaultyFile
from visualizer.show.parameters import PARAMETERS
from visualizer.show.targets import COMMAND, PRESET, VALUE, Target

CC, CC14, NRPN, NOTE = "cc", "cc14", "nrpn", "note"
PROGRAM, BEND, PRESSURE, TOUCH = "program", "bend", "pressure", "touch"

NUMBERS: abc.Mapping[str, int] = MappingProxyType(
    {CC: 127, CC14: 31, NRPN: 16383, NOTE: 127, PROGRAM: 127, TOUCH: 127}
)
"""Kinds that are numbered, with their highest number. cc14: n is the high half, n + 32 the low."""

UNNUMBERED = (BEND, PRESSURE, PROGRAM)
"""Kinds that stand alone. A program without a number is any: program n chooses preset n + 1."""

ABSOLUTE, TRIGGER, TOGGLE, MOMENTARY, VELOCITY = (
    "absolute", "trigger", "toggle", "momentary", "velocity",
)  # fmt: skip
SIGNED_BIT_1, SIGNED_BIT_2, BINARY_OFFSET, TWOS_COMPLEMENT = (
    "signed bit 1", "signed bit 2", "binary offset", "twos complement",
)  # fmt: skip
RELATIVE = (SIGNED_BIT_1, SIGNED_BIT_2, BINARY_OFFSET, TWOS_COMPLEMENT)
"""How endless knobs send steps; the names are Ableton's (decoding.py has the numbers)."""

FORMS = (ABSOLUTE, *RELATIVE, TRIGGER, TOGGLE, MOMENTARY, VELOCITY)
"""How a control's values are read: `as` in a file."""

ANY_CHANNEL = 0


class MapError(FaultyFile):
    """A mapping file that can't be used."""

    most = 5  # they go to the HUD


class Signal(NamedTuple):
    """What a control sends. number: None for the unnumbered kinds. channel: 1 to 16; None is that
    of the mapping. str() is its name in files: "cc 16", "cc 7 channel 3", "bend"."""

    kind: str
    number: int | None = None
    channel: int | None = None

    def __str__(self) -> str:
        number = "" if self.number is None else f" {self.number}"
        return f"{self.kind}{number}" + (f" channel {self.channel}" if self.channel else "")


@dataclass(frozen=True, slots=True)
class Control:
    """What a control does. form: one of FORMS. pickup: one of PICKUPS.

    plays is Target(PRESET) with number 0 for a program change that chooses by its own number.
    """

    plays: Target
    form: str
    pickup: str = "pickup"


@dataclass(frozen=True, slots=True)
class Led:
    """What an LED shows, of show/leds.py's NAMES. on, off: what is sent for them, 0 to 127."""

    shows: str
    on: int = 127
    off: int = 0


Controls = abc.Mapping[Signal, "Control | None"]
Leds = abc.Mapping[Signal, "Led | None"]
Keys = abc.Mapping[str, str]

_NOTHING: abc.Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a device's controls and LEDs, and the keys, do.

    ports: in the name of a port that it is for. channel: 1 to 16, ANY_CHANNEL, or None where it
    isn't said (then any). None among the entries takes away what the mapping below has. keys: from
    a key's name to a target's; "" takes the key away (key_table.py).
    """

    ports: tuple[str, ...] = ()
    channel: int | None = None
    controls: Controls = field(default_factory=lambda: _NOTHING)
    leds: Leds = field(default_factory=lambda: _NOTHING)
    keys: Keys = field(default_factory=lambda: _NOTHING)

    kinds: frozenset[str] = field(init=False, repr=False, compare=False)
    """The kinds of its controls: what it has none of needn't be looked for."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", frozenset(signal.kind for signal in self.controls))

    def find(self, signal: Signal) -> Control | None:
        """The control that sends this, if there is one. signal: with the channel it came on."""
        if signal in self.controls:
            return self.controls[signal]
        kind, number, channel = signal
        if self.channel and self.channel != channel:
            return None
        return self.controls.get(Signal(kind, number))

    def listens(self, signal: Signal) -> int:
        """The channel of a signal of this mapping, 1 to 16 or ANY_CHANNEL."""
        return signal.channel or self.channel or ANY_CHANNEL


def default_form(kind: str, target: Target) -> str:
    """How a control is read where a mapping doesn't say."""
    if target.kind != VALUE:
        return TRIGGER
    return VELOCITY if kind == NOTE else ABSOLUTE


def default_pickup(form: str) -> str:
    """Knobs wait until they meet the value; what is struck can't."""
    return "pickup" if form == ABSOLUTE else "none"


_VALUE_FORMS: abc.Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        CC: (ABSOLUTE, *RELATIVE, TOGGLE, MOMENTARY),
        NOTE: (VELOCITY, TOGGLE, MOMENTARY),
        PROGRAM: (),
        **dict.fromkeys((CC14, NRPN, BEND, PRESSURE, TOUCH), (ABSOLUTE,)),
    }
)
_STRUCK_FORMS: abc.Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        CC: (TRIGGER, TOGGLE, MOMENTARY),
        NRPN: (TRIGGER,),
        NOTE: (TRIGGER, TOGGLE, MOMENTARY),
        PROGRAM: (TRIGGER,),
        **dict.fromkeys((CC14, BEND, PRESSURE, TOUCH), ()),
    }
)


def forms(kind: str, target: Target) -> tuple[str, ...]:
    """The forms in which a control of that kind can play a target; none where it can't."""
    if target.kind == VALUE:
        return _VALUE_FORMS[kind]
    struck = _STRUCK_FORMS[kind]
    return struck if target.kind == COMMAND else struck[:1]


_Entry = TypeVar("_Entry")


def over(base: Mapping, own: Mapping, *, keep_empty: bool = False) -> Mapping:
    """own's entries over base's; empty ones take away, and go. own's channel holds for base's too.

    keep_empty: they stay, for a mapping that is to lie over another one itself.
    """
    taken = _filled(own.controls)
    kept = {
        signal: control
        for signal, control in base.controls.items()
        if not any(_clash(signal, other) for other in taken)
    }
    controls, leds = {**kept, **own.controls}, {**base.leds, **own.leds}
    return Mapping(
        ports=own.ports or base.ports,
        channel=base.channel if own.channel is None else own.channel,
        controls=MappingProxyType(controls if keep_empty else _filled(controls)),
        leds=MappingProxyType(leds if keep_empty else _filled(leds)),
        keys=MappingProxyType({**base.keys, **own.keys}),
    )


def _filled(entries: abc.Mapping[Signal, _Entry | None]) -> dict[Signal, _Entry | None]:
    return {signal: entry for signal, entry in entries.items() if entry is not None}


def _clash(one: Signal, other: Signal) -> bool:
    """Whether two signals of different kinds come as the same messages."""
    if {one.kind, other.kind} != {CC, CC14}:
        return False
    if one.channel and other.channel and one.channel != other.channel:
        return False
    high, single = (one, other) if one.kind == CC14 else (other, one)
    assert high.number is not None
    return single.number in (high.number, high.number + 32)


def clashes(controls: Controls) -> list[tuple[Signal, Signal]]:
    """Pairs of controls that come as the same messages: cc14 20 and cc 52."""
    filled = _filled(controls)
    pairs = [signal for signal in filled if signal.kind == CC14]
    return [(one, other) for other in filled for one in pairs if _clash(one, other)]


def _generic() -> Mapping:
    controls: dict[Signal, Control | None] = {
        Signal(CC, row.cc): Control(Target(VALUE, row.name), ABSOLUTE)
        for row in PARAMETERS
        if row.cc is not None
    }
    for command in COMMANDS:
        if command.note is not None:
            target = Target(COMMAND, command.name)
            controls[Signal(NOTE, command.note)] = Control(target, TRIGGER, "none")
    controls[Signal(PROGRAM)] = Control(Target(PRESET), TRIGGER, "none")
    return Mapping(controls=MappingProxyType(controls))


GENERIC = _generic()
