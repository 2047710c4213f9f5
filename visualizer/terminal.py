"""The terminal: the one place where text for people leaves the program.

Names of files, prompts, devices and errors of libraries come from others. Their line breaks and
control characters (which move the cursor, retitle the window, or reach the clipboard) are replaced
here. So is, on a terminal or pipe that is not UTF-8, what its encoding has no character for.

Commands write at once. While the live show plays (queued), all that Python code writes to stdout
and stderr goes through a queue to a thread: a full disk, a closed pipe or Ctrl+S in the terminal
costs lines, never a frame.
"""

from __future__ import annotations

import io
import sys
import threading
import time
import traceback
import unicodedata
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import write as write_to
from typing import TextIO

REVERSING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that change the direction of writing, and so make a line read as another."""

CONTROLS = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of control characters, halves of pairs, and separators of lines."""

INSTEAD = "\ufffd"
"""What stands for a character that is left out."""

MOST_WAITING = 1000
"""Writes that wait for a terminal that takes none; later ones are left out, and counted."""

FLUSH = 1.0
"""Seconds that the end of the show waits for what was written last."""

RETRY = 0.05
"""Seconds between two tries of a stream that is busy (non-blocking)."""

UNWRITABLE = (OSError, ValueError)
"""What a write raises where a stream is full, gone (OSError) or closed (ValueError)."""


def prepare() -> None:
    """Have both streams replace what they can't show, instead of raising; once, at the start."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def clean(text: object) -> str:
    """A text as one line that can do nothing to a terminal."""
    return "".join(map(_shown, " ".join(str(text).splitlines())))


def reason(error: BaseException) -> str:
    """Why something failed, in one line: the system's words without number and path, where they are
    all there is to say."""
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(why).split())


def out(line: object = "") -> None:
    """Print a wanted line to stdout. Raises BrokenPipeError where its reader is gone."""
    print(clean(line), flush=True)


def say(line: object) -> None:
    """Print a line to stderr, after the program's name."""
    log(f"visualizer: {line}")


def log(line: object) -> None:
    """Print a line to stderr, without the program's name."""
    _to_stderr(clean(line))


def trace(error: BaseException | None = None) -> None:
    """Print an error, the one being handled for None, with its traceback to stderr."""
    error = error or sys.exc_info()[1]
    if error is None:
        return
    _to_stderr("\n".join(map(clean, "".join(traceback.format_exception(error)).splitlines())))


def _to_stderr(text: str) -> None:
    if sys.stderr is not None:  # as without a console on Windows
        with suppress(*UNWRITABLE):  # the terminal was closed; a show goes on without it
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()


class Writer(threading.Thread):
    """Writes what is put, in order, to its streams. No stream can raise or block but in here.

    Where writes were left out, a line on `told` says how many, once it takes lines again.
    """

    def __init__(self, told: TextIO) -> None:
        super().__init__(name="terminal", daemon=True)
        self._told = told
        self._waiting: deque[tuple[TextIO, str, int]] = deque()  # the last: writes it stands for
        self._lost = 0
        # Reentrant, as a finaliser may write while its thread is in put().
        self._changed = threading.Condition(threading.RLock())
        self._closing = False
        self._idle = True

    def put(self, stream: TextIO, text: str) -> None:
        """Write a text soon; it is left out where too many wait. Never waits for a stream."""
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                self._lost += 1
                return
            self._tell_lost()
            self._waiting.append((stream, text, 1))
            self._changed.notify_all()

    def _tell_lost(self) -> None:
        """Queue a line, where writes were lost, in their place."""
        if self._lost:
            self._waiting.append((self._told, _left_out(self._lost), self._lost))
            self._lost = 0

    def flush(self, timeout: float) -> bool:
        """Wait until all is written; False where that takes longer than timeout in seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._idle and not self._waiting, timeout)

    def close(self, timeout: float) -> None:
        """Write what waits and end, or give up after timeout in seconds."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self.join(timeout)

    def run(self) -> None:
        """The thread's life."""
        failed = 0
        while True:
            with self._changed:
                if not self._waiting:
                    self._tell_lost()
                self._idle = True
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    break
                self._idle = False
                stream, text, count = self._waiting.popleft()
            if failed and self._written(self._told, _left_out(failed)):
                failed = 0
            failed += 0 if self._written(stream, text) else count

    def _written(self, stream: TextIO, text: str) -> bool:
        """Whether a stream took a text."""
        try:
            number = stream.fileno()
        except UNWRITABLE:  # it is none of the system's
            number = None
        try:
            if number is None:
                stream.write(text)
                stream.flush()
                return True
            # Past the stream's own buffer, whose lock a blocked write would hold beyond the end.
            left = text.encode(stream.encoding or "utf-8", "replace")
            while left:
                try:
                    left = left[write_to(number, left) :]
                except BlockingIOError:
                    if self._closing:
                        return False
                    time.sleep(RETRY)
        except UNWRITABLE:
            return False
        return True


def _left_out(count: int) -> str:
    lines = "1 write was" if count == 1 else f"{count} writes were"
    return f"visualizer: {lines} dropped here: the terminal or the log's disk was blocked\n"


class _Queued(io.TextIOBase):
    """A stream in whose place a writer's queue takes all that is written."""

    def __init__(self, stream: TextIO, writer: Writer) -> None:
        self._stream = stream
        self._writer = writer

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a plain attribute
        return self._stream.encoding

    def write(self, text: str) -> int:
        self._writer.put(self._stream, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()


@contextmanager
def queued() -> Iterator[None]:
    """Within, nothing that Python code writes to stdout or stderr can raise or block."""
    streams = sys.stdout, sys.stderr
    if streams[1] is None:  # no console: nothing is shown anyway
        yield
        return
    writer = Writer(streams[1])
    writer.start()
    sys.stdout, sys.stderr = (stream and _Queued(stream, writer) for stream in streams)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        writer.close(FLUSH)


def flush() -> None:
    """Bring what is queued to the terminal, before the process is ended at once."""
    if isinstance(sys.stderr, _Queued):
        sys.stderr._writer.flush(FLUSH)


def _shown(letter: str) -> str:
    if letter.isspace():
        return " "
    hidden = letter in REVERSING or unicodedata.category(letter) in CONTROLS
    return INSTEAD if hidden else letter
