"""An engine in a process: what kills it is named, and nothing of it is left."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial
from multiprocessing.context import SpawnProcess
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from visualizer.engine.host import shared_pictures
from visualizer.engine.host.engine_host import EngineLost, NoSharedMemory, Slots
from visualizer.engine.host.pipe_messages import Said
from visualizer.engine.host.process_host import ProcessHost
from visualizer.engine.host.watchdog import Watchdog
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.show.status import Phase, Status

from ...live.patience import comes_to
from ..conftest import request
from .conftest import ROOT
from .engines import ILLEGAL, make
from .test_hosts import SOON

POSIX = os.name == "posix"
MEMORY = Path("/dev/shm")

WHY = {
    "segfault": "the engine's process crashed (SIGSEGV)" if POSIX else "ended",
    "abort": "the engine's process crashed (SIGABRT)" if POSIX else "ended",
    "exit": "the engine's process ended (status 3)",
    "hang": "the engine hung: no response for",
    "cuda": f"CUDA is broken in the engine's process (RuntimeError: {ILLEGAL})",
    "memory": "the GPU is out of memory, and its use can't be reduced further",
    "system exit": "SystemExit: 4",
}


def shared() -> set[str]:
    """Names of shared memory on this machine, as Python gives them."""
    return {path.name for path in MEMORY.glob("psm_*")} if MEMORY.is_dir() else set()


def gone(pid: int) -> bool:
    """Whether a process has ended; so has a zombie that was not waited for yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] in "ZX"


def started(watchdog: Watchdog | None = None) -> tuple[ProcessHost, Slots]:
    """A host that makes frames."""
    slots = Slots()
    host = ProcessHost(make, slots, watchdog=watchdog)
    slots.models.put(BUILTIN)
    slots.requests.put(request())
    host.start()
    assert slots.frames.wait(SOON) is not None
    return host, slots


def lost(slots: Slots, how: type[EngineLost] = EngineLost) -> str:
    """Why the engine was lost."""
    try:
        while slots.frames.wait(SOON) is not None:
            pass
    except how as why:
        return str(why)
    raise AssertionError("no frame came, and nothing was said")


def test_whatever_ends_the_engine_is_named_in_a_line_and_nothing_is_left_of_it() -> None:
    before = shared()
    for fault, why in WHY.items():
        host, slots = started(Watchdog(hang=0.5, loads=SOON) if fault == "hang" else None)
        slots.requests.put(request(prompts=((fault, 1.0),)))
        assert why in lost(slots), fault
        assert host.pid is not None
        assert gone(host.pid), "before it is said: another may want its memory"
        assert host.stop(SOON)
    assert comes_to(lambda: shared() <= before)


@pytest.mark.skipif(not POSIX, reason="Windows has no such signals")
def test_a_process_that_is_killed_or_stopped_by_others_is_lost_and_ctrl_c_does_not_touch_it() -> (
    None
):
    host, slots = started(Watchdog(hang=0.5, loads=SOON))
    assert host.pid is not None
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # as a terminal or a service manager sends to all
        os.kill(host.pid, getattr(signal, name))
    seen = [slots.frames.wait(SOON) for _ in range(5)]
    assert None not in seen
    os.kill(host.pid, signal.SIGSTOP)
    assert "hung" in lost(slots)
    assert gone(host.pid)
    host, slots = started()
    assert host.pid is not None
    os.kill(host.pid, signal.SIGKILL)
    assert lost(slots) == "the engine's process was killed (SIGKILL)"
    assert host.stop(SOON)


PARENT = """
import sys, time
from tests.engine.host.engines import WANTED, make
from visualizer.engine.host.engine_host import Slots
from visualizer.engine.host.pipe_messages import Said
from visualizer.engine.host.process_host import ProcessHost

if __name__ == "__main__":
    slots = Slots()
    host = ProcessHost(make, slots)
    slots.models.put("builtin")
    slots.requests.put(WANTED)
    host.start()
    assert slots.frames.wait(60) is not None
    print(host.pid, flush=True)
    sys.stdin.readline()
    host.stop(60)
"""


