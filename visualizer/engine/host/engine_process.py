"""The engine's process: a host of its own in it, and threads that pass on what crosses the pipe.

It ends with the show: when it is told so, when the pipe ends, and on Linux at once when the show's
process is killed. What its engine can't recover from, such as CUDA's errors, ends it too: a bad
state of the driver or of memory ends with the process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import NoReturn

from visualizer import terminal
from visualizer.engine.failures import one_line
from visualizer.engine.host.engine_host import EngineDied, EngineLost, MakeHost, Slots
from visualizer.engine.host.pipe_messages import (
    Ask,
    End,
    Failed,
    FromProcess,
    GoOn,
    Heard,
    Made,
    NeedRoom,
    Placed,
    Pulse,
    Room,
    Said,
    Taken,
    ToProcess,
    Want,
)
from visualizer.engine.host.shared_pictures import read, write
from visualizer.frame import Pixels
from visualizer.latest import Closed
from visualizer.show.request import Request

PULSE = 1.0
"""Seconds from pulse to pulse."""

SWITCH_INTERVAL = 0.0005
"""Seconds after which Python hands its lock on: what crosses the pipe must not wait for frames."""

ENDS_WITHIN = 0.5
"""Seconds that the host has to end by itself: one with an engine elsewhere lets go of that."""

PR_SET_PDEATHSIG = 1
"""Linux's prctl: the signal that this process gets when the thread that started it ends."""

OOM_SCORE = "500"
"""Linux's oom_score_adj, of at most 1000, 0 being usual."""

IGNORED = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that a terminal or a service manager sends to the show's processes all at once: the show
decides what they mean, and ends this process."""


def main(pipe: Connection, make: MakeHost, picture: Placed | None, parent: int) -> None:
    """The process's life. make: makes the host that runs in here. picture: its loop goes on from
    it. parent: the number of the show's process."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, IGNORED)
    _die_with(parent)
    _die_first()
    sys.setswitchinterval(SWITCH_INTERVAL)
    terminal.prepare()
    with terminal.queued():
        EngineProcess(pipe, make, None if picture is None else _read(picture)).run()


def _die_first() -> None:
    """Have Linux, where memory is out, kill this process and not the show's."""
    if sys.platform != "linux":
        return
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)


def _die_with(parent: int) -> None:
    """Have Linux kill this process when the show's is gone; elsewhere the pipe's end tells."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was gone before
            os._exit(0)


class ShowGone(Exception):
    """The pipe's other end is closed."""


class EngineProcess:
    """See the module and main()."""

    def __init__(self, pipe: Connection, make: MakeHost, picture: Pixels | None) -> None:
        self._pipe = pipe
        self._sends = threading.Lock()
        self._slots = Slots()
        self._host = make(self._slots, picture)
        self._memory: SharedMemory | None = None
        self._room = threading.Event()
        self._taken = threading.Event()
        self._taken.set()
        self._source_memory: SharedMemory | None = None
        self._source: Pixels | None = None

    def run(self) -> NoReturn:
        """Pass things on until it is over; ends the process."""
        for work in (self._listen, self._pass_frames):
            threading.Thread(target=self._guarded, args=(work,), daemon=True).start()
        self._host.start()
        self._guarded(self._pass_statuses)
        raise AssertionError("the process has ended")

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do a thread's work. What fails in it ends the process."""
        try:
            try:
                work()
            except Closed:  # _listen has been told of the end, and lets the host end first
                time.sleep(ENDS_WITHIN)
                leave(0)
            except ShowGone:
                leave(0)
            except EngineLost as lost:
                self._send(Failed(str(lost), isinstance(lost, EngineDied)))
            except BaseException as error:
                terminal.trace(error)
                self._send(Failed(f"the engine's process failed: {one_line(error)}"))
        except ShowGone:
            pass
        leave(1)

    def _send(self, message: FromProcess) -> None:
        try:
            with self._sends:
                self._pipe.send(message)
        except OSError:
            raise ShowGone from None

    def _received(self) -> ToProcess:
        try:
            message: ToProcess = self._pipe.recv()
        except (EOFError, OSError):
            raise ShowGone from None
        return message

    def _listen(self) -> None:
        """Take what comes from the show."""
        while True:
            match self._received():
                case Want() as want:
                    self._slots.requests.put(self._with_source(want))
                    self._send(Heard())
                case GoOn(picture):
                    self._slots.pictures.put(_read(picture))
                case Taken():
                    self._taken.set()
                case Room(name):
                    self._memory = SharedMemory(name)
                    self._room.set()
                case Ask(model):
                    self._slots.models.put(model)
                case End():
                    self._host.stop(ENDS_WITHIN)
                    leave(0)

    def _with_source(self, want: Want) -> Request:
        """The request, with its source's picture."""
        if want.source is not None:
            self._source = self._read_source(want.source)
        return replace(want.request, source_pixels=self._source if want.has_source else None)

    def _read_source(self, placed: Placed) -> Pixels:
        memory = self._source_memory
        if memory is None or memory.name != placed.memory:
            if memory is not None:
                memory.close()
            memory = self._source_memory = SharedMemory(placed.memory)
        return read(memory, placed.shape)

    def _pass_frames(self) -> None:
        """Bring frames to the show, the newest each time that it has taken one."""
        while True:
            self._taken.wait()
            frame = self._slots.frames.wait()
            assert frame is not None
            size = frame.pixels.nbytes
            if self._memory is None or self._memory.size < size:
                if self._memory is not None:
                    self._memory.close()
                self._room.clear()
                self._send(NeedRoom(size))
                self._room.wait()
            assert self._memory is not None
            write(self._memory, frame.pixels)
            self._taken.clear()
            self._send(
                Made(
                    frame.pixels.shape,
                    frame.number,
                    frame.time,
                    frame.seconds,
                    frame.seed,
                    replace(frame.request, source_pixels=None),
                )
            )

    def _pass_statuses(self) -> None:
        """Tell the show what the engine says, and that the process answers."""
        while True:
            status = self._slots.statuses.wait(PULSE)
            self._send(Pulse() if status is None else Said(status))


def _read(placed: Placed) -> Pixels:
    """A picture that comes once."""
    memory = SharedMemory(placed.memory)
    try:
        return read(memory, placed.shape)
    finally:
        memory.close()


def leave(status: int) -> NoReturn:
    """End the process at once: Python's own end would wait for threads, or for a driver."""
    terminal.flush()
    os._exit(status)
