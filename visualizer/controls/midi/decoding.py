"""Decode MIDI messages to actions by a mapping. Pure; no message raises.

- Most messages are read one by one; 14 bit, NRPN, toggles and buttons need what came before, so
  that decode() is handed the port's state and gives the next one.
- What is struck acts when it is struck. A control change is struck when it leaves 0, or sends the
  same value again: some buttons never send their release. A fader that moves does neither.
- An endless knob's steps are fine steps of its parameter; more than one in a message means that
  it is turned fast, and such steps count more.
- A release does nothing, but for what is momentary.

Source of the relative encodings: Ableton's manual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeAlias

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi import nrpn
from visualizer.controls.midi.fourteen_bit import NOTHING_HEARD, Pair
from visualizer.controls.midi.messages import Reading, position
from visualizer.controls.midi.midi_map import Control, Signal
from visualizer.controls.midi.nrpn import NOTHING_SELECTED, Selected
from visualizer.show import targets
from visualizer.show.actions import Action
from visualizer.show.play_actions import Knob, KnobId, Nudge, SelectPreset, Switch
from visualizer.show.targets import COMMAND, VALUE

SOURCE = "midi"

FASTER = 1.5
"""Exponent from an endless knob's steps in a message to fine steps: 1 stays 1, 4 become 8."""

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class State:
    """What a port has sent so far, as far as it bears on what comes. State() is a fresh port's.

    values: the newest of buttons. pairs: 14 bit values. on: what is toggled or held. selected: by
    channel, the NRPN that data belong to.
    """

    values: Mapping[Signal, int] = field(default_factory=lambda: _NOTHING)
    pairs: Mapping[Signal, Pair] = field(default_factory=lambda: _NOTHING)
    on: frozenset[Signal] = frozenset()
    selected: Mapping[int, Selected] = field(default_factory=lambda: _NOTHING)


_Decoded: TypeAlias = tuple[State, list[Action]]


def decode(mapping: maps.Mapping, state: State, port: str, reading: Reading) -> _Decoded:
    """What a message from the port of that name asks for, and the port's state after it."""
    signal, value = reading
    if signal.kind == maps.CC:
        return _control_change(mapping, state, port, signal, value)
    if signal.kind == maps.PROGRAM and mapping.find(signal) is None:
        chooses = mapping.find(signal._replace(number=None))
        return state, [SelectPreset(signal.number or 0, SOURCE)] if chooses else []
    control = mapping.find(signal)
    return (state, []) if control is None else _Played(port, signal, control).by(state, value)


def released(mapping: maps.Mapping, state: State, port: str) -> list[Action]:
    """What lets go of all that is held on a port, as it can't be let go of by hand any more."""
    let_go: list[Action] = []
    for signal in sorted(state.on, key=str):
        if (control := mapping.find(signal)) and control.form == maps.MOMENTARY:
            let_go += _Played(port, signal, control).by(state, 0)[1]
    return let_go


def is_release(before: State, after: State, reading: Reading) -> bool:
    """Whether a message let go of something that was held. before, after: decode()'s states."""
    return reading[1] == 0 and after.on < before.on


def changed(old: maps.Mapping, new: maps.Mapping, state: State) -> State:
    """What is toggled or held in a state, of which another mapping makes something else."""
    return State(on=frozenset(s for s in state.on if old.find(s) != new.find(s)))


def steps(form: str, value: int) -> int:
    """The steps that an endless knob sends as value (0 to 127), up above 0.

    | form            | up          | down        |
    | --------------- | ----------- | ----------- |
    | signed bit 1    | 1, 2 … 64   | 65, 66 …    |
    | signed bit 2    | 65, 66 …    | 1, 2 … 64   |
    | binary offset   | 65, 66 …    | 63, 62 …    |
    | twos complement | 1, 2 … 64   | 127, 126 …  |
    """
    if form == maps.BINARY_OFFSET:
        return value - 64
    if form == maps.TWOS_COMPLEMENT:
        return value if value <= 64 else value - 128
    by = value if value <= 64 else 64 - value
    return by if form == maps.SIGNED_BIT_1 else -by


