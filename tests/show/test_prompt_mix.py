"""Mixes: weights that add up, and fades from any mix to any other without a jump."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from visualizer.show.prompt_mix import MOST, TOGETHER, alone, faded, in_words, weighted
from visualizer.show.request import Mix

weights = st.floats(0.001, 1000.0)
olds = st.dictionaries(st.sampled_from("abcdefghij"), weights, min_size=1, max_size=MOST)
news = st.dictionaries(st.sampled_from("abcdefghij"), weights, min_size=1, max_size=TOGETHER)
shares = st.floats(0.0, 1.0)

SIX = dict.fromkeys("abcdef", 1.0)
FOUR = dict.fromkeys("wxyz", 1.0)


def difference(one: Mix, other: Mix) -> float:
    """How much the weight of any text differs."""
    a, b = dict(one), dict(other)
    return max((abs(a.get(text, 0.0) - b.get(text, 0.0)) for text in a | b), default=0.0)


@given(olds)
def test_weights_of_any_scale_add_up_to_one(scale: dict[str, float]) -> None:
    mix = weighted(scale)
    assert sum(weight for _, weight in mix) == pytest.approx(1.0)
    total = sum(scale.values())
    assert dict(mix) == pytest.approx({text: weight / total for text, weight in scale.items()})


def test_people_read_the_heaviest_text_first() -> None:
    assert in_words(weighted({"gold": 1, "reef": 3, "eye": 2})) == "reef + eye + gold"
    assert in_words(()) == ""


def test_a_text_alone_has_all_the_weight_and_a_blank_one_is_no_prompt() -> None:
    for text, mix in ((" a ", (("a", 1.0),)), ("", ()), (" \n", ())):
        assert alone(text) == mix


@given(olds, news, shares)
@example(SIX, FOUR, 0.5)
def test_a_fade_has_positive_weights_that_add_up_to_one(
    old: dict[str, float], new: dict[str, float], share: float
) -> None:
    mix = faded(weighted(old), weighted(new), share)
    assert sum(weight for _, weight in mix) == pytest.approx(1.0)
    assert all(weight > 0 for _, weight in mix)
    assert len(dict(mix)) == len(mix) <= MOST
    assert mix == tuple(sorted(mix, key=lambda part: -part[1]))


@given(olds, news)
def test_a_fade_begins_at_the_old_mix_and_ends_at_the_new(
    old: dict[str, float], new: dict[str, float]
) -> None:
    assert difference(faded(weighted(old), weighted(new), 0.0), weighted(old)) < 1e-12
    assert difference(faded(weighted(old), weighted(new), 1.0), weighted(new)) < 1e-12


@given(olds, news, shares)
@example(SIX, FOUR, 0.4)
def test_a_fade_never_jumps_however_many_texts_make_room(
    old: dict[str, float], new: dict[str, float], share: float
) -> None:
    """A ten-thousandth of the way changes no weight by more than 0.2 %."""
    now = faded(weighted(old), weighted(new), share)
    soon = faded(weighted(old), weighted(new), min(share + 1e-4, 1.0))
    assert difference(now, soon) < 0.002


def test_where_all_find_room_a_fade_is_even() -> None:
    old, new = weighted({"a": 1, "b": 1, "c": 1}), weighted({"c": 1, "d": 1})
    mix = dict(faded(old, new, 0.25))
    assert mix == pytest.approx({"a": 0.25, "b": 0.25, "c": 0.375, "d": 0.125})


def test_of_too_many_texts_the_weakest_is_gone_before_the_new_one_begins() -> None:
    old = weighted({"a": 5, "b": 5, "c": 5, "d": 5, "e": 5, "f": 1})
    heard = [dict(faded(old, alone("new"), step / 1000)) for step in range(1001)]
    assert not any({"f", "new"} <= mix.keys() for mix in heard)
    gone = next(i for i, mix in enumerate(heard) if "f" not in mix)
    assert gone < 50
    rising = [mix.get("new", 0.0) for mix in heard]
    assert all(before <= later for before, later in pairwise(rising))
