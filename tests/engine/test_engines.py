"""What every engine does alike: the loop over tiny SD, over tiny SDXL, and the colour fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from visualizer.engine.engine import Engine
from visualizer.engine.models.catalogue import COLOUR_FIELDS
from visualizer.engine.models.fallbacks import open_engine

from .conftest import SIDE, request, unheard

Open = Callable[[], Engine]

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


CUDA = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no NVIDIA GPU here: engines are not tested on one"
)


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=CUDA)])
def device(request: pytest.FixtureRequest) -> str:
    """Each device that is here, in turn."""
    return str(request.param)


@pytest.fixture(params=["sd", "sdxl", COLOUR_FIELDS])
def open_(request: pytest.FixtureRequest, sd_folder: Path, sdxl_folder: Path, device: str) -> Open:
    """Opens the same engine anew each time it is called."""
    if device == "cpu":
        request.getfixturevalue("loads_once")
    name = {"sd": str(sd_folder), "sdxl": str(sdxl_folder)}.get(request.param, COLOUR_FIELDS)
    size = SIDE if name == COLOUR_FIELDS else None

    def open_() -> Engine:
        return open_engine(name, device=device, size=size, offline=True, report=unheard, threads=1)

    return open_


def test_a_picture_is_read_only_rgb_in_rows(open_: Open) -> None:
    pixels = open_().next(request()).pixels
    assert pixels.shape == (SIDE, SIDE, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert not pixels.flags.writeable


def test_the_same_requests_give_the_same_pictures(open_: Open) -> None:
    wanted = [request(), request(strength=0.9), request(seed=3), request(blend=0.7)]
    first, second = open_(), open_()
    for each in wanted:
        one, other = first.next(each), second.next(each)
        assert np.array_equal(one.pixels, other.pixels)
        assert one.seed == other.seed


def test_pictures_handed_out_do_not_change_any_more(open_: Open) -> None:
    engine = open_()
    kept = engine.next(request())
    copy = kept.pixels.copy()
    for _ in range(3):
        engine.next(request())
    assert np.array_equal(kept.pixels, copy)


def test_a_restart_begins_the_same_show_again(open_: Open) -> None:
    engine = open_()
    first = [engine.next(request()).pixels for _ in range(3)]
    again = [engine.next(request(restarts=1)).pixels for _ in range(3)]
    assert not np.array_equal(first[0], first[1])
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one, other)


def test_another_seed_and_another_prompt_are_other_pictures(open_: Open) -> None:
    engine = open_()
    first = engine.next(request(seed=1)).pixels
    green = (("green ice", 1.0),)
    for wanted in (request(seed=2, restarts=1), request(seed=1, restarts=2, prompts=green)):
        assert not np.array_equal(first, engine.next(wanted).pixels)


def test_the_seed_walks_up_by_one_each_interval(open_: Open) -> None:
    engine = open_()
    last = 2**32 - 1
    seeds = [engine.next(request(seed=last - 1, seed_interval=2)).seed for _ in range(6)]
    assert seeds == [last - 1, last - 1, last, last, 0, 0]


def test_a_blend_of_nearly_all_keeps_the_picture(open_: Open) -> None:
    engine = open_()
    calm = request(blend=0.98)
    first, second = (engine.next(calm).pixels.astype(int) for _ in range(2))
    assert abs(second - first).max() <= 8


def test_at_strength_zero_the_picture_stays_as_it_is_for_ever(open_: Open) -> None:
    engine = open_()
    first = engine.next(request()).pixels
    for _ in range(50):
        last = engine.next(request(strength=0.0)).pixels
    assert np.array_equal(first, last)
    assert not np.array_equal(first, engine.next(request()).pixels)


def test_it_goes_on_from_another_engines_picture(open_: Open) -> None:
    engine = open_()
    if engine.model == COLOUR_FIELDS:
        pytest.skip("its pictures are not made from one another")
    for side in (SIDE, 2 * SIDE, 17):
        engine.next(request(restarts=side))  # from white
        red = np.zeros((side, side, 3), np.uint8)
        red[..., 0] = 200
        engine.continue_from(red)
        pixels = engine.next(
            request(restarts=side, blend=0.98, brightness=0.0, contrast=0.0)
        ).pixels
        assert pixels.shape == (SIDE, SIDE, 3)
        assert np.abs(pixels.reshape(-1, 3).mean(0) - (200, 0, 0)).max() < 8


def test_a_new_engine_that_goes_on_from_a_picture_does_not_begin_from_white(open_: Open) -> None:
    engine = open_()
    if engine.model == COLOUR_FIELDS:
        pytest.skip("its pictures are not made from one another")
    engine.continue_from(np.zeros((SIDE, SIDE, 3), np.uint8))
    assert engine.next(request(blend=0.98, restarts=5)).pixels.mean() < 16


def test_what_is_prepared_ahead_changes_no_picture(open_: Open) -> None:
    one, other = open_(), open_()
    for wanted in (request(ahead=("green ice",)), request(prompts=(("green ice", 1.0),))):
        assert np.array_equal(one.next(wanted).pixels, other.next(wanted).pixels)
        one.prepare(wanted)


def test_pictures_stay_the_same_while_another_model_loads(open_: Open) -> None:
    """Libraries change torch's default type meanwhile, for all threads."""
    one, other = open_(), open_()
    for wanted in (request(), request(prompts=(("green ice", 1.0),), guidance=3.0, noise=0.1)):
        pixels = one.next(wanted).pixels
        torch.set_default_dtype(torch.float16)
        try:
            while_loading = other.next(wanted).pixels
            other.prepare(request(ahead=("a blue room",)))
        finally:
            torch.set_default_dtype(torch.float32)
        assert np.array_equal(pixels, while_loading)


def test_an_engine_says_what_it_is(open_: Open, device: str) -> None:
    engine = open_()
    assert engine.model
    assert engine.device == ("cpu" if engine.model == COLOUR_FIELDS else device)


def test_stages_can_be_timed_at_any_moment(open_: Open) -> None:
    engine = open_()
    engine.next(request())
    stages: list[str] = []

    @contextmanager
    def stopwatch(stage: str) -> Iterator[None]:
        stages.append(stage)
        yield

    engine.stopwatch = stopwatch
    engine.next(request())
    known = ["perturb", "encode", "denoise", "step", "decode", "blend", "copy"]
    assert list(dict.fromkeys(stages)) == [stage for stage in known if stage in stages]
    assert stages.count("step") == (0 if engine.model == COLOUR_FIELDS else request().steps)
    assert {"denoise", "blend", "copy"} <= set(stages)
