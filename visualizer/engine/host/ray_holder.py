"""A Ray cluster on this machine that lasts as long as the show, in its own process: engine
processes come and go, and a wall that loses its engine does not affect the others."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from visualizer.disk import write_text
from visualizer.engine.failures import one_line

FOLDER = "visualizer-ray-"
"""Names of the folders of clusters that were started here; the process's number follows."""

ADDRESS, HOLDER, FAULT = "address", "holder", "fault"
"""Files in such a folder: how the cluster is joined; the number of the process that holds it; why
there is none, in a line."""

STARTS_WITHIN = 60.0
"""Seconds in which a cluster must be there."""

LOOK = 0.2
"""Seconds between looks at the show and the cluster."""

SERVERS = ("gcs_server", "raylet")
"""Names of the processes without which there is no cluster."""


class NoCluster(Exception):
    """A cluster can't be joined or started. str() says in a line why."""


def folder_for(show: int) -> Path:
    """A folder for a new cluster of the show with that process; what is left of an older one, and
    of shows that were killed, is removed."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        number = left.name.removeprefix(FOLDER).partition("-")[0]
        if number.isdecimal() and (int(number) == show or not psutil.pid_exists(int(number))):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{FOLDER}{show}-"))


def hold(show: int, module: str) -> None:
    """Have a cluster for the show with that process; nothing where there is one already. module:
    runs main() with the show and the folder as its arguments."""
    if any(_held(show)):
        return
    folder = folder_for(show)
    quiet = subprocess.DEVNULL
    holder = subprocess.Popen(
        [sys.executable, "-m", module, str(show), str(folder)],
        stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True,
    )  # fmt: skip
    holder.returncode = 0  # it outlives this process, so nothing waits for it
    write_text(folder / HOLDER, str(holder.pid))


def address(show: int, within: float = STARTS_WITHIN) -> str:
    """The address of the show's cluster, once it is there. Raises NoCluster."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        for folder in _held(show):
            with suppress(OSError):
                return (folder / ADDRESS).read_text(encoding="utf-8")
        for fault in Path(tempfile.gettempdir()).glob(f"{FOLDER}{show}-*/{FAULT}"):
            with suppress(OSError):
                raise NoCluster(fault.read_text(encoding="utf-8"))
        time.sleep(LOOK)
    raise NoCluster("the show's Ray cluster is not running")


def _held(show: int) -> Iterator[Path]:
    """Folders of the show's clusters whose holder runs."""
    for file in Path(tempfile.gettempdir()).glob(f"{FOLDER}{show}-*/{HOLDER}"):
        with suppress(OSError, ValueError, psutil.Error):
            if _runs(psutil.Process(int(file.read_text(encoding="utf-8")))):
                yield file.parent


def _name(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return process.name()
    return ""


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def main(begin: Callable[[Path], str]) -> None:
    """Hold a cluster until the show has ended, or the cluster itself. begin: begins one, with a
    folder for what it writes, and gives its address; raises NoCluster."""
    show, folder = psutil.Process(int(sys.argv[1])), Path(sys.argv[2])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # of all the show's processes; the show decides
    fault = ""
    try:
        write_text(folder / ADDRESS, begin(folder))
        own = psutil.Process().children(recursive=True)
        servers = [process for process in own if _name(process) in SERVERS]
        while _runs(show) and all(map(_runs, servers)):
            time.sleep(LOOK)
    except NoCluster as error:
        fault = str(error)
    except Exception as error:  # nothing is heard of this process but by the file
        fault = f"Ray does not start: {one_line(error)}"
    finally:
        for child in psutil.Process().children(recursive=True):  # its agents would outlive it
            with suppress(psutil.Error):
                child.kill()
        shutil.rmtree(folder, ignore_errors=True)
    if fault and _runs(show):
        folder.mkdir(exist_ok=True)
        write_text(folder / FAULT, fault)
    os._exit(0)  # nothing waits for Ray's own end
