"""The keyboard: pygame events to actions. key_table.py assigns keys, layouts.py finds the pressed
key; this module handles pressing, holding and typing.

Pure but for what is held: pygame lends its event type and its constants, no display is touched.

- A held key repeats a parameter's steps, faster the longer it is held, and goes on through a list;
  never another command: blackout must not flicker, and a held Esc must not end the show.
- Shift takes the fine steps, and stores a snapshot rather than bringing it back.
- While text is typed, keys are letters; arrows, Home, End and Delete edit the line, Up and Down go
  through what was typed before, Ctrl+V and Command+V paste. While an input method composes a
  text, keys are the method's own.
- A key that opens the line types nothing into it: a digit of the keypad would stand there twice.
- In the mapping mode some keys and the mouse move the wall's corners (corner_keys.py).
- While a list is open (choosing), Up, Down and the page keys go through it; all other keys play as
  ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import pygame

from visualizer.controls.keys import corner_keys
from visualizer.controls.keys.key_table import KEYPAD, NO_KEYS, SOURCE, key_table
from visualizer.controls.keys.layouts import ALT_GR, letter, meant
from visualizer.show.actions import Action
from visualizer.show.play_actions import (
    Compose,
    Drop,
    Erase,
    Move,
    Nudge,
    Recall,
    Run,
    Store,
    Take,
    Type,
)

PACE = ((6, 1), (20, 2))
FASTEST = 5
"""(up to so many repeats, steps each), and the steps of each after that. Keys repeat 22 times a
second (stage/window.py), so the pace goes up after 0.6 s and after 1.3 s."""

REPEATS = ("focus_previous", "focus_next")
"""Commands that go through a list, and so on and on while their key is held."""

FAR = 1_000_000
"""Characters from anywhere in a line to its ends."""

PAGE = 10
"""Rows that the page keys go at a time."""

_EDITING: Mapping[int, Action] = MappingProxyType(
    {
        pygame.K_LEFT: Move(-1),
        pygame.K_RIGHT: Move(1),
        pygame.K_HOME: Move(-FAR),
        pygame.K_END: Move(FAR),
        pygame.K_UP: Move(down=-1),
        pygame.K_DOWN: Move(down=1),
        pygame.K_BACKSPACE: Erase(),
        pygame.K_DELETE: Erase(ahead=True),
    }
)
"""Keys that edit the open line, as often as they repeat."""

_CLOSING: Mapping[int, Action] = MappingProxyType(
    {pygame.K_RETURN: Take(), pygame.K_KP_ENTER: Take(), pygame.K_ESCAPE: Drop()}
)
"""Keys that close it, once a press."""

_CHOOSING: Mapping[int, Action] = MappingProxyType(
    {
        pygame.K_UP: Move(down=-1),
        pygame.K_DOWN: Move(down=1),
        pygame.K_PAGEUP: Move(down=-PAGE),
        pygame.K_PAGEDOWN: Move(down=PAGE),
    }
)
"""Keys of an open list, as often as they repeat."""


class Keyboard:
    """Turns key and window events into actions; remembers which keys are held.

    paste: gives the clipboard's text. keys: the performer's own over the built-in ones, name of
    a key to target (key_table.py); raises ValueError with a line for people. size: gives that of
    the screen, in pixels.
    """

    def __init__(
        self,
        paste: Callable[[], str] = str,
        keys: Mapping[str, str] = NO_KEYS,
        size: Callable[[], tuple[int, int]] = lambda: (1280, 720),
    ) -> None:
        self._paste, self._size = paste, size
        self._keys = key_table(keys)
        self._held: dict[int, int] = {}  # key to how often it has repeated
        self._played: int | None = None  # the key that was pressed last, if no text was typed then
        self._composing = False

    def actions(
        self,
        event: pygame.event.Event,
        *,
        typing: bool,
        choosing: bool = False,
        mapping: bool = False,
    ) -> list[Action]:
        """What an event asks for. typing: a text is being entered, so keys are letters; choosing:
        a list is open; mapping: the mapping mode is on."""
        mapping = mapping and not typing
        self._composing = self._composing and typing
        kind = event.type
        if kind == pygame.QUIT:  # the close button too: SDL sends it with the last window's close
            return [Run("quit", "window")]
        if kind == pygame.WINDOWFOCUSLOST:
            return self._let_go()
        if kind == pygame.KEYUP:
            self._held.pop(event.key, None)
            if event.key == self._played:
                self._played = None
        elif kind == pygame.KEYDOWN:
            return self._down(event, typing, choosing, mapping)
        elif mapping and kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION):
            return corner_keys.mouse_actions(event, self._size())
        elif typing and kind == pygame.TEXTINPUT:
            self._composing = False
            return _typed(event.text) if self._played is None else []
        elif typing and kind == pygame.TEXTEDITING:
            self._composing = bool(event.text)
            return [Compose(_line(event.text))]
        return []

    def _let_go(self) -> list[Action]:
        """The focus is lost: keys are released in another window, and so is what was composed."""
        composed = [Compose("")] if self._composing else []
        self._held.clear()
        self._played, self._composing = None, False
        return [*composed]

    def _down(
        self, event: pygame.event.Event, typing: bool, choosing: bool, mapping: bool
    ) -> list[Action]:
        repeats = self._held[event.key] = self._held.get(event.key, -1) + 1
        if repeats == 0:
            self._played = None if typing else event.key
        if typing:
            return self._typing(event, repeats > 0)
        if mapping:
            taken = corner_keys.key_actions(event, self._size(), repeats > 0)
            if taken is not None:
                return taken
        if choosing and (action := _CHOOSING.get(event.key)):
            return [action]
        return self._playing(event, repeats)

    def _typing(self, event: pygame.event.Event, repeated: bool) -> list[Action]:
        """A key while text is typed. The letters themselves come as TEXTINPUT."""
        if self._composing:
            return []
        if event.mod & (pygame.KMOD_CTRL | pygame.KMOD_META) and not event.mod & ALT_GR:
            pastes = letter(event) == pygame.K_v and not repeated
            return _typed(self._paste()) if pastes else []
        if action := _EDITING.get(event.key):
            return [action]
        if repeated:  # such as the return that opened the entry
            return []
        if event.key in KEYPAD and not getattr(event, "unicode", ""):  # Num Lock is off
            return [Type(KEYPAD[event.key])]
        action = _CLOSING.get(event.key)
        return [] if action is None else [action]

    def _playing(self, event: pygame.event.Event, repeats: int) -> list[Action]:
        """A key while the show is played."""
        action, shift = meant(event, self._keys)
        match action:
            case Nudge():
                return [replace(action, steps=action.steps * _pace(repeats), fine=shift)]
            case Recall(slot=slot) if shift:
                action = Store(slot, SOURCE)
            case Run(command=command) if command in REPEATS:
                return [action]
        return [] if action is None or repeats else [action]


def _pace(repeats: int) -> int:
    """Steps that a key takes at once which has repeated so often."""
    return next((steps for most, steps in PACE if repeats <= most), FASTEST)


def _line(text: str) -> str:
    """Text as one line: line ends in a pasted text become spaces, control characters go."""
    return "".join(c for c in " ".join(text.splitlines()) if c.isprintable())


def _typed(text: str) -> list[Action]:
    line = _line(text)
    return [Type(line)] if line else []
