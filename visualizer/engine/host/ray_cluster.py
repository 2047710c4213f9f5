"""Joining a Ray cluster, or starting one on this machine whose ports stay on the loopback.

Ray is imported only here, and only where it was asked for.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from visualizer.disk import write_text
from visualizer.engine.failures import one_line

CLIENT = "ray://"
"""How addresses begin that are reached through one port of a cluster's head, by Ray Client."""

INSTALL = "pip install 'visualizer[ray]'"

TOKEN = Path(".ray") / "auth_token"
"""Where Ray looks for its token in the home folder."""

FOLDER = "visualizer-ray-"
"""Names of the folders of clusters that were started here; the process's number follows."""

ADDRESS = "address"
"""A file in such a folder: how the cluster is joined."""

STARTS_WITHIN = 60.0
"""Seconds in which a cluster that another process of the show starts must be there."""

STORE = 200_000_000
"""Bytes of shared memory of a cluster that is started here: frames are small."""


class NoCluster(Exception):
    """A cluster can't be joined or started. str() says in a line why."""


def address(where: str) -> str:
    """The address in what a user names: ray, or ray://HOST:PORT. See joined()."""
    return where if where.startswith(CLIENT) else ""


def missing(address: str) -> str:
    """What has to be installed before an address can be joined, in a line; "" for nothing."""
    if importlib.util.find_spec("ray") is None:
        return f"Ray is not installed: {INSTALL}"
    if address.startswith(CLIENT) and importlib.util.find_spec("grpc") is None:
        return f"Ray's client is not installed: {INSTALL}"
    return ""


@contextmanager
def joined(address: str = "", *, ends_after: bool = False, starts: bool = True) -> Iterator[Any]:
    """Ray, connected to a cluster. address: ray://HOST:PORT; "" for the one that RAY_ADDRESS names
    (HOST:PORT where this machine is one of its nodes), and where it names none, for a new one on
    this machine. A process that is connected already stays so. ends_after: this is a process of the
    show's, and ends with it, so that nothing waits for Ray's own end, which takes seconds. starts:
    False to wait for the new cluster of another process of the show's. Raises NoCluster."""
    address = address or os.environ.get("RAY_ADDRESS", "")
    if line := missing(address):
        raise NoCluster(line)
    own, show = not address, os.getppid() if ends_after else os.getpid()
    if own and not starts:
        address = _started(show)
    os.environ.update(_environment(own, bool(address)))
    import ray

    if ray.is_initialized():
        yield ray
        return
    folder = None if address else _folder(show)
    try:
        _connect(ray, address, folder)
        if folder is not None:
            write_text(Path(folder) / ADDRESS, ray.get_runtime_context().gcs_address)
        yield ray
    finally:
        if not ends_after:
            with suppress(Exception):
                ray.shutdown()
        elif folder is not None:
            _kill_children()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _environment(own: bool, joins: bool) -> Mapping[str, str]:
    """What Ray reads from the environment, where nothing else is said there. own: whether the
    cluster is the show's; joins: whether it is there already."""
    ours = {
        "RAY_USAGE_STATS_ENABLED": "0",
        # A client that lost its connection opens a new one, so Ray need not wait for it.
        "RAY_CLIENT_RECONNECT_GRACE_PERIOD": "0",
    }
    if own:
        # Ray's name for it: addresses are the loopback's, on Linux too, where they are otherwise
        # those of the network.
        ours["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        ours["RAY_worker_niceness"] = "0"  # by itself Ray's 15: everything else would come first
    if joins and ((Path.home() / TOKEN).exists() or os.environ.get("RAY_AUTH_TOKEN")):
        ours["RAY_AUTH_MODE"] = "token"  # Ray Client does not look whether there is one
    return {name: text for name, text in ours.items() if name not in os.environ}


def _connect(ray: Any, address: str, folder: str | None) -> None:
    own = {} if address else {
        "include_dashboard": False, "object_store_memory": STORE, "_temp_dir": folder,
    }  # fmt: skip
    try:
        ray.init(
            address=address or "local",
            log_to_driver=False,
            logging_level="ERROR",
            namespace="visualizer",
            **own,
        )
    except Exception as error:
        what = f"the Ray cluster at {address} can't be joined" if address else "Ray does not start"
        raise NoCluster(f"{what} ({one_line(error)})") from None


def _kill_children() -> None:
    """Kill the cluster that was started here. Its agents would outlive it by minutes."""
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            child.kill()


def _folder(show: int) -> str:
    """A folder for a new cluster of the show with that process; what is left of an older one, and
    of shows that were killed, is removed."""
    for left in _temporary().glob(f"{FOLDER}*"):
        number = left.name.removeprefix(FOLDER).partition("-")[0]
        if number.isdecimal() and (int(number) == show or not psutil.pid_exists(int(number))):
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"{FOLDER}{show}-")


def _started(show: int, within: float = STARTS_WITHIN) -> str:
    """The address of the cluster that another process of a show starts, once it is there."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        for file in _temporary().glob(f"{FOLDER}{show}-*/{ADDRESS}"):
            with suppress(OSError):  # it has just ended
                return file.read_text(encoding="utf-8")
        time.sleep(0.1)
    raise NoCluster("the first wall's Ray cluster is not there")


def _temporary() -> Path:
    return Path(tempfile.gettempdir())
