"""Keyboards that are not American: letters by the layout, symbols by what is typed, then places.

With Ctrl the row of digits goes by place alone.

Events as pygame reports them (X11: seen with setxkbmap; where Ctrl is held, Windows and macOS give
no character).
"""

from __future__ import annotations

import pygame

from visualizer.controls.keys.keyboard import Keyboard
from visualizer.show.actions import Action
from visualizer.show.play_actions import Digit, Nudge, Recall, Run, SelectPreset, Store

CTRL, SHIFT, ALT_GR = pygame.KMOD_LCTRL, pygame.KMOD_LSHIFT, pygame.KMOD_RALT


def down(key: int | str, mod: int = 0, typed: str = "", place: int = 0) -> pygame.Event:
    """A key goes down: its code or character, modifiers, what it types, and its scancode."""
    code = ord(key) if isinstance(key, str) else key
    return pygame.Event(pygame.KEYDOWN, key=code, mod=mod, unicode=typed, scancode=place)


def press(event: pygame.Event, *, typing: bool = False) -> list[Action]:
    return Keyboard().actions(event, typing=typing)


def test_other_layouts_find_symbols_and_letters() -> None:
    for event, wanted in (
        (down("/", SHIFT, "?", 0), Run("help", "keyboard")),  # US
        (down(0xDF, SHIFT, "?"), Run("help", "keyboard")),  # German: on the sz key
        (down("8", ALT_GR, "["), Nudge("seed", -1, source="keyboard")),  # German
        (down("8", CTRL | ALT_GR, "["), Nudge("seed", -1, source="keyboard")),  # … on Windows
        (down("0", SHIFT, "="), Nudge("hold", 1, source="keyboard")),  # German
        (down("&", SHIFT, "1", pygame.KSCAN_1), SelectPreset(0, "keyboard")),  # French
        (down("&", 0, "&", pygame.KSCAN_1), SelectPreset(0, "keyboard")),
        (down("'", 0, "'", pygame.KSCAN_4), Nudge("smoothing", 1, source="keyboard")),
        (down("ě", 0, "ě", pygame.KSCAN_2), SelectPreset(1, "keyboard")),  # Czech
        (down("۳", 0, "۳", pygame.KSCAN_3), SelectPreset(2, "keyboard")),  # Persian
        (down("*", SHIFT, "*", pygame.KSCAN_RIGHTBRACKET), Nudge("seed", 1, True, "keyboard")),
        (down(pygame.K_KP_PERIOD, 0, ","), Digit(".", "keyboard")),  # German
        (down("q", typed="q", place=pygame.KSCAN_A), Nudge("strength", 1, source="keyboard")),
        (down(0x438, typed="и", place=pygame.KSCAN_B), Run("blackout", "keyboard")),  # Russian
        (down("ä", 0, "ä", pygame.KSCAN_APOSTROPHE), Nudge("smoothing", 1, source="keyboard")),
        (down("ä", SHIFT, "Ä", pygame.KSCAN_APOSTROPHE), Nudge("smoothing", 1, True, "keyboard")),
    ):
        assert press(event) == [wanted]


def test_with_ctrl_other_layouts_find_symbols_and_letters_too() -> None:
    for event, name, steps, fine in (
        (down("q", CTRL, "\x11", pygame.KSCAN_A), "zoom", 1, False),  # French: Q is at A
        (down(0x439, CTRL, "й", pygame.KSCAN_Q), "zoom", 1, False),  # Russian: by its place
        (down(0x439, CTRL | SHIFT, "Й", pygame.KSCAN_Q), "zoom", 1, True),
        (down(0x44E, CTRL, "", pygame.KSCAN_PERIOD), "pan_x", 1, False),
        (down(0xF6, CTRL, "ö", pygame.KSCAN_SEMICOLON), "sharpness_hold", -1, False),  # German
        (down("0", CTRL | SHIFT, "=", pygame.KSCAN_0), "pan_y", 1, False),  # by what it types
        (down(1 << 30, CTRL, "", pygame.KSCAN_EQUALS), "pan_y", 1, False),  # a dead key: by place
        (down("-", CTRL, "", pygame.KSCAN_SLASH), "pan_y", -1, False),
        (down(",", CTRL, "", pygame.KSCAN_M), "pan_x", -1, False),  # French
        (down(":", CTRL, "", pygame.KSCAN_PERIOD), "pan_x", 1, False),
        (down(";", CTRL | SHIFT, ".", pygame.KSCAN_COMMA), "pan_x", 1, False),
        (down("o", CTRL, "\x0f", pygame.KSCAN_S), "seed_glide", 1, False),  # Dvorak
    ):
        assert press(event) == [Nudge(name, steps, fine, "keyboard")]


def test_with_ctrl_the_row_of_digits_goes_by_its_place() -> None:
    for key, typed, shifted, slot in (
        ("1", "1", "!", 1),  # US
        ("4", "4", "$", 4),
        ("&", "&", "1", 1),  # French
        ("'", "'", "4", 4),
        ("-", "-", "6", 6),
        ("+", "+", "1", 1),  # Czech
        ("ó", "ó", "", 8),
    ):
        place = pygame.KSCAN_1 + slot - 1
        assert press(down(key, CTRL, typed, place)) == [Recall(slot, "keyboard")]
        assert press(down(key, CTRL | SHIFT, shifted, place)) == [Store(slot, "keyboard")]


def test_alt_gr_is_never_taken_for_ctrl() -> None:
    for mod in (ALT_GR, CTRL | ALT_GR, pygame.KMOD_MODE, CTRL | pygame.KMOD_MODE):
        assert press(down("q", mod, "@", pygame.KSCAN_Q)) == []
        assert press(down("l", mod, "ł", pygame.KSCAN_L)) == []
        assert press(down("v", mod, "„", pygame.KSCAN_V), typing=True) == []
