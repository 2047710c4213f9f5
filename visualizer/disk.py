"""Write files atomically, and reserve names without overwriting existing files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import mkstemp


def write_text(path: Path, text: str) -> None:
    """As write_bytes, in UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Fill a file in one step: a reader finds the old or the new, and all of it.

    Only the user may read a new file: prompts were typed for the wall alone. One that was there
    keeps its permissions. The folder is made where it is missing. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            shutil.copymode(path, draft)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def free_name(path: Path) -> Path:
    """The path, or the first of NAME-2, NAME-3 … where nothing lies. Raises OSError."""
    return next(name for name in _names(path) if not os.path.lexists(name))


def reserve(path: Path, mode: int = 0o600) -> Path:
    """Make an empty file at the path, or at the first of NAME-2, NAME-3 … where nothing lies, and
    give its name: from then on it is ours. The folder is made where it is missing. Raises OSError.

    mode: the file's permissions, less the user's umask.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in _names(path):
        with suppress(FileExistsError):
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
            return name
    raise AssertionError("there is always another name")


def _names(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_stem(f"{path.stem}-{number}") for number in count(2))


class FolderLock:
    """Says that a folder is in use; the system lets go of it however the process ends."""

    def __init__(self) -> None:
        self._held: int | None = None

    def take(self, folder: Path) -> bool:
        """Whether it is ours: False where another process has it. A system or a network disk
        without such locks gives it to everyone. Raises OSError where there is no such folder."""
        if sys.platform == "win32":
            return True
        import fcntl

        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            return False
        except OSError:
            pass
        self._held = held
        return True

    def release(self) -> None:
        """Let go of it."""
        if self._held is not None:
            os.close(self._held)
            self._held = None


def _sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can (Windows needs it not)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
