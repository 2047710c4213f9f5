"""A bounded, conflating queue from a thread that brings actions in to the frame loop. Neither end
waits.

A flood must neither grow without bound nor lose what matters, so that actions are of three kinds:

- Absolute values are conflated, the newest wins: where a knob stands, a value that is set, a clock,
  what is heard. A knob's stroke and its way back to 0 are two: of a pad that is struck and let go
  between two takes, the release waits for the next, as the stroke would not be seen.
- Relative steps are summed (Nudge): none is lost, and those that follow one another are one.
- All else (notes, program changes, words for the performer) is queued as it is; past the bound the
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

from visualizer.show.actions import Action
from visualizer.show.play_actions import Knob, Nudge, Prompt, Set
from visualizer.show.system_actions import Heard, Sync

_Entry: TypeAlias = tuple[int, Action]
"""An action and its place in the order of arrival."""

BOUND = 4096
"""Most actions kept besides those that are merged: what two hands play in several minutes."""


class Mailbox:
    """Actions on their way from one thread to another. clock: seconds, for what grows old here."""

    def __init__(self, bound: int = BOUND, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._order = count()
        self._newest: dict[Hashable, _Entry] = {}
        self._values: dict[Hashable, _Entry] = {}
        self._steps: dict[Hashable, _Entry] = {}
        self._queue: deque[_Entry] = deque()
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
            entries = [
                *self._queue,
                *self._steps.values(),
                *(entry for key, entry in self._values.items() if key not in released),
                *self._newest.values(),
            ]
            self._queue.clear()
            self._steps.clear()
            self._newest.clear()
            self._values = released
            now = self._clock()
        entries.sort(key=lambda entry: entry[0])
        return [
            replace(action, ago=max(now - action.ago, 0.0)) if isinstance(action, Sync) else action
            for _, action in entries
        ]

    @property
    def dropped(self) -> int:
        """How many actions were lost to the bound so far."""
        with self._lock:
            return self._dropped

    def _put(self, place: int, action: Action) -> None:
        match action:
            case Nudge(parameter=parameter, fine=fine, source=source):
                self._flush(self._values, parameter=parameter)
                key = (parameter, fine, source)
                _, before = self._steps.get(key, (0, None))
                if isinstance(before, Nudge):
                    action = replace(action, steps=before.steps + action.steps)
                self._steps[key] = (place, action)
            case Knob(control=control, parameter=parameter, position=position):
                self._flush(self._steps, parameter=parameter)
                self._values.pop((Knob, control, True), None)
                self._values[Knob, control, position == 0.0] = (place, action)
            case Set(parameter=parameter, source=source):
                self._flush(self._steps, parameter=parameter)
                self._values[Set, parameter, source] = (place, action)
            case Sync(source=source):
                # Kept as the moment at which it was true, and told by its age when taken.
                moment = replace(action, ago=self._clock() - action.ago)
                self._newest[Sync, source] = (place, moment)
            case Heard(source=source):
                _, before = self._newest.get((Heard, source), (0, None))
                if isinstance(before, Heard):
                    action = replace(action, onsets=before.onsets + action.onsets)
                self._newest[Heard, source] = (place, action)
            case _:
                self._keep(place, action)

    def _flush(self, *merged: dict[Hashable, _Entry], parameter: str = "") -> None:
        """Merge no more into what there is (of a parameter; "" for all): it is in its place."""
        found = [
            (entry, kind, key)
            for kind in merged
            for key, entry in kind.items()
            if parameter in ("", getattr(entry[1], "parameter", ""))
        ]
        for entry, kind, key in sorted(found, key=lambda each: each[0][0]):
            del kind[key]
            self._add(entry)

    def _keep(self, place: int, action: Action) -> None:
        self._flush(self._values, self._steps)
        if isinstance(action, Prompt) and self._queue and isinstance(self._queue[-1][1], Prompt):
            self._queue.pop()
        self._add((place, action))

    def _add(self, entry: _Entry) -> None:
        self._queue.append(entry)
        if len(self._queue) > self._bound:
            self._queue.popleft()
            self._dropped += 1

    def _releases(self) -> dict[Hashable, _Entry]:
        """The knobs that are back at 0 after a stroke which is taken only now."""
        return {
            key: entry
            for key, entry in self._values.items()
            if isinstance(knob := entry[1], Knob)
            and knob.position == 0.0
            and (Knob, knob.control, False) in self._values
        }
