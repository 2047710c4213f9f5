"""Crash reports: files with time and cause of a crash, its last lines and a traceback."""

from __future__ import annotations

import platform
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from visualizer.disk import free_name, write_text

KEPT = 10
"""Reports that stay in the folder; older ones are removed."""

PREFIX = "crash "

PACKAGES = ("visualizer", "torch", "diffusers", "pygame-ce", "moderngl", "mido", "openvino")
"""Whose versions a report names."""


@dataclass(frozen=True, slots=True)
class Death:
    """One show's end. status: as subprocess has it, below 0 for a signal. lived: seconds. life: 1
    for the first start. said: the last lines of its stderr. traceback: faulthandler's, "" for
    none. hung: seconds without a display frame, after which it was killed; 0 where it died."""

    status: int
    lived: float
    life: int
    command: Sequence[str]
    said: Sequence[str] = ()
    traceback: str = ""
    hung: float = 0.0


def cause(status: int) -> str:
    """How a process ended, for people."""
    if status < 0:
        with suppress(ValueError):
            name = signal.Signals(-status).name
            hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
            return f"signal {-status} ({name}{hint})"
        return f"signal {-status}"
    if sys.platform == "win32" and status > 0x8000_0000:
        return f"exception {status:#010x}"
    return f"exit status {status}"


def ended_by(death: Death) -> str:
    """What ended a show, for people."""
    if death.hung:
        return f"it hung, without a display frame for {death.hung:g} s, and was killed"
    return cause(death.status)


def text(death: Death, now: float) -> str:
    """The report. now: seconds since 1970."""
    head = {
        "when": time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(now)),
        "ended by": ended_by(death),
        "lived": f"{death.lived:.1f} s, start {death.life}",
        "command": " ".join(death.command),
        "system": platform.platform(),
        "python": platform.python_version(),
        **_versions(),
    }
    parts = [
        "".join(f"{name:10} {value}\n" for name, value in head.items()),
        "Its last lines:\n\n" + "".join(f"{line}\n" for line in death.said),
        "Traceback (faulthandler):\n\n"
        + (death.traceback.strip() or "nothing: no traceback was written")
        + "\n",
    ]
    return "\n".join(parts)


def keep(folder: Path, death: Death, now: float) -> Path:
    """Write a report, and remove all but it and the newest others, KEPT in all; its file. By the
    clock it may be older than they are, which may have been set back. Raises OSError."""
    stamp = time.strftime("%Y-%m-%d %H.%M.%S", time.localtime(now))
    folder.mkdir(parents=True, exist_ok=True)
    path = free_name(folder / f"{PREFIX}{stamp}.txt")
    write_text(path, text(death, now))
    reports = sorted(folder.glob(f"{PREFIX}*.txt"), key=lambda each: each.stat().st_mtime_ns)
    for old in [each for each in reports if each != path][: -(KEPT - 1)]:
        old.unlink(missing_ok=True)
    return path


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):  # not every machine has all of them
            found[name] = version(name)
    return found
