"""The terminal: the one place where text for people leaves the program.

Names of files, prompts, devices and errors of libraries come from others. Their line breaks and
control characters (which move the cursor, retitle the window, or reach the clipboard) are replaced
here. So is, on a terminal or pipe that is not UTF-8, what its encoding has no character for.
"""

from __future__ import annotations

import io
import sys
import traceback
import unicodedata
from contextlib import suppress

REVERSING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that change the direction of writing, and so make a line read as another."""

CONTROLS = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of control characters, halves of pairs, and separators of lines."""

INSTEAD = "\ufffd"
"""What stands for a character that is left out."""


def prepare() -> None:
    """Have both streams replace what they can't show, instead of raising; once, at the start."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def clean(text: object) -> str:
    """A text as one line that can do nothing to a terminal."""
    return "".join(map(_shown, " ".join(str(text).splitlines())))


def out(line: object = "") -> None:
    """Print a wanted line to stdout. Raises BrokenPipeError where its reader is gone."""
    print(clean(line), flush=True)


def say(line: object) -> None:
    """Print a line to stderr, after the program's name."""
    log(f"visualizer: {line}")


def log(line: object) -> None:
    """Print a line to stderr, without the program's name."""
    with suppress(OSError):  # the terminal was closed; a show goes on without it
        print(clean(line), file=sys.stderr, flush=True)


def trace(error: BaseException | None = None) -> None:
    """Print an error, the one being handled for None, with its traceback to stderr."""
    error = error or sys.exc_info()[1]
    if error is None:
        return
    for line in "".join(traceback.format_exception(error)).splitlines():
        log(line)


def _shown(letter: str) -> str:
    if letter.isspace():
        return " "
    hidden = letter in REVERSING or unicodedata.category(letter) in CONTROLS
    return INSTEAD if hidden else letter
