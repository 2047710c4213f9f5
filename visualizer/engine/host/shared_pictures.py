"""Shared memory for pictures: one picture lies in it at a time, written by one process and copied
out by the other before the next is written.

The show's process owns the memory. Its name is removed as soon as both hold it, so that nothing is
left behind if either is killed.
"""

from __future__ import annotations

import os
from contextlib import suppress
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np

from visualizer.engine.host.pipe_messages import Placed, Shape
from visualizer.frame import Pixels

LINUX_MEMORY = Path("/dev/shm")
"""Where Linux shows shared memory as files."""


class OwnMemory:
    """Memory for pictures of the owner: larger when a picture needs it."""

    def __init__(self) -> None:
        self._memory: SharedMemory | None = None
        self._named = False

    def fit(self, size: int) -> str:
        """The name of memory for so many bytes: new memory where there is too little. Raises
        OSError where there is none to be had."""
        if self._memory is None or self._memory.size < size:
            self.close()
            self._memory, self._named = SharedMemory(create=True, size=size), True
            try:
                reserve(self._memory)
            except OSError:
                self.close()
                raise
        return self._memory.name

    def held(self) -> None:
        """The other process holds the memory too: its name is removed."""
        if self._memory is not None and self._named:
            self._named = False
            with suppress(FileNotFoundError):  # swept away by the system, as at a logout
                self._memory.unlink()

    def write(self, pixels: Pixels) -> Placed:
        """Put a picture in. Raises OSError as fit does."""
        name = self.fit(pixels.nbytes)
        assert self._memory is not None
        write(self._memory, pixels)
        return Placed(name, pixels.shape)

    def read(self, shape: Shape) -> Pixels:
        """A copy of the picture that was put in by the other process."""
        assert self._memory is not None
        return read(self._memory, shape)

    def close(self) -> None:
        """Let go of it, and of its name."""
        if self._memory is not None:
            self.held()
            self._memory.close()
            self._memory = None


def reserve(memory: SharedMemory) -> None:
    """Have Linux give all of the memory now. Otherwise the first write would kill the writing
    process where /dev/shm is full, as in a container with little of it. Raises OSError then."""
    path = LINUX_MEMORY / memory.name
    if path.exists():
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, memory.size)


def write(memory: SharedMemory, pixels: Pixels) -> None:
    """Put a picture into memory."""
    np.ndarray(pixels.shape, np.uint8, memory.buf)[...] = pixels


def read(memory: SharedMemory, shape: Shape) -> Pixels:
    """A read-only copy of a picture of a shape."""
    pixels = np.array(np.ndarray(shape, np.uint8, memory.buf))
    pixels.setflags(write=False)
    return pixels
