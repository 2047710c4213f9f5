"""--keep-alive: a small process that runs the show in another, and restarts it if it crashes or
hangs.

- The show goes on from its last picture, values and place in the set (--restarted). After
  AFRESH deaths in a row within seconds it begins as its command line says: what it went on from may
  be what kills it.
- An end that was asked for ends both: Esc, the window's close, Ctrl+C, TERM. A signal is passed on.
- A show whose display loop stands still (heartbeat.py) writes where it is, and is killed.
- Each death leaves a report (crash_reports.py).

No torch and no pygame here, nor anything else that could die with the show.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from visualizer import terminal
from visualizer.live import crash_reports
from visualizer.live.crash_reports import Death
from visualizer.live.heartbeat import HANGS, Listener, count_file

SOON = 10.0
"""Seconds of life; a show that died in them is not started again at once."""

PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds until the next start: at once after a show that had lived, and after the first that died
soon; then by how many in a row have."""

AFRESH = 4
"""Deaths in a row, each soon, after which the show does not go on from where it was."""

WHERE_WITHIN = 2.0
"""Seconds that a show that hangs has to write where it is."""

LINES = 60
"""Last lines of stderr in a report."""

END_WITHIN = 20.0
"""Seconds in which a show that was told to end must have ended, before it is killed."""

REFUSED = 2
"""Exit status where an option can't be followed: no restart would help."""

ASKED = (0, 130)
"""Exit statuses of a show that was ended by hand: Esc, or Ctrl+C."""


def keep_alive(command: Sequence[str], folder: Path) -> int:
    """Run the show until it is ended by hand; its exit status. folder: of crash reports."""
    with terminal.queued():
        return Keeper(command, folder).run()


class Keeper:
    """Runs one show after another. command: starts the first one."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        *,
        pauses: Sequence[float] = PAUSES,
        soon: float = SOON,
        hangs: float = HANGS,
    ) -> None:
        self._command, self._folder = list(command), folder
        self._pauses, self._soon, self._hangs = pauses, soon, hangs
        self._show: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()

    def run(self) -> int:
        """Until a show ends that was to end."""
        before = {number: signal.signal(number, self._pass_on) for number in _signals()}
        try:
            return self._run()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _run(self) -> int:
        life = died_soon = 0
        while True:
            life += 1
            goes_on = life > 1 and died_soon < AFRESH
            death = self._live(life, goes_on)
            refused = death.status == REFUSED and life == 1
            if death.status in ASKED or refused or self._ending.is_set():
                return death.status if death.status >= 0 else 128 - death.status
            died_soon = died_soon + 1 if death.lived - death.hung < self._soon else 0
            pause = self._pauses[min(max(died_soon - 1, 0), len(self._pauses) - 1)]
            self._tell(death, pause)
            if self._ending.wait(pause):
                return 0

    def _live(self, life: int, goes_on: bool) -> Death:
        """One show, from its start to its end."""
        handle, name = tempfile.mkstemp(prefix="visualizer-crash-")
        os.close(handle)
        crash_file = Path(name)
        command = [*self._command, "--crash-file", name, *(["--restarted"] if goes_on else [])]
        said: deque[str] = deque(maxlen=LINES)
        begin = time.monotonic()
        listener = self._listener(crash_file)
        try:
            self._show = show = _started(command)
            if self._ending.is_set():
                show.terminate()  # the signal came before there was a show
            assert show.stderr is not None
            reader = threading.Thread(target=_read, args=(show.stderr, said), daemon=True)
            reader.start()
            hung = _waited(show, listener)
            status = show.wait()
            reader.join(1.0)  # what the show has started may hold the pipe open
            traceback = crash_file.read_text(encoding="utf-8", errors="replace")
        finally:
            self._show = None
            crash_file.unlink(missing_ok=True)
            if listener is not None:
                listener.close()
        lived = time.monotonic() - begin
        return Death(status, lived, life, self._command, tuple(said), traceback, hung)

    def _listener(self, crash_file: Path) -> Listener | None:
        """What hears the display loop; None, with a line, where there is no room for its file."""
        try:
            return Listener(count_file(crash_file), self._hangs)
        except (OSError, ValueError) as error:
            terminal.say(f"a show that hangs can't be restarted: {terminal.reason(error)}")
            return None

    def _tell(self, death: Death, pause: float) -> None:
        """Keep a report, and say what happens."""
        when = f"in {pause:g} s" if pause else "now"
        line = f"the show died after {death.lived:.0f} s: {crash_reports.ended_by(death)}"
        try:
            kept = f"report: {crash_reports.keep(self._folder, death, time.time())}"
        except OSError as error:
            kept = f"its report can't be saved in {self._folder}: {terminal.reason(error)}"
        terminal.say(f"{line}; it restarts {when}; {kept}")

    def _pass_on(self, number: int, _: object) -> None:
        """A signal that ends the show."""
        self._ending.set()
        if (show := self._show) is not None:
            with suppress(OSError):  # it has just ended
                show.send_signal(number if sys.platform != "win32" else signal.SIGTERM)
            killer = threading.Timer(END_WITHIN, show.kill)
            killer.daemon = True
            killer.start()


def _signals() -> list[int]:
    """Those that end a show; what is ignored, as a closed terminal under nohup, stays so."""
    names = ("SIGTERM", "SIGINT", "SIGHUP")
    found = [getattr(signal, name) for name in names if hasattr(signal, name)]
    return [number for number in found if signal.getsignal(number) is not signal.SIG_IGN]


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """The show, in a process group of its own: Ctrl+C in the terminal comes to this process, and is
    passed on once."""
    if sys.version_info >= (3, 11) and sys.platform != "win32":
        return subprocess.Popen(command, stderr=subprocess.PIPE, process_group=0)
    return subprocess.Popen(
        command, stderr=subprocess.PIPE, start_new_session=sys.platform != "win32"
    )


def _waited(show: subprocess.Popen[bytes], listener: Listener | None) -> float:
    """Until it has ended; the seconds for which it hung where it had to be killed, else 0. In short
    waits, as Windows handles no signal in a long one."""
    last = time.monotonic()
    while True:
        with suppress(subprocess.TimeoutExpired):
            show.wait(0.1)
            return 0.0
        now = time.monotonic()
        if listener is not None and listener.look(now - last):
            _kill(show)
            return listener.limit
        last = now


def _kill(show: subprocess.Popen[bytes]) -> None:
    """End a show that hangs, and have it write where (cli.py) before that."""
    if sys.platform != "win32":
        with suppress(OSError, subprocess.TimeoutExpired):
            show.send_signal(signal.SIGUSR1)
            show.wait(WHERE_WITHIN)
    show.kill()


def _read(stderr: IO[bytes], said: deque[str]) -> None:
    """Pass on what a show says, and keep the last lines."""
    with stderr:
        for line in stderr:
            text = terminal.clean(line.decode("utf-8", "replace").rstrip("\r\n"))
            said.append(text)
            terminal.log(text)
