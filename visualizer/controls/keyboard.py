"""The keyboard: pygame events to actions, as the tables of parameters and commands have the keys.

Pure but for the set of keys that are held: pygame lends its event type and its constants, no
display is touched. Letters go by the layout's own letter, symbols and digits by the character
that they type, so that "?" or "[" is found where the layout has it.

- A held key repeats a parameter's steps, never a command: blackout must not flicker, and a held
  Esc must not end the show.
- Shift takes the fine steps.
- Ctrl, Alt and Meta are the desktop's: keys with them do nothing, except Ctrl+Q (quit) and, while
  text is typed, Ctrl+V (paste).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

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

ALT_GR = pygame.KMOD_MODE | pygame.KMOD_RALT
"""The right Alt, which on many layouts types symbols; Windows reports it with the left Ctrl."""

NO_CHARACTER = 1 << 30
"""SDL's mark in the codes of keys that type no character (SDLK_SCANCODE_MASK)."""

DIGITS = "1234567890"
"""The digit at place n selects preset n: 1 the first, 0 the tenth."""


def key_code(name: str) -> int:
    """The pygame key code of a key as the tables name it: "a", "?", "page down", "f1".

    Not pygame.key.key_code, which wants a display. Raises AttributeError for a name unknown.
    """
    if len(name) == 1:
        return ord(name)  # SDL's codes of printable keys are their characters
    code: int = getattr(pygame, f"K_{name.replace(' ', '').upper()}")
    return code


def _table() -> Mapping[int, Action]:
    """What each key does, by its code. Steps are whole ones here."""
    table: dict[int, Action] = {}
    for row in PARAMETERS:
        for key, steps in zip(row.keys, (-1, 1), strict=True):
            table[key_code(key)] = Nudge(row.name, steps, source=SOURCE)
    for command in COMMANDS:
        for key in command.keys:
            table[key_code(key)] = Run(command.name, SOURCE)
    for index, digit in enumerate(DIGITS):
        table[key_code(digit)] = SelectPreset(index, SOURCE)
        table[getattr(pygame, f"K_KP{digit}")] = SelectPreset(index, SOURCE)
    table[pygame.K_KP_ENTER] = table[pygame.K_RETURN]
    return MappingProxyType(table)


TABLE = _table()


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
            if _with_control(event):
                return [] if repeated else self._control(event.key, typing)
            return _typing(event, repeated) if typing else _playing(event, repeated)
        return []

    def _control(self, key: int, typing: bool) -> list[Action]:
        if key == pygame.K_q:
            return [Run("quit", SOURCE)]
        if key == pygame.K_v and typing:
            return _typed(self._paste())
        return []


def _with_control(event: pygame.event.Event) -> bool:
    """Whether Ctrl, or Command on a Mac, is held, and not as a part of AltGr."""
    return bool(event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META)) and not event.mod & ALT_GR


def _typed(text: str) -> list[Action]:
    """Text as one line: line ends in a pasted text become spaces, control characters go."""
    line = "".join(c for c in " ".join(text.splitlines()) if c.isprintable())
    return [Type(line)] if line else []


def _typing(event: pygame.event.Event, repeated: bool) -> list[Action]:
    """A key while text is typed. The letters themselves come as TEXTINPUT."""
    if event.key == pygame.K_BACKSPACE:
        return [Erase()]
    if repeated:  # such as the return that opened the entry
        return []
    if event.key in (pygame.K_RETURN, pygame.K_KP_ENTER):
        return [Take()]
    return [Drop()] if event.key == pygame.K_ESCAPE else []


def _playing(event: pygame.event.Event, repeated: bool) -> list[Action]:
    """A key while the show is played."""
    fine = bool(event.mod & pygame.KMOD_SHIFT)
    symbol = _symbol(event)
    if symbol is not None:
        action = TABLE.get(symbol)
        fine = fine and symbol == event.key  # else shift was needed to type the symbol at all
    elif event.mod & (pygame.KMOD_ALT | pygame.KMOD_MODE):
        return []
    else:
        action = TABLE.get(_letter(event))
    if isinstance(action, Nudge):
        return [Nudge(action.parameter, action.steps, fine, SOURCE)]
    return [] if action is None or repeated else [action]


def _symbol(event: pygame.event.Event) -> int | None:
    """The code of a symbol or digit that the event types and the table knows."""
    typed = getattr(event, "unicode", "")
    if len(typed) != 1 or typed.isalpha() or typed.isspace() or ord(typed) not in TABLE:
        return None
    if event.mod & pygame.KMOD_LALT or (event.mod & ALT_GR and ord(typed) == event.key):
        return None
    return ord(typed) if typed.isprintable() else None


def _letter(event: pygame.event.Event) -> int:
    """The key's code; on a layout without Latin letters, the one that a US keyboard has there."""
    code: int = event.key
    place: int = getattr(event, "scancode", 0)
    foreign = 127 < code < NO_CHARACTER
    if foreign and pygame.KSCAN_A <= place <= pygame.KSCAN_Z:
        return pygame.K_a + place - pygame.KSCAN_A
    return code
