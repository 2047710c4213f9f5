"""Claims about the help page: all of the tables is there, large enough, and nothing sticks out."""

from __future__ import annotations

import pygame
import pytest

from visualizer.show.actions import COMMANDS
from visualizer.show.parameters import PARAMETERS
from visualizer.stage import page, shapes
from visualizer.stage.help import Help
from visualizer.stage.lettering import Lettering

from .shows import SIZES, texts


@pytest.mark.parametrize("size", SIZES)
def test_every_command_and_parameter_is_shown_within_the_screen(
    size: tuple[int, int], letters: Lettering
) -> None:
    plan = page.layout(size, letters)
    names = [place.entry.name for place in plan.placed]
    assert sorted(names) == sorted([*(c.name for c in COMMANDS), *(p.name for p in PARAMETERS)])
    whole = pygame.Rect((0, 0), size)
    text = page.text_size(plan.unit)
    for place in plan.placed:
        entry, right = place.entry, place.rect.width
        assert whole.contains(place.rect)
        assert " ".join(line for line in place.lines if line) == entry.text
        label = place.indent + letters.width(entry.label, page.label_size(plan.unit))
        tail = letters.width(entry.tail, text, bold=False)
        assert label + tail <= right
        beside, *below = (letters.width(line, text, bold=False) for line in place.lines)
        assert label + beside + tail <= right
        assert all(place.indent + width <= right for width in below)
        assert all(rect.right <= place.rect.left + place.indent for _, rect in place.keys)
    for one in plan.placed:
        assert [p.entry.name for p in plan.placed if p.rect.colliderect(one.rect)] == [
            one.entry.name
        ]
    for _, heading in plan.headings:
        assert heading.collidelist([place.rect for place in plan.placed]) == -1


def test_it_is_large_enough_to_read_at_720p(letters: Lettering) -> None:
    assert page.layout((1280, 720), letters).unit * page.TEXT >= 14


def test_keys_that_need_ctrl_stand_behind_a_key_named_ctrl(letters: Lettering) -> None:
    plan = page.layout((1280, 720), letters)
    shown = {place.entry.name: [name for name, _ in place.keys] for place in plan.placed}
    assert shown["zoom"] == ["ctrl", "a", "q"]
    assert shown["model"] == ["ctrl", "m"]
    assert shown["strength"] == ["a", "q"]
    tables = {c.name: c.keys for c in COMMANDS} | {p.name: p.keys for p in PARAMETERS}
    for name, keys in tables.items():
        held = ["ctrl"] if any(key.startswith(shapes.CTRL) for key in keys) else []
        assert shown[name] == [*held, *map(shapes.without_ctrl, keys)]


def test_each_table_has_its_heading_right_above_its_first_entry(letters: Lettering) -> None:
    plan = page.layout((1280, 720), letters)
    assert [word for word, _ in plan.headings] == [word for word, _ in page.entries()]
    first = {entries[0].name for _, entries in page.entries()}
    tops = [place.rect for place in plan.placed if place.entry.name in first]
    for (_, heading), below in zip(plan.headings, tops, strict=True):
        assert heading.left == below.left
        assert 0 <= below.top - heading.bottom < 12


def test_what_has_no_note_shows_none(letters: Lettering) -> None:
    target = pygame.Surface((1280, 720), depth=32)
    shown = texts(letters, lambda: Help(letters).draw(target))
    assert "note 36" in shown
    assert "CC 108" in shown
    assert not any("None" in text for text in shown)
