"""An engine's state in a file: the pictures after it are those that would have come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from visualizer.engine import checkpoint
from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.engine import Engine
from visualizer.engine.models.fallbacks import open_engine
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
        colour_hold=0.5, sharpness_hold=0.9, noise=0.02, steps=1,
        strength=0.0 if frame == 6 else 0.5,  # a frame that is not generated
    )  # fmt: skip


@pytest.fixture(params=["colour-fields", "model"])
def new(request: pytest.FixtureRequest, sd_folder: Path) -> Callable[[], Engine]:
    """What makes a new engine, of each kind in turn."""
    if request.param == "colour-fields":
        return lambda: ColourFields((32, 16))
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
    checkpoint.restore(restored, file)
    for frame in range(7, SPAN):
        picture = restored.next(wanted(frame))
        assert picture.seed == pictures[frame].seed
        assert np.array_equal(picture.pixels, pictures[frame].pixels)


def test_a_fork_goes_on_as_the_engine_would_and_leaves_it_as_it_was(
    new: Callable[[], Engine],
) -> None:
    alone, engine = new(), new()
    pictures = [alone.next(wanted(frame)).pixels for frame in range(SPAN)]
    for frame in range(SPAN):
        assert np.array_equal(engine.next(wanted(frame)).pixels, pictures[frame])
        fork = checkpoint.forked(engine)
        if frame == 7:
            same = [fork.next(wanted(after)).pixels for after in range(8, SPAN)]
            assert np.array_equal(same, pictures[8:])
        else:
            for step in range(3):
                fork.next(replace(wanted(frame), prompts=(("x", 1.0),), seed=99, time=9.0 + step))


def test_the_state_of_another_engine_is_refused(new: Callable[[], Engine], tmp_path: Path) -> None:
    engine, file = new(), tmp_path / "a.npz"
    checkpoint.save(engine, file)
    height, width = engine.size
    with pytest.raises(ValueError, match=rf"it was made with .* at {width}x{height}, and this is "):
        checkpoint.restore(ColourFields((48, 16)), file)


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04", b"\x93NUMPY"])
def test_a_file_that_is_no_checkpoint_is_a_value_error(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"no checkpoint|pickled|magic|array|EOF|header"):
        checkpoint.read(file)


def test_only_what_comes_back_the_same_is_saved(tmp_path: Path) -> None:
    card = ColourFields((16, 16))
    card._time = np.float32(0.1)  # type: ignore[assignment]
    checkpoint.save(card, tmp_path / "a.npz")
    other = ColourFields((16, 16))
    checkpoint.restore(other, tmp_path / "a.npz")
    assert other._time == float(np.float32(0.1))
    card._previous = wanted(0)  # type: ignore[assignment]
    with pytest.raises(TypeError, match="Request has no place in a checkpoint"):
        checkpoint.save(card, tmp_path / "a.npz")
