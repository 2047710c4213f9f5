"""Cueing: mixes that add up, fades without jumps, orders that can be gone back through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.cueing import (
    Cue,
    aged,
    cut_to,
    is_over,
    mix,
    negative_mix,
    position,
    share,
    stretched,
)
from visualizer.show.prompt_mix import MOST, TOGETHER, alone, weighted
from visualizer.show.request import Mix

from .test_prompt_mix import difference

texts = st.sampled_from("abcdefgh")
prompts = st.builds(
    weighted,
    st.dictionaries(texts, st.floats(0.1, 10.0), min_size=1, max_size=TOGETHER),
)
negatives = st.sampled_from(["", "blurry", "text", "grey"])
crossfades = st.floats(0.01, 60.0)
seconds = st.floats(0.0, 100.0)
Cut = tuple[Mix, str, float]
cuts = st.lists(st.tuples(prompts, negatives, seconds), min_size=1, max_size=12)
counts = st.integers(1, 12)
turns = st.integers(-60, 60)
salts = st.text(max_size=8)


def _played(cuts: list[Cut], crossfade: float) -> Cue:
    """The cue after cutting to each prompt in turn and letting its seconds pass."""
    cue = Cue()
    for parts, negative, passed in cuts:
        cue = aged(cut_to(cue, parts, negative, crossfade), passed)
    return cue


def _faded_negative(cue: Cue, crossfade: float) -> Mix:
    """The negative mix with what an empty one stands for."""
    return negative_mix(cue, crossfade) or (("", 1.0),)


@given(cuts, crossfades)
def test_weights_add_up_to_one(cuts: list[Cut], crossfade: float) -> None:
    cue = _played(cuts, crossfade)
    for found in (mix(cue, crossfade), _faded_negative(cue, crossfade)):
        assert sum(weight for _, weight in found) == pytest.approx(1.0)
        assert all(weight > 0 for _, weight in found)
        assert len({text for text, _ in found}) == len(found) <= MOST


@given(cuts, prompts, negatives, crossfades)
def test_nothing_jumps_at_a_cut_even_mid_fade(
    cuts: list[Cut], parts: Mix, negative: str, crossfade: float
) -> None:
    cue = _played(cuts, crossfade)
    after = cut_to(cue, parts, negative, crossfade)
    assert difference(mix(after, crossfade), mix(cue, crossfade)) < 1e-9
    negatives = _faded_negative(after, crossfade), _faded_negative(cue, crossfade)
    assert difference(*negatives) < 1e-9


@given(cuts, prompts, negatives, crossfades, st.floats(0.0, 1.0))
def test_nothing_jumps_during_a_fade(
    cuts: list[Cut], parts: Mix, negative: str, crossfade: float, at: float
) -> None:
    now = aged(cut_to(_played(cuts, crossfade), parts, negative, crossfade), at * crossfade)
    soon = aged(now, crossfade / 10_000)
    assert difference(mix(now, crossfade), mix(soon, crossfade)) < 0.003
    negatives = _faded_negative(now, crossfade), _faded_negative(soon, crossfade)
    assert difference(*negatives) < 0.003


@given(cuts, prompts, crossfades)
def test_after_the_crossfade_the_prompt_stands_alone(
    cuts: list[Cut], parts: Mix, crossfade: float
) -> None:
    cue = aged(cut_to(_played(cuts, crossfade), parts, "grey", crossfade), crossfade)
    assert mix(cue, crossfade) == parts
    assert negative_mix(cue, crossfade) == (("grey", 1.0),)


@given(cuts)
def test_a_crossfade_of_no_seconds_cuts(cuts: list[Cut]) -> None:
    parts, negative, _ = cuts[-1]
    assert mix(_played(cuts, 0.0), 0.0) == parts
    assert negative_mix(_played(cuts, 0.0), 0.0) == alone(negative)


def test_a_fade_is_half_way_at_half_its_time() -> None:
    cue = Cue(alone("new"), "", alone("old"), alone("blurry"), age=2.0)
    assert share(cue, 4.0) == 0.5
    assert dict(mix(cue, 4.0)) == {"new": 0.5, "old": 0.5}
    assert dict(negative_mix(cue, 4.0)) == {"blurry": 0.5, "": 0.5}


def test_a_negative_prompt_comes_out_of_nothing() -> None:
    cue = cut_to(Cue(alone("old")), alone("new"), "blurry", 4.0)
    assert negative_mix(cue, 4.0) == ()
    assert dict(negative_mix(aged(cue, 2.0), 4.0)) == {"blurry": 0.5, "": 0.5}


def test_the_first_prompt_does_not_fade_in_from_anywhere() -> None:
    cue = cut_to(Cue(), alone("first"), "blurry", 4.0)
    assert share(cue, 4.0) == 1.0
    assert mix(cue, 4.0) == (("first", 1.0),)
    assert negative_mix(cue, 4.0) == (("blurry", 1.0),)


def test_no_prompt_has_no_mix_whatever_was_on() -> None:
    cue = cut_to(Cue(alone("old"), "blurry"), (), "blurry", 4.0)
    assert mix(cue, 4.0) == negative_mix(cue, 4.0) == ()


def test_a_prompt_stays_for_its_crossfade_and_its_hold() -> None:
    for age, crossfade, hold, over in (
        (23.9, 4.0, 20.0, False),
        (24.0, 4.0, 20.0, True),
        (20.0, 0.0, 20.0, True),
        (1e9, 4.0, 0.0, False),
    ):
        cue = Cue(alone("a"), age=age)
        assert is_over(cue, crossfade, hold) is over
        assert is_over(cue, crossfade, hold, early=0.2) is (over or age == 23.9)


@given(counts, turns, salts)
def test_in_turn_counts_through(count: int, turn: int, salt: str) -> None:
    assert position("in turn", count, turn, salt) == turn % count


@given(st.sampled_from(("in turn", "shuffled")), counts, st.integers(-5, 5), salts)
def test_a_round_plays_each_prompt_once(order: str, count: int, round_: int, salt: str) -> None:
    played = [position(order, count, round_ * count + i, salt) for i in range(count)]
    assert sorted(played) == list(range(count))


@given(st.sampled_from(("in turn", "shuffled")), st.integers(2, 12), turns, salts)
def test_a_prompt_never_follows_itself_not_even_from_round_to_round(
    order: str, count: int, turn: int, salt: str
) -> None:
    assert position(order, count, turn, salt) != position(order, count, turn + 1, salt)


def test_presets_of_one_length_are_shuffled_differently() -> None:
    def order(salt: str) -> list[int]:
        return [position("shuffled", 9, turn, salt) for turn in range(9)]

    assert order("Deep sea") == order("Deep sea")
    assert order("Deep sea") != order("Inferno")
    assert order("Deep sea") != [position("shuffled", 9, turn, "Deep sea") for turn in range(9, 18)]


@given(st.lists(st.sampled_from((1, -1)), max_size=20), counts, salts)
def test_going_back_returns_the_same_prompts(steps: list[int], count: int, salt: str) -> None:
    def at(turn: int) -> int:
        return position("shuffled", count, turn, salt)

    there, turn = [at(0)], 0
    for step in steps:
        turn += step
        there.append(at(turn))
    back = [at(turn)]
    for step in reversed(steps):
        turn -= step
        back.append(at(turn))
    assert back == there[::-1]


@given(cuts, crossfades | st.just(0.0), crossfades)
def test_a_crossfade_of_another_length_goes_on_where_it_is(
    cuts: list[Cut], old: float, new: float
) -> None:
    cue = _played(cuts, old)
    later = stretched(cue, old, new)
    assert share(later, new) == pytest.approx(share(cue, old), abs=1e-6)
    assert difference(mix(later, new), mix(cue, old)) < 1e-5
    if cue.age >= old:
        assert later.age - new == pytest.approx(cue.age - old)
