"""How far a picture may move while prompts change."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.engine.loop.motion_limit import (
    EASE,
    LEARNT,
    USUAL,
    WHOLE,
    MotionLimit,
    bounded,
    change,
    motion,
)
from visualizer.show.request import Mix, Request

from ..conftest import request

FRAME = 1 / 16


def shown(share: float, **changes: Any) -> Request:
    """A request on the way from one prompt to another."""
    parts: Mix = (("sea", 1.0 - share), ("fire", share))
    return request(prompts=tuple(part for part in parts if part[1] > 0.0), **changes)


def step(pace: MotionLimit, wanted: Request, moves: float) -> float | None:
    """The bound of a frame that wants to move so far."""
    bound = pace.bound(wanted, FRAME)
    pace.see(moves, FRAME)
    return bound


def settled(usual: float = 0.01) -> MotionLimit:
    """A pace that has seen a while of even motion."""
    pace = MotionLimit()
    for _ in range(100):
        assert step(pace, shown(0.0), usual) is None
    return pace


def test_there_is_no_bound_while_prompts_stay() -> None:
    pace = settled()
    step(pace, shown(0.0), 0.5)
    assert step(pace, shown(0.0), 0.5) is None


def test_in_a_crossfade_a_picture_moves_little_more_than_before() -> None:
    assert step(settled(0.01), shown(0.01), 0.3) == pytest.approx(USUAL * 0.01)


def test_a_quick_crossfade_gets_its_due() -> None:
    assert step(settled(0.01), shown(0.25), 0.3) == pytest.approx(WHOLE * 0.25)


def test_a_cut_is_not_held_back() -> None:
    pace = settled()
    assert step(pace, request(prompts=(("fire", 1.0),)), 0.3) is None
    assert step(pace, request(prompts=(("fire", 1.0),)), 0.3) is None


def test_what_a_hand_turns_in_a_crossfade_is_not_held_back() -> None:
    for turned in ({"seed": 99}, {"strength": 0.9}, {"blend": 0.0}, {"zoom": 0.5}):
        pace = settled(0.01)
        assert step(pace, shown(0.1), 0.1) is not None
        frames = round(LEARNT / FRAME)
        for frame in range(frames):
            assert step(pace, shown(0.11 + frame / 1000, **turned), 0.1) is None
        # From then on, that is what is usual.
        assert step(pace, shown(0.2, **turned), 0.3) == pytest.approx(USUAL * 0.1, rel=0.2)


def test_the_bound_stays_until_the_picture_has_arrived() -> None:
    pace = settled(0.01)
    for share in (0.99, 1.0):
        assert step(pace, shown(share), 0.3) is not None
    for frame in range(1, 33):
        bound = step(pace, shown(1.0), 0.3)  # still on the way
        ease = EASE * max(frame * FRAME - 1.0, 0.0)
        assert bound == pytest.approx((USUAL + ease) * 0.01)
    assert step(pace, shown(1.0), 0.005) is not None
    assert step(pace, shown(1.0), 0.3) is None


def test_a_livelier_prompt_is_let_go_after_some_seconds() -> None:
    pace = settled(0.01)
    for share in (0.5, 1.0):
        step(pace, shown(share), 0.033)
    held = 0
    while step(pace, shown(1.0), 0.033) is not None:
        held += 1
        assert held * FRAME < 5.0
    assert held * FRAME > 1.0


def test_what_moves_in_a_crossfade_is_not_taken_for_usual() -> None:
    pace = settled(0.01)
    for frame in range(1, 51):
        step(pace, shown(frame / 1000), 0.1)
    assert step(pace, shown(0.051), 0.1) == pytest.approx(USUAL * 0.01)


def test_at_the_very_start_nothing_is_usual_yet() -> None:
    pace = MotionLimit()
    assert step(pace, shown(0.1), 0.3) is None
    assert step(pace, shown(0.2), 0.3) is None


def test_where_time_stands_still_nothing_is_learnt_and_nothing_bound() -> None:
    pace = MotionLimit()
    for frame in range(50):
        assert pace.bound(shown(frame / 100), 0.0) is None
        pace.see(0.1, 0.0)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_change_of_a_mix_is_what_gave_way(first: float, second: float) -> None:
    assert change(shown(first).prompts, shown(second).prompts) == pytest.approx(abs(first - second))


def test_a_bounded_picture_moves_as_far_as_the_bound_and_no_further() -> None:
    generator = torch.Generator().manual_seed(0)
    before, after = torch.rand(2, 1, 3, 8, 8, generator=generator)
    gone = motion(after, before)
    assert motion(bounded(after, before, gone, 0.02), before) == pytest.approx(0.02, rel=1e-4)
    assert torch.equal(bounded(after, before, gone, 0.9), after)
    assert torch.equal(bounded(before, before, gone * 0.0, 0.02), before)
