"""Claims about the start screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pygame
import pytest

from visualizer.show.actions import Say
from visualizer.show.files.session import Session
from visualizer.show.records import TextEntry
from visualizer.show.reducer import reduce
from visualizer.show.state import Show
from visualizer.show.status import Phase, Status
from visualizer.show.view import View
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud.start_screen import StartScreen, background, offer_top

from ..shows import SIZES, changed, count, picture, played, texts


def test_the_splash_moves_slowly_and_is_never_black_or_glaring() -> None:
    now, then, later = background(0.0), background(1 / 60), background(20.0)
    assert now.shape == (144, 256, 3)
    assert now.dtype == np.uint8
    assert np.abs(now.astype(int) - then).max() <= 3
    assert np.abs(now.astype(int) - later).max() > 20
    for moment in range(0, 200, 7):
        assert background(float(moment)).max(axis=2).min() >= 15


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("status", "question"),
    [
        (Status(), None),
        (Status(Phase.ASKING, default="tiny", reason="no GPU"), ("", 5.0)),
        (Status(Phase.ASKING, default="tiny", reason="no GPU"), ("x" * 300, 0.0)),
        (Status(Phase.LOADING, "loading", None), None),
        (Status(Phase.LOADING, "loading", 2.0), None),
        (Status(Phase.FAILED, "the network is down " * 40), None),
    ],
)
def test_the_splash_covers_the_screen(
    letters: Lettering, size: tuple[int, int], status: Status, question: tuple[str, float] | None
) -> None:
    target = pygame.Surface(size, depth=32)
    target.fill((255, 0, 255))
    entry = None if question is None else TextEntry("model", question[0], countdown=question[1])
    show = Show(entry=entry)
    for moment in (0.0, 1.0, 2.5):
        StartScreen(letters).draw(target, View(show, status), moment)
    assert count(target, (255, 0, 255, 255)) == 0


def test_the_splash_shows_messages_but_values_only_when_asked_for(letters: Lettering) -> None:
    show = replace(played(), hud=None)
    assert changed(picture(letters, View(show, Status()), splash=True)) == 0
    assert changed(picture(letters, View(reduce(show, Say("hi")), Status()), splash=True)) > 100
    assert changed(picture(letters, View(played(), Status()), splash=True)) > 100_000


def test_the_last_show_is_offered_with_its_key_while_it_can_be_taken_up(letters: Lettering) -> None:
    def words(show: Show) -> list[str]:
        target = pygame.Surface((1280, 720), depth=32)
        return texts(letters, lambda: StartScreen(letters).draw(target, View(show, Status()), 0.0))

    offered = replace(Show(), offer=Session(preset="Deep sea"))
    assert {"F9", "takes up the last show: Deep sea"} <= set(words(offered))
    assert "takes up the last show" in words(replace(Show(), offer=Session()))
    assert "F9" not in words(Show())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hud", [None, True])
def test_messages_leave_the_offer_to_be_read(
    letters: Lettering, size: tuple[int, int], hud: bool | None
) -> None:
    show = replace(played(), hud=hud, offer=Session(preset="Deep sea"))
    for number in range(3):
        show = reduce(show, Say(f"message {number} " * 20))
    silent = picture(letters, View(replace(show, messages=()), Status()), size, splash=True)
    heard = picture(letters, View(show, Status()), size, splash=True)
    rows = (pygame.surfarray.array3d(silent) != pygame.surfarray.array3d(heard)).any((0, 2))
    assert rows.any()
    assert not rows[offer_top(show, size) :].any()
    target = pygame.Surface(size, depth=32)
    bare = target.copy()
    splash = StartScreen(letters)
    splash.draw(target, View(show, Status()), 0.0)
    splash.draw(bare, View(replace(show, offer=None), Status()), 0.0)
    rows = (pygame.surfarray.array3d(target) != pygame.surfarray.array3d(bare)).any((0, 2))
    assert rows.any()
    assert not rows[: offer_top(show, size)].any()


@pytest.mark.parametrize("size", [*SIZES, (64, 64), (1, 1)])
def test_an_offer_with_a_long_name_can_be_drawn_in_any_window(
    letters: Lettering, size: tuple[int, int]
) -> None:
    show = replace(Show(), offer=Session(preset="sea " * 100))
    target = pygame.Surface(size, depth=32)
    StartScreen(letters).draw(target, View(show, Status()), 0.0)
