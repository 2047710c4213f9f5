"""The sums behind the figures."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.stats import (
    largest_deviation,
    quantile,
    ratios,
    running_mean,
    slope,
    spread,
)


def test_a_spread_is_the_median_with_both_ends() -> None:
    found = spread([3.0, 1.0, 2.0])
    assert (found.median, found.low, found.high) == (2.0, 1.0, 3.0)
    assert found.text(1) == "2.0 (1.0 to 3.0)"


def test_ratios_are_taken_round_by_round() -> None:
    """A machine that is slow for a round is slow for both."""
    found = ratios([20.0, 2.0, 20.0], [10.0, 1.0, 5.0])
    assert (found.median, found.low, found.high) == (2.0, 2.0, 4.0)


def test_quantiles_lie_between_neighbours() -> None:
    assert quantile([0.0, 10.0], 0.5) == 5.0
    assert quantile(range(101), 0.99) == 99.0


def test_a_running_mean_has_one_value_for_each_whole_window() -> None:
    assert running_mean([1.0, 2.0, 3.0, 6.0], 2).tolist() == [1.5, 2.5, 4.5]
    assert running_mean([1.0, 3.0], 5).tolist() == [2.0]


def test_the_largest_deviation_is_a_share_of_the_centre_on_either_side() -> None:
    assert largest_deviation([0.9, 1.05], 1.0) == pytest.approx(0.1)
    assert largest_deviation([2.0, 2.5], 2.0) == pytest.approx(0.25)


def test_a_straight_line_is_found_with_no_error() -> None:
    found = slope([0.0, 1.0, 2.0, 3.0], [5.0, 7.0, 9.0, 11.0])
    assert found.value == pytest.approx(2.0)
    assert found.error == pytest.approx(0.0, abs=1e-9)
    assert found.grows


def test_a_slope_is_as_far_off_as_its_standard_error_says() -> None:
    """Over 400 draws of noise round a level line, the slopes' own spread is the error given."""
    chance = np.random.default_rng(1)
    times = np.arange(50.0)
    found = [slope(times, chance.normal(size=50)) for _ in range(400)]
    spread_of_slopes = np.std([one.value for one in found])
    assert np.mean([one.error for one in found]) == pytest.approx(spread_of_slopes, rel=0.1)
    assert np.mean([one.grows for one in found]) < 0.06
