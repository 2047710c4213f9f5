"""Layers: what a preset brings goes with it, unless the hand has been there."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.records import NOTHING
from visualizer.show.value_layers import lay, lift

values = st.fixed_dictionaries({name: st.integers(0, 3).map(float) for name in "abcd"})
some_values = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3).map(float))


@given(values, some_values)
def test_a_layer_shows_while_it_lies_and_leaves_the_rest(
    old: Mapping[str, float], new: Mapping[str, float]
) -> None:
    laid, _ = lay(old, new)
    assert dict(laid) == {**old, **new}


@given(values, some_values)
def test_a_lifted_layer_leaves_no_trace(old: Mapping[str, float], new: Mapping[str, float]) -> None:
    assert dict(lift(*lay(old, new))) == dict(old)


@given(values, some_values, some_values)
def test_layers_lifted_in_reverse_leave_no_trace(
    old: Mapping[str, float], preset: Mapping[str, float], prompt: Mapping[str, float]
) -> None:
    with_preset, below = lay(old, preset)
    with_both, above = lay(with_preset, prompt)
    assert dict(lift(lift(with_both, above), below)) == dict(old)


@given(values, some_values)
def test_the_hand_wins(old: Mapping[str, float], new: Mapping[str, float]) -> None:
    laid, layer = lay(old, new)
    moved = dict.fromkeys(laid, 9.0)
    assert dict(lift(moved, layer)) == moved


PAIRS = [("hold", "hold_in"), ("crossfade", "crossfade_in"), ("mod2_every", "mod2_in")]


def test_a_length_stays_with_its_unit_when_a_hand_was_on_either() -> None:
    for moved in (0, 1):
        for pair in PAIRS:
            old = {pair[0]: 20.0, pair[1]: 0.0, "zoom": 0.0}
            laid, layer = lay(old, {pair[0]: 16.0, pair[1]: 1.0, "zoom": 0.5})
            by_hand = {**laid, pair[moved]: 2.0}
            assert lift(by_hand, layer) == {**by_hand, "zoom": 0.0}


@given(values)
def test_no_layer_lifts_nothing(old: Mapping[str, float]) -> None:
    assert dict(lift(old, NOTHING)) == dict(old)
