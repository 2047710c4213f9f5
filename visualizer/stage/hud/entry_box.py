"""The open entry (a prompt, a model or a value being typed), and the question whether to quit.

Visible with the HUD off too, as keys go to them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from visualizer.show.parameter import Parameter
from visualizer.show.parameters import BY_NAME, TARGETS
from visualizer.show.records import TextEntry
from visualizer.show.reducers.model_choice import meant
from visualizer.show.state import Show
from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.hud_colours import ACCENT, EDGE, FIELD, INK, SOFT
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.drawing.typed_line import caret_on, typed_line
from visualizer.stage.hud import value_text

MARGIN, HEIGHT, NOTE, ENOUGH = 20, 104, 26, 560
"""Around the field, its height, that of a line below what is typed, and the least width that the
field takes beside the panel; in units."""


def field(show: Show, size: tuple[int, int], unit: float, beside: int = 0) -> pygame.Rect:
    """Where the field stands: right of beside (pixels), if it is wide enough there."""
    units = HEIGHT + (NOTE if has_note(show) else 0)
    margin, height = round(MARGIN * unit), round(units * unit)
    left = beside + margin
    if size[0] - margin - left < ENOUGH * unit:
        left = margin
    return pygame.Rect(left, size[1] - margin - height, size[0] - margin - left, height)


def keys_line(
    target: pygame.Surface,
    letters: Lettering,
    parts: tuple[tuple[str, str], ...],
    right: tuple[int, int],
    size: int,
) -> None:
    """Keys with what they do, right-aligned at a middle-right point: [Enter] takes it."""
    x, y = right
    height = round(size * 1.5)
    for key, words in reversed(parts):
        text = letters.line(words, size, SOFT, bold=False)
        target.blit(text, text.get_rect(midright=(x, y)))
        x -= text.get_width() + round(size * 0.5)
        cap = pygame.Rect(0, 0, shapes.key_width(letters, key, height), height)
        cap.midright = (x, y)
        shapes.key(target, letters, key, cap)
        x = cap.left - round(size * 1.2)


def draw_entry(
    target: pygame.Surface, letters: Lettering, show: Show, unit: float, place: pygame.Rect
) -> None:
    """The field in place, if it is open."""
    entry = show.entry
    if entry is None or not show.entry_open:
        return
    title, hint = _asked(show, entry)
    target.blit(shapes.plate(*place.size, round(16 * unit), FIELD, EDGE), place)
    inset, small = round(22 * unit), max(6, round(15 * unit))
    target.blit(letters.line(title, small, ACCENT), (place.left + inset, place.top + inset // 2))
    at = (place.right - inset, place.top + round(21 * unit))
    keys_line(target, letters, _keys(show, entry), at, small)
    line = pygame.Rect(
        place.left + inset,
        place.top + round(46 * unit),
        place.width - 2 * inset,
        max(8, round(36 * unit)),
    )
    typed_line(target, letters, line, entry, hint, caret_on(show.time))
    if has_note(show):
        note = letters.shorten(_note(show, entry), small, line.width, bold=False)
        spot = (line.left, line.bottom + round(12 * unit))
        target.blit(letters.line(note, small, SOFT, bold=False), spot)


def has_note(show: Show) -> bool:
    """Whether a line stands below what is typed."""
    return show.entry is not None and show.entry.purpose in ("model", "number")


def _asked(show: Show, entry: TextEntry) -> tuple[str, str]:
    """What the field is for, and what stands in it while it is empty."""
    match entry.purpose:
        case "model":
            return "Model", "A name on Hugging Face, or a folder"
        case "number":
            return BY_NAME[show.focus].label, value_text.value(show, show.focus)
        case _:
            return "Prompt", "What should it show?"


def _keys(show: Show, entry: TextEntry) -> tuple[tuple[str, str], ...]:
    """Keys that do something now, and what."""
    keys = (("return", "accepts"), ("escape", "cancels"))
    if entry.purpose != "prompt" or not show.history:
        return keys
    back = f"{entry.recalled} of {len(show.history)}" if entry.recalled else "history"
    return (("up", back), *keys)


def _note(show: Show, entry: TextEntry) -> str:
    """What stands below what is typed."""
    if entry.purpose == "model":
        return model_note(entry.text, show.model.available)
    return number_note(BY_NAME[show.focus])


def number_note(row: Parameter) -> str:
    """Which values a parameter takes, and what it does."""
    if row.choices is TARGETS:
        return f"{row.help}: its name, or none"
    if row.choices:
        return f"One of {', '.join(row.choices)}"
    return f"{row.range} {row.unit}".strip().replace("-", "−") + f": {row.help}"


def model_note(typed: str, models: Sequence[str]) -> str:
    """What stands below a model's name while it is typed: those on this machine that it can mean,
    for one that is alone in that is taken; or what Enter will do."""
    typed = typed.strip()
    if found := meant(typed, models):
        return f"On this machine: {', '.join(found)}"
    if not typed:
        return ""
    if typed.startswith(("/", "~", ".")) or "\\" in typed:
        return "A folder"
    if typed.count("/") != 1:
        return "Not on this machine; on Hugging Face a name is OWNER/MODEL"
    return "Not on this machine yet: it is downloaded, then takes over"


def draw_quit(
    target: pygame.Surface, letters: Lettering, show: Show, unit: float, middle: int, bottom: int
) -> int:
    """The line that asks for Esc again, centred at middle above bottom; gives back where it begins,
    bottom where it is not on."""
    if not show.quit_pending:
        return bottom
    size = max(6, round(18 * unit))
    before = letters.line("Press", size, INK)
    after = letters.line("again to quit", size, INK)
    gap, height = round(size * 0.45), round(size * 1.5)
    cap = pygame.Rect(0, 0, shapes.key_width(letters, "escape", height), height)
    wide = before.get_width() + gap + cap.width + gap + after.get_width()
    plate = pygame.Rect(0, 0, wide + 2 * size, round(size * 2.5))
    plate.midbottom = (middle, bottom - round(MARGIN * unit))
    target.blit(shapes.plate(*plate.size, plate.height // 2, FIELD, EDGE), plate)
    x = plate.left + size
    target.blit(before, before.get_rect(midleft=(x, plate.centery)))
    cap.midleft = (x + before.get_width() + gap, plate.centery)
    shapes.key(target, letters, "escape", cap)
    target.blit(after, after.get_rect(midleft=(cap.right + gap, plate.centery)))
    return plate.top
