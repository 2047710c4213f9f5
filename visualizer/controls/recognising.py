"""MIDI learn's ear: which control was moved, and how its values are to be read. Pure.

- What moves on and on is taken before what is struck, where a value is learned: a fader that is
  touched sends a note first.
- A fader or knob never sends the same value twice in a row; an endless knob does nothing else
  when it is turned slowly. Which of the four encodings it has shows when it is turned both ways:
  the right one makes all steps small. Two pairs of them are each other's mirror image; so the
  first way counts as up, and people are asked to turn to the right first.
- 14 bit: the low half (n + 32) sweeps while the high half (n) crawls.
- For a command, what is struck goes first, and its first stroke is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from visualizer.controls import mapping as maps
from visualizer.controls import nrpn
from visualizer.controls.decoding import steps
from visualizer.controls.mapping import Signal
from visualizer.controls.nrpn import NOTHING_SELECTED, Selected
from visualizer.controls.readings import read
from visualizer.show.targets import VALUE, Target

if TYPE_CHECKING:
    from mido import Message

SURE = 6
"""Messages of a moved control that are enough, where nothing speaks against it."""

SURE_IN_DOUBT = 24
"""The same for a control change that may be half of a 14 bit value, or an endless knob's."""

SWEEPS = 4
"""Different values of a low half that tell it from a button."""

SMALL = 24
"""Most steps in a message of an endless knob, however fast it is turned."""

LEAP = 2 * SMALL
"""Between two values of a fader there are others; an endless knob turns back from 1 to 127."""

RARE = 8
"""Of so many values an endless knob repeats at least one."""

PREFERRED = (maps.TWOS_COMPLEMENT, maps.BINARY_OFFSET, maps.SIGNED_BIT_1, maps.SIGNED_BIT_2)
"""Of encodings that fit alike, the first is taken: the most common."""

_Values: TypeAlias = Mapping[Signal, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Found:
    """A control that was moved.

    signal: what it sends (with its channel). form: how that is read (`as`). sure: enough was heard;
    if not, more may change it. ask: what the performer could do to make it sure, "" for nothing.
    """

    signal: Signal
    form: str
    sure: bool
    ask: str = ""

    @property
    def words(self) -> str:
        """The control for people: "cc 7 channel 3, signed bit 1"."""
        plain = (maps.ABSOLUTE, maps.TRIGGER)
        return str(self.signal) if self.form in plain else f"{self.signal}, {self.form}"


def recognise(messages: Sequence[tuple[float, Message]], target: Target) -> Found | None:
    """The control that a performer moves so that it shall play target; None: nothing yet.

    messages: all that one port has sent since learning began, each with its time in seconds.
    """
    values = _sorted([message for _, message in messages])
    return _moved(values) if target.kind == VALUE else _struck(values)


def _sorted(messages: Iterable[Message]) -> _Values:
    """The values that each control has sent; data for an NRPN are that NRPN's."""
    values: dict[Signal, list[int]] = {}
    selected: dict[int, Selected] = {}
    for signal, value in filter(None, map(read, messages)):
        number, channel = signal.number or 0, signal.channel or 0
        if signal.kind == maps.CC:
            chosen = selected.get(channel, NOTHING_SELECTED).heard(number, value)
            selected[channel] = chosen
            if number in nrpn.CHOICES:
                continue
            if number in nrpn.VALUES and chosen.number is not None:
                signal = Signal(maps.NRPN, chosen.number, channel)
        values.setdefault(signal, []).append(value)
    return values


def _most(values: _Values, *kinds: str) -> Signal | None:
    """The control of these kinds that was heard most; of equals, the first."""
    heard = [signal for signal in values if signal.kind in kinds]
    return max(heard, key=lambda signal: len(values[signal]), default=None)


def _moved(values: _Values) -> Found | None:
    """What plays a parameter's value."""
    turned = _most(values, maps.CC, maps.NRPN, maps.BEND)
    if turned is not None and turned.kind == maps.CC:
        return _pair(values, turned) or _control_change(turned, values[turned])
    if turned is not None:
        return Found(turned, maps.ABSOLUTE, len(values[turned]) >= SURE)
    if (note := _most(values, maps.NOTE)) is not None:
        hard_only = {*values[note]} <= {0, 127}
        return Found(note, maps.TOGGLE if hard_only else maps.VELOCITY, 0 in values[note])
    pressed = _most(values, maps.PRESSURE, maps.TOUCH)
    return pressed and Found(pressed, maps.ABSOLUTE, len(values[pressed]) >= SURE)


def _struck(values: _Values) -> Found | None:
    """What does a command, or a step."""
    for kind in (maps.NOTE, maps.PROGRAM, maps.NRPN, maps.CC):
        heard = [signal for signal in values if signal.kind == kind and max(values[signal]) > 0]
        if heard:
            sure = kind != maps.CC or 127 in values[heard[0]] or _is_button(values[heard[0]])
            return Found(heard[0], maps.TRIGGER, sure)
    return None


def _pair(values: _Values, turned: Signal) -> Found | None:
    """The 14 bit control that a control change is a half of, if it is one."""
    assert turned.number is not None
    for number in (turned.number, turned.number - 32):
        high, low = turned._replace(number=number), turned._replace(number=number + 32)
        if number < 32 and high in values and low in values:
            fine, coarse = values[low], values[high]
            if len({*fine}) >= SWEEPS and 2 * len(fine) >= len(coarse):
                return Found(high._replace(kind=maps.CC14), maps.ABSOLUTE, len(fine) >= SURE)
    return None


def _control_change(signal: Signal, sent: Sequence[int]) -> Found:
    """A fader, an endless knob, or a button."""
    if _is_button(sent):
        return Found(signal, maps.TOGGLE, True)
    if form := _encoding(sent):
        turned = [steps(form, value) for value in sent]
        sure = min(turned) < 0 < max(turned) and len(sent) >= SURE
        return Found(signal, form, sure, "" if sure else "turn it back and forth")
    half = signal.number is not None and 32 <= signal.number < 64
    plain = not half and any(_least(value) > SMALL for value in sent)
    return Found(signal, maps.ABSOLUTE, len(sent) >= (SURE if plain else SURE_IN_DOUBT))


def _is_button(sent: Sequence[int]) -> bool:
    """Whether it goes down, up, down …"""
    down, up = sent[0::2], sent[1::2]
    return len(sent) >= 2 and min(down) > SMALL and max(up) == 0


def _encoding(sent: Sequence[int]) -> str:
    """The relative encoding in which the values are small steps; "" where they are none."""
    fitting = [
        form for form in PREFERRED if all(0 < abs(steps(form, value)) <= SMALL for value in sent)
    ]
    repeats = sum(one == other for one, other in pairwise(sent))
    leaps = sum(abs(one - other) > LEAP for one, other in pairwise(sent))
    if not fitting or repeats + leaps < max(1, len(sent) // RARE):
        return ""
    up_first = [form for form in fitting if steps(form, sent[0]) > 0]
    return min(up_first or fitting, key=lambda form: sum(abs(steps(form, value)) for value in sent))


def _least(value: int) -> int:
    """The fewest steps that a value could be, in any encoding."""
    return min(abs(steps(form, value)) for form in maps.RELATIVE)
