"""Controls of more than 7 bits: pairs of control changes, and NRPN."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.play_actions import (
    Nudge,
    Run,
)

from .decoded import cc, decoded, mapped, positions

ORDERS = ["high first", "low first", "low alone while high stays"]


def halves(values: Sequence[int], order: str, high: int = 20) -> list[Any]:
    """The messages of a 14 bit control that goes through values (0 to 16383)."""
    messages, before = [], -1
    for value in values:
        both = [cc(high, value >> 7), cc(high + 32, value & 127)]
        if order == "low first":
            both.reverse()
        elif order == "low alone while high stays" and value >> 7 == before >> 7:
            both = both[1:]
        messages += both
        before = value
    return messages


def is_monotone(numbers: Sequence[float]) -> bool:
    rising = all(a <= b for a, b in pairwise(numbers))
    return rising or all(a >= b for a, b in pairwise(numbers))


turns = st.lists(st.integers(0, 16383), min_size=2, max_size=40, unique=True).map(sorted)


@pytest.mark.parametrize("order", ORDERS)
@given(values=turns, down=st.booleans())
def test_14_bits_come_in_full_and_never_jump_back(
    order: str, values: list[int], down: bool
) -> None:
    values = values[::-1] if down else values
    seen = positions(decoded(mapped("cc14 20", "seed"), halves(values, order)))
    assert seen[-1] == values[-1] / 16383
    assert {value / 16383 for value in values} <= {*seen}
    # Before the first low half a value is known to one part in 128, and not which way it goes.
    assert is_monotone(seen if order == "low first" else seen[1:])


@given(values=turns)
def test_a_14_bit_control_that_sends_high_halves_alone_has_the_whole_range(
    values: list[int],
) -> None:
    seen = positions(decoded(mapped("cc14 20", "seed"), [cc(20, v >> 7) for v in (0, *values)]))
    assert seen == [0.0, *((v >> 7) / 127 for v in values)]
    assert positions(decoded(mapped("cc14 20", "seed"), [cc(20, 127)])) == [1.0]


def test_low_halves_alone_say_nothing_until_a_high_one_has_come() -> None:
    low = [cc(52, 5), cc(52, 9)]
    assert decoded(mapped("cc14 20", "seed"), low) == []
    assert positions(decoded(mapped("cc14 20", "seed"), [*low, cc(20, 1), cc(52, 11)]))[-1] == (
        139 / 16383
    )


def chosen(parameter: int) -> list[Any]:
    return [cc(99, parameter >> 7), cc(98, parameter & 127)]


def data(values: Sequence[int]) -> list[Any]:
    return [m for v in values for m in (cc(6, v >> 7), cc(38, v & 127))]


@given(values=turns, again=st.booleans(), parameter=st.integers(0, 16382))
def test_an_nrpn_comes_in_full_whether_or_not_it_is_chosen_again_for_each_value(
    values: list[int], again: bool, parameter: int
) -> None:
    mapping = mapped(f"nrpn {parameter}", "zoom")
    each = [[*(chosen(parameter) if again or not n else []), *data([v])] for n, v in
            enumerate(values)]  # fmt: skip
    seen = positions(decoded(mapping, [message for group in each for message in group]))
    assert is_monotone(seen[1:])
    assert {value / 16383 for value in values} <= {*seen}


def test_an_nrpn_of_7_bits_has_the_whole_range() -> None:
    sent = [*chosen(1000), cc(6, 0), cc(6, 127)]
    assert positions(decoded(mapped("nrpn 1000", "zoom"), sent)) == [0.0, 1.0]


def test_increments_of_an_nrpn_are_steps() -> None:
    sent = [*chosen(1000), cc(96, 0), cc(97, 0)]
    actions = decoded(mapped("nrpn 1000", "zoom"), sent)
    assert [a.steps for a in actions if isinstance(a, Nudge)] == [1.0, -1.0]


def test_data_belong_to_what_was_chosen_last() -> None:
    for between in (chosen(16383), [cc(101, 0), cc(100, 0)], chosen(1001)):
        mapping = mapped("nrpn 1000", "zoom")
        assert decoded(mapping, [*chosen(1000), *between, *data([77])]) == []
        assert decoded(mapping, data([77])) == []
        other = [mido.Message("control_change", control=6, value=5, channel=3)]
        assert decoded(mapping, [*chosen(1000), *other]) == []


def test_a_controller_may_use_the_numbers_of_data_for_knobs() -> None:
    assert positions(decoded(mapped("cc 6", "zoom"), [cc(6, 127)])) == [1.0]


def test_an_nrpn_runs_a_command() -> None:
    sent = [*chosen(5), *data([16383]), *data([0]), *data([16383])]
    assert decoded(mapped("nrpn 5", "tap"), sent) == [Run("tap", "midi")] * 2
