"""The mailbox between a thread that brings actions in and the frame loop: bounded, in order, and
never waits.

A flood must neither grow without bound nor lose what matters, so that actions are of three kinds:

- Only the newest counts: where a knob stands, a value that is set, a clock, what is heard. It
  takes the place of the one before from the same control. A knob's stroke and its way back to 0
  are two: of a pad that is struck and let go between two takes, the release waits for the next,
  as the stroke would not be seen.
- Steps add up (Nudge): none is lost, and those that follow one another are one.
- All else (notes, program changes, words for the performer) is kept, in order; past the bound the
  oldest goes, and is counted. Of prompts that follow one another the newest is enough.

Nothing is merged across what it bears on: not across what is kept, which may be a preset or may
store the values, and not steps across a value of the same parameter, or a value across steps.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import replace
from itertools import count
from typing import TypeAlias

from visualizer.show.actions import Action, Heard, Knob, Nudge, Prompt, Set, Sync

_Letter: TypeAlias = tuple[int, Action]
"""An action and its place in the order of arrival."""

BOUND = 4096
"""Most actions kept besides those that are merged: what two hands play in several minutes."""


class Mailbox:
    """Actions on their way from one thread to another. clock: seconds, for what grows old here."""

    def __init__(self, bound: int = BOUND, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._order = count()
        self._news: dict[Hashable, _Letter] = {}
        self._values: dict[Hashable, _Letter] = {}
        self._steps: dict[Hashable, _Letter] = {}
        self._fixed: deque[_Letter] = deque()
        self._bound = bound
        self._clock = clock
        self._dropped = 0

    def put(self, action: Action) -> None:
        """Store an action, merged with what came before as the module says."""
        with self._lock:
            self._put(next(self._order), action)

    def take(self) -> list[Action]:
        """All that has come since the last take, in order of arrival (merged: of their newest)."""
        with self._lock:
            released = self._releases()
            letters = [
                *self._fixed,
                *self._steps.values(),
                *(letter for key, letter in self._values.items() if key not in released),
                *self._news.values(),
            ]
            self._fixed.clear()
            self._steps.clear()
            self._news.clear()
            self._values = released
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

    def _put(self, place: int, action: Action) -> None:
        match action:
            case Nudge(parameter=parameter, fine=fine, source=source):
                self._fix(self._values, parameter=parameter)
                key = (parameter, fine, source)
                _, before = self._steps.get(key, (0, None))
                if isinstance(before, Nudge):
                    action = replace(action, steps=before.steps + action.steps)
                self._steps[key] = (place, action)
            case Knob(control=control, parameter=parameter, position=position):
                self._fix(self._steps, parameter=parameter)
                self._values.pop((Knob, control, True), None)
                self._values[Knob, control, position == 0.0] = (place, action)
            case Set(parameter=parameter, source=source):
                self._fix(self._steps, parameter=parameter)
                self._values[Set, parameter, source] = (place, action)
            case Sync(source=source):
                # Kept as the moment at which it was true, and told by its age when taken.
                moment = replace(action, ago=self._clock() - action.ago)
                self._news[Sync, source] = (place, moment)
            case Heard(source=source):
                _, before = self._news.get((Heard, source), (0, None))
                if isinstance(before, Heard):
                    action = replace(action, onsets=before.onsets + action.onsets)
                self._news[Heard, source] = (place, action)
            case _:
                self._keep(place, action)

    def _fix(self, *merged: dict[Hashable, _Letter], parameter: str = "") -> None:
        """Merge no more into what there is (of a parameter; "" for all): it is in its place."""
        found = [
            (letter, kind, key)
            for kind in merged
            for key, letter in kind.items()
            if parameter in ("", getattr(letter[1], "parameter", ""))
        ]
        for letter, kind, key in sorted(found, key=lambda each: each[0][0]):
            del kind[key]
            self._add(letter)

    def _keep(self, place: int, action: Action) -> None:
        self._fix(self._values, self._steps)
        if isinstance(action, Prompt) and self._fixed and isinstance(self._fixed[-1][1], Prompt):
            self._fixed.pop()
        self._add((place, action))

    def _add(self, letter: _Letter) -> None:
        self._fixed.append(letter)
        if len(self._fixed) > self._bound:
            self._fixed.popleft()
            self._dropped += 1

    def _releases(self) -> dict[Hashable, _Letter]:
        """The knobs that are back at 0 after a stroke which is taken only now."""
        return {
            key: letter
            for key, letter in self._values.items()
            if isinstance(knob := letter[1], Knob)
            and knob.position == 0.0
            and (Knob, knob.control, False) in self._values
        }
