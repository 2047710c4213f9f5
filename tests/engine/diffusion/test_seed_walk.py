"""The walk of the seed: how long it stays, how it moves on, and what turning its knobs does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.engine.diffusion.seed_walk import SEEDS, Place, SeedWalk

from ..conftest import request


def along(place: Place) -> float:
    """A place as a number: seeds and their shares in a row."""
    return place.seed + place.share


def walked(frames: int, **changes: Any) -> list[Place]:
    """The places of so many frames."""
    walk, wanted = SeedWalk(), request(**{"seed": 0, **changes})
    return [walk.step(wanted) for _ in range(frames)]


def test_without_a_glide_each_seed_stays_for_its_frames_and_the_next_one_follows() -> None:
    for interval in (1, 2, 20):
        places = walked(3 * interval, seed_interval=interval, seed_glide=0.0)
        assert places == [Place(n // interval) for n in range(3 * interval)]


def test_with_a_full_glide_every_frame_moves_by_the_same() -> None:
    for interval in (1, 2, 3, 7, 20, 200):
        places = walked(2 * interval + 1, seed_interval=interval, seed_glide=1.0)
        assert [along(place) for place in places] == pytest.approx(
            [n / interval for n in range(2 * interval + 1)]
        )


def test_with_half_a_glide_it_stays_for_half_the_interval_and_then_moves() -> None:
    places = walked(21, seed_interval=10, seed_glide=0.5)
    expected = [0] * 6 + [0.2, 0.4, 0.6, 0.8] + [1] * 6 + [1.2, 1.4, 1.6, 1.8] + [2]
    assert [along(place) for place in places] == pytest.approx(expected)


@given(st.integers(1, 200), st.floats(0.0, 1.0))
def test_whatever_the_glide_the_next_seed_comes_when_the_interval_is_over(
    interval: int, glide: float
) -> None:
    places = walked(2 * interval + 1, seed_interval=interval, seed_glide=glide)
    assert places[0] == Place(0)
    assert places[interval] == Place(1)
    assert places[2 * interval] == Place(2)
    assert all(0.0 <= place.share < 1.0 for place in places)


Turns = st.lists(st.tuples(st.integers(0, 200), st.floats(0.05, 1.0)), min_size=1, max_size=300)


@given(Turns)
def test_turning_the_knobs_of_a_glide_never_moves_the_noise_faster_than_they_say(
    turns: list[tuple[int, float]],
) -> None:
    walk = SeedWalk()
    before = along(walk.step(request(seed=0)))
    for interval, glide in turns:
        after = along(walk.step(request(seed=0, seed_interval=interval, seed_glide=glide)))
        moving = max(round(interval * glide), 1)
        assert before - 1e-9 <= after <= before + 1.0 / moving + 1e-6
        before = after


def test_an_interval_turned_down_in_the_middle_of_a_glide_makes_no_jump() -> None:
    walk = SeedWalk()
    slow, fast = (request(seed=0, seed_interval=n, seed_glide=1.0) for n in (200, 20))
    for _ in range(100):
        place = walk.step(slow)
    assert along(walk.step(fast)) == pytest.approx(along(place) + 1 / 20)


def test_a_glide_that_is_turned_off_ends_at_its_own_pace() -> None:
    walk = SeedWalk()
    for _ in range(6):
        place = walk.step(request(seed=0, seed_interval=10, seed_glide=1.0))
    places = [walk.step(request(seed=0, seed_interval=10, seed_glide=0.0)) for _ in range(15)]
    assert along(place) == pytest.approx(0.5)
    assert [along(p) for p in places] == pytest.approx([0.6, 0.7, 0.8, 0.9] + [1.0] * 10 + [2.0])


def test_an_interval_of_nothing_stays_where_it_is() -> None:
    assert walked(300, seed_interval=0, seed_glide=1.0) == [Place(0)] * 300
    walk = SeedWalk()
    for _ in range(6):
        place = walk.step(request(seed=0, seed_interval=10, seed_glide=1.0))
    stays = [walk.step(request(seed=0, seed_interval=0, seed_glide=1.0)) for _ in range(5)]
    assert stays == [place] * 5


@pytest.mark.parametrize("change", [{"seed": 50}, {"restarts": 1}])
def test_a_new_seed_or_a_restart_begins_the_walk_anew(change: dict[str, int]) -> None:
    walk = SeedWalk()
    for _ in range(27):
        walk.step(request(seed=4, seed_interval=20, seed_glide=1.0))
    wanted = request(**{"seed": 4, "seed_interval": 20, "seed_glide": 1.0, **change})
    assert walk.step(wanted) == Place(change.get("seed", 4))
    assert walk.step(wanted).share == pytest.approx(1 / 20)


def test_the_walk_goes_round() -> None:
    places = walked(3, seed=SEEDS - 1, seed_interval=1)
    assert [place.seed for place in places] == [SEEDS - 1, 0, 1]
    assert places[0].following == 0
