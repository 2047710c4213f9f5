"""Text input: on while text is typed, and off while an input method would consume keys that play.

An input method turns keys that play into text. Text input is therefore stopped, until text is typed
or a symbol's key is pressed, as SDL reports symbols only as text. Letters would activate the input
method again.
"""

from __future__ import annotations

from collections.abc import Callable

import pygame

COMPOSES = "an input method converts keys to text: while it is on, some key presses do nothing"
"""Said once. Whether one is on is only known when it takes a key."""


class TextInput:
    """Whether SDL makes text of keys. say: gets lines for the performer."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._typed_at: pygame.Rect | None = None
        self._sent_away = self._composed = False

    def begin(self) -> None:
        """Take text from keys, in a window that has just been opened."""
        self._take_text()
        self._typed_at = None

    def type_at(self, place: pygame.Rect | None) -> None:
        """Where text is typed, for an input method to show its choices at; None where none is."""
        if place == self._typed_at:
            return
        if self._typed_at is None:
            self._take_text()
        if place is not None:
            pygame.key.set_text_input_rect(place)
        self._typed_at = place

    def watch(self, event: pygame.event.Event) -> None:
        """Send an input method away that takes keys while none types text."""
        if event.type == pygame.TEXTEDITING and event.text and self._typed_at is None:
            pygame.key.stop_text_input()
            self._sent_away = True
            if not self._composed:
                self._say(COMPOSES)
            self._composed = True
        if event.type == pygame.KEYDOWN and self._sent_away and _is_symbol(event.key):
            self._take_text()

    def _take_text(self) -> None:
        """Let SDL make text of keys."""
        pygame.key.start_text_input()
        self._sent_away = False


def _is_symbol(key: int) -> bool:
    """Whether a key types no letter, digit or space: an input method leaves it alone."""
    return 0x20 < key < 0x7F and not chr(key).isalnum()
