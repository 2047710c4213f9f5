"""One thread at a time reads a model's weights."""

from __future__ import annotations

import threading

READING = threading.Lock()
"""Held while weights are read: diffusers and transformers change what torch makes of every new
tensor meanwhile, so that two threads can't do it at once."""


def reading() -> bool:
    """Whether weights are being read, in any thread: it may take half a minute. Who can't
    wait so long does without."""
    return READING.locked()
