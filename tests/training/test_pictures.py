"""The picture maker: repeatable, varied, well exposed, and rightly captioned."""

from __future__ import annotations

import colorsys

import pytest
import torch
from torch import Tensor

from training.data.captions import names_palette, names_scene
from training.data.palettes import HUES, PALETTES, gradients
from training.data.pictures import PALETTE_NAMES, SCENE_NAMES, Pictures, make_pictures

SIZE = 64


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    torch.set_num_threads(1)
    return make_pictures(len(SCENE_NAMES) * 20, seed=5, size=SIZE)


def _luma(images: Tensor) -> Tensor:
    weights = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    return (images.float() / 255 * weights).sum(1)


def test_shapes(pictures: Pictures) -> None:
    count = len(SCENE_NAMES) * 20
    assert pictures.images.shape == (count, 3, SIZE, SIZE)
    assert pictures.images.dtype == torch.uint8
    assert pictures.images.device.type == "cpu"
    assert len(pictures.captions) == count
    assert pictures.scenes.shape == pictures.palettes.shape == (count,)
    assert pictures.scenes.dtype == pictures.palettes.dtype == torch.int64


def test_same_seed_same_pictures() -> None:
    first, again = (make_pictures(24, seed=3, size=32) for _ in range(2))
    assert torch.equal(first.images, again.images)
    assert first.captions == again.captions
    other = make_pictures(24, seed=4, size=32)
    assert not torch.equal(first.images, other.images)


def test_global_seed_is_left_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    make_pictures(5, seed=9, size=32)
    assert torch.equal(torch.rand(1), expected)


def test_every_scene_and_palette_occurs(pictures: Pictures) -> None:
    assert len(set(SCENE_NAMES)) == len(SCENE_NAMES) >= 28
    assert len(set(PALETTE_NAMES)) == len(PALETTE_NAMES) >= 28
    assert pictures.scenes.bincount(minlength=len(SCENE_NAMES)).min() == 20
    assert pictures.palettes.bincount(minlength=len(PALETTE_NAMES)).min() > 0


def test_exposure(pictures: Pictures) -> None:
    mean = _luma(pictures.images).mean((1, 2))
    assert mean.min() > 0.1
    assert mean.max() < 0.7


def test_every_family_has_contrast_and_varies(pictures: Pictures) -> None:
    for scene, name in enumerate(SCENE_NAMES):
        images = pictures.images[pictures.scenes == scene].float() / 255
        assert images.flatten(1).std(1).median() > 0.12, name
        tone = _luma(images * 255)
        tone = tone - tone.mean((1, 2), keepdim=True)
        assert 0.15 < _luma(images * 255).mean() < 0.6, name
        assert tone.std(0).mean() > 0.05, name


def test_named_colours_show_their_hue(pictures: Pictures) -> None:
    for name in HUES:
        images = pictures.images[pictures.palettes == PALETTE_NAMES.index(name)].float() / 255
        red, green, blue = images.mean((0, 2, 3)).tolist()
        hue = colorsys.rgb_to_hsv(red, green, blue)[0] * 360
        assert abs((hue - HUES[name] + 180) % 360 - 180) < 25, name


def test_gradients_keep_their_hue() -> None:
    for name in HUES:
        ramp = gradients()[PALETTE_NAMES.index(name)]
        high, low = ramp.amax(1), ramp.amin(1)
        angle = torch.tensor([colorsys.rgb_to_hsv(*row)[0] for row in ramp.tolist()]) * 2 * torch.pi
        weight = high - low
        x, y = (weight * angle.cos()).sum(), (weight * angle.sin()).sum()
        hue = torch.rad2deg(torch.atan2(y, x)).item()
        assert abs((hue - HUES[name] + 180) % 360 - 180) < 25


def test_gradients_run_from_dark_to_bright() -> None:
    ramps = gradients()
    assert ramps.shape[0] == len(PALETTES)
    assert bool(((ramps >= 0) & (ramps <= 1)).all())
    luma = ramps @ torch.tensor([0.299, 0.587, 0.114])
    assert bool((luma[:, -1] > luma[:, 0] + 0.25).all())


def test_captions_name_what_is_shown(pictures: Pictures) -> None:
    pairs = list(
        zip(pictures.captions, pictures.scenes.tolist(), pictures.palettes.tolist(), strict=True)
    )
    assert all(caption and caption == caption.lower() for caption in pictures.captions)
    assert all("  " not in caption and "{" not in caption for caption in pictures.captions)
    scene_named = sum(names_scene(caption, scene) for caption, scene, _ in pairs) / len(pairs)
    assert 0.9 < scene_named < 0.99
    named = sum(names_palette(caption, palette) for caption, _, palette in pairs) / len(pairs)
    assert 0.68 < named < 0.87
    assert all(
        names_scene(caption, scene) or names_palette(caption, palette)
        for caption, scene, palette in pairs
    )
