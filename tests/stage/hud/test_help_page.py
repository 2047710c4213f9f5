"""Claims about the help page: all of the tables is there, large enough, and nothing sticks out."""

from __future__ import annotations

import pygame
import pytest

from visualizer.controls.keys.key_table import key_code, key_table
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameter import CTRL
from visualizer.show.parameters import FOCUS_KEYS, PARAMETERS
from visualizer.show.play_actions import Digit, Nudge, Recall, Run, SelectPreset
from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud import help_layout
from visualizer.stage.hud.help_page import AT_ONCE, Help

from ..shows import SIZES, texts


def laid_out(size: tuple[int, int], letters: Lettering) -> help_layout.Layout:
    """The page for a screen of that size."""
    return next(tried for tried in help_layout.tries(size, letters) if tried is not None)


def test_every_command_and_parameter_is_shown_within_the_screen(letters: Lettering) -> None:
    for size in SIZES:
        plan = laid_out(size, letters)
        names = [place.entry.name for place in plan.placed]
        rows = [row.name for row in PARAMETERS if row.keys]
        others = [entry.name for entry in help_layout.MORE]
        assert sorted(names) == sorted([*(command.name for command in COMMANDS), *rows, *others])
        whole = pygame.Rect((0, 0), size)
        text = help_layout.text_size(plan.unit)
        for place in plan.placed:
            entry, right = place.entry, place.rect.width
            assert whole.contains(place.rect)
            assert " ".join(line for line in place.lines if line) == entry.text
            label = place.indent + letters.width(entry.label, help_layout.label_size(plan.unit))
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
    assert laid_out((1280, 720), letters).unit * help_layout.TEXT >= 13


def test_keys_that_need_ctrl_stand_behind_a_key_named_ctrl(letters: Lettering) -> None:
    plan = laid_out((1280, 720), letters)
    shown = {place.entry.name: [name for name, _ in place.keys] for place in plan.placed}
    assert shown["zoom"] == ["ctrl", "a", "q"]
    assert shown["model"] == ["ctrl", "m"]
    assert shown["strength"] == ["a", "q"]
    rows = {row.name: row.keys for row in PARAMETERS}
    for name in rows.keys() & shown.keys():
        held = ["ctrl"] if any(key.startswith(CTRL) for key in rows[name]) else []
        assert shown[name] == [*held, *map(shapes.without_ctrl, rows[name])]


def test_each_command_has_its_first_key_and_none_that_is_far_off(letters: Lettering) -> None:
    plan = laid_out((1280, 720), letters)
    shown = [place.entry for place in plan.placed[: len(COMMANDS)]]
    assert [(entry.name, entry.keys[0]) for entry in shown] == [
        (c.name, c.keys[0]) for c in COMMANDS
    ]
    assert not any(key.startswith("kp ") for entry in shown for key in entry.keys)


def test_keys_that_are_in_no_table_do_what_the_page_says() -> None:
    keys = key_table()

    def does(name: str, held: bool = False) -> object:
        return (keys.ctrl if held else keys.alone)[key_code(name)]

    assert {entry.name for entry in help_layout.MORE} == {
        "presets", "snapshots", "focus", "keypad", "keyless", "shift",
    }  # fmt: skip
    assert [does(key) for key in "1234567890"] == [
        SelectPreset(index, "keyboard") for index in range(10)
    ]
    assert [does(key, held=True) for key in "12345678"] == [
        Recall(slot, "keyboard") for slot in range(1, 9)
    ]
    step = [Nudge("", -1, source="keyboard"), Nudge("", 1, source="keyboard")]
    assert [does(key) for key in FOCUS_KEYS[0]] == step
    assert [does("kp minus"), does("kp plus")] == step
    assert does("kp 7") == Digit("7", "keyboard")
    assert does("kp divide") == Run("focus_previous", "keyboard")
    assert does("kp multiply") == Run("focus_next", "keyboard")


def test_each_table_has_its_heading_right_above_its_first_entry(letters: Lettering) -> None:
    plan = laid_out((1280, 720), letters)
    assert [word for word, _ in plan.headings] == [word for word, _ in help_layout.entries()]
    first = {entries[0].name for _, entries in help_layout.entries()}
    tops = [place.rect for place in plan.placed if place.entry.name in first]
    for (_, heading), below in zip(plan.headings, tops, strict=True):
        assert heading.left == below.left
        assert 0 <= below.top - heading.bottom < 12


def test_what_has_no_note_shows_none(letters: Lettering) -> None:
    target = pygame.Surface((1280, 720), depth=32)
    drawing = Help(letters)
    first = texts(letters, lambda: drawing.draw(target))
    shown = first + [
        text for _ in range(30) for text in texts(letters, lambda: drawing.draw(target))
    ]
    assert "note 36" in shown
    assert "CC 108" in shown
    assert not any("None" in text for text in shown)


def test_a_new_page_fills_in_over_some_pictures_and_then_is_kept(letters: Lettering) -> None:
    drawing, target = Help(letters), pygame.Surface((1280, 720), depth=32)

    def drawn() -> list[str]:
        return texts(letters, lambda: drawing.draw(target))

    def filled() -> tuple[int, int]:
        """Pictures in which something came, and the most lines in one of them."""
        pictures = [len(drawn()) for _ in range(60)]
        assert not any(pictures[-10:])
        return sum(map(bool, pictures)), max(pictures)

    several, at_once = filled()
    assert several > 8
    assert at_once < 60
    target = pygame.Surface((640, 360), depth=32)
    assert filled()[0] > 8


def test_no_picture_sets_more_than_a_part_of_a_page(
    letters: Lettering, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    lines = help_layout._Setting._lines

    def noted(
        setting: help_layout._Setting, entry: help_layout.Entry, room: int
    ) -> tuple[str, ...] | None:
        made.append(entry.name)
        return lines(setting, entry, room)

    monkeypatch.setattr(help_layout._Setting, "_lines", noted)
    drawing, target = Help(letters), pygame.Surface((960, 720), depth=32)
    each = []
    for _ in range(60):
        drawing.draw(target)
        each.append(len(made))
        made.clear()
    assert sum(each) > len(COMMANDS) + len(PARAMETERS)
    # What a try that ends early has set comes on top.
    assert max(each) < 2 * AT_ONCE * help_layout.CHUNK
