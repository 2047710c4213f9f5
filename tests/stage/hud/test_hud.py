"""Claims about the HUD as a whole: what is seen, and when nothing is."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.show.play_actions import Run
from visualizer.show.status import Phase, Status
from visualizer.show.system_actions import Say
from visualizer.show.view import View
from visualizer.stage.drawing.hud_colours import ACCENT, AMBER, RED, TRACK
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud import help_layout, panel_layout

from ..shows import RUNNING, SIZES, changed, count, picture, played, texts

COMING = replace(RUNNING, coming="big", text="downloading big: 2 of 7 GB", progress=0.5)


def test_with_the_hud_off_nothing_is_drawn(letters: Lettering) -> None:
    show = replace(played(Say("hello"), Run("freeze")), hud=False)
    for status in (replace(RUNNING, phase=Phase.FAILED), COMING):
        assert changed(picture(letters, View(show, status))) == 0


def test_states_are_chips_beside_the_panel(letters: Lettering) -> None:
    for command in ("generation", "freeze", "blackout"):
        plain = picture(letters, View(played(), RUNNING))
        chipped = picture(letters, View(played(Run(command)), RUNNING))
        beside = pygame.Rect(panel_layout.plan((1280, 720)).panel.right + 10, 0, 600, 60)
        assert changed(plain.subsurface(beside)) == 0
        assert changed(chipped.subsurface(beside)) > 1000


def test_a_failed_engine_says_so_in_amber_and_a_loading_one_shows_a_bar(letters: Lettering) -> None:
    failed = View(played(), Status(Phase.FAILED, "out of memory"))
    assert count(picture(letters, failed), AMBER) > 50
    loading = View(played(), Status(Phase.LOADING, "loading", 0.5))
    assert count(picture(letters, loading), ACCENT) > count(
        picture(letters, View(played(), RUNNING)), ACCENT
    )


def test_a_model_on_its_way_has_a_card_with_its_progress_while_the_show_runs(
    letters: Lettering,
) -> None:
    beside = pygame.Rect(panel_layout.plan((1280, 720)).panel.right, 0, 600, 720)

    def card(status: Status) -> pygame.Surface:
        return picture(letters, View(played(), status)).subsurface(beside)

    assert changed(card(RUNNING)) == 0
    assert changed(card(COMING)) > 1000
    lit = [count(card(replace(COMING, progress=share)), ACCENT) for share in (0.1, 0.5, 1.0)]
    assert lit == sorted(lit)
    assert lit[0] < lit[2]
    unknown = card(replace(COMING, progress=None))
    assert changed(unknown) > 1000
    assert count(unknown, ACCENT) == count(unknown, TRACK) == 0
    assert COMING.text in texts(letters, lambda: card(COMING))
    assert "Loading big" in texts(letters, lambda: card(replace(COMING, text="")))


@pytest.mark.parametrize("size", SIZES)
def test_a_card_stands_above_messages_and_on_the_screen(
    letters: Lettering, size: tuple[int, int], cards: list[tuple[int, int]]
) -> None:
    show = played(*(Say(f"message {number}") for number in range(5)))
    picture(letters, View(show, replace(COMING, text="downloading " * 40)), size)
    assert len(cards) == 6
    assert cards[0][1] <= size[1]
    assert cards[-1][0] >= 0
    assert all(upper < top for (top, _), (_, upper) in pairwise(cards))


def test_the_hud_can_be_drawn_in_a_tiny_window(letters: Lettering) -> None:
    for size in ((160, 120), (64, 64), (1, 1), (1, 2000), (2000, 1), (860, 100), (300, 300)):
        for actions in (
            (),
            (Run("prompt"), Run("quit")),
            (Run("help"),),
            (Run("learn"),),
            (Say("a line " * 30),),
        ):
            picture(letters, View(played(*actions), COMING), size)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 4000), st.integers(1, 2500))
def test_places_are_found_in_any_window(width: int, height: int) -> None:
    pygame.font.init()
    list(help_layout.tries((width, height), Lettering()))
    for row in panel_layout.plan((width, height)).rows:
        assert all(bar.width >= 0 and bar.height > 0 for bar in row.bars.values())


def test_a_recording_is_a_red_dot_with_its_time_on_the_hud_alone(letters: Lettering) -> None:
    show = replace(played(), live_since=10.0, recording=3.0, time=85.0)
    seen = texts(letters, lambda: picture(letters, View(show, RUNNING)))
    assert "● 1:15" in seen  # from the first frame on
    early = replace(show, live_since=None)
    assert "● 0:00" in texts(letters, lambda: picture(letters, View(early, RUNNING)))
    assert count(picture(letters, View(show, RUNNING)), RED) > 500
    assert changed(picture(letters, View(replace(show, hud=False), RUNNING))) == 0
