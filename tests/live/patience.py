"""Waiting for what must come, however busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds: far above what it takes."""


def comes_to(step: Callable[[], bool]) -> bool:
    """Take steps until one says that it is done; whether that came in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if step():
            return True
        time.sleep(0.002)
    return False
