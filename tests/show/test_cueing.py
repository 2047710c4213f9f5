"""Cueing: mixes that add up, fades without jumps, orders that can be gone back through."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.cueing import MOST, Cue, aged, cut_to, is_over, mix, position
from visualizer.show.request import Mix

texts = st.sampled_from("abcdefgh")
crossfades = st.floats(0.01, 60.0)
seconds = st.floats(0.0, 100.0)
cuts = st.lists(st.tuples(texts, seconds), min_size=1, max_size=12)
counts = st.integers(1, 12)
turns = st.integers(-60, 60)
salts = st.text(max_size=8)


def _played(cuts: list[tuple[str, float]], crossfade: float) -> Cue:
    """The cue after cutting to each text in turn and letting its seconds pass."""
    cue = Cue()
    for text, passed in cuts:
        cue = aged(cut_to(cue, text, crossfade), passed)
    return cue


def _difference(one: Mix, other: Mix) -> float:
    a, b = dict(one), dict(other)
    return max(abs(a.get(text, 0.0) - b.get(text, 0.0)) for text in a | b)


@given(cuts, crossfades)
def test_weights_add_up_to_one(cuts: list[tuple[str, float]], crossfade: float) -> None:
    found = mix(_played(cuts, crossfade), crossfade)
    assert sum(weight for _, weight in found) == pytest.approx(1.0)
    assert all(weight > 0 for _, weight in found)
    assert len({text for text, _ in found}) == len(found) <= MOST


@given(cuts, texts, crossfades)
def test_nothing_jumps_at_a_cut_even_mid_fade(
    cuts: list[tuple[str, float]], text: str, crossfade: float
) -> None:
    cue = _played(cuts, crossfade)
    before = mix(cue, crossfade)
    after = mix(cut_to(cue, text, crossfade), crossfade)
    assert dict(after) == pytest.approx(dict(before))


@pytest.mark.parametrize("passed", [1.0, 2.0, 3.0])
def test_nothing_jumps_where_a_fifth_prompt_takes_the_place_of_the_weakest(passed: float) -> None:
    cue = cut_to(_played([(text, passed) for text in "abcd"], 4.0), "new", 4.0)
    mixes = [mix(aged(cue, i / 1000), 4.0) for i in range(4001)]
    assert len(mixes[0]) == MOST
    assert max(_difference(*pair) for pair in pairwise(mixes)) < 0.002


@given(cuts, crossfades, st.floats(0.0, 1.0))
def test_nothing_jumps_during_a_fade(
    cuts: list[tuple[str, float]], crossfade: float, at: float
) -> None:
    cue = cut_to(_played(cuts, crossfade), "new", crossfade)
    now = aged(cue, at * crossfade)
    soon = aged(now, crossfade / 10_000)
    assert _difference(mix(now, crossfade), mix(soon, crossfade)) < 0.002


@given(cuts, crossfades)
def test_after_the_crossfade_the_prompt_stands_alone(
    cuts: list[tuple[str, float]], crossfade: float
) -> None:
    cue = aged(cut_to(_played(cuts, crossfade), "new", crossfade), crossfade)
    assert mix(cue, crossfade) == (("new", 1.0),)


@given(cuts)
def test_a_crossfade_of_no_seconds_cuts(cuts: list[tuple[str, float]]) -> None:
    assert mix(_played(cuts, 0.0), 0.0) == ((cuts[-1][0], 1.0),)


def test_a_fade_is_half_way_at_half_its_time() -> None:
    cue = Cue("new", (("old", 1.0),), age=2.0)
    assert dict(mix(cue, 4.0)) == {"new": 0.5, "old": 0.5}


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_blank_prompt_is_no_prompt(text: str) -> None:
    assert mix(Cue(text, (("old", 1.0),)), 4.0) == ()


@pytest.mark.parametrize(
    ("age", "crossfade", "hold", "over"),
    [
        (23.9, 4.0, 20.0, False),
        (24.0, 4.0, 20.0, True),
        (20.0, 0.0, 20.0, True),
        (1e9, 4.0, 0.0, False),
    ],
)
def test_a_prompt_stays_for_its_crossfade_and_its_hold(
    age: float, crossfade: float, hold: float, over: bool
) -> None:
    assert is_over(Cue("a", age=age), crossfade, hold) is over


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
