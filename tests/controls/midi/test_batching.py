"""A drain of a port, in order: the clock first, and of turned knobs where they stand."""

from __future__ import annotations

from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.midi.batching import (
    CLOCKS,
    positions,
    song_position,
    split,
    thinned,
)
from visualizer.controls.midi.decoding import State, decode
from visualizer.controls.midi.messages import read
from visualizer.controls.midi.midi_map import (
    ABSOLUTE,
    CC,
    CC14,
    NRPN,
    TOGGLE,
    TWOS_COMPLEMENT,
    Control,
    Mapping,
    Signal,
)
from visualizer.controls.midi.ports import Received
from visualizer.show.actions import Action
from visualizer.show.play_actions import Knob, Nudge
from visualizer.show.targets import COMMAND, VALUE, Target

BYTES = st.lists(st.integers(0, 255), max_size=4) | st.builds(
    lambda channel, number, value: [0xB0 + channel, number, value],
    st.integers(0, 1),
    st.integers(0, 3),
    st.integers(0, 127),
)
BATCHES = st.lists(BYTES, max_size=50).map(
    lambda batch: [Received(float(at), data) for at, data in enumerate(batch)]
)
BY_VALUE = {(0, 0), (0, 1), (1, 2)}


def at_zero(*batch: list[int]) -> list[Received]:
    return [Received(0.0, data) for data in batch]


def test_the_clock_comes_first() -> None:
    clock, note, start, knob = [0xF8], [0x90, 36, 100], [0xFA], [0xB0, 20, 1]
    clocks, others = split(at_zero(knob, clock, note, start, []))
    assert clocks == at_zero(clock, start)
    assert others == at_zero(knob, note)


@given(BATCHES)
def test_nothing_but_emptiness_is_lost_when_the_clock_is_taken_out(batch: list[Received]) -> None:
    clocks, others = split(batch)
    assert sorted([*clocks, *others]) == [r for r in batch if r.data]
    assert all(r.data[0] in CLOCKS for r in clocks)


def test_a_song_position_has_fourteen_bits() -> None:
    assert song_position([0xF2, 3, 1]) == 131
    assert song_position([0xFA]) == 0
    assert song_position([0xF2, 3]) == 0


def test_of_a_turned_knob_only_the_newest_position_is_left() -> None:
    batch = at_zero([0xB0, 0, 1], [0x90, 36, 1], [0xB0, 0, 2], [0xB1, 0, 9], [0xB1, 0, 8])
    assert thinned(batch, BY_VALUE) == at_zero(
        [0x90, 36, 1], [0xB0, 0, 2], [0xB1, 0, 9], [0xB1, 0, 8]
    )


@given(BATCHES)
def test_what_is_no_position_stays_in_its_order(batch: list[Received]) -> None:
    left = thinned(batch, BY_VALUE)
    assert [r for r in left if not is_position(r)] == [r for r in batch if not is_position(r)]
    assert thinned(batch, ()) == batch


@given(BATCHES)
def test_each_position_is_the_newest(batch: list[Received]) -> None:
    newest = {tuple(r.data[:2]): r for r in batch if is_position(r)}
    left = [r for r in thinned(batch, BY_VALUE) if is_position(r)]
    assert left == sorted(newest.values())


def test_endless_knobs_buttons_and_what_has_several_messages_are_no_positions() -> None:
    mapping = Mapping(
        controls=MappingProxyType(
            {
                Signal(CC, 20): Control(Target(VALUE, "zoom"), ABSOLUTE),
                Signal(CC, 21, 3): Control(Target(VALUE, "zoom"), TWOS_COMPLEMENT),
                Signal(CC, 22): Control(Target(COMMAND, "freeze"), TOGGLE),
                Signal(CC14, 5): Control(Target(VALUE, "blend"), ABSOLUTE),
            }
        )
    )
    found = positions(mapping)
    assert {(0, 20), (15, 20), (0, 6), (0, 99)} <= found
    assert not {(2, 21), (0, 21), (0, 22), (0, 5), (0, 37)} & found
    registered = Signal(NRPN, 1000), Control(Target(VALUE, "noise"), ABSOLUTE)
    with_nrpn = Mapping(controls=MappingProxyType(dict([registered])))
    assert not {(0, 6), (0, 38), (0, 98), (0, 99)} & positions(with_nrpn)


NOISE = Mapping(
    controls=MappingProxyType(
        {
            Signal(CC, 0): Control(Target(VALUE, "zoom"), ABSOLUTE, "none"),
            Signal(CC, 1): Control(Target(VALUE, "seed"), TWOS_COMPLEMENT),
            Signal(CC14, 2): Control(Target(VALUE, "blend"), ABSOLUTE, "none"),
        }
    )
)
PLAYED = st.builds(
    lambda number, value: [0xB0, number, value],
    st.sampled_from([0, 1, 2, 34, 99]),
    st.integers(0, 127),
)


@given(st.lists(PLAYED, max_size=40))
def test_a_thinned_batch_ends_where_the_whole_one_does(batch: list[list[int]]) -> None:
    whole = at_zero(*batch)
    assert played(thinned(whole, positions(NOISE))) == played(whole)


def played(batch: list[Received]) -> tuple[float, dict[str, Action]]:
    """All steps, and where each knob stands at the end."""
    state, steps = State(), 0.0
    knobs: dict[str, Action] = {}
    for received in batch:
        reading = read(received.data)
        assert reading is not None
        state, actions = decode(NOISE, state, "x", reading)
        for action in actions:
            if isinstance(action, Nudge):
                steps += action.steps
            elif isinstance(action, Knob):
                knobs[action.parameter] = action
    return steps, knobs


def is_position(r: Received) -> bool:
    return len(r.data) == 3 and r.data[0] & 0xF0 == 0xB0 and (r.data[0] & 15, r.data[1]) in BY_VALUE
