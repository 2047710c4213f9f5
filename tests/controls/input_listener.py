"""All that an input's thread has brought, for its tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from visualizer.controls.input_thread import InputThread
from visualizer.show.actions import Action
from visualizer.show.system_actions import Say

PATIENCE = 30.0
"""Seconds after which a condition that should come at once is given up."""


class InputListener:
    """A running input, and all that it brought so far."""

    def __init__(self, thread: InputThread) -> None:
        self.actions: list[Action] = []
        self._thread = thread

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"it never came; there was {self.actions[-20:]}"
            threading.Event().wait(0.002)
            self.actions += self._thread.drain()

    def until_came(self, action: Action) -> None:
        self.until(lambda: action in self.actions)

    @property
    def lines(self) -> list[str]:
        return [action.text for action in self.actions if isinstance(action, Say)]
