"""A line of typed text with its caret, and an input method's composition, underlined."""

from __future__ import annotations

import pygame

from visualizer.show.records import TextEntry
from visualizer.stage.drawing.hud_colours import ACCENT, DIM, INK
from visualizer.stage.drawing.lettering import Lettering

ELLIPSIS = "…"


def caret_on(time: float) -> bool:
    """The caret blinks once a second, longer on than off."""
    return time % 1.0 < 0.6


def typed_line(
    target: pygame.Surface,
    letters: Lettering,
    place: pygame.Rect,
    entry: TextEntry,
    hint: str,
    caret: bool,
) -> None:
    """One line of typed text in place; a long one scrolls so that its caret stays in sight.

    hint: stands there while nothing is typed. caret: whether it is seen now. What an input method
    has not settled yet stands at the caret.
    """
    text, composing = entry.text, entry.composing
    size = place.height
    width = max(2, round(size * 0.07))
    if not text and not composing:
        hint = letters.shorten(hint, size, place.width - 2 * width, bold=False)
        line = letters.line(hint, size, DIM, bold=False)
        target.blit(line, line.get_rect(midleft=place.midleft))
        if caret:
            target.fill(ACCENT, (place.left - 3 * width, place.top, width, place.height))
        return
    before, after = text[: entry.caret] + composing, text[entry.caret :]
    before, after = window(letters, before, after, size, place.width - 2 * width)
    # Letter by letter there is no kerning, so the two halves stand as if they were one line.
    x = place.left + letters.width(before, size)
    for part, left in ((before, place.left), (after, x)):
        if part:
            line = letters.line(part, size)
            target.blit(line, line.get_rect(midleft=(left, place.centery)))
    if composing:
        wide = min(letters.width(composing, size), x - place.left)
        target.fill(INK, (x - wide, place.bottom - width, wide, width))
    if caret:
        spot = min(x + (0 if after else width), place.right - width)
        target.fill(ACCENT, (spot, place.top, width, place.height))


def window(letters: Lettering, before: str, after: str, size: int, room: int) -> tuple[str, str]:
    """What is shown of the text before and behind the caret, in room pixels together.

    All of it if it fits. Else as much as fits before the caret, of which there is always the end;
    behind it at least a quarter of the room, if there is so much.
    """
    if letters.width(before + after, size) <= room:
        return before, after
    behind = min(letters.width(after, size), room // 4)
    before = _ending(letters, before, size, room - behind)
    left = room - letters.width(before, size)
    return before, letters.shorten(after, size, left)


def _ending(letters: Lettering, text: str, size: int, room: int) -> str:
    """The longest end that fits."""
    if letters.width(text, size) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high) // 2
        if letters.width(ELLIPSIS + text[middle:], size) <= room:
            high = middle
        else:
            low = middle + 1
    return ELLIPSIS + text[low:]