@pytest.mark.skipif(not POSIX, reason="by signals")
def test_ctrl_c_while_the_process_starts_does_not_touch_it(
    capfd: pytest.CaptureFixture[str],
) -> None:
    slots = Slots()
    host = ProcessHost(make, slots)
    slots.models.put(BUILTIN)
    slots.requests.put(request())
    host.start()
    assert comes_to(lambda: host.pid is not None)
    assert host.pid is not None
    while slots.frames.get() is None:
        assert host.is_alive()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            os.kill(host.pid, getattr(signal, name))
        time.sleep(0.01)
    assert host.stop(SOON)
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(not POSIX, reason="by signals")
def test_the_process_ends_with_the_show_however_that_ends_and_leaves_no_memory_and_no_word(
    tmp_path: Path,
) -> None:
    before = shared()
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    for end in ("quits", "killed", "killed while the engine's process stands still"):
        if "stands" in end and sys.platform != "linux":
            continue
        show = subprocess.Popen(
            [sys.executable, str(script)],
            env={**os.environ, "PYTHONPATH": ROOT},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert show.stdout is not None
        engine = int(show.stdout.readline())
        if "stands" in end:
            os.kill(engine, signal.SIGSTOP)
        if end != "quits":
            show.kill()
        _, said = show.communicate("\n" if end == "quits" else None, SOON)
        assert comes_to(lambda: gone(engine)), end  # noqa: B023
        assert said == "", end
        assert comes_to(lambda: shared() <= before), end


def test_where_shared_memory_is_full_it_is_said_and_nothing_dies_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(memory: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = shared()
    host, slots = started()
    monkeypatch.setattr(shared_pictures, "reserve", full)
    wanted = request(seed=99, source_pixels=np.zeros((8, 8, 3), np.uint8))

    def said() -> bool:
        slots.requests.put(wanted)  # as the show does with each display frame
        return "make /dev/shm larger" in getattr(slots.statuses.get(), "text", "")

    assert comes_to(said)
    assert comes_to(lambda: (frame := slots.frames.get()) is not None and frame.seed == 99)
    slots.models.put("large")  # whose pictures need more
    assert "no shared memory for pictures (" in lost(slots, NoSharedMemory)
    assert host.stop(SOON)
    assert comes_to(lambda: shared() <= before)


def test_that_it_is_full_is_said_once_a_model_plays_and_not_while_one_loads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(memory: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shared_pictures, "reserve", full)
    slots = Slots()
    host = ProcessHost(make, slots)
    pipe, _other = multiprocessing.Pipe()
    wanted = request(source_pixels=np.zeros((8, 8, 3), np.uint8))
    for phase, coming, said in (
        (Phase.LOADING, "", False),
        (Phase.RUNNING, "large", False),
        (Phase.RUNNING, "", True),
        (Phase.RUNNING, "", False),
    ):
        host._take(pipe, Said(Status(phase, coming=coming)))
        assert not host._wanted(wanted).has_source
        status = slots.statuses.get()
        assert status is not None
        assert ("/dev/shm" in status.text) == said, (phase, coming)


@pytest.mark.skipif(not POSIX, reason="Windows has no such signals")
def test_a_picture_for_a_process_that_stands_still_holds_nothing_up() -> None:
    host, slots = started()
    assert host.pid is not None
    os.kill(host.pid, signal.SIGSTOP)
    slots.pictures.put(np.full((2000, 2000, 3), 9, np.uint8))  # far more than a pipe holds
    slots.requests.put(request(seed=8))
    assert comes_to(lambda: slots.pictures.get() is None and not host._heard.is_set())
    assert host.stop(SOON), "the pipe is free to say that it is over"
    assert gone(host.pid)


def came(slots: Slots, seed: int) -> bool:
    """Whether a frame of that seed is there."""
    frame = slots.frames.get()
    return frame is not None and frame.seed == seed


def test_a_second_picture_to_go_on_from_arrives_as_the_first_did() -> None:
    host, slots = started()
    for number in (1, 2, 3):
        slots.pictures.put(np.full((8, 8, 3), number, np.uint8))
        slots.requests.put(request(seed=number))
        assert comes_to(lambda: host._begin_memory._memory is None and host._heard.is_set())
        assert comes_to(partial(came, slots, number))
    assert host.is_alive()
    assert host.stop()


def test_memory_whose_name_the_system_has_swept_away_serves_on() -> None:
    memory = shared_pictures.OwnMemory()
    pixels = np.full((2, 2, 3), 7, np.uint8)
    placed = memory.write(pixels)
    SharedMemory(placed.memory).unlink()
    memory.held()
    assert np.array_equal(memory.read(placed.shape), pixels)
    memory.close()


def test_a_process_that_even_the_system_cannot_end_is_said_before_it_is_waited_for() -> None:
    class Stuck:
        """A process deep in a driver. It ends while it is waited for without a limit."""

        pid, exitcode = 7, None
        said = None

        def kill(self) -> None:
            pass

        def join(self, timeout: float | None = None) -> None:
            if timeout is None:
                self.said = slots.statuses.get()

    slots, stuck = Slots(), Stuck()
    host = ProcessHost(make, slots)
    pipe, _other = multiprocessing.Pipe()
    host._take(pipe, Said(Status(Phase.RUNNING)))
    host._process = cast(SpawnProcess, stuck)
    host._kill()
    assert stuck.said is not None
    assert "is stuck in a driver and can't be killed" in stuck.said.text
