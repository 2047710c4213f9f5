"""Claims about lettering: what is said to fit fits, and what is kept has a bound."""

from __future__ import annotations

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.stage.lettering import Lettering


@given(st.text(max_size=60), st.integers(5, 40), st.integers(1, 500))
@settings(deadline=None, max_examples=60)
def test_shortened_and_wrapped_text_fits(text: str, size: int, width: int) -> None:
    pygame.font.init()
    letters = Lettering()
    assert letters.width(letters.shorten(text, size, width), size) <= width
    lines = letters.wrap(text, size, width)
    assert len(lines) <= 2
    assert all(letters.width(line, size) <= width for line in lines)


def test_the_caches_are_bounded(letters: Lettering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualizer.stage.lettering.MOST", 5)
    for number in range(30):
        letters.line(str(number), 8)
        letters.width(str(number), 8)
    assert len(letters._lines) <= 5
    assert len(letters._widths) <= 20
