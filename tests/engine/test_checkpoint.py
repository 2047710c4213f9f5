"""An engine's state in a file: the pictures after it are those that would have come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from visualizer.engine import checkpoint
from visualizer.engine.engine import Engine
from visualizer.engine.models.open import open_engine
from visualizer.engine.testcard import TestCard
from visualizer.show.request import Request

from .conftest import request, unheard

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SPAN = 12


def wanted(frame: int) -> Request:
    """A show that moves, holds its colours, goes from seed to seed, and crosses prompts over."""
    share = min(max((frame - 4) / 6, 0.0), 1.0)
    prompts = tuple(
        (text, weight) for text, weight in (("red sea", 1 - share), ("blue", share)) if weight
    )
    return request(
        prompts=prompts, time=frame / 2, zoom=0.2, rotate=9.0, seed_interval=5, seed_glide=0.5,
        colour_hold=0.5, sharpness_hold=0.9, noise=0.02, strength=0.5, steps=1,
    )  # fmt: skip


@pytest.fixture(params=["testcard", "model"])
def new(request: pytest.FixtureRequest, sd_folder: Path) -> Callable[[], Engine]:
    """What makes a new engine, of each kind in turn."""
    if request.param == "testcard":
        return lambda: TestCard((32, 16))
    return lambda: open_engine(
        str(sd_folder), device="cpu", offline=True, strict=True, report=unheard, threads=1
    )


def test_a_restored_engine_makes_the_same_pictures(
    new: Callable[[], Engine], tmp_path: Path
) -> None:
    whole, file = new(), tmp_path / "a.npz"
    pictures = []
    for frame in range(SPAN):
        if frame == 7:  # in the middle of the crossfade
            checkpoint.save(whole, file, frames=frame)
        pictures.append(whole.next(wanted(frame)))
    assert checkpoint.read(file) == {"frames": 7}
    restored = new()
    checkpoint.restore(restored, file, wanted(6))
    for frame in range(7, SPAN):
        picture = restored.next(wanted(frame))
        assert picture.seed == pictures[frame].seed
        assert np.array_equal(picture.pixels, pictures[frame].pixels)


def test_the_state_of_another_engine_is_refused(new: Callable[[], Engine], tmp_path: Path) -> None:
    class Other(TestCard):
        pass

    engine, file = new(), tmp_path / "a.npz"
    checkpoint.save(engine, file)
    with pytest.raises(ValueError, match=f"it is of a {type(engine).__name__}"):
        checkpoint.restore(Other(), file, wanted(0))
