"""The slow-moving reference, and that a held loop stays where a free one drifts away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from visualizer.engine.loop.drift_hold import (
    CHROMA,
    CONTRAST,
    DETAIL,
    LIGHTNESS,
    LONG,
    SHORT,
    Reference,
    healthy,
    held,
)
from visualizer.engine.loop.image_stats import ImageStats, smooth

from .test_image_stats import patches, seen

SEA, FIRE = (("sea", 1.0),), (("fire", 1.0),)
FRAME = 1 / 20


def stats(
    lightness: float = 0.4, red: float = 0.05, contrast: float = 0.2, detail: float = 0.2
) -> ImageStats:
    """Image stats of these values."""
    covariance = np.diag([contrast**2, 0.05**2, 0.05**2])
    return ImageStats(np.array([lightness, red, 0.0]), covariance, detail)


def followed(reference: Reference, seen: ImageStats, prompts: object, seconds: float) -> ImageStats:
    """What a reference has become after so many seconds of the same stats."""
    for _ in range(round(seconds / FRAME)):
        reference.follow(seen, prompts, FRAME)  # type: ignore[arg-type]
    assert reference.stats is not None
    return reference.stats


def test_the_first_picture_is_the_reference_and_the_first_second_corrects_it() -> None:
    reference = Reference()
    assert reference.stats is None
    assert followed(reference, stats(lightness=0.8), SEA, FRAME).mean[0] == pytest.approx(0.8)
    assert followed(reference, stats(lightness=0.4), SEA, 1.0).mean[0] == pytest.approx(
        0.4, abs=0.1
    )


def test_with_one_prompt_the_reference_moves_slower_and_slower() -> None:
    moved = []
    for minutes in (0.25, 1.0, 5.0):
        reference = Reference()
        followed(reference, stats(0.4), SEA, 60.0 * minutes)
        moved.append(followed(reference, stats(0.5), SEA, 2.0).mean[0] - 0.4)
    assert 0.02 > moved[0] > moved[1] > moved[2] > 0.0
    assert moved[1] < 0.005


def test_the_memory_has_an_end() -> None:
    reference = Reference()
    for _ in range(10):
        reference.follow(stats(), SEA, LONG)
    assert reference.memory() == LONG


def test_while_prompts_change_they_decide_the_palette_within_seconds() -> None:
    reference = Reference()
    followed(reference, stats(red=0.0), SEA, 300.0)
    for step in range(1, 41):  # a crossfade of two seconds
        reference.follow(stats(red=0.0), (("sea", 1.0 - step / 40), ("fire", step / 40)), FRAME)
    assert followed(reference, stats(red=0.2), FIRE, 3.0).mean[1] > 0.18


def test_after_a_change_the_reference_eases_back_without_a_jump() -> None:
    reference = Reference()
    followed(reference, stats(), SEA, 300.0)
    memories = []
    for _ in range(400):
        reference.follow(stats(), FIRE, FRAME)
        memories.append(reference.memory())
    assert memories[0] == SHORT
    assert memories[-1] > 10.0
    steps = np.diff(memories)
    assert steps.min() >= 0.0
    assert steps.max() <= FRAME + 1e-9


def test_a_reference_is_neither_black_nor_white_nor_garish_nor_pale() -> None:
    for given, lightness, contrast, chroma, detail in (
        (stats(), 0.4, 0.2, None, 0.2),
        (stats(lightness=0.0, contrast=0.0, detail=0.0), LIGHTNESS[0], None, None, DETAIL[0]),
        (
            stats(lightness=1.0, contrast=0.5, detail=1.0),
            LIGHTNESS[1],
            CONTRAST[1],
            None,
            DETAIL[1],
        ),
        (stats(red=0.6), 0.4, 0.2, CHROMA[1], 0.2),
        (stats(contrast=0.02), 0.4, CONTRAST[0], None, 0.2),
    ):
        found = healthy(given)
        assert found.mean[0] == pytest.approx(lightness)
        assert found.detail == pytest.approx(detail)
        assert contrast is None or found.contrast == pytest.approx(contrast)
        assert chroma is None or found.chroma == pytest.approx(chroma)


def test_without_weights_the_picture_is_not_even_copied() -> None:
    image = patches()
    assert held(image, seen(image), stats(), 0.0, 0.0) is image


def test_what_is_held_stays_in_range() -> None:
    image = patches()
    made = held(image, seen(image), stats(lightness=0.9, contrast=0.5, detail=0.9), 1.0, 1.0)
    assert 0.0 <= made.min() <= made.max() <= 1.0


def redder(image: Tensor) -> Tensor:
    """A model with a taste for colour: 2 % more in each frame."""
    grey = image.mean(1, keepdim=True)
    return grey + 1.02 * (image - grey)


def greyer(image: Tensor) -> Tensor:
    """A model that washes out."""
    return 0.5 + 0.98 * (image - 0.5)


def brighter(image: Tensor) -> Tensor:
    """A model that likes light."""
    return image + 0.01


def blurring(image: Tensor) -> Tensor:
    """A model that loses detail."""
    return torch.lerp(image, smooth(image), 0.05)


def crusting(image: Tensor) -> Tensor:
    """A model that adds edges to edges."""
    return torch.lerp(smooth(image), image, 1.05)


@pytest.mark.parametrize("drift", [redder, greyer, brighter, blurring, crusting])
def test_a_held_loop_stays_where_a_free_one_drifts_away(drift: Callable[[Tensor], Tensor]) -> None:
    def off(weight: float, since: int) -> float:
        """How far a loop goes from one frame to the 400th, in parts of each statistic."""
        image, reference = patches(), Reference()
        for frame in range(400):
            now = seen(image)
            if frame == since:
                first = statistics(now)
            reference.follow(now, SEA, FRAME)
            assert reference.stats is not None
            image = drift(held(image, now, reference.stats, weight, weight)).clamp(0.0, 1.0)
        return float(np.abs(statistics(seen(image)) / first - 1.0).max())

    assert off(0.0, since=0) > 0.5
    for weight in (0.5, 1.0):
        assert off(weight, since=80) < 0.15  # in the first seconds the reference is quick


def statistics(made: ImageStats) -> npt.NDArray[np.float64]:
    """What may drift."""
    return np.array([made.mean[0], made.contrast, made.chroma, made.detail])


def test_a_hold_in_a_loop_that_changes_nothing_comes_to_rest() -> None:
    for weight in (0.1, 0.5, 1.0):
        image = patches()
        first = seen(image)
        wanted = replace(
            first,
            mean=first.mean + 0.02,
            covariance=1.2 * first.covariance,
            detail=1.1 * first.detail,
        )
        for _ in range(200):
            image = held(image, seen(image), wanted, weight, weight)
        last = seen(held(image, seen(image), wanted, weight, weight))
        assert last.mean == pytest.approx(wanted.mean, abs=0.005)
        assert last.contrast == pytest.approx(wanted.contrast, rel=0.03)
        assert last.detail == pytest.approx(wanted.detail, rel=0.03)
