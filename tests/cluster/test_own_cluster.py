"""The cluster that a show starts on this machine: it outlives the processes that join it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from visualizer.engine.host import ray_cluster, ray_holder
from visualizer.engine.host.ray_holder import NoCluster

from ..engine.host.conftest import ROOT
from ..live.patience import comes_to

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (visualizer[ray])"
)

JOINS = """
import os, signal, sys
from visualizer.engine.host.ray_cluster import joined
os.getppid = lambda: int(sys.argv[1])  # a process of the show's
with joined(ends_after=True) as ray:
    print(ray.cluster_resources()["CPU"] >= 1, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_cluster_of_the_shows_own_outlives_its_engines_processes_and_ends_with_the_show(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", ROOT)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as show:
        where = started(show.pid)
        for _ in range(2):  # one after the other, each killed
            joins = subprocess.run(
                [sys.executable, "-c", JOINS, str(show.pid)],
                capture_output=True, text=True, check=False, timeout=600.0,
            )  # fmt: skip
            assert "True" in joins.stdout, joins.stderr[-2000:]
            assert ray_holder.address(show.pid) == where
        show.kill()
    assert comes_to(lambda: not any(where in line for line in command_lines())), "nothing is left"


def started(show: int) -> str:
    """The address of the show's cluster. A busy machine may need more than the 30 seconds that Ray
    gives a node: then it is tried again."""
    for _ in range(3):
        ray_holder.hold(show, ray_cluster.__name__)
        with suppress(NoCluster):
            return ray_holder.address(show)
    ray_holder.hold(show, ray_cluster.__name__)
    return ray_holder.address(show, 300.0)


def command_lines() -> Iterator[str]:
    for process in psutil.process_iter(["cmdline"]):
        yield " ".join(process.info["cmdline"] or ())
