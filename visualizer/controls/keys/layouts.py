"""Find a pressed key in the tables, on any layout: by its symbol, its letter or its position.

- A key is found by the symbol that it types, so that "?" or "[" is where the layout has it; else
  by the layout's own letter; else by its place on a US keyboard, which gives layouts without
  Latin letters theirs. Ctrl changes what a key types but neither its letter nor its place.
- The keypad's keys are its own, no matter what they type: digits there are no presets.
- With Ctrl the row of digits goes by its place: on a French keyboard it types "&é'" and, with
  Shift, digits, where Shift with Ctrl means something else.
- Ctrl is the show's: a second meaning for the keys that the tables name with it. So Ctrl+Q does
  not quit: it is a key that is played, and no key that is played may end a show. Esc twice does,
  and so do the window's own close and Command+Q, which both reach us as the system's QUIT.
- Alt and Meta (Command on a Mac) are the desktop's: keys with them do nothing here. Command can't
  stand in for Ctrl, for a Mac acts on it too: Command+W would turn the picture and close the
  window. AltGr, which types symbols, is neither Ctrl nor Alt.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pygame

from visualizer.controls.keys.key_table import DIGITS, KeyTable
from visualizer.show.actions import Action

ALT_GR = pygame.KMOD_MODE | pygame.KMOD_RALT
"""The right Alt, which on many layouts types symbols; Windows reports it with the left Ctrl."""

DIGIT_ROW: Mapping[int, int] = MappingProxyType(
    {getattr(pygame, f"KSCAN_{digit}"): ord(digit) for digit in DIGITS}
)
"""Scancodes of the row of digits to the codes that they have on a US keyboard."""

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
    | dict(DIGIT_ROW)
)
"""Scancode to the code of the key that a US keyboard has there: letters, digits and symbols."""

_KEYPAD = frozenset(getattr(pygame, name) for name in dir(pygame) if name.startswith("K_KP"))


def meant(event: pygame.event.Event, keys: KeyTable) -> tuple[Action | None, bool]:
    """What a key that went down does, and whether Shift is held for more than to type it."""
    shift = bool(event.mod & pygame.KMOD_SHIFT)
    if event.mod & (pygame.KMOD_META | pygame.KMOD_LALT):
        return None, shift
    alt_gr = bool(event.mod & ALT_GR)
    ctrl = bool(event.mod & pygame.KMOD_CTRL) and not alt_gr
    table = keys.ctrl if ctrl else keys.alone
    if event.key in _KEYPAD:
        return table.get(event.key), shift
    if ctrl and (action := table.get(DIGIT_ROW.get(_place(event), 0))):
        return action, shift
    symbol = _symbol(event, table)
    if symbol is not None and not (alt_gr and symbol == event.key):
        return table[symbol], shift and symbol == event.key
    if alt_gr:
        return None, shift
    return table.get(event.key) or table.get(letter(event)), shift


def letter(event: pygame.event.Event) -> int:
    """The key's code; on one without a Latin letter or a digit, that of a US keyboard's there."""
    code: int = event.key
    if pygame.K_a <= code <= pygame.K_z or pygame.K_0 <= code <= pygame.K_9:
        return code
    return PLACES.get(_place(event), code)


def _symbol(event: pygame.event.Event, table: Mapping[int, Action]) -> int | None:
    """The code of a symbol or digit that the event types and the table knows."""
    typed = getattr(event, "unicode", "")
    if len(typed) != 1 or not typed.isprintable() or typed.isalpha() or typed.isspace():
        return None
    return ord(typed) if ord(typed) in table else None


def _place(event: pygame.event.Event) -> int:
    place: int = getattr(event, "scancode", 0)
    return place
