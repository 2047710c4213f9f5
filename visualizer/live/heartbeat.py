"""Heartbeat of the display loop, for the process that keeps the show alive (--keep-alive).

A count in a file that both have mapped into memory: the loop counts on without a call to the
system, so that no disk and no pipe can hold it up.
"""

from __future__ import annotations

import mmap
from contextlib import suppress
from pathlib import Path

STARTS_WITHIN = 180.0
"""Seconds until the first display frame: libraries and presets may lie on a slow disk."""

HANGS = 15.0
"""Seconds without a display frame, after which the show hangs."""

LOADS_FOR, LOADS = 60.0, 4
"""Seconds from the first display frame in which that may take this many times as long: an engine in
the same process imports its libraries, and Python's lock is held while a slow disk is read."""

LONGEST_LOOK = 1.0
"""Most seconds that count from look to look: a machine that slept was no hung show."""

ROUND = 256
"""The count goes round, in one byte: none is ever half written."""


def count_file(crash_file: Path) -> Path:
    """The file of the count, beside that of a crash's traceback."""
    return crash_file.with_suffix(".beat")


class Heartbeat:
    """The show's side. path: the file, which is there; None where no parent process watches, or
    where it can't be opened."""

    def __init__(self, path: Path | None) -> None:
        self._count: mmap.mmap | None = None
        if path is not None:
            try:
                with path.open("r+b") as file:
                    self._count = mmap.mmap(file.fileno(), 1)
            except (OSError, ValueError):
                with suppress(OSError):
                    path.unlink()  # so that no beat is waited for

    def beat(self) -> None:
        """A display frame was shown; for the display loop alone."""
        if self._count is not None:
            self._count[0] = (self._count[0] + 1) % ROUND


class Listener:
    """The other side. Makes the file; close() removes it. hangs: see HANGS."""

    def __init__(self, path: Path, hangs: float = HANGS) -> None:
        path.write_bytes(b"\0")
        with path.open("r+b") as file:
            self._count = mmap.mmap(file.fileno(), 1)
        self._path, self._hangs = path, hangs
        self._last = 0
        self._begun = False
        self._silent = self._lived = 0.0

    @property
    def limit(self) -> float:
        """Seconds of silence that are not too long at this moment."""
        if not self._begun:
            return STARTS_WITHIN
        return self._hangs * (LOADS if self._lived < LOADS_FOR else 1)

    def look(self, passed: float) -> bool:
        """Whether the display loop hangs. passed: seconds since the last look."""
        count = self._count[0]
        if count != self._last:
            self._lived += self._silent if self._begun else 0.0
            self._last, self._begun, self._silent = count, True, 0.0
        self._silent += min(passed, LONGEST_LOOK)
        return self._silent > self.limit and (self._begun or self._path.exists())

    def close(self) -> None:
        """Let go of the file."""
        self._count.close()
        self._path.unlink(missing_ok=True)
