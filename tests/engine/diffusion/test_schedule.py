"""Noise levels: where strength puts a frame, and what a scheduler's config says of them."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import diffusers
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.engine.diffusion.schedule import CLEAN, Schedule, timesteps

# Schedulers of diffusers mix numpy and torch in a way that newer numpy warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

BETAS: dict[str, Any] = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
}


def test_strength_sets_the_first_timestep() -> None:
    for strength, steps, expected in (
        (0.5, 2, [499]),
        (1.0, 2, [999, 499]),
        (0.6, 2, [599, 99]),
        (0.6005, 2, [599.5, 99.5]),
        (0.3, 1, [299]),
        (0.0, 50, []),
        (0.0005, 1, []),
        (1.0, 3, [999, 999 - 1000 / 3, 999 - 2000 / 3]),
        (2.0, 0, [999]),
    ):
        assert timesteps(strength, steps) == pytest.approx(expected)


@given(st.floats(-1.0, 2.0), st.integers(-1, 200))
def test_strength_never_makes_more_steps_than_asked_for(strength: float, steps: int) -> None:
    levels = timesteps(strength, steps)
    assert len(levels) <= max(steps, 1)
    assert levels == sorted(levels, reverse=True)
    assert all(0.0 <= level <= 999.0 for level in levels)


def test_every_thousandth_of_strength_starts_noisier() -> None:
    for steps in (1, 2, 4):
        for zero_snr in (False, True):
            schedule = Schedule(
                diffusers.DDIMScheduler(
                    prediction_type="v_prediction", rescale_betas_zero_snr=zero_snr, **BETAS
                )
            )
            tops = [timesteps(thousandth / 1000, steps) for thousandth in range(2, 1001)]
            noise = [schedule.alpha_sigma(levels[0])[1] for levels in tops]
            # With zero terminal SNR, the last timesteps have hardly any signal left to take.
            assert all(b > a or (zero_snr and a > 0.99) for a, b in pairwise(noise))


@pytest.mark.parametrize("zero_snr", [False, True])
def test_between_whole_timesteps_noise_is_what_diffusers_makes_it(zero_snr: bool) -> None:
    scheduler = diffusers.EulerDiscreteScheduler(rescale_betas_zero_snr=zero_snr, **BETAS)
    schedule = Schedule(scheduler)
    scheduler.set_timesteps(7)  # linearly spaced: 832.5 and the like
    for timestep, sigma in zip(scheduler.timesteps, scheduler.sigmas[:-1], strict=True):
        a, b = schedule.alpha_sigma(float(timestep))
        assert b / a == pytest.approx(float(sigma), rel=1e-4)
        assert math.hypot(a, b) == pytest.approx(1.0)


def test_minus_one_is_the_clean_image_and_beyond_the_ends_nothing_changes() -> None:
    schedule = Schedule(diffusers.DDIMScheduler(**BETAS))
    assert schedule.alpha_sigma(CLEAN) == schedule.alpha_sigma(-7.0) == (1.0, 0.0)
    assert schedule.alpha_sigma(999.0) == schedule.alpha_sigma(2000.0)
    clean, noise = torch.rand(1, 4, 2, 2), torch.rand(1, 4, 2, 2)
    assert torch.equal(schedule.noised(clean, noise, CLEAN), clean)


def test_the_last_step_goes_where_the_config_says() -> None:
    for kind, settings, end in (
        ("DDIMScheduler", {}, CLEAN),
        ("DDIMScheduler", {"set_alpha_to_one": False}, 0.0),
        ("PNDMScheduler", {}, 0.0),
        ("EulerDiscreteScheduler", {}, CLEAN),
        ("EulerDiscreteScheduler", {"final_sigmas_type": "sigma_min"}, 0.0),
        # sdxl-base's config holds this, from a scheduler before it; Euler takes no such thing.
        ("EulerDiscreteScheduler", {"set_alpha_to_one": False}, CLEAN),
    ):
        scheduler = getattr(diffusers, kind).from_config({**BETAS, **settings})
        assert Schedule(scheduler).end == end


def test_a_scheduler_that_asks_for_something_else_does_not_fit() -> None:
    for kind, settings in (
        ("DDIMScheduler", {"clip_sample": True}),
        ("DDIMScheduler", {"clip_sample": False, "thresholding": True}),
        ("DPMSolverMultistepScheduler", {"use_flow_sigmas": True}),
        ("DPMSolverMultistepScheduler", {"variance_type": "learned_range"}),
        (
            "EulerDiscreteScheduler",
            {"timestep_type": "continuous", "prediction_type": "v_prediction"},
        ),
        ("EDMEulerScheduler", {}),
        ("FlowMatchEulerDiscreteScheduler", {}),
    ):
        assert not Schedule.fits(getattr(diffusers, kind)(**settings))


def test_what_a_scheduler_does_not_take_is_no_matter() -> None:
    config = {**BETAS, "clip_sample": True, "prediction_type": "epsilon"}
    scheduler = diffusers.EulerDiscreteScheduler.from_config(config)
    assert scheduler.config.clip_sample
    assert Schedule.fits(scheduler)
