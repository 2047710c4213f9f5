"""Pickup: a knob does nothing until it reaches the value."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.parameter import Parameter
from visualizer.show.parameters import BY_NAME, PARAMETERS
from visualizer.show.pickup import NEAR, Grip, taken_to
from visualizer.show.play_actions import Knob, KnobId, Set
from visualizer.show.reducer import reduce
from visualizer.show.state import Show
from visualizer.show.system_actions import Unplugged

KNOB = KnobId("nano", 1, "cc 20")
STEP = 1 / 127
shares = st.integers(0, 127).map(lambda step: step / 127)


def test_a_knob_takes_hold_where_it_meets_the_value() -> None:
    for last, position, held in (
        (None, 0.2, False),  # first seen elsewhere
        (None, 0.5, True),  # first seen on the value
        (None, 0.5 + NEAR, True),  # first seen close by
        (0.2, 0.4, False),  # coming up, not there yet
        (0.9, 0.6, False),  # coming down, not there yet
        (0.2, 0.9, True),  # crossing upwards, fast
        (0.9, 0.2, True),  # crossing downwards, fast
        (0.6, 0.9, False),  # going away
    ):
        taken = taken_to(Grip("blend", last), position, value=7.0, at=0.5, way="pickup")
        assert taken == (position if held else None)


def test_a_knob_keeps_hold_of_the_value_that_it_gave() -> None:
    grip = Grip("blend", 0.1, wrote=7.0)
    assert taken_to(grip, 0.9, value=7.0, at=0.1, way="pickup") == 0.9
    assert taken_to(grip, 0.3, value=8.0, at=0.5, way="pickup") is None


def _turn(
    show: Show,
    *positions: float,
    control: KnobId = KNOB,
    name: str = "blend",
    pickup: str = "pickup",
) -> Show:
    for position in positions:
        show = reduce(show, Knob(control, name, position, pickup=pickup))
    return show


def _value(show: Show, name: str = "blend") -> float:
    return show.values[name]


def test_a_knob_does_nothing_until_it_reaches_the_value() -> None:
    show = reduce(Show(), Set("blend", 0.49))
    show = _turn(show, 0.9, 0.8, 0.7)
    assert _value(show) == 0.49
    assert show.waits(show.knobs[KNOB])
    show = _turn(show, 0.4)
    assert _value(show) == BY_NAME["blend"].at(0.4)
    assert not show.waits(show.knobs[KNOB])


def test_a_knob_must_pick_up_anew_after_a_key_moved_the_value() -> None:
    show = _turn(reduce(Show(), Set("blend", 0.49)), 0.5, 0.6)
    show = reduce(show, Set("blend", 0.1))
    show = _turn(show, 0.7)
    assert _value(show) == 0.1
    assert _value(_turn(show, 0.05)) == BY_NAME["blend"].at(0.05)


def test_a_knob_that_moved_while_it_waited_does_not_jump_when_its_old_value_comes_back() -> None:
    show = _turn(reduce(Show(), Set("blend", 0.49)), 0.5)
    given = _value(show)
    show = reduce(show, Set("blend", 0.9))
    show = _turn(show, 0.2)
    show = reduce(show, Set("blend", given))
    assert _value(_turn(show, 0.2 + STEP)) == given


def test_without_pickup_the_value_jumps_to_the_knob() -> None:
    show = _turn(reduce(Show(), Set("blend", 0.49)), 0.9, pickup="none")
    assert _value(show) == BY_NAME["blend"].at(0.9)


def test_a_scaled_knob_moves_the_value_at_once_and_meets_it_at_the_end_of_its_travel() -> None:
    row = BY_NAME["strength"]
    show = reduce(Show(), Set("strength", 0.6))
    show = _turn(show, 0.2, name="strength", pickup="scaling")
    assert _value(show, "strength") == 0.6  # it was only seen
    show = _turn(show, 0.6, name="strength", pickup="scaling")
    assert _value(show, "strength") == pytest.approx(0.8)  # half of each way up
    assert _value(_turn(show, 1.0, name="strength", pickup="scaling"), "strength") == row.high
    down = _turn(show, 0.3, 0.0, name="strength", pickup="scaling")
    assert _value(down, "strength") == row.low


@given(st.sampled_from(PARAMETERS), shares, st.lists(shares, min_size=2))
def test_a_scaled_knob_never_moves_the_value_the_other_way(
    row: Parameter, start: float, turns: list[float]
) -> None:
    show = _turn(
        reduce(Show(), Set(row.name, row.at(start))), turns[0], name=row.name, pickup="scaling"
    )
    for last, position in pairwise(turns):
        before = show.values[row.name]
        show = _turn(show, position, name=row.name, pickup="scaling")
        moved = show.values[row.name] - before
        near = abs(position - row.position(before)) <= 2 * NEAR + (0.5 if row.whole else 0.0)
        assert near or moved * (position - last) >= -1e-6


def test_two_knobs_on_one_parameter_hand_over_without_a_jump() -> None:
    show = _turn(reduce(Show(), Set("blend", 0.49)), 0.5, 0.6, control=KnobId("left", 1, "cc 20"))
    show = _turn(show, 0.1, 0.2, control=KnobId("right", 1, "cc 20"))
    assert _value(show) == BY_NAME["blend"].at(0.6)


def test_a_knob_given_another_parameter_starts_anew() -> None:
    show = _turn(reduce(Show(), Set("blend", 0.49)), 0.5)
    show = _turn(show, 0.9, name="strength")
    assert _value(show, "strength") == 0.6


def test_an_unplugged_controller_forgets_its_knobs_and_no_others() -> None:
    for port in ("nano 2", "nano:1", "nano:DAW", "nan"):
        other = KNOB._replace(port=port)
        show = reduce(_turn(Show(), 0.0, 1.0), Unplugged("nano"))
        assert not show.knobs
        show = reduce(_turn(_turn(Show(), 0.0, 1.0), 0.9, 1.0, control=other), Unplugged("nano"))
        assert list(show.knobs) == [other]
        assert _value(_turn(show, 0.4, control=other)) == BY_NAME["blend"].at(0.4)


def test_a_knob_without_a_position_or_a_parameter_changes_nothing() -> None:
    show = _turn(reduce(Show(), Set("steps", 1)), 0.0, name="steps")
    assert _turn(show, float("nan"), name="steps") == show
    assert _turn(show, 0.5, name="glow") == show


@given(st.sampled_from(PARAMETERS), shares, st.lists(shares, min_size=1))
def test_whatever_a_knob_does_its_value_never_jumps_past_the_knobs_travel(
    row: Parameter, start: float, turns: list[float]
) -> None:
    """Each change lands where the knob is, and begins between its last place and this one."""
    slack = NEAR + (row.position(row.low + 1) if row.whole else 1e-9)
    show = reduce(Show(), Set(row.name, row.at(start)))
    last: float | None = None
    for position in turns:
        before = row.position(show.values[row.name])
        show = _turn(show, position, name=row.name)
        after = show.values[row.name]
        if row.position(after) != before:
            assert after == row.at(position)
            low, high = sorted((position if last is None else last, position))
            assert low - slack <= before <= high + slack
        last = position
