"""The mailbox between the MIDI thread and the frame loop: bounded, in order, and never waits.

A turned knob sends hundreds of values a second, of which only the newest matters: it replaces the
one before from the same knob. Everything else (notes, program changes, words for the performer)
is kept, in order; past the bound the oldest goes, and is counted.
"""

from __future__ import annotations

import threading
from collections import deque
from itertools import count

from visualizer.show.actions import Action, Knob

BOUND = 4096
"""Most actions kept besides knobs: what two hands play in several minutes."""


class Mailbox:
    """Actions on their way from one thread to another."""

    def __init__(self, bound: int = BOUND) -> None:
        self._lock = threading.Lock()
        self._order = count()
        self._knobs: dict[str, tuple[int, Knob]] = {}
        self._others: deque[tuple[int, Action]] = deque()
        self._bound = bound
        self._dropped = 0

    def put(self, action: Action) -> None:
        """Store an action; a Knob takes the place of the last one from the same control."""
        with self._lock:
            place = next(self._order)
            if isinstance(action, Knob):
                self._knobs[action.control] = (place, action)
                return
            if len(self._others) >= self._bound:
                self._others.popleft()
                self._dropped += 1
            self._others.append((place, action))

    def take(self) -> list[Action]:
        """All that has come since the last take, in order of arrival (knobs: of their newest)."""
        with self._lock:
            letters = [*self._others, *self._knobs.values()]
            self._others.clear()
            self._knobs.clear()
        return [action for _, action in sorted(letters, key=lambda letter: letter[0])]

    @property
    def dropped(self) -> int:
        """How many actions were lost to the bound so far."""
        with self._lock:
            return self._dropped
