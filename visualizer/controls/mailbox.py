"""The mailbox between a thread that brings actions in and the frame loop: bounded, in order, and
never waits.

A flood must neither grow without bound nor lose what matters, so that actions are of three kinds:

- Only the newest counts: where a knob stands, a value that is set, a clock, what is heard. It
  takes the place of the one before from the same control.
- Steps add up (Nudge): none is lost, and those that follow one another are one. A note between
  two of them may be a preset, so that steps are never carried across it.
- All else (notes, program changes, words for the performer) is kept, in order; past the bound the
  oldest goes, and is counted.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import replace
from itertools import count

from visualizer.show.actions import Action, Heard, Knob, Nudge, Set, Sync

BOUND = 4096
"""Most actions kept besides those that are merged: what two hands play in several minutes."""


class Mailbox:
    """Actions on their way from one thread to another. clock: seconds, for what grows old here."""

    def __init__(self, bound: int = BOUND, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._order = count()
        self._newest: dict[Hashable, tuple[int, Action]] = {}
        self._steps: dict[Hashable, tuple[int, Nudge]] = {}
        self._others: deque[tuple[int, Action]] = deque()
        self._bound = bound
        self._clock = clock
        self._dropped = 0

    def put(self, action: Action) -> None:
        """Store an action, merged with what came before as the module says."""
        with self._lock:
            place = next(self._order)
            match action:
                case Nudge():
                    self._add_steps(place, action)
                case Sync(source=source):
                    # Kept as the moment at which it was true, and told by its age when taken.
                    moment = replace(action, ago=self._clock() - action.ago)
                    self._newest[Sync, source] = (place, moment)
                case Heard(source=source):
                    _, before = self._newest.get((Heard, source), (0, None))
                    if isinstance(before, Heard):
                        action = replace(action, onsets=before.onsets + action.onsets)
                    self._newest[Heard, source] = (place, action)
                case Knob(control=control):
                    self._newest[Knob, control] = (place, action)
                case Set(parameter=parameter, source=source):
                    self._newest[Set, parameter, source] = (place, action)
                case _:
                    self._keep(place, action)

    def take(self) -> list[Action]:
        """All that has come since the last take, in order of arrival (merged: of their newest)."""
        with self._lock:
            letters = [*self._others, *self._steps.values(), *self._newest.values()]
            self._others.clear()
            self._steps.clear()
            self._newest.clear()
            now = self._clock()
        letters.sort(key=lambda letter: letter[0])
        return [
            replace(action, ago=max(now - action.ago, 0.0)) if isinstance(action, Sync) else action
            for _, action in letters
        ]

    @property
    def dropped(self) -> int:
        """How many actions were lost to the bound so far."""
        with self._lock:
            return self._dropped

    def _add_steps(self, place: int, action: Nudge) -> None:
        key = (action.parameter, action.fine, action.source)
        if (before := self._steps.get(key)) is not None:
            action = replace(action, steps=before[1].steps + action.steps)
        self._steps[key] = (place, action)

    def _keep(self, place: int, action: Action) -> None:
        self._others.extend(sorted(self._steps.values(), key=lambda letter: letter[0]))
        self._steps.clear()
        self._others.append((place, action))
        while len(self._others) > self._bound:
            self._others.popleft()
            self._dropped += 1