def _control_change(
    mapping: maps.Mapping, state: State, port: str, signal: Signal, value: int
) -> _Decoded:
    """A control change: data for an NRPN, half of a 14 bit value, or a value of its own."""
    number, channel = signal.number or 0, signal.channel or 0
    selected = state.selected.get(channel, NOTHING_SELECTED)
    if number in nrpn.CHOICES:
        new = {**state.selected, channel: selected.heard(number, value)}
        state = replace(state, selected=MappingProxyType(new))
    elif number in nrpn.VALUES and maps.NRPN in mapping.kinds and selected.number is not None:
        whole = Signal(maps.NRPN, selected.number, channel)
        if control := mapping.find(whole):
            return _Played(port, whole, control).by_data(state, number, value)
    for high in (number, number - 32) if maps.CC14 in mapping.kinds else ():
        whole = Signal(maps.CC14, high, channel)
        if 0 <= high < 32 and (control := mapping.find(whole)):
            return _Played(port, whole, control).by_half(state, value, low=number != high)
    found = mapping.find(signal)
    return (state, []) if found is None else _Played(port, signal, found).by(state, value)


@dataclass(frozen=True, slots=True)
class _Played:
    """A control that was touched. signal: with the channel that it came on."""

    port: str
    signal: Signal
    control: Control

    def by(self, state: State, value: int) -> _Decoded:
        """It sent a value."""
        form, kind = self.control.form, self.signal.kind
        if form == maps.ABSOLUTE:
            return state, self._stands(position(kind, value))
        if form in maps.RELATIVE:
            return state, self._turned(steps(form, value))
        if kind in (maps.CC, maps.NRPN):
            before = state.values.get(self.signal, 0)
            values = {**state.values, self.signal: value}
            state = replace(state, values=MappingProxyType(values))
            if value and before not in (0, value):  # it moves on, as a fader does
                return state, []
        return self._struck(state, value) if value else self._let_go(state)

    def by_half(self, state: State, half: int, *, low: bool) -> _Decoded:
        """It sent half of a 14 bit value."""
        pair = state.pairs.get(self.signal, NOTHING_HEARD).heard(half, low=low)
        state = replace(state, pairs=MappingProxyType({**state.pairs, self.signal: pair}))
        return state, self._stands(pair.position) if pair.ready else []

    def by_data(self, state: State, control: int, value: int) -> _Decoded:
        """It sent data for its NRPN, by a control change."""
        if control in (nrpn.INCREMENT, nrpn.DECREMENT):
            if self.control.plays.kind == VALUE:
                return state, self._turned(1 if control == nrpn.INCREMENT else -1)
            return self._struck(state, 127) if control == nrpn.INCREMENT else (state, [])
        low = control == nrpn.DATA_LOW
        if self.control.form == maps.ABSOLUTE:
            return self.by_half(state, value, low=low)
        return (state, []) if low else self.by(state, value)  # a button's halves are one stroke

    def _struck(self, state: State, force: int) -> _Decoded:
        """A pad or button goes down."""
        plays, form = self.control.plays, self.control.form
        if form == maps.MOMENTARY:
            state = replace(state, on=state.on | {self.signal})
            if plays.kind == COMMAND:
                return state, [Switch(plays.name, True, SOURCE)]
        elif form == maps.TOGGLE and plays.kind == VALUE:
            state = replace(state, on=state.on ^ {self.signal})
            force = force if self.signal in state.on else 0
        if plays.kind == VALUE:
            return state, self._stands(force / 127)
        return state, [targets.action(plays, SOURCE)]

    def _let_go(self, state: State) -> _Decoded:
        plays = self.control.plays
        if self.control.form != maps.MOMENTARY or self.signal not in state.on:
            return state, []
        state = replace(state, on=state.on - {self.signal})
        if plays.kind == VALUE:
            return state, self._stands(0.0)
        return state, [Switch(plays.name, False, SOURCE)]

    def _stands(self, at: float) -> list[Action]:
        """Twins on other channels are other knobs."""
        kind, number, channel = self.signal
        knob = KnobId(self.port, channel or 0, str(Signal(kind, number)))
        return [Knob(knob, self.control.plays.name, at, SOURCE, self.control.pickup)]

    def _turned(self, by: int) -> list[Action]:
        size = float(abs(by) ** FASTER)
        up = size if by > 0 else -size
        return [Nudge(self.control.plays.name, up, fine=True, source=SOURCE)] if by else []
