"""Faults of the engine, each one line for the performer."""

from __future__ import annotations

from contextvars import ContextVar

MOST = 240
"""Most characters of a line: more doesn't fit on a HUD."""


UNSHOWN: ContextVar[bool] = ContextVar("UNSHOWN", default=False)
"""Whether the frame that is made is one that the show can do without. What fails in it is raised
then, and nothing of the show's own frames is given up to go on without it."""


class ModelError(Exception):
    """A model or a device can't be had. str() is one line: what, where, what to do."""


class LoraError(ModelError):
    """A LoRA can't be had; its model can, without it."""


class FrameError(Exception):
    """A frame came to nothing; the last one stands. str() is one line: what, and what to do."""


def one_line(error: BaseException) -> str:
    """The first line of an error that says something, cut to MOST characters."""
    lines = (line.strip() for line in str(error).splitlines())
    text = next((line for line in lines if line), "")
    if not isinstance(error, (ModelError, FrameError)):
        name = type(error).__name__
        text = f"{name}: {text}" if text else name
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"


def out_of_memory(error: BaseException) -> bool:
    """Whether a GPU's memory was too small. torch says so in as many ways as it has libraries."""
    return "out of memory" in str(error) or "ALLOC_FAILED" in str(error)


def sticky(error: BaseException) -> bool:
    """Whether CUDA (or ROCm) is broken for good in this process: after an error of its own that is
    not want of memory, every later call fails too."""
    text = str(error)
    named = any(words in text for words in ("CUDA error", "CUDA driver error", "HIP error"))
    return named and not out_of_memory(error)


class Outdated(BaseException):
    """Raised in the middle of a load that was cancelled, to end it.

    No Exception, so that no library takes it for a failure of its own, to be tried again.
    """
