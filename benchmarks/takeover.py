"""How long the wall waits for the local engine when the one on a Ray cluster is lost.

python -m benchmarks.takeover [--rounds 3] [--beside "what else runs"]

A cluster of two nodes on this machine (the head, and one for the engine), the built-in model there
and here, and the host that a show has (engine/host/failover.py). In turns the engine's process is
killed, stopped (SIGSTOP), and its node killed, as a power cut does; the time is from then to the
first frame of the local engine. After each, the engine on the cluster plays again before the next;
each round has a show of its own, which has forgotten how often a model took its process with it.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from rich.console import Console

from benchmarks.results import Result, Row, machine, save, slug, table
from visualizer.engine.host.engine_host import EngineHost, Slots
from visualizer.engine.host.failover import Failover
from visualizer.engine.host.far_engine import FarEngine
from visualizer.engine.host.process_host import ProcessHost
from visualizer.engine.host.ray_host import RayHost
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.frame import Pixels
from visualizer.openers import host
from visualizer.options import Options, find_presets
from visualizer.show.next_request import request
from visualizer.show.reducer import start

HERE = Path(__file__).parent

NODE = "engine"
"""A resource of the node that holds the engine."""

STORE = 80_000_000
"""Bytes of a node's object store."""

PLAYED = 3.0
"""Seconds that the engine on the cluster plays before it is lost."""

PATIENCE = 300.0
"""Seconds for what must come, such as a node's start."""

GOAL = 2.0
"""Seconds."""


class Cluster:
    """Two nodes on this machine."""

    def __init__(self) -> None:
        from ray import cluster_utils

        self._all = cluster_utils.Cluster()
        self._add(num_cpus=0, include_dashboard=False)
        self.address: str = self._all.address
        self.add_node()

    def add_node(self) -> None:
        """Start the engine's node."""
        self._node = self._add(num_cpus=2, resources={NODE: 1})

    def kill_node(self) -> None:
        """All of its processes at the same moment, as a power cut does."""
        own = [info.process.pid for infos in self._node.all_processes.values() for info in infos]
        processes = [psutil.Process(pid) for pid in own]
        for process in [*processes, *(c for p in processes for c in p.children(recursive=True))]:
            with suppress(psutil.Error):
                process.kill()

    def forget_node(self) -> None:
        """It has been killed."""
        self._all.remove_node(self._node, allow_graceful=False)

    def close(self) -> None:
        """End all of it."""
        self._all.shutdown()

    def _add(self, **how: Any) -> Any:
        return self._all.add_node(object_store_memory=STORE, wait=False, **how)


class Show:
    """A failover's line: which engine made the newest frame, by changes of it."""

    def __init__(self, options: Options) -> None:
        presets, first, _ = find_presets(options)
        self._slots = Slots()
        self._slots.models.put(BUILTIN)
        self._slots.requests.put(request(start(presets, first, {})))
        near = host("thread", options)
        far = partial(ProcessHost, partial(_far, options))
        self.host: EngineHost = Failover(far, near, self._slots)
        self.host.start()
        self.origin, self._said = -1, ""

    def changes(self) -> float:
        """Wait until another engine makes the frames; the time of its first, in perf_counter's
        seconds."""
        return self._frames(lambda origin: origin != self.origin)

    def play(self, seconds: float) -> None:
        """Take frames for a while."""
        end = time.perf_counter() + seconds
        self._frames(lambda origin: time.perf_counter() > end)

    def _frames(self, last: Callable[[int], bool]) -> float:
        end = time.perf_counter() + PATIENCE
        while time.perf_counter() < end:
            status = self._slots.statuses.get()
            if status is not None and status.text not in ("", self._said):
                self._said = status.text
                print(status.text, file=sys.stderr)
            if (frame := self._slots.frames.wait(1.0)) is not None:
                now = time.perf_counter()
                if last(frame.origin):
                    self.origin = frame.origin
                    return now
        raise SystemExit("benchmarks.takeover: no frame of the other engine came")


def _far(options: Options, slots: Slots, picture: Pixels | None) -> EngineHost:
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - Ray prints there what it finds
    made = host("thread", options)
    return RayHost(made, slots, picture, device="cpu", resources={NODE: 0.5}, ends_after=True)


def _actor() -> psutil.Process:
    """The process of the engine on the cluster."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if f"ray::{FarEngine.__name__}" in " ".join(process.cmdline()):
                return process
    raise SystemExit("benchmarks.takeover: the engine on the cluster has no process")


def _killed(show: Show, cluster: Cluster) -> float:
    actor, begin = _actor(), time.perf_counter()
    actor.kill()
    return show.changes() - begin


def _stopped(show: Show, cluster: Cluster) -> float:
    actor, begin = _actor(), time.perf_counter()
    actor.suspend()
    passed = show.changes() - begin
    actor.resume()
    return passed


def _node_killed(show: Show, cluster: Cluster) -> float:
    begin = time.perf_counter()
    cluster.kill_node()
    passed = show.changes() - begin
    cluster.forget_node()
    cluster.add_node()
    return passed


FAULTS: Mapping[str, Callable[[Show, Cluster], float]] = {
    "its process killed": _killed,
    "its process stopped": _stopped,
    "its node killed": _node_killed,
}
"""Each gives the seconds to the first local frame."""


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, and keep JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.takeover", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--beside", default="", help="what else the machine does, for the record")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder of results")
    given = parser.parse_args(argv)
    found: dict[str, list[float]] = {name: [] for name in FAULTS}
    with _cluster() as cluster:
        for _ in range(given.rounds):
            show = Show(Options(model=BUILTIN, device="cpu", offline=True, settings={}))
            try:
                show.changes()  # from none to the local one
                for name, fault in FAULTS.items():
                    show.changes()  # to the cluster's
                    show.play(PLAYED)
                    found[name].append(fault(show, cluster))
                    print(f"{name}: {found[name][-1]:.2f} s", flush=True)
            finally:
                show.host.stop(10.0)
    measured, processor = result(found), machine("cpu")
    about = {"model": BUILTIN, "machine": processor, "beside": given.beside}
    save(measured, given.out / slug(processor) / "takeover.json", **about)
    Console().print(table(BUILTIN, processor, [measured]))
    return 0


def result(found: Mapping[str, Sequence[float]]) -> Result:
    """found: by faults, the seconds to the first local frame."""
    rows = tuple(
        Row(
            f"to the first local frame: {name}",
            f"{median(each):.2f} s ({min(each):.2f} to {max(each):.2f})",
            f"{GOAL:g} s",
            max(each) <= GOAL,
        )
        for name, each in found.items()
    )
    return Result("takeover", rows, {"seconds": {name: list(each) for name, each in found.items()}})


@contextmanager
def _cluster() -> Iterator[Cluster]:
    folder = tempfile.mkdtemp(prefix="ray-")  # short: its sockets' names have 107 bytes
    os.environ.update(
        PYTHONPATH=os.pathsep.join(sys.path),
        RAY_AUTH_MODE="token",
        RAY_AUTH_TOKEN=secrets.token_hex(32),
        RAY_USAGE_STATS_ENABLED="0",
        RAY_worker_niceness="0",
        RAY_TMPDIR=folder,
    )
    cluster = Cluster()
    try:
        os.environ["RAY_ADDRESS"] = cluster.address
        yield cluster
    finally:
        cluster.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
