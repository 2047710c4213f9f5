"""Pictures that have died: noticed in time, revived softly, and let be where a prompt wants so."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from visualizer.engine.loop.image_stats import ImageStats
from visualizer.engine.loop.revive import (
    ALIVE,
    ATTEMPT,
    FLAT,
    GRACE,
    PATIENCE,
    REST,
    Revive,
    clouds,
)

from ..conftest import request

FRAME = 1 / 20
IMAGE = torch.full((1, 3, 16, 24), 0.5)


def look(spread: float) -> ImageStats:
    """A look of grey values so far apart."""
    return ImageStats(np.array([0.0, 0.0, 0.0]), np.diag([spread**2, 0.0, 0.0]), 0.1)


DEAD, LIVING = look(0.0), look(0.2)


def grown(frames: int = GRACE) -> Revive:
    """A life that has shown so many living pictures."""
    life = Revive()
    for _ in range(frames):
        life.see(LIVING, FRAME)
    return life


def helping(life: Revive) -> bool:
    """Whether anything is mixed into what is fed."""
    return life.seeded(IMAGE) is not IMAGE


def test_while_all_is_well_nothing_is_touched() -> None:
    life = grown()
    wanted = request()
    assert life.seeded(IMAGE) is IMAGE
    assert life.eased(wanted) is wanted


@pytest.mark.parametrize("frames", [GRACE, 1000])
def test_a_dead_picture_is_noticed_within_a_few_frames(frames: int) -> None:
    life = grown(frames)
    for _ in range(PATIENCE):
        life.see(DEAD, FRAME)
    assert not helping(life)
    life.see(DEAD, FRAME)
    assert helping(life)


def test_one_dead_picture_among_others_is_let_pass() -> None:
    life = grown()
    for _ in range(20):
        life.see(DEAD, FRAME)
        life.see(DEAD, FRAME)
        life.see(LIVING, FRAME)
        assert not helping(life)


def test_a_loop_that_comes_from_white_is_given_time() -> None:
    life = Revive()
    for _ in range(GRACE + PATIENCE):
        life.see(DEAD, FRAME)
        assert not helping(life)
    life.see(DEAD, FRAME)
    assert helping(life)


def test_help_grows_and_more_is_regenerated_and_the_shown_picture_moves_slowly() -> None:
    life = grown()
    shares = []
    for _ in range(30):
        life.see(DEAD, FRAME)
        if helping(life):
            eased = life.eased(request(strength=0.2, blend=0.1))
            assert eased.strength >= 0.7
            assert eased.blend >= 0.85
            shares.append(float((life.seeded(IMAGE) - IMAGE).abs().mean()))
    assert len(shares) > 20
    assert shares == sorted(shares)
    assert shares[-1] > 2 * shares[0]


def test_help_only_ever_adds_to_what_the_performer_asks_for() -> None:
    life = grown()
    for _ in range(10):
        life.see(DEAD, FRAME)
    eased = life.eased(request(strength=0.9, blend=0.95))
    assert (eased.strength, eased.blend) == (0.9, 0.95)


def test_as_soon_as_the_picture_lives_it_is_left_alone_and_the_calm_wears_off() -> None:
    life = grown()
    for _ in range(20):
        life.see(DEAD, FRAME)
    life.see(look((FLAT + ALIVE) / 2), FRAME)
    assert helping(life)  # it only lives by what is mixed in
    life.see(LIVING, FRAME)
    assert not helping(life)
    wanted = request(strength=0.2, blend=0.1)
    blends = []
    for _ in range(25):
        eased = life.eased(wanted)
        assert eased.strength == wanted.strength
        blends.append(eased.blend)
        life.see(LIVING, FRAME)
    assert blends[0] > 0.8
    assert blends == sorted(blends, reverse=True)
    assert life.eased(wanted) is wanted


def test_a_prompt_that_wants_the_dark_gets_it_but_for_a_try_now_and_then() -> None:
    for frame in (1 / 60, 1 / 20, 1 / 4):
        life = grown()
        tried = 0
        frames = round(100.0 / frame)
        for _ in range(frames):
            life.see(DEAD, frame)
            tried += helping(life)
        share = ATTEMPT / (ATTEMPT + REST)
        assert 0.5 * share < tried / frames < 2.0 * share


def test_each_try_brings_other_clouds() -> None:
    first, second = clouds(1, IMAGE), clouds(2, IMAGE)
    assert not torch.equal(first, second)
    assert torch.equal(first, clouds(1, IMAGE))
    assert first.shape == IMAGE.shape
    assert 0.0 <= first.min() <= first.max() <= 1.0
    assert first.std() > 0.1


def test_a_clock_that_stands_still_does_not_keep_it_trying_for_ever() -> None:
    life = grown()
    for _ in range(1000):
        life.see(DEAD, 0.0)
    assert not helping(life)


def test_after_a_picture_of_no_numbers_the_next_starts_a_little_elsewhere() -> None:
    life = grown()
    life.fail()
    once = float((life.seeded(IMAGE) - IMAGE).abs().mean())
    life.fail()
    twice = float((life.seeded(IMAGE) - IMAGE).abs().mean())
    assert 0.0 < once < twice < 0.1
    assert life.eased(request(blend=0.1)).blend > 0.5
    life.see(LIVING, FRAME)
    assert not helping(life)
