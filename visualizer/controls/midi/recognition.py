"""Recognise which MIDI control was moved, and how its values are to be read. Pure.

- What moves on and on is taken before what is struck, where a value is learned: a fader that is
  touched sends a note first. A fader that is touched alone is like a button that is pressed once:
  only the second press makes one sure.
- The first that is sure is taken: a worn pot that trembles sends more than a hand does, but it
  never gets far.
- A note counts from its stroke: the release of the pad that opened the list is ignored.
- A fader or knob never sends the same value twice in a row; an endless knob does nothing else
  when it is turned slowly. Which of the four encodings it has shows when it is turned both ways:
  the right one makes all steps small. Two pairs of them are each other's mirror image; so the
  first way counts as up, and people are asked to turn to the right first.
- 14 bit: the low half (n + 32) sweeps while the high half (n) crawls.
- For a command, a pad's first stroke is enough. A button that sends control changes has two values,
  one of them 0; a fader that passes through 127 has more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi import nrpn
from visualizer.controls.midi.decoding import steps
from visualizer.controls.midi.messages import Reading
from visualizer.controls.midi.midi_map import Signal
from visualizer.controls.midi.nrpn import NOTHING_SELECTED, Selected
from visualizer.show.targets import VALUE, Target

SURE = 6
"""Messages of a moved control that are enough, where nothing speaks against it."""

SURE_IN_DOUBT = 24
"""The same for a control change that may be half of a 14 bit value, or an endless knob's."""

TRAVEL = 16
"""Of 127, how far a fader or knob has come when it is sure: worn pots tremble by 1 or 2."""

FINER = MappingProxyType({maps.BEND: 129})
"""Kinds of a finer scale, by how many of its steps are one of 127."""

NOTCH = 4
"""Travel that a step of an NRPN counts for: six of them are a movement."""

PRESS_AGAIN = "press it again"

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


def recognise(
    readings: Iterable[Reading], target: Target, known: Collection[Signal] = ()
) -> Found | None:
    """The control that a performer moves so that it shall play target; None: nothing yet.

    readings: all that one port has sent since learning began. known: controls that are left out,
    as they were learned just now.
    """
    values = _sorted(readings)
    for signal in known:
        for part in parts(signal):
            values.pop(part, None)
    found = [*(_moved(values) if target.kind == VALUE else _struck(values))]
    return next((one for one in found if one.sure), found[0] if found else None)


def parts(signal: Signal) -> tuple[Signal, ...]:
    """The readings (messages.py) that a control's messages come as, and it itself."""
    if signal.kind != maps.CC14 or signal.number is None:
        return (signal,)
    high = signal._replace(kind=maps.CC)
    return signal, high, high._replace(number=signal.number + 32)


def _sorted(readings: Iterable[Reading]) -> dict[Signal, list[int]]:
    """The values that each control has sent; data for an NRPN are that NRPN's, in 7 bits."""
    values: dict[Signal, list[int]] = {}
    selected: dict[int, Selected] = {}
    for signal, value in readings:
        number, channel = signal.number or 0, signal.channel or 0
        if signal.kind == maps.CC:
            chosen = selected.get(channel, NOTHING_SELECTED).heard(number, value)
            selected[channel] = chosen
            if number in nrpn.CHOICES:
                continue
            if number in nrpn.VALUES and chosen.number is not None:
                sent = values.setdefault(Signal(maps.NRPN, chosen.number, channel), [])
                if number == nrpn.DATA:
                    sent.append(value)
                elif number != nrpn.DATA_LOW:
                    by = NOTCH if number == nrpn.INCREMENT else -NOTCH
                    sent.append((sent[-1] if sent else 0) + by)
                continue
        if value or signal.kind != maps.NOTE or signal in values:
            values.setdefault(signal, []).append(value)
    return {signal: sent for signal, sent in values.items() if sent}


def _most(values: _Values, *kinds: str) -> list[Signal]:
    """The controls of these kinds, the one that was heard most first; of equals, the first."""
    heard = [signal for signal in values if signal.kind in kinds]
    return sorted(heard, key=lambda signal: -len(values[signal]))


