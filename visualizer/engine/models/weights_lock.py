"""A lock for reading weights, one thread at a time; pickles are refused meanwhile."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from visualizer.engine.failures import ModelError

WEIGHTS_LOCK = threading.Lock()
"""Held while weights are read: meanwhile diffusers and transformers change torch's global defaults
for new tensors, so two threads can't do it at once."""


def is_reading_weights() -> bool:
    """Whether weights are being read, in any thread: it may take half a minute, so a
    caller that can't wait does without."""
    return WEIGHTS_LOCK.locked()


@contextmanager
def reading_weights() -> Iterator[None]:
    """While weights are read: no other thread reads any, and torch.load refuses (a pickle is code;
    libraries fall back on it for parts of parts, even when told not to for the whole)."""

    def refuse(*_: Any, **__: Any) -> None:
        raise ModelError("its weights are a pickle, which is never loaded; take safetensors")

    with WEIGHTS_LOCK, warnings.catch_warnings():
        # Advice to the model's author; of no use to a performer.
        warnings.simplefilter("ignore")
        load, torch.load = torch.load, refuse
        try:
            yield
        finally:
            torch.load = load
