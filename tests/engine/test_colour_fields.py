"""Colour fields: colours that a prompt's words call for, moving softly."""

from __future__ import annotations

import colorsys
from itertools import pairwise

import numpy as np

from visualizer.engine.colour_fields import ColourFields

from .conftest import request


def hue_of(prompt: str) -> float:
    """The hue in degrees of a prompt's picture, all in all."""
    pixels = ColourFields(64).next(request(prompts=((prompt, 1.0),))).pixels
    red, green, blue = pixels.reshape(-1, 3).mean(0) / 255.0
    return 360.0 * colorsys.rgb_to_hsv(red, green, blue)[0]


def test_words_for_colours_are_taken_at_their_word() -> None:
    for prompt, low, high in (
        ("crimson", 330, 380),
        ("Emerald, deep", 120, 190),
        ("a blue room", 200, 260),
        ("golden hour", 25, 65),
        ("violet", 250, 310),
    ):
        hue = hue_of(prompt)
        assert low <= hue <= high or low <= hue + 360.0 <= high


def test_pictures_are_neither_dark_nor_blown_out() -> None:
    for index, prompt in enumerate(("a cathedral", "fire and ice", "night", "white fog", "x")):
        pixels = ColourFields(64).next(request(prompts=((prompt, 1.0),), seed=index)).pixels
        assert 25 < pixels.mean() < 200
        assert pixels.std() > 8


def test_it_moves_softly_even_when_the_seed_changes() -> None:
    card = ColourFields(64)
    pixels = [
        card.next(request(seed=1 + n // 10, blend=0.0)).pixels.astype(float) for n in range(40)
    ]
    moves = [abs(b - a).mean() for a, b in pairwise(pixels)]
    assert min(moves) > 0.0
    assert max(moves) < 12.0


def test_strength_zero_holds_it_still() -> None:
    card = ColourFields(32)
    card.next(request())
    first, second = (card.next(request(strength=0.0, blend=0.0)).pixels for _ in range(2))
    assert np.array_equal(first, second)


def test_a_mix_lies_between_its_prompts() -> None:
    def mean(*prompts: tuple[str, float]) -> float:
        return float(ColourFields(32).next(request(prompts=prompts)).pixels[..., 0].mean())

    low, high = sorted((mean(("red", 1.0)), mean(("blue", 1.0))))
    assert low < mean(("red", 0.5), ("blue", 0.5)) < high


def test_a_glide_leads_from_one_seeds_fields_to_the_next() -> None:
    def after(seed: int, glide: float, frames: int) -> np.ndarray:
        card = ColourFields(32)
        wanted = request(seed=seed, seed_interval=10, seed_glide=glide, strength=1.0, blend=0.0)
        return [card.next(wanted).pixels.astype(float) for _ in range(frames)][-1]

    assert not np.array_equal(after(1, 0.0, 10), after(1, 1.0, 10))
    assert np.array_equal(after(1, 0.0, 1), after(1, 1.0, 1))


def test_it_goes_on_as_it_was_whatever_played_before() -> None:
    card, other = ColourFields(32), ColourFields(32)
    card.continue_from(np.zeros((8, 8, 3), np.uint8))
    card.prepare(request())
    assert card.reduce_memory() == ""
    assert np.array_equal(card.next(request()).pixels, other.next(request()).pixels)


def test_a_wide_card_shows_the_same_shapes_unstretched() -> None:
    square, wide = (ColourFields(size).next(request()).pixels for size in (64, (128, 64)))
    assert wide.shape == (64, 128, 3)
    # But for the darker rim.
    assert abs(wide[:, 32:96].astype(float) - square).mean() < 12.0