def _moved(values: _Values) -> Iterator[Found]:
    """What may play a parameter's value, the likeliest first."""
    for signal in _most(values, maps.CC, maps.NRPN, maps.BEND):
        if signal.kind == maps.CC:
            yield _pair(values, signal) or _control_change(signal, values[signal])
        else:
            yield _swept(signal, values[signal])
    for signal in _most(values, maps.NOTE):
        sent = values[signal]
        if not {*sent} <= {0, 127}:
            yield Found(signal, maps.VELOCITY, 0 in sent)
        else:
            sure = sent.count(127) > 1
            yield Found(signal, maps.TOGGLE, sure, "" if sure or sent[-1] else PRESS_AGAIN)
    for signal in _most(values, maps.PRESSURE, maps.TOUCH):
        yield _swept(signal, values[signal])


def _struck(values: _Values) -> Iterator[Found]:
    """What may do a command, or a step, the likeliest first."""
    for kind in (maps.NOTE, maps.PROGRAM):
        yield from (Found(signal, maps.TRIGGER, True) for signal in values if signal.kind == kind)
    for signal in _most(values, maps.NRPN, maps.CC):
        down = [value for value in values[signal] if value > 0]
        if not down:
            continue
        if len({*down}) > 1 or down[0] <= SMALL:
            yield Found(
                signal, maps.TRIGGER, False, "that is a knob or fader; press a button or pad"
            )
            continue
        let_go = values[signal][-1] == 0
        twice, full = len(down) > 1, down[0] == 127  # some buttons never send their release
        sure = (twice and (full or 0 in values[signal])) or (full and let_go)
        yield Found(signal, maps.TRIGGER, sure, PRESS_AGAIN if let_go and not sure else "")


def _swept(signal: Signal, sent: Sequence[int], enough: int = SURE) -> Found:
    """A control with ends, which must have come far enough."""
    travel = max(sent) - min(sent)
    far = travel >= TRAVEL * FINER.get(signal.kind, 1)
    return Found(signal, maps.ABSOLUTE, far and len(sent) >= enough)


def _pair(values: _Values, turned: Signal) -> Found | None:
    """The 14 bit control that a control change is a half of, if it is one."""
    assert turned.number is not None
    for number in (turned.number, turned.number - 32):
        high, low = turned._replace(number=number), turned._replace(number=number + 32)
        if number < 32 and high in values and low in values:
            fine, coarse = values[low], values[high]
            if len({*fine}) >= SWEEPS and 2 * len(fine) >= len(coarse):
                whole = high._replace(kind=maps.CC14)
                moved = _swept(whole, coarse, enough=1)
                return replace(moved, sure=moved.sure and len(fine) >= SURE)
    return None


def _control_change(signal: Signal, sent: Sequence[int]) -> Found:
    """A fader, an endless knob, or a button."""
    if _is_button(sent):
        sure = len([value for value in sent if value]) > 1
        return Found(signal, maps.TOGGLE, sure, "" if sure or sent[-1] else PRESS_AGAIN)
    if form := _encoding(sent):
        turned = [steps(form, value) for value in sent]
        sure = min(turned) < 0 < max(turned) and len(sent) >= SURE
        return Found(signal, form, sure, "" if sure else "turn it back and forth")
    half = signal.number is not None and 32 <= signal.number < 64
    plain = not half and any(_least(value) > SMALL for value in sent)
    return _swept(signal, sent, SURE if plain else SURE_IN_DOUBT)


def _is_button(sent: Sequence[int]) -> bool:
    """Whether it goes down by one value alone, and up to 0."""
    down = {value for value in sent if value}
    return len(down) == 1 and min(down) > SMALL and 0 in sent


def _encoding(sent: Sequence[int]) -> str:
    """The relative encoding in which the values are small steps; "" where they are none."""
    fitting = [
        form for form in PREFERRED if all(0 < abs(steps(form, value)) <= SMALL for value in sent)
    ]
    repeats = sum(one == other for one, other in pairwise(sent))
    leaps = sum(abs(one - other) > LEAP for one, other in pairwise(sent))
    if not fitting or not repeats or repeats + leaps < len(sent) // RARE:
        return ""
    up_first = [form for form in fitting if steps(form, sent[0]) > 0]
    return min(up_first or fitting, key=lambda form: sum(abs(steps(form, value)) for value in sent))


def _least(value: int) -> int:
    """The fewest steps that a value could be, in any encoding."""
    return min(abs(steps(form, value)) for form in maps.RELATIVE)
