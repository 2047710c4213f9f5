"""Claims about a line that is typed: its caret, a long one, and what an input method composes."""

from __future__ import annotations

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.show.records import TextEntry
from visualizer.stage.drawing.hud_colours import ACCENT, INK, Colour
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.drawing.typed_line import typed_line, window

PLACE = pygame.Rect(10, 10, 300, 30)


def drawn(letters: Lettering, text: str, at: int, composing: str = "") -> pygame.Surface:
    """The line on black, with its caret."""
    target = pygame.Surface((400, 50), depth=32)
    entry = TextEntry("prompt", text, caret=at, composing=composing)
    typed_line(target, letters, PLACE, entry, "", True)
    return target


def columns(surface: pygame.Surface, colour: Colour, rows: slice) -> list[int]:
    """Where, across those rows, the colour stands."""
    pixels = pygame.surfarray.array3d(surface)[:, rows]
    return list(np.flatnonzero((pixels == np.array(colour[:3])).all(axis=(1, 2))))


def caret(surface: pygame.Surface) -> int:
    """Its left end."""
    return columns(surface, ACCENT, slice(PLACE.top, PLACE.bottom))[0]


def test_a_long_line_stays_in_its_place(letters: Lettering) -> None:
    for text in ("short", "long " * 50):
        for at in (0, len(text) // 2, len(text)):
            lit = pygame.surfarray.array3d(drawn(letters, text, at)).max(axis=(1, 2))
            found = np.flatnonzero(lit)
            assert found.min() >= PLACE.left - 1
            assert found.max() < PLACE.right + 1


def test_the_caret_stands_before_the_letter_that_comes_next(letters: Lettering) -> None:
    text = "a silver fox"
    for at in range(len(text) + 1):
        x = PLACE.left + letters.width(text[:at], PLACE.height)
        assert abs(caret(drawn(letters, text, at)) - x) <= 2


def test_what_is_composed_stands_at_the_caret_underlined_and_the_rest_is_not(
    letters: Lettering,
) -> None:
    line = slice(PLACE.bottom - 2, PLACE.bottom)
    under = columns(drawn(letters, "a fox", 2, "big "), INK, line)
    left = PLACE.left + letters.width("a ", PLACE.height)
    assert abs(under[0] - left) <= 2
    assert abs(under[-1] - left - letters.width("big ", PLACE.height)) <= 3
    assert columns(drawn(letters, "a xo", 2), INK, line) == []
    assert columns(drawn(letters, "", 0, "big"), INK, line) != []


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80), st.text(max_size=80), st.integers(8, 40), st.integers(40, 500))
def test_what_is_shown_fits_and_is_what_stands_round_the_caret(
    before: str, after: str, size: int, room: int
) -> None:
    pygame.font.init()
    letters = Lettering()
    left, right = window(letters, before, after, size, room)
    assert letters.width(left, size) + letters.width(right, size) <= room + 1
    assert before.endswith(left.removeprefix("…"))
    assert after.startswith(right.removesuffix("…").rstrip()) or not right


@pytest.mark.parametrize("at", [0, 3, 999])
def test_a_caret_past_the_end_is_at_the_end(letters: Lettering, at: int) -> None:
    assert caret(drawn(letters, "fox", at)) <= caret(drawn(letters, "fox", 3))
