"""The keyboard: pygame events to actions, as the tables of parameters and commands have the keys.

Pure but for the set of keys that are held: pygame lends its event type and its constants, no
display is touched.

- A key is found by the symbol that it types, so that "?" or "[" is where the layout has it; else
  by the layout's own letter; else by its place on a US keyboard, which gives layouts without
  Latin letters theirs. Ctrl changes what a key types but neither its letter nor its place.
- A held key repeats a parameter's steps, never a command: blackout must not flicker, and a held
  Esc must not end the show.
- Shift takes the fine steps.
- Ctrl is the show's: a second meaning for the keys that the tables name with it. So Ctrl+Q does
  not quit: it is a key that is played, and no key that is played may end a show. Esc twice does,
  the window's own close, and Command+Q, which reaches us as the system's QUIT.
- Alt and Meta (Command on a Mac) are the desktop's: keys with them do nothing here. Command can't
  stand in for Ctrl, for a Mac acts on it too: Command+W would turn the picture and close the
  window. AltGr, which types symbols, is neither Ctrl nor Alt.
- While text is typed, keys are letters; Ctrl+V and Command+V paste.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import pygame

from visualizer.show.actions import (
    COMMANDS,
    Action,
    Drop,
    End,
    Erase,
    Nudge,
    Run,
    SelectPreset,
    Take,
    Type,
)
from visualizer.show.parameters import PARAMETERS

SOURCE = "keyboard"

WITH_CTRL = "ctrl "
"""Stands in the tables before the name of a key that is played with Ctrl held."""

ALT_GR = pygame.KMOD_MODE | pygame.KMOD_RALT
"""The right Alt, which on many layouts types symbols; Windows reports it with the left Ctrl."""

DIGITS = "1234567890"
"""The digit at place n selects preset n: 1 the first, 0 the tenth."""

PLACES: Mapping[int, int] = MappingProxyType(
    {pygame.KSCAN_A + n: pygame.K_a + n for n in range(26)}
    | {
        pygame.KSCAN_MINUS: pygame.K_MINUS,
        pygame.KSCAN_EQUALS: pygame.K_EQUALS,
        pygame.KSCAN_LEFTBRACKET: pygame.K_LEFTBRACKET,
        pygame.KSCAN_RIGHTBRACKET: pygame.K_RIGHTBRACKET,
        pygame.KSCAN_SEMICOLON: pygame.K_SEMICOLON,
        pygame.KSCAN_APOSTROPHE: pygame.K_QUOTE,
        pygame.KSCAN_COMMA: pygame.K_COMMA,
        pygame.KSCAN_PERIOD: pygame.K_PERIOD,
    }
)
"""Scancode to the code of the key that a US keyboard has there, for letters and symbols."""

Table: TypeAlias = Mapping[int, Action]
"""What keys do, by their codes. Steps are whole ones here."""


def key_code(name: str) -> int:
    """The pygame key code of a key as the tables name it, Ctrl aside: "a", "?", "page down", "f1".

    Not pygame.key.key_code, which wants a display. Raises AttributeError for a name unknown.
    """
    if len(name) == 1:
        return ord(name)  # SDL's codes of printable keys are their characters
    code: int = getattr(pygame, f"K_{name.replace(' ', '').upper()}")
    return code


def _tables() -> tuple[Table, Table]:
    """What keys do alone, and with Ctrl."""
    alone: dict[int, Action] = {}
    with_ctrl: dict[int, Action] = {}

    def bind(key: str, action: Action) -> None:
        name = key.removeprefix(WITH_CTRL)
        (alone if name == key else with_ctrl)[key_code(name)] = action

    for row in PARAMETERS:
        for key, steps in zip(row.keys, (-1, 1), strict=True):
            bind(key, Nudge(row.name, steps, source=SOURCE))
    for command in COMMANDS:
        for key in command.keys:
            bind(key, Run(command.name, SOURCE))
    for index, digit in enumerate(DIGITS):
        bind(digit, SelectPreset(index, SOURCE))
        bind(f"kp{digit}", SelectPreset(index, SOURCE))
    alone[pygame.K_KP_ENTER] = alone[pygame.K_RETURN]
    return MappingProxyType(alone), MappingProxyType(with_ctrl)


ALONE, CTRL = _tables()


class Keyboard:
    """Turns key and window events into actions; remembers which keys are held.

    paste: gives the clipboard's text.
    """

    def __init__(self, paste: Callable[[], str] = str) -> None:
        self._paste = paste
        self._held: set[int] = set()

    def actions(self, event: pygame.event.Event, *, typing: bool) -> list[Action]:
        """What an event asks for. typing: a text is being entered, so keys are letters."""
        if event.type in (pygame.QUIT, pygame.WINDOWCLOSE):
            return [End()]
        if event.type == pygame.WINDOWFOCUSLOST:
            self._held.clear()  # the release of these keys goes to another window
        elif event.type == pygame.KEYUP:
            self._held.discard(event.key)
        elif event.type == pygame.TEXTINPUT and typing:
            return _typed(event.text)
        elif event.type == pygame.KEYDOWN:
            repeated = event.key in self._held
            self._held.add(event.key)
            return self._typing(event, repeated) if typing else _playing(event, repeated)
        return []

    def _typing(self, event: pygame.event.Event, repeated: bool) -> list[Action]:
        """A key while text is typed. The letters themselves come as TEXTINPUT."""
        if event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META) and not event.mod & ALT_GR:
            pastes = _letter(event) == pygame.K_v and not repeated
            return _typed(self._paste()) if pastes else []
        if event.key == pygame.K_BACKSPACE:
            return [Erase()]
        if repeated:  # such as the return that opened the entry
            return []
        if event.key in (pygame.K_RETURN, pygame.K_KP_ENTER):
            return [Take()]
        return [Drop()] if event.key == pygame.K_ESCAPE else []


def _typed(text: str) -> list[Action]:
    """Text as one line: line ends in a pasted text become spaces, control characters go."""
    line = "".join(c for c in " ".join(text.splitlines()) if c.isprintable())
    return [Type(line)] if line else []


def _playing(event: pygame.event.Event, repeated: bool) -> list[Action]:
    """A key while the show is played."""
    if event.mod & (pygame.KMOD_META | pygame.KMOD_LALT):
        return []
    alt_gr = bool(event.mod & ALT_GR)
    table = CTRL if event.mod & pygame.KMOD_CTRL and not alt_gr else ALONE
    fine = bool(event.mod & pygame.KMOD_SHIFT)
    symbol = _symbol(event, table)
    if symbol is not None and not (alt_gr and symbol == event.key):
        action = table.get(symbol)
        fine = fine and symbol == event.key  # else shift was needed to type the symbol at all
    elif alt_gr:
        return []
    else:
        action = table.get(event.key) or table.get(_letter(event))
    if isinstance(action, Nudge):
        return [Nudge(action.parameter, action.steps, fine, SOURCE)]
    return [] if action is None or repeated else [action]


def _symbol(event: pygame.event.Event, table: Table) -> int | None:
    """The code of a symbol or digit that the event types and the table knows."""
    typed = getattr(event, "unicode", "")
    if len(typed) != 1 or not typed.isprintable() or typed.isalpha() or typed.isspace():
        return None
    return ord(typed) if ord(typed) in table else None


def _letter(event: pygame.event.Event) -> int:
    """The key's code; on one without a Latin letter or a digit, that of a US keyboard's there."""
    code: int = event.key
    if pygame.K_a <= code <= pygame.K_z or pygame.K_0 <= code <= pygame.K_9:
        return code
    return PLACES.get(getattr(event, "scancode", 0), code)
