"""On a Ray cluster of two nodes on this machine: the hosts' contract, a node that dies, and videos.

One file, since a cluster takes long to start.
"""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import psutil
import pytest

from visualizer.engine.host.engine_host import EngineHost, MakeHost
from visualizer.engine.host.failover import Failover
from visualizer.engine.host.far_engine import FarEngine
from visualizer.engine.host.process_host import ProcessHost
from visualizer.engine.host.ray_host import RayHost
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.frame import Frame
from visualizer.live.wall_engines import WallEngines
from visualizer.offline.render import render
from visualizer.offline.variations import variations
from visualizer.options import LiveOptions, RenderOptions
from visualizer.show.status import Phase

from ..engine.conftest import request
from ..engine.host import test_hosts
from ..engine.host.conftest import ROOT
from ..engine.host.engines import make
from ..engine.host.test_hosts import SOON, Line
from ..live.patience import comes_to
from ..offline.played import pictures, played

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (visualizer[ray])"
)

NODE = "engine"
"""A resource of nodes that may hold an engine. The head, which the tests are at, has none."""

STORE = 80_000_000


TRIES = 4
"""Ray gives a node 30 seconds to start, and a busy machine may need more."""


class Nodes:
    """A cluster: a head, and a node for engines."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        self._all = Cluster()
        self._start(num_cpus=0, include_dashboard=False, include_log_monitor=False, no_monitor=True)
        self.address: str = self._all.address
        self.add()

    def add(self) -> None:
        self._node = self._start(num_cpus=2, resources={NODE: 1})

    def _start(self, **how: Any) -> Any:
        """Start a node; the head first."""
        for left in reversed(range(TRIES)):
            try:
                return self._all.add_node(object_store_memory=STORE, wait=False, **how)
            except Exception:
                if not left:
                    raise
        raise AssertionError

    def kill(self) -> None:
        """Kill the node as a power cut does."""
        self._all.remove_node(self._node, allow_graceful=False)

    def close(self) -> None:
        self._all.shutdown()


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "PYTHONPATH": ROOT,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # the loopback's addresses
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_worker_niceness": "0",
        }.items():
            patch.setenv(name, value)
        folder = tempfile.mkdtemp(prefix="ray-")  # short: its sockets' names have 107 bytes
        patch.setenv("RAY_TMPDIR", folder)
        import ray

        nodes = None
        try:
            nodes = Nodes()
            patch.setenv("RAY_ADDRESS", nodes.address)
            ray.init(nodes.address, log_to_driver=False, logging_level="ERROR")
            yield nodes
        finally:
            ray.shutdown()
            if nodes is not None:
                nodes.close()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
def far(nodes: Nodes) -> Iterator[MakeHost]:
    """What makes hosts with their engine on the cluster's second node."""
    made = partial(RayHost, make, resources={NODE: 0.5})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(test_hosts.PLACES, "ray", made)
        yield made


@pytest.fixture(scope="module")
def line(far: MakeHost) -> Iterator[Line]:
    line = Line("ray")
    yield line
    assert line.host.stop(SOON)


CONTRACT = (
    test_hosts.test_frames_tell_what_they_were_made_from_and_stay_as_they_are,
    test_hosts.test_the_newest_request_wins_and_stays_in_force,
    test_hosts.test_pictures_of_a_source_reach_the_engine_in_any_size_and_go,
    test_hosts.test_models_change_while_frames_come_and_what_runs_is_said,
    test_hosts.test_no_frame_is_made_where_none_is_wanted,
)


@pytest.mark.parametrize("holds", CONTRACT, ids=lambda holds: holds.__name__)
def test_what_holds_of_hosts_holds_of_one_on_a_cluster(
    holds: Callable[[Line], None], line: Line
) -> None:
    holds(line)


def test_latency_and_bandwidth_are_said(line: Line) -> None:
    line.slots.requests.put(request(seed=9, time=1.0))
    line.frame(lambda frame: frame.seed == 9)
    said = line.status(lambda status: "ms, " in status.wire)
    assert said.phase is Phase.RUNNING
    assert said.place.startswith("cpu @ ")
    assert said.wire.endswith(" kB/s")


def test_it_goes_on_from_a_picture_and_stops_like_any_host() -> None:
    test_hosts.test_it_goes_on_from_a_picture_and_stops_within_its_time("ray")
    test_hosts.test_it_can_be_stopped_before_it_has_begun_and_while_it_begins("ray")


class Played(Line):
    """A show's line whose remote engine plays "large", and whose local one the small "builtin"."""

    def __init__(self, far: Callable[..., EngineHost]) -> None:
        test_hosts.PLACES["failover"] = partial(
            Failover, partial(ProcessHost, partial(far, ends_after=True)), make, where="the cluster"
        )
        super().__init__("failover")
        self.slots.models.put("large")
        self.slots.requests.put(request())

    def until(self, side: int) -> list[Frame]:
        """Frames up to the first one of that size."""
        frames = [self.frame()]
        while len(frames[-1].pixels) != side:
            frames.append(self.frame())
        return frames


