"""Read a whole text file within bounds: only regular files, and none that is too large.

A FIFO would block, a device never ends, and YAML takes seconds for a megabyte.
"""

from __future__ import annotations

from pathlib import Path

MOST_CHARACTERS = 4 * 1024 * 1024
"""Of a file that is quick to read: lists of prompts, and what the show itself has written."""

MOST_YAML = 256 * 1024
"""Of a file of YAML by hand: some 2,000 prompts."""


def read_text(path: Path, encoding: str = "utf-8", most: int = MOST_CHARACTERS) -> str:
    """The text of a file. most: of its characters.

    Raises OSError, whose strerror says why, and UnicodeDecodeError.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):  # open() says better of a folder
        raise OSError(0, "is a pipe or a device, not a regular file")
    with path.open(encoding=encoding) as file:
        text = file.read(most + 1)
    if len(text) > most:
        raise OSError(0, f"is larger than {most // 1024} KiB")
    return text
