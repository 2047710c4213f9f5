"""The thread that writes the performance log, from which a set can be rendered again.

- The frame loop hands over each action (all are frozen) and never waits; lines are made and written
  here (show/files/performance_file.py has their form), and flushed as the show goes.
- A file is begun with the first frame: a show that never had a picture leaves none.
- A disk that is full or read-only ends the log, in one line; the show goes on.
"""

from __future__ import annotations

import queue
import re
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from visualizer import __version__, terminal
from visualizer.disk import reserve
from visualizer.options import LiveOptions
from visualizer.show.actions import Action
from visualizer.show.files import performance_file
from visualizer.show.files.performance_file import Header
from visualizer.show.parameters import DEFAULTS, SAFE_STROBE
from visualizer.show.records import NO_VALUES
from visualizer.show.state import Show
from visualizer.show.system_actions import Live, Reread, Say, Tick
from visualizer.worker import Worker, drained

FOLDER = "performances"
"""Of the logs, in the folder of the user's state."""

MOST_KEPT = 50
"""Logs that stay there; the oldest make room for the next."""

MOST_BYTES = 2 * 2**30
"""Bytes of all of them; the newest stays in any case."""

EVERY = 0.5
"""Seconds between two writes: a power failure loses no more."""

DATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(-\d+)?\.jsonl")
"""Names that logs get by themselves. Files of other names are left alone."""


class PerformanceLog(Worker):
    """The thread. header: what the show began with. folder: where a log gets a name of its own.
    file: a name that was asked for, in place of that; one that is there already is not
    overwritten. now: the date and time, for the name."""

    def __init__(
        self,
        header: Header,
        folder: Path,
        file: Path | None = None,
        *,
        every: float = EVERY,
        now: Callable[[], time.struct_time] = time.localtime,
    ) -> None:
        super().__init__("performance log")
        self._header, self._folder, self._asked = header, folder, file
        self._every, self._now = every, now
        self._coming: queue.SimpleQueue[tuple[float, Action]] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[Action] = queue.SimpleQueue()
        self._over = False
        self._ticks: list[float] = []
        self._lines = [performance_file.header_text(header)]
        self._begins = False
        self._file: TextIO | None = None

    def note(self, at: float, action: Action) -> None:
        """An action is done at a show time. Never waits."""
        if not self._over and not isinstance(action, Say | Reread):
            self._coming.put((at, action))

    def drain(self) -> list[Action]:
        """What went wrong since the last call. Never waits."""
        return drained(self._said)

    def run(self) -> None:
        """The thread's life; what is left is written at its end."""
        try:
            while not self._ending.wait(self._every):
                self._write()
            self._write()
        except Exception as error:
            if not isinstance(error, OSError):
                terminal.trace()
            why = terminal.reason(error)
            where = self._asked or self._folder
            self._say(f"the performance log ends here, as {where} can't be written: {why}")
        finally:
            self._over = True
            self._close()

    def _write(self) -> None:
        """Bring what has come to the disk. Raises OSError."""
        for at, action in drained(self._coming):
            self._add(at, action)
        if self._ticks:
            self._lines.append(performance_file.ticks_text(self._ticks))
            self._ticks = []
        if not self._begins or not self._lines:
            return
        if self._file is None:
            self._file = self._opened()
        self._file.write("".join(f"{line}\n" for line in self._lines))
        self._file.flush()
        self._lines = []

    def _add(self, at: float, action: Action) -> None:
        if isinstance(action, Tick):
            self._ticks.append(action.seconds)
            return
        if self._ticks:
            self._lines.append(performance_file.ticks_text(self._ticks))
            self._ticks = []
        self._lines.append(performance_file.action_text(action, at))
        self._begins = self._begins or isinstance(action, Live)

    def _opened(self) -> TextIO:
        """A new file, which only the user may read: prompts were typed for the wall alone."""
        path = self._asked
        if path is None:
            path = self._folder / time.strftime("%Y-%m-%dT%H-%M-%S.jsonl", self._now())
        free = reserve(path)
        if self._asked is not None and free != path:
            self._say(f"{path} exists; the performance log is {free.name}")
        if self._asked is None:
            _prune(self._folder.iterdir())
        # Half a pair of surrogates becomes an escape of JSON's own.
        return free.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")

    def _close(self) -> None:
        try:
            if self._file is not None:
                self._file.close()
        except OSError:
            pass  # it was said when it was written

    def _say(self, line: str) -> None:
        self._said.put(Say(line, "disk"))


def _prune(files: Iterable[Path]) -> None:
    """Delete the oldest of many logs, or of large ones. Their names are in the order of their
    dates. One that can't be deleted stays."""
    size = 0
    dated = sorted((path for path in files if DATED.fullmatch(path.name)), reverse=True)
    for place, path in enumerate(dated):
        with suppress(OSError):
            size += path.lstat().st_size
            if place and (place >= MOST_KEPT or size > MOST_BYTES):
                path.unlink()


def begun_with(options: LiveOptions, show: Show, longest_seen: float) -> Header:
    """What the log says of a show that is about to begin. longest_seen: as Tick.most."""
    return Header(
        version=__version__,
        presets=show.presets,
        preset=show.preset,
        settings={**options.settings, **_from_picture(options, show)},
        model=options.model or "",
        loras=tuple(map(str, options.lora)),
        source=options.source,
        chance=show.chance,
        size=options.size,
        aspect=options.aspect,
        strobe_limit=options.strobe_limit or SAFE_STROBE,
        longest_seen=longest_seen,
    )


def _from_picture(options: LiveOptions, show: Show) -> Mapping[str, float]:
    """The values that a show has from a picture of the wall (--from)."""
    if options.from_picture is None:
        return NO_VALUES
    preset = show.preset_now
    own = {**DEFAULTS, **(preset.values if preset else {})}
    return {name: value for name, value in show.values.items() if value != own[name]}
