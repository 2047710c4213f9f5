"""Claims about the start screen."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle

import numpy as np
import numpy.typing as npt
import pygame

from visualizer.show.files.session import Session
from visualizer.show.records import TextEntry
from visualizer.show.reducer import reduce
from visualizer.show.state import Show
from visualizer.show.status import Phase, Status
from visualizer.show.system_actions import Say
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


def test_the_splash_covers_the_screen(letters: Lettering) -> None:
    asking = Status(Phase.ASKING, default="tiny", reason="no GPU")
    seen = (
        (Status(), None),
        (asking, TextEntry("model", "", countdown=5.0)),
        (asking, TextEntry("model", "x" * 300, countdown=0.0)),
        (Status(Phase.LOADING, "loading", None), None),
        (Status(Phase.LOADING, "loading", 2.0), None),
        (Status(Phase.FAILED, "the network is down " * 40), None),
    )
    for size, (status, entry) in zip(SIZES, cycle(seen), strict=False):
        target = pygame.Surface(size, depth=32)
        target.fill((255, 0, 255))
        splash = StartScreen(letters)
        for moment in (0.0, 1.0, 2.5):
            splash.draw(target, View(Show(entry=entry), status), moment)
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
    assert {"F9", "resumes the last show: Deep sea"} <= set(words(offered))
    assert "resumes the last show" in words(replace(Show(), offer=Session()))
    assert "F9" not in words(Show())


def differing(one: pygame.Surface, other: pygame.Surface) -> npt.NDArray[np.bool_]:
    """Of each row of pixels, whether the two differ there."""
    different = pygame.surfarray.array3d(one) != pygame.surfarray.array3d(other)
    return np.asarray(different.any((0, 2)))


def test_messages_leave_the_offer_to_be_read(letters: Lettering) -> None:
    for size, hud in zip(SIZES, cycle((None, True)), strict=False):
        show = replace(played(), hud=hud, offer=Session(preset="Deep sea"))
        for number in range(3):
            show = reduce(show, Say(f"message {number} " * 20))
        silent = picture(letters, View(replace(show, messages=()), Status()), size, splash=True)
        heard = picture(letters, View(show, Status()), size, splash=True)
        rows = differing(silent, heard)
        assert rows.any()
        assert not rows[offer_top(show, size) :].any()
        target = pygame.Surface(size, depth=32)
        bare = target.copy()
        splash = StartScreen(letters)
        splash.draw(target, View(show, Status()), 0.0)
        splash.draw(bare, View(replace(show, offer=None), Status()), 0.0)
        rows = differing(target, bare)
        assert rows.any()
        assert not rows[: offer_top(show, size)].any()


def test_an_offer_with_a_long_name_can_be_drawn_in_any_window(letters: Lettering) -> None:
    show = replace(Show(), offer=Session(preset="sea " * 100))
    for size in (*SIZES, (64, 64), (1, 1)):
        target = pygame.Surface(size, depth=32)
        StartScreen(letters).draw(target, View(show, Status()), 0.0)
