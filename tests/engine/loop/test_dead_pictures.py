"""Dead pictures in the loop: those of no numbers and flat ones, and how it comes back to life."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from visualizer.engine.failures import FrameError
from visualizer.engine.loop.readback import to_levels
from visualizer.engine.loop.revive import GRACE
from visualizer.show.prompt_mix import alone

from ..conftest import request as wanted
from .scripted import FRAME, STILL, Scripted, flat, loop, play, played, soft


def test_a_picture_of_no_numbers_is_an_error_and_the_next_starts_near_the_one_before() -> None:
    one_bad = soft(1)
    one_bad[0, 2, 5, 5] = math.nan
    for bad in (flat(math.nan), one_bad, flat(math.inf)):
        denoiser = Scripted(soft(), bad)
        engine = loop(denoiser)
        before = play(engine, 1, **STILL)
        with pytest.raises(FrameError, match="NaN") as caught:
            play(engine, 1, since=1, **STILL)
        assert "\n" not in str(caught.value)
        after = play(engine, 1, since=2, **STILL)
        assert denoiser.seen[2].isfinite().all()
        assert 0.0 < (denoiser.seen[2] - soft()).abs().mean() < 0.1
        assert abs(after.astype(int) - before).mean() < 0.05 * 255


def test_a_dead_picture_comes_back_to_life_and_nobody_sees_a_flash() -> None:
    for dead in (0.0, 0.5, 1.0):
        denoiser = Scripted(*[soft()] * GRACE, *[flat(dead)] * 5)
        engine = loop(denoiser)
        play(engine, GRACE + 5, **STILL)
        shown = np.array(list(played(engine, 60, since=GRACE + 5, strength=0.2, **STILL))) / 255.0
        assert max(request.strength for request in denoiser.requests[GRACE + 5 :]) > 0.7
        assert shown[-1].std() > 0.05
        assert np.abs(np.diff(shown, axis=0)).mean((1, 2, 3)).max() < 0.05
        assert denoiser.requests[-1].strength == 0.2


def test_a_model_that_gives_black_for_seconds_leaves_the_last_living_picture_on_the_wall() -> None:
    black = 6 * 20  # frames
    denoiser = Scripted(*[soft()] * GRACE, *[flat(0.0)] * black, *[soft(1)] * 60)
    engine = loop(denoiser)
    still: dict[str, Any] = {**STILL, "blend": 0.0}
    last = play(engine, GRACE, **still)
    assert engine.prepare(wanted()) == "a line"
    shown = np.array(list(played(engine, black, since=GRACE, **still)))
    assert (shown == last).all()
    assert "the last good one stays" in engine.prepare(wanted())
    assert engine.prepare(wanted()) == "a line"
    after = np.array(list(played(engine, 60, since=GRACE + black, **still)))
    steps = np.abs(np.diff(np.concatenate((last[None], after)) / 255.0, axis=0)).mean((1, 2, 3))
    assert steps.max() < 0.05
    assert np.abs(after[-1] / 255.0 - to_levels(soft(1)).numpy() / 255.0).mean() < 0.02


def test_what_is_wanted_dark_becomes_dark() -> None:
    still: dict[str, Any] = {**STILL, "blend": 0.0}
    denoiser = Scripted(*[soft()] * GRACE, *[flat(0.0)] * 300)
    engine = loop(denoiser)
    play(engine, GRACE, **still)
    assert play(engine, 40, since=GRACE, prompts=alone("the night"), **still).max() == 0
    engine = loop(Scripted(*[soft()] * GRACE, *[flat(0.0)] * 300))
    play(engine, GRACE, **still)
    assert play(engine, 230, since=GRACE, **still).max() == 0  # in the end


def test_a_loop_that_begins_pale_is_not_taken_for_dead() -> None:
    pale = [torch.lerp(flat(1.0), soft(), frame / GRACE) for frame in range(GRACE)]
    denoiser = Scripted(*pale)
    engine = loop(denoiser)
    requests = [wanted(time=frame * FRAME, strength=0.2, **STILL) for frame in range(40)]
    for request in requests:
        engine.next(request)
    assert denoiser.requests == requests
