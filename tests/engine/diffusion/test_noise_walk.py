"""The noise of a place between two seeds: whose draws it is made of, and how strong it is."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from visualizer.engine.diffusion.noise_walk import NoiseWalk
from visualizer.engine.diffusion.seed_walk import SEEDS, Place

LIKE = torch.empty(1, 4, 32, 32)


def drawn(seed: int, step: int = 0) -> Tensor:
    """What diffusers draws for a seed: the first time, the second …"""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(LIKE.shape, generator=generator) for _ in range(step + 1)][step]


def test_at_a_seed_the_noise_is_what_diffusers_draws_for_it() -> None:
    walk = NoiseWalk()
    for step in (0, 2, 1):
        assert torch.equal(walk.at(Place(7), step, LIKE), drawn(7, step))


def test_between_two_seeds_it_is_as_strong_as_at_them() -> None:
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        for step in (0, 1):
            noise = NoiseWalk().at(Place(3, share), step, LIKE)
            assert float(noise.var()) == pytest.approx(1.0, abs=0.05)
            assert float(noise.mean()) == pytest.approx(0.0, abs=0.05)


def test_equal_shares_are_equal_angles() -> None:
    walk, ends = NoiseWalk(), [drawn(3), drawn(4)]
    places = [walk.at(Place(3, k / 10), 0, LIKE) for k in range(10)] + [ends[1]]
    flat = [noise.flatten() / noise.norm() for noise in places]
    angles = [math.acos(float(a @ b)) for a, b in pairwise(flat)]
    assert max(angles) < 1.02 * min(angles)
    assert sum(angles) == pytest.approx(math.acos(float(flat[0] @ flat[-1])), rel=1e-3)


def test_the_way_from_the_last_seed_leads_to_the_first() -> None:
    near = NoiseWalk().at(Place(SEEDS - 1, 0.999), 0, LIKE)
    assert torch.allclose(near, drawn(0), atol=0.01)


def test_one_seed_hands_over_to_the_next_without_a_jump() -> None:
    walk = NoiseWalk()
    before, after = walk.at(Place(3, 0.999), 0, LIKE), walk.at(Place(4), 0, LIKE)
    assert torch.allclose(before, after, atol=0.02)


def test_draws_are_made_once_and_only_of_the_seeds_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shapes: list[torch.Size] = []
    randn = torch.randn

    def counted(shape: torch.Size, **options: Any) -> Tensor:
        shapes.append(shape)
        return randn(shape, **options)

    monkeypatch.setattr(torch, "randn", counted)
    walk = NoiseWalk()
    for share in (0.0, 0.0, 0.5, 0.6):
        walk.at(Place(1, share), 0, LIKE)
    assert len(shapes) == 2
    walk.at(Place(2, 0.1), 0, LIKE)
    assert len(shapes) == 3
    walk.at(Place(1), 0, LIKE)
    assert len(shapes) == 4
    walk.at(Place(1), 0, LIKE[..., :16])
    assert len(shapes) == 5


def test_noise_of_a_single_value_has_no_circle_to_go_along_and_still_moves() -> None:
    one = torch.empty(1, 1, 1, 1)
    walk = NoiseWalk()
    ends = [float(walk.at(Place(seed), 0, one)) for seed in (5, 6)]
    assert float(walk.at(Place(5, 0.5), 0, one)) == pytest.approx(sum(ends) / 2)
