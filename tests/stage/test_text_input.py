"""Text input in the window: keys repeat, and input methods compose where a line is typed."""

from __future__ import annotations

import pygame
import pytest

from visualizer.stage import window
from visualizer.stage.text_input import COMPOSES
from visualizer.stage.window import Window

from .simulated_displays import Displays, flip


def test_keys_repeat_and_type_in_a_display_that_was_opened_again(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    typing: list[bool] = []
    monkeypatch.setattr(pygame.key, "start_text_input", lambda: typing.append(True))
    opened = Window()
    assert pygame.key.get_repeat() == window.REPEAT
    pygame.display.quit()
    typing.clear()
    flip(opened, 1)
    assert opened.surface is not None
    assert pygame.key.get_repeat() == window.REPEAT
    assert typing


class TextInput:
    """Whether SDL makes text of keys, and where."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.on = False
        self.starts = 0
        self.place: pygame.Rect | None = None
        monkeypatch.setattr(pygame.key, "start_text_input", self.start)
        monkeypatch.setattr(pygame.key, "stop_text_input", self.stop)
        monkeypatch.setattr(pygame.key, "set_text_input_rect", self.put)

    def start(self) -> None:
        self.on, self.starts = True, self.starts + 1

    def stop(self) -> None:
        self.on = False

    def put(self, place: pygame.Rect) -> None:
        self.place = place


FIELD, HIGHER = pygame.Rect(10, 400, 600, 50), pygame.Rect(10, 300, 600, 50)


def composed(text: str) -> pygame.Event:
    return pygame.Event(pygame.TEXTEDITING, text=text, start=0, length=0)


def test_an_input_method_that_begins_while_playing_is_sent_away_until_text_is_typed(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = TextInput(monkeypatch)
    opened = Window()
    opened.watch(composed(""))
    assert keys.on
    opened.watch(composed("く"))
    assert not keys.on
    opened.type_at(FIELD)
    opened.watch(composed("くじ"))
    assert keys.on
    assert keys.place == FIELD


def pressed(key: int) -> pygame.Event:
    return pygame.Event(pygame.KEYDOWN, key=key, mod=0, scancode=0, unicode="")


def test_after_an_input_method_was_sent_away_a_symbol_brings_text_back_and_it_is_said_once(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = TextInput(monkeypatch)
    opened = Window()
    for _ in range(2):
        opened.watch(composed("く"))
        for key in (pygame.K_a, pygame.K_1, pygame.K_SPACE, pygame.K_F1, pygame.K_LEFT):
            opened.watch(pressed(key))
        assert not keys.on
        opened.watch(pressed(pygame.K_QUESTION))
        assert keys.on
    assert opened.messages == [COMPOSES]
    before = keys.starts
    opened.watch(pressed(pygame.K_QUESTION))
    assert keys.starts == before


def test_a_line_that_is_typed_when_the_display_is_opened_again_is_placed_again(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = TextInput(monkeypatch)
    opened = Window()
    opened.type_at(FIELD)
    pygame.display.quit()
    flip(opened, 1)
    keys.place = None
    opened.type_at(FIELD)
    assert keys.on
    assert keys.place == FIELD


def test_an_input_method_follows_the_line_without_being_interrupted(
    displays: Displays, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = TextInput(monkeypatch)
    opened = Window()
    opened.type_at(FIELD)
    before = keys.starts
    for place in (FIELD, HIGHER):
        opened.type_at(place)
        assert keys.place == place
    assert keys.starts == before
    opened.type_at(None)
    opened.watch(composed("く"))
    assert not keys.on