def test_a_node_that_dies_is_followed_by_the_local_engine_and_comes_back_by_itself(
    nodes: Nodes, far: Callable[..., EngineHost]
) -> None:
    show = Played(far)
    show.until(16)  # the local engine plays until the far one is there
    show.until(48)
    assert show.frame().pixels.mean() > 0
    nodes.kill()
    frames = show.until(16)
    lost = show.status(lambda status: "lost" in status.text)
    # Behind a line that was not taken yet; with the silence, or what Ray says.
    assert "the remote engine is lost: " in lost.text
    assert lost.text.endswith("; a local model plays until the cluster is ready")
    assert lost.device == "cpu"
    assert min(float(frame.pixels.mean()) for frame in frames) > 50, "never black"
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(set(numbers)), "one after the other"
    nodes.add()
    show.until(48)
    assert "the cluster plays" in show.status(lambda status: "plays" in status.text).text
    lines = [c for c in psutil.Process().children() if "spawn_main" in " ".join(c.cmdline())]
    assert lines, "the line to the cluster is a process"
    assert show.host.stop(SOON)
    assert psutil.wait_procs(lines, SOON)[1] == []


def workers(what: str = "make") -> list[psutil.Process]:
    """Ray's processes that do that; make: a variation."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if f"ray::{what}" in " ".join(process.cmdline()):
                found.append(process)
    return found


def test_an_actor_that_stands_still_is_followed_by_the_local_engine_and_comes_back_by_itself(
    far: Callable[..., EngineHost],
) -> None:
    show = Played(far)
    show.until(48)
    (actor,) = workers(FarEngine.__name__)
    actor.suspend()
    frames = show.until(16)
    assert min(float(frame.pixels.mean()) for frame in frames) > 50, "never black"
    said = show.status(lambda status: "answer" in status.text).text
    assert said.endswith(" does not answer; a local model plays until the cluster is ready")
    actor.resume()
    show.until(48)
    (same,) = workers(FarEngine.__name__)
    assert same == actor, "it has kept its model"
    actor.suspend()
    show.until(16)
    show.until(48)  # another, as this one was given up
    assert comes_to(lambda: actor not in workers(FarEngine.__name__)), "nothing of it is left"
    assert show.host.stop(SOON)


def test_each_wall_has_an_actor_of_its_own_and_the_first_ones_picture_while_that_is_lost(
    far: Callable[..., EngineHost],
) -> None:
    lines: list[str] = []
    own = partial(ProcessHost, partial(far, resources={NODE: 0.25}, ends_after=True))
    walls = WallEngines(LiveOptions(walls=3), warn=lines.append, own=own)
    walls.ask(BUILTIN)
    walls.start()
    first = Frame(1, 0.0, 0.1, np.full((16, 16, 3), 7, np.uint8), 500, request(seed=500))
    seen: dict[int, int] = {}

    def shows(*seeds: int) -> bool:
        walls.want(request(seed=500))
        seen.update({wall: frame.seed for wall, frame in walls.hear(0.0, first)})
        return tuple(seen[wall] for wall in sorted(seen)) == seeds

    assert comes_to(lambda: shows(500, 500))
    assert comes_to(lambda: shows(501, 502)), lines
    actors = workers(FarEngine.__name__)
    assert len(actors) == 2
    actors[0].kill()
    assert comes_to(lambda: shows(500, 502) or shows(501, 500)), "the other goes on"
    (lost,) = [line for line in lines if "lost" in line]
    assert lost.startswith(f"wall {2 if seen[1] == 500 else 3}: the remote engine is lost: its ")
    assert "; the first wall's picture is shown until its own engine is ready" in lost
    assert comes_to(lambda: shows(501, 502)), "and it comes back"
    walls.close()
    assert walls.stop(SOON)


def test_variations_are_made_side_by_side_and_one_whose_process_is_killed_is_made_again(
    tmp_path: Path, nodes: Nodes
) -> None:
    options = RenderOptions(
        replay=played(tmp_path, 100), out=tmp_path / "set.mp4", device="cpu", variations=2, on="ray"
    )
    status: list[int] = []
    making = Thread(target=lambda: status.append(variations(options)))
    making.start()
    assert comes_to(lambda: bool(workers()))
    workers()[0].kill()
    making.join(SOON)
    assert status == [0]
    one, two = (pictures(tmp_path / f"set-{number}.mp4") for number in (1, 2))
    assert len(one) == len(two) == 241
    assert render(replace(options, out=tmp_path / "alone.mp4", variations=0, on=None)) == 0
    assert np.array_equal(one, pictures(tmp_path / "alone.mp4")), "as it was played"
    assert not np.array_equal(one, two)
    assert not list(tmp_path.glob(".*")), "nothing is left"
