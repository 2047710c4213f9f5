"""Key events as pygame sends them, and what the keyboard makes of them."""

from __future__ import annotations

import pygame

from visualizer.controls.keys.key_table import key_code
from visualizer.controls.keys.keyboard import Keyboard
from visualizer.show import parameter
from visualizer.show.actions import Action
from visualizer.show.reducer import reduce
from visualizer.show.state import Show

SHIFTED = dict(zip("[]-=,.;'", '{}_+<>:"', strict=True))
"""What a US keyboard types with shift."""


CTRL = pygame.KMOD_LCTRL


def down(key: int | str, mod: int = 0, typed: str | None = None, place: int = 0) -> pygame.Event:
    """A key goes down; a printable one types itself unless told otherwise."""
    code = key_code(key) if isinstance(key, str) else key
    if typed is None:
        typed = key if isinstance(key, str) and len(key) == 1 else ""
    return pygame.Event(pygame.KEYDOWN, key=code, mod=mod, unicode=typed, scancode=place)


def up(key: int | str) -> pygame.Event:
    code = key_code(key) if isinstance(key, str) else key
    return pygame.Event(pygame.KEYUP, key=code, mod=0, unicode="", scancode=0)


def text(typed: str) -> pygame.Event:
    return pygame.Event(pygame.TEXTINPUT, text=typed)


def press_of(name: str, mod: int = 0) -> pygame.Event:
    """A key as the tables name it goes down, on a US keyboard, with Ctrl where they say so."""
    key = name.removeprefix(parameter.CTRL)
    typed = key if len(key) == 1 else ""
    if mod & pygame.KMOD_SHIFT:
        typed = SHIFTED.get(typed, typed.upper())
    if key != name:
        mod |= CTRL
        typed = chr(ord(typed) & 31) if typed.isalpha() else ""  # symbols: X11 types them too
    return down(key, mod, typed)


def composed(typed: str) -> pygame.Event:
    return pygame.Event(pygame.TEXTEDITING, text=typed, start=len(typed), length=0)


def press(*events: pygame.Event, typing: bool = False, choosing: bool = False) -> list[Action]:
    keyboard = Keyboard()
    return [
        action
        for event in events
        for action in keyboard.actions(event, typing=typing, choosing=choosing)
    ]


def line(show: Show) -> str | None:
    """What is typed; None where nothing can be."""
    return None if show.entry is None else show.entry.text


def played(show: Show, *events: pygame.Event) -> Show:
    """The show after events that each see what the ones before did, as in the app."""
    keyboard = Keyboard()
    for event in events:
        typing, choosing = show.entry is not None, show.learning is not None
        for action in keyboard.actions(event, typing=typing, choosing=choosing):
            show = reduce(show, action)
    return show
