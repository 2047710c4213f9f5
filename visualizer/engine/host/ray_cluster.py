"""Joining a Ray cluster, or starting one on this machine whose ports stay on the loopback.

Ray is imported only here, and only where it was asked for.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from visualizer.engine.failures import one_line
from visualizer.engine.host import ray_holder
from visualizer.engine.host.ray_holder import NoCluster

CLIENT = "ray://"
"""How addresses begin that are reached through one port of a cluster's head, by Ray Client."""

INSTALL = "pip install 'visualizer[ray]'"

TOKEN = Path(".ray") / "auth_token"
"""Where Ray looks for its token in the home folder."""

STORE = 200_000_000
"""Bytes of shared memory of a cluster that is started here: frames are small."""


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
    show's, and ends with it, so that nothing waits for Ray's own end, which takes seconds; a new
    cluster is the show's then (ray_holder.py). starts: False to wait for the one that another
    process of the show's has begun. Raises NoCluster."""
    address = address or os.environ.get("RAY_ADDRESS", "")
    if line := missing(address):
        raise NoCluster(line)
    own = not address
    if own and ends_after:
        show = os.getppid()
        if starts:
            ray_holder.hold(show, __name__)
        address = ray_holder.address(show)
    os.environ.update(_environment(own, bool(address)))
    import ray

    if ray.is_initialized():
        yield ray
        return
    folder = None if address else ray_holder.folder_for(os.getpid())
    try:
        _connect(ray, address, folder)
        yield ray
    finally:
        if not ends_after:
            with suppress(Exception):
                ray.shutdown()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def begin(folder: Path) -> str:
    """Begin a cluster on this machine, for this process to hold; its address. folder: for what it
    writes. Raises NoCluster."""
    os.environ.update(_environment(own=True, joins=False))
    import ray

    _connect(ray, "", folder)
    found: str = ray.get_runtime_context().gcs_address
    return found


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


def _connect(ray: Any, address: str, folder: Path | None) -> None:
    own = {} if address else {
        "include_dashboard": False, "object_store_memory": STORE, "_temp_dir": str(folder),
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


if __name__ == "__main__":
    ray_holder.main(begin)
