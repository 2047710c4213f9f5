"""Claims about what faults leave standing on the wall, and what is said of them."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from typing import cast

import pygame
import pytest

from visualizer.show.records import DisplayChoice, TextEntry
from visualizer.show.view import View
from visualizer.stage import window
from visualizer.stage.gl_recovery import GL_AGAIN, GLRecovery
from visualizer.stage.gl_renderer import GLRenderer
from visualizer.stage.hud.hud import Hud
from visualizer.stage.hud.start_screen import StartScreen
from visualizer.stage.pacing import PERIOD
from visualizer.stage.plain_window import end_video
from visualizer.stage.stage import Stage
from visualizer.stage.wall_window import GL_FAULTS

from .player import BARE, Player, wall
from .shows import RUNNING


def test_a_fault_in_drawing_is_raised_at_the_pace_of_the_wall(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("drawing")

    player.frame(50)
    player.play(BARE, 2.0)
    with monkeypatch.context() as fault:
        fault.setattr(player.stage._renderer, "draw", broken)
        start = player.now
        for _ in range(60):
            with pytest.raises(RuntimeError, match="drawing"):
                player.play(BARE)
    assert player.now - start == pytest.approx(1.0, abs=2 * PERIOD)
    assert player.stage.display_fps == pytest.approx(60, abs=0.1)
    assert player.play(BARE) == 50


def test_a_fault_in_the_hud_leaves_the_picture_and_is_told_once(
    player: Player, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bad message")

    show = replace(BARE, hud=True)
    player.frame(50)
    player.play(show, 2.0)
    with monkeypatch.context() as fault:
        fault.setattr(Hud, "draw", broken)
        player.frame(200)
        player.play(show, 2.0)
        assert (wall() == 200).all()
        assert player.stage.take_messages() == [
            "the HUD can't be drawn, the show goes on: a bad message"
        ]
        player.play(show, 1.0)
    assert player.stage.take_messages() == []
    assert capsys.readouterr().err.count("RuntimeError: a bad message") == 1
    player.play(show)
    assert not (wall() == 200).all()


def test_a_start_screen_that_fails_leaves_the_hud_and_is_told_once(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bad name")

    monkeypatch.setattr(StartScreen, "draw", broken)
    player.play(replace(BARE, hud=True), 1.0)
    assert wall().any()
    assert player.stage.take_messages() == [
        "the start screen can't be drawn, the show goes on: a bad name"
    ]
    player.frame(50)
    assert player.play(BARE, 2.0) == 50
    assert player.stage.take_messages() == []


def test_a_system_that_takes_no_text_is_no_fault_of_the_hud(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise pygame.error("no such thing")

    player.frame(50)
    monkeypatch.setattr(pygame.key, "set_text_input_rect", broken)
    player.play(replace(BARE, entry=TextEntry("prompt")), 1.0)
    assert player.stage.take_messages() == ["text can't be typed, the show goes on: no such thing"]


def test_while_the_hud_fails_text_can_still_be_typed(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bad message")

    monkeypatch.setattr(Hud, "draw", broken)
    places: list[pygame.Rect | None] = []
    monkeypatch.setattr(window.Window, "type_at", lambda _, place: places.append(place))
    player.play(replace(BARE, entry=TextEntry("prompt", "sea")))
    player.play(BARE)
    assert places[0] is not None
    assert places[1] is None


def test_the_clipboard_gives_the_text_that_was_copied_or_none(player: Player) -> None:
    assert player.stage.clipboard() == ""
    pygame.scrap.put_text("静かな海, a wäle")
    assert player.stage.clipboard() == "静かな海, a wäle"


def test_a_clipboard_that_cannot_be_read_gives_no_text(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise pygame.error("no clipboard")

    monkeypatch.setattr(pygame.scrap, "get_text", broken)
    assert player.stage.clipboard() == ""


def test_messages_are_taken_once(headless: None) -> None:
    stage = Stage(display=7, windowed=True, clock=lambda: 0.0, wait=lambda _: None)
    assert stage.take_messages() == ["no display 7; using display 0"]
    assert stage.take_messages() == []


def test_a_lost_surface_is_opened_again_with_a_line(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.frame(50)
    player.play(BARE, 2.0)
    flip = pygame.display.flip

    def broken() -> None:
        monkeypatch.setattr(pygame.display, "flip", flip)
        raise pygame.error("display Surface quit")

    monkeypatch.setattr(pygame.display, "flip", broken)
    player.play(BARE)
    assert player.stage.take_messages() == ["display 0 was lost; using display 0"]
    assert player.play(BARE) == 50


def test_no_display_at_all_mid_show_keeps_the_show_going(
    player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.frame(50)
    player.play(BARE, 2.0)

    def nothing(*_: object, **__: object) -> None:
        raise pygame.error("no display")

    with monkeypatch.context() as broken:
        broken.setattr(pygame.display, "set_mode", nothing)
        pygame.display.quit()
        for _ in range(70):
            player.stage.present(View(BARE, RUNNING))
            assert player.stage.events() == []
    for _ in range(window.RETRY):
        player.stage.present(View(BARE, RUNNING))
    assert player.play(BARE) == 50


def test_a_picture_reaches_a_real_screen(real_screen: None) -> None:
    player = Player(windowed=False)
    show = replace(BARE, fullscreen=True)
    player.frame(77)
    assert player.play(show, 1.5) == 77
    player.stage.events()
    player.play(replace(show, fullscreen=False))
    assert (wall() == 77).all()
    player.stage.close()
    assert not pygame.display.get_init()


def lose_gl(player: Player, level: int) -> None:
    """Lose the context, as after a reset of the GPU: no call to OpenGL does anything any more. A
    frame of that level comes meanwhile."""
    ctypes.CDLL(pygame.base.__file__).SDL_GL_MakeCurrent(None, None)
    player.frame(level)
    for _ in range(GL_FAULTS):
        with pytest.raises(Exception, match="cannot create texture"):
            player.play(BARE)
    assert player.stage.take_messages() == [
        "OpenGL fails (cannot create texture); the wall is drawn by software"
    ]
    assert player.stage.renderer == "software"


@pytest.fixture
def on_gl(real_screen: None) -> Player:
    """A stage that draws by OpenGL."""
    player = Player(renderer="gl", window_size=(160, 120))
    if player.stage.renderer != "OpenGL":
        pytest.skip("no OpenGL here")
    return player


def test_a_wall_whose_opengl_context_is_lost_is_drawn_by_software_and_then_by_opengl_again(
    on_gl: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    player, shown = on_gl, list[int]()
    flip = player.stage._window.flip

    def watched() -> None:
        renderer = player.stage._renderer
        if isinstance(renderer, GLRenderer):
            # Nothing is to be read of a context that is lost.
            shown.append(int(renderer.screen_pixels()[60, 80, 0]) if intact else 255)
        else:
            shown.append(int(wall()[80, 60, 0]))
        flip()

    intact = True
    monkeypatch.setattr(player.stage._window, "flip", watched)
    player.frame(200)
    player.play(BARE, 2.0)  # the start screen has gone
    for again in GL_AGAIN[:2]:
        shown.clear()
        intact = False
        lose_gl(player, 120)
        intact = True
        assert player.play(BARE, 2.5) == 120
        player.now += again - 3.5
        player.play(BARE, 0.5)
        assert player.stage.renderer == "software"
        player.play(BARE, 1.0)
        assert player.stage.renderer == "OpenGL"
        assert player.stage.take_messages() == ["OpenGL works again; the wall is drawn with it"]
        player.frame(130)
        player.play(BARE, 2.5)
        assert abs(shown[-1] - 130) <= 1
        assert min(shown) >= 119, "no picture is black, on whatever window"


def test_opengl_that_stays_lost_is_tried_ever_more_seldom_and_not_seen(
    on_gl: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("still lost")

    player = on_gl
    player.frame(200)
    player.play(BARE, 0.5)
    lose_gl(player, 120)
    opened = player.stage._window.opened
    with monkeypatch.context() as fault:
        fault.setattr(GLRenderer, "push", fails)
        for again in GL_AGAIN:
            player.now += again
            assert player.play(BARE, 1.0) == 120
        tried: list[int] = []
        fault.setattr(GLRecovery, "_draws", lambda *_: tried.append(1))
        player.now += 10 * GL_AGAIN[-1]
        player.play(BARE, 1.0)
        assert not tried, "no more by itself"
        assert player.stage._window.opened == opened
    show = replace(BARE, display_choice=DisplayChoice(1))
    player.play(show, 0.1)
    assert player.stage.renderer == "OpenGL", "the performer's key tries it at once"


def test_opengl_that_goes_with_a_window_that_is_opened_again_is_tried_again(
    on_gl: Player,
) -> None:
    player = on_gl
    player.frame(200)
    player.play(BARE, 0.5)
    player.stage._window.leave_gl()  # as where the new window can't have it
    player.play(BARE, 1.0)
    assert player.stage.renderer == "software"
    player.now += GL_AGAIN[0]
    player.play(BARE, 1.0)
    assert player.stage.renderer == "OpenGL"


def test_opengl_that_fails_in_its_first_picture_is_left_again_before_that_is_seen(
    on_gl: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("lost again")

    player = on_gl
    player.frame(200)
    player.play(BARE, 0.5)
    lose_gl(player, 120)
    player.play(BARE, 0.5)
    player.now += GL_AGAIN[0]
    monkeypatch.setattr(GLRecovery, "_draws", lambda *_: True)
    monkeypatch.setattr(GLRenderer, "finish", fails)
    with pytest.raises(RuntimeError, match="lost again"):
        player.play(BARE)
    assert player.stage.renderer == "software"
    assert wall()[80, 60, 0] == 120
    assert player.play(BARE, 1.0) == 120


def test_a_wall_whose_window_is_destroyed_is_drawn_by_opengl_in_the_next(on_gl: Player) -> None:
    player = on_gl
    player.frame(200)
    player.play(BARE, 1.0)
    end_video()
    player.play(BARE, 0.1)
    assert player.stage.take_messages() == ["display 0 was lost; using display 0"]
    player.play(BARE, 0.1)
    shown = cast(GLRenderer, player.stage._renderer).screen_pixels()
    assert shown.shape == (120, 160, 3)
    assert abs(int(shown[60, 80, 0]) - 200) <= 1, "its picture is on it at once"
    player.frame(120)
    player.play(BARE, 1.5)
    shown = cast(GLRenderer, player.stage._renderer).screen_pixels()
    assert abs(int(shown[60, 80, 0]) - 120) <= 1
