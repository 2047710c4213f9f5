"""The engine in a process of its own, as the show sees it: a host that serves the slots by passing
on what crosses a pipe and shared memory.

Requests go out one at a time, the newest each time that the process has heard the last; frames are
copied once, out of shared memory. A process that dies, that says it can't go on, or that the
watchdog finds hung is killed, and its end is handed to slots.frames as an EngineLost. The
holder of the slots starts another (live/engine_client.py). No torch in here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from visualizer import terminal
from visualizer.engine.host import engine_process
from visualizer.engine.host.engine_host import (
    EngineDied,
    EngineLost,
    MakeHost,
    NoSharedMemory,
    Slots,
)
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
from visualizer.engine.host.shared_pictures import OwnMemory
from visualizer.engine.host.watchdog import Watchdog
from visualizer.frame import Frame, Pixels
from visualizer.latest import Closed
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status

LOOK = 0.1
"""Seconds between looks at what is no message: names of models, the watchdog, the end."""

ENDS_WITHIN = 1.0
"""Seconds that the process has to end by itself before it is killed."""

GONE = (EOFError, OSError)
"""What a pipe raises whose other end is gone."""


class ProcessHost(threading.Thread):
    """make: makes the host that runs in the process. picture: its loop goes on from it. watchdog:
    decides when the engine is hung. clock: seconds."""

    def __init__(
        self,
        make: MakeHost,
        slots: Slots,
        picture: Pixels | None = None,
        *,
        watchdog: Watchdog | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="engine host", daemon=True)
        self.pid: int | None = None
        """The process's number, once it is started."""
        self._make, self._slots, self._picture = make, slots, picture
        self._watchdog = watchdog or Watchdog()
        self._clock = clock
        self._sends = threading.Lock()
        self._process: SpawnProcess | None = None
        self._heard = threading.Event()
        self._heard.set()
        self._over = False
        self._wants_frame = False
        self._source: Pixels | None = None
        self._fault: Exception | None = None
        self._status, self._said = Status(), ""
        self._frame_memory, self._source_memory = OwnMemory(), OwnMemory()
        self._begin_memory = OwnMemory()

    def run(self) -> None:
        """The thread's life. Linux kills the process when this thread ends, however it ends."""
        lost: Exception | None = None
        try:
            self._serve()
        except Exception as error:
            lost = error
        finally:
            for memory in (self._frame_memory, self._source_memory, self._begin_memory):
                memory.close()
        if lost is not None:  # told when the process is gone: another may want its memory
            self._slots.frames.fail(lost)

    def stop(self, timeout: float = 5.0) -> bool:
        """See EngineHost. The process is ended at once, whatever it is doing."""
        self._slots.close()
        if self.is_alive():
            self.join(timeout)
        return not self.is_alive()

    def _serve(self) -> None:
        """Start the process and take what comes from it until the slots are closed."""
        if self._slots.requests.closed:
            return
        context = multiprocessing.get_context("spawn")
        pipe, theirs = context.Pipe()
        try:
            self._process = context.Process(
                target=engine_process.main,
                args=(theirs, self._make, self._begin_with(self._picture), os.getpid()),
                name="engine",
                daemon=True,
            )
            with _deaf():
                self._process.start()
            self._picture = None
            self.pid = self._process.pid
        finally:
            theirs.close()  # so that its end is seen here
        sender = threading.Thread(target=self._send_all, args=(pipe,), name="requests", daemon=True)
        try:
            sender.start()
            self._listen(pipe, self._process.sentinel)
        finally:
            self._over = True
            self._kill()  # before the sender is waited for, which may wait for the process
            if sender.ident is not None:
                sender.join()
            pipe.close()

    def _listen(self, pipe: Connection, sentinel: int) -> None:
        """Take what the process sends. Raises EngineLost where it can't go on."""
        last = self._clock()
        while not self._slots.requests.closed:
            ready = wait([pipe, sentinel], LOOK)
            if pipe in ready:
                try:
                    message = pipe.recv()
                except GONE:
                    raise EngineLost(self._how_it_ended()) from None
                self._take(pipe, message)
            elif sentinel in ready:
                raise EngineLost(self._how_it_ended())
            if self._fault is not None:
                raise self._fault
            now = self._clock()
            if self._watchdog.look(now - last, self._wants_frame):
                limit = self._watchdog.limit
                raise EngineLost(f"the engine hung: no response for {limit:.0f} s")
            last = now
        self._send(pipe, End())

    def _take(self, pipe: Connection, message: FromProcess) -> None:
        match message:
            case Heard():
                self._source_memory.held()
                self._begin_memory.close()  # it was copied: the next one has a name of its own
                self._heard.set()
            case Made():
                pixels = self._frame_memory.read(message.shape)
                self._frame_memory.held()
                self._send(pipe, Taken())
                self._watchdog.frame(message.seconds)
                self._slots.frames.put(
                    Frame(
                        message.number,
                        message.time,
                        message.seconds,
                        pixels,
                        message.seed,
                        message.request,
                    )
                )
            case NeedRoom(size):
                try:
                    self._send(pipe, Room(self._frame_memory.fit(size)))
                except OSError as error:
                    raise NoSharedMemory(_full("pictures", error)) from None
            case Said(status):
                self._status = status
                self._watchdog.status(status)
                self._slots.statuses.put(status)
            case Pulse():
                self._watchdog.pulse()
            case Failed(line, died):
                raise (EngineDied if died else EngineLost)(line)

    def _send(self, pipe: Connection, message: ToProcess) -> None:
        try:
            with self._sends:
                pipe.send(message)
        except OSError:
            pass  # it is gone, which _listen finds

    def _send_all(self, pipe: Connection) -> None:
        """Another thread's work: send what is wanted, the newest each time that it was heard."""
        while not self._over:
            try:
                if (model := self._slots.models.get()) is not None:
                    self._send(pipe, Ask(model))
                if not self._heard.wait(LOOK):
                    continue
                if (request := self._slots.requests.wait(LOOK)) is not None:
                    self._heard.clear()
                    self._wants_frame = request.wants_frame
                    if (picture := self._slots.pictures.get()) is not None:
                        self._go_on(pipe, picture)
                    self._send(pipe, self._wanted(request))
            except Closed:
                return
            except Exception as error:  # for _listen, which tells it
                self._fault = error
                return

    def _begin_with(self, picture: Pixels | None) -> Placed | None:
        """A picture that the loop goes on from, in shared memory: the pipe holds less than one, and
        a write to it would block while the process hangs. Raises NoSharedMemory."""
        try:
            return None if picture is None else self._begin_memory.write(picture)
        except OSError as error:
            raise NoSharedMemory(_full("pictures", error)) from None

    def _go_on(self, pipe: Connection, picture: Pixels) -> None:
        if (placed := self._begin_with(picture)) is not None:
            self._send(pipe, GoOn(placed))

    def _wanted(self, request: Request) -> Want:
        """A request as a message; a new picture of its source goes into shared memory."""
        pixels, placed = request.source_pixels, None
        if pixels is not None and pixels is not self._source:
            try:
                placed = self._source_memory.write(pixels)
            except OSError as error:
                self._say(_full("a source's pictures, so the loop plays without it", error))
                pixels = None
            self._source = pixels
        return Want(replace(request, source_pixels=None), placed, pixels is not None)

    def _say(self, line: str) -> None:
        """Something that the performer should know, once, as the engine says what it notes. While
        a model loads it would not be shown, so it is said again until one plays."""
        plays = self._status.phase is Phase.RUNNING and not self._status.coming
        if plays and line != self._said:
            self._said = line
            self._slots.statuses.put(replace(self._status, text=line))

    def _how_it_ended(self) -> str:
        """In words. The process has ended, or does so in a moment."""
        assert self._process is not None
        self._process.join(ENDS_WITHIN)
        status = self._process.exitcode
        if status is None:
            return "the engine's process no longer responds"
        if status >= 0:
            return f"the engine's process ended (status {status})"
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        how = "was killed" if name in ("SIGKILL", "SIGTERM") else "crashed"
        return f"the engine's process {how} ({name})"

    def _kill(self) -> None:
        """See to it that the process is gone."""
        process = self._process
        if process is None or process.pid is None:
            return
        if self._slots.requests.closed:  # it was told so
            process.join(ENDS_WITHIN)
        process.kill()
        process.join(ENDS_WITHIN)
        if process.exitcode is None:
            self._say(
                "the engine's process is stuck in a driver and can't be killed; no other can start"
            )
            process.join()


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes started within, by this thread, have signals wait that they are to ignore, until
    they do so: Ctrl+C must not end one, with a traceback, in the midst of its imports."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # which would end the wait if it were started within
    before = signal.pthread_sigmask(signal.SIG_BLOCK, engine_process.IGNORED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _full(what: str, error: OSError) -> str:
    """A line that there is no shared memory for something."""
    return f"no shared memory for {what} ({terminal.reason(error)}; make /dev/shm larger)"
