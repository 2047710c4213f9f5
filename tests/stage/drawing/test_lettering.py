"""Claims about lettering: what is said to fit fits, and what is kept has a bound."""

from __future__ import annotations

from pathlib import Path

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.stage.drawing import fonts
from visualizer.stage.drawing.fonts import Fonts
from visualizer.stage.drawing.lettering import Lettering


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
    monkeypatch.setattr("visualizer.stage.drawing.lettering.MOST", 5)
    for number in range(30):
        letters.line(str(number), 8)
        letters.width(str(number), 8)
    assert len(letters._lines) <= 5
    assert len(letters._widths) <= 20


@pytest.mark.skipif(not Path(fonts.PLAIN).exists(), reason="pygame came without its examples")
def test_a_letter_that_a_font_lacks_is_taken_from_another_and_stands_on_the_same_line(
    letters: Lettering,
) -> None:
    found, alone = Fonts((fonts.PLAIN,)), Fonts(())
    plain, bold = found.font(40, False), found.font(40, True)
    assert found.font_of("a", 40, True) is bold
    assert found.font_of("é", 40, True) is bold
    assert found.font_of("′", 40, True) is plain  # the bold font has no prime
    assert found.font_of("\U0010ffff", 40, True) is bold
    assert alone.font_of("′", 40, True) is alone.font(40, True)
    assert letters.line("a′b", 20).get_height() == letters.line("ab", 20).get_height()


def test_emoji_are_drawn_by_a_font_that_has_them() -> None:
    has = [
        Path(file) for file in fonts.SYSTEM if "Emoji" in file or "emj" in file or "DejaVu" in file
    ]
    if not any(file.exists() for file in has):
        pytest.skip("no font with emoji is on this machine")
    pygame.font.init()
    found = Fonts()
    assert found.font_of("\U0001f600", 40, True) is not found.font(40, True)


def test_what_only_joins_emoji_takes_no_room(letters: Lettering) -> None:
    assert letters.width("a\u200d\ufe0fb", 40) == letters.width("ab", 40)


def test_no_more_fonts_are_kept_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    pygame.font.init()
    monkeypatch.setattr(fonts, "MOST", 3)
    found = Fonts(())
    first = found.font(8, True)
    for size in range(9, 20):
        found.font(size, True)
        assert found.font(8, True) is first  # one that is in use stays
    assert len(found._fonts) == 3


def test_fonts_that_are_not_there_or_broken_are_no_error(tmp_path: Path) -> None:
    pygame.font.init()
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    found = Fonts(("/nowhere/a.ttf", str(broken)))
    assert found.font_of("静", 40, True) is found.font(40, True)
