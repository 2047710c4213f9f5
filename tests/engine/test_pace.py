"""How far a picture may move while prompts change."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.engine.pace import USUAL, WHOLE, Pace, bounded, change, motion
from visualizer.show.request import Mix, Request

from .conftest import request

FRAME = 1 / 16


def shown(share: float, **changes: object) -> Request:
    """A request on the way from one prompt to another."""
    parts: Mix = (("sea", 1.0 - share), ("fire", share))
    return replace(request(prompts=tuple(p for p in parts if p[1] > 0.0)), **changes)  # type: ignore[arg-type]


def settled(usual: float = 0.01) -> Pace:
    """A pace that has seen a while of even motion."""
    pace = Pace()
    for _ in range(100):
        assert pace.bound(shown(0.0)) is None
        pace.see(usual, FRAME)
    return pace


def test_there_is_no_bound_while_prompts_stay() -> None:
    pace = settled()
    pace.see(0.5, FRAME)
    assert pace.bound(shown(0.0, strength=1.0)) is None


def test_in_a_crossfade_a_picture_moves_little_more_than_before() -> None:
    assert settled(0.01).bound(shown(0.01)) == pytest.approx(USUAL * 0.01)


def test_a_quick_crossfade_gets_its_due() -> None:
    assert settled(0.01).bound(shown(0.25)) == pytest.approx(WHOLE * 0.25)


def test_a_cut_is_not_held_back() -> None:
    pace = settled()
    assert pace.bound(request(prompts=(("fire", 1.0),))) is None
    assert pace.bound(request(prompts=(("fire", 1.0),))) is None


def test_a_new_seed_is_not_held_back_in_a_crossfade() -> None:
    pace = settled()
    assert pace.bound(shown(0.1)) is not None
    assert pace.bound(shown(0.11, seed=99)) is None
    assert pace.bound(shown(0.12, seed=99)) is not None


def test_the_bound_stays_until_the_picture_has_arrived() -> None:
    pace = settled(0.01)
    for share in (0.5, 1.0):
        bound = pace.bound(shown(share))
        assert bound is not None
        pace.see(bound, FRAME)
    for _ in range(5):
        bound = pace.bound(shown(1.0))
        assert bound is not None
        pace.see(bound, FRAME)  # still on the way
    bound = pace.bound(shown(1.0))
    assert bound is not None
    pace.see(0.5 * bound, FRAME)
    assert pace.bound(shown(1.0)) is None


def test_what_moves_in_a_crossfade_is_not_taken_for_usual() -> None:
    pace = settled(0.01)
    for frame in range(1, 51):
        pace.bound(shown(frame / 1000))
        pace.see(0.1, FRAME)
    assert pace.bound(shown(0.051)) == pytest.approx(USUAL * 0.01)


def test_at_the_very_start_nothing_is_usual_yet() -> None:
    pace = Pace()
    assert pace.bound(shown(0.1)) is None
    assert pace.bound(shown(0.2)) is None


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_change_of_a_mix_is_what_gave_way(first: float, second: float) -> None:
    assert change(shown(first).prompts, shown(second).prompts) == pytest.approx(abs(first - second))


def test_a_bounded_picture_moves_as_far_as_the_bound_and_no_further() -> None:
    generator = torch.Generator().manual_seed(0)
    before, after = torch.rand(2, 1, 3, 8, 8, generator=generator)
    assert motion(bounded(after, before, 0.02), before) == pytest.approx(0.02, rel=1e-4)
    assert torch.equal(bounded(after, before, 0.9), after)
    assert torch.equal(bounded(before, before, 0.02), before)
