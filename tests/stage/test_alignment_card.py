"""Claims about the test card: what is on it, where, and that it stands in place of the picture."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from visualizer.show.projection import Projection
from visualizer.stage.alignment_card import BARS, GREYS, LINE, NEAR, SOFT, STEPS, AlignmentCard
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.geometry import Size

from .player import BARE, Player, wall
from .shows import texts

CARD = replace(BARE, test_card=True)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (1920, 1200), (160, 100)])
def test_the_card_has_edges_circles_bars_greys_and_words(letters: Lettering, size: Size) -> None:
    width, height = size
    card = AlignmentCard(letters)
    words = ("BenQ", "60 Hz")
    assert texts(letters, lambda: card.drawn(size, words, 0)) == list(words)
    pixels = card.drawn(size, words, 0)
    assert pixels.shape == (height, width, 3)
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert (edge == LINE).all()
    found, counts = np.unique(pixels.astype(np.int32) @ (1 << 16, 1 << 8, 1), return_counts=True)
    area = {(c >> 16, c >> 8 & 255, c & 255): n for c, n in zip(found, counts, strict=True)}
    for colour in (*BARS, (NEAR,) * 3, (255 - NEAR,) * 3):
        assert colour in area, colour
    for step in range(GREYS):
        level = round(255 * step / (GREYS - 1))
        assert area[(level,) * 3] > 0.0005 * width * height, level
    assert (pixels[round(0.05 * height), width // 2 - width // 7] == SOFT).all()
    short = min(size)
    for angle in np.linspace(0.1, 6.2, 12):  # the large circle is one
        x = width / 2 + 0.447 * short * np.cos(angle)
        y = height / 2 + 0.447 * short * np.sin(angle)
        spot = pixels[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4]
        assert (spot == LINE).all(axis=2).any()


def test_the_marker_moves_one_step_with_each_picture_and_goes_round(letters: Lettering) -> None:
    card, size = AlignmentCard(letters), (640, 360)
    walls = [card.drawn(size, ("a",), n).astype(int) for n in range(STEPS + 1)]
    places = []
    for moment in walls:
        there = (moment != walls[STEPS // 2]).any(axis=2)
        places.append(float(np.nonzero(there)[1].min()) if there.any() else -1.0)
    assert (walls[0] == walls[STEPS]).all()
    early = np.diff(places[: STEPS // 2])
    assert (early > 0).all()
    assert early.max() - early.min() <= 1


def test_the_card_stands_in_place_of_start_screen_and_picture_while_the_loop_goes_on(
    player: Player,
) -> None:
    player.play(CARD)
    size = wall().shape[:2]
    assert (wall()[0] == LINE).all()
    player.frame(90)
    player.play(CARD, 2.0)
    assert (wall()[0] == LINE).all()
    assert wall().shape[:2] == size
    strobing = MappingProxyType({**CARD.values, "strobe": 3.0, "invert": 1.0})
    for time in (0.1, 0.2, 0.3):
        player.play(replace(CARD, values=strobing, time=time))
        assert (wall()[0] == LINE).all()  # looks and strobe leave it alone
    player.play(BARE)
    assert (wall() == 90).all()  # the fade went on unseen
    player.play(replace(CARD, blackout=True), 2.0)
    assert not wall().any()


def test_the_card_is_mapped_as_the_wall_is_and_names_display_and_wall(player: Player) -> None:
    name = player.stage.display
    assert name
    half = Projection(((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)), crop=(0.5, 0.0, 0.0, 0.0))
    shown = replace(CARD, display=name, projections=MappingProxyType({name: half}))
    card = player.stage._card
    lines = texts(card._letters, lambda: player.play(shown))
    width, height = wall().shape[:2]
    assert not wall()[width // 2 + 1 :].any()
    assert wall()[: width // 2].any()
    assert lines[0] == name
    assert lines[1].startswith(f"{width} × {height}, ")
    assert lines[2] == f"wall {2 * width} × {height}"
