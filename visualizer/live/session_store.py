"""Keeping: the thread that has the show's state and its snapshots on disk, for the next start.

- Only this thread touches the files. The frame loop hands over the whole show (which is frozen),
  takes what was found, and never waits.
- It reads first, and writes only after the show has been given what was read: else an empty show
  would be written over what it has not seen yet.
- A file is always whole: written beside its place, brought to the disk, and put there in one step.
- Nothing is lost. A file that can't be used is moved aside. What the last show left is kept as
  state-before.yaml when this one's state first takes its place (memory.settled says when it may).
- A disk that is full or read-only is said in one line, and again only after it had gone.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from platformdirs import user_state_path

from visualizer import terminal
from visualizer.disk import free_name, write_text
from visualizer.latest import Closed, Latest
from visualizer.show.actions import Action, Offer, Say, Snapshots
from visualizer.show.files import session
from visualizer.show.files.yaml_faults import Fault
from visualizer.show.reducers import remember, snapshots
from visualizer.show.state import Show

STATE, BEFORE, SNAPSHOTS = "state.yaml", "state-before.yaml", "snapshots.yaml"
"""The files' names."""

EVERY = 2.0
"""Seconds between two looks at the show, at least."""

STOP_WITHIN = 3.0
"""Seconds that stop() waits for the last write: a disk may be asleep."""

T = TypeVar("T")


def usual_folder() -> Path:
    """Where a user's programs keep their state on this system."""
    return user_state_path("visualizer", appauthor=False)


class SessionStore(threading.Thread):
    """The thread. folder: of the files, made where it is not there. every: seconds between two
    looks at the show. read: set when all that was there has been read."""

    def __init__(self, folder: Path, *, every: float = EVERY) -> None:
        super().__init__(name="keeper", daemon=True)
        self.read = threading.Event()
        self._folder = folder
        self._every = every
        self._shows: Latest[Show] = Latest()
        self._actions: queue.SimpleQueue[Action] = queue.SimpleQueue()
        self._told = False
        self._ending = threading.Event()
        self._written: dict[str, object] = {}
        self._untouchable: set[str] = set()
        self._trouble = ""

    def drain(self) -> list[Action]:
        """What was found on disk, and what went wrong, since the last call. Never waits."""
        whole = self.read.is_set()  # asked first: what it found is in the queue then
        found = []
        while not self._actions.empty():
            found.append(self._actions.get_nowait())
        self._told = self._told or whole
        return found

    def keep(self, show: Show) -> None:
        """Keep this show; once a display frame, after what drain() gave was done. Never waits."""
        if self._told:
            self._shows.put(show)

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """Write what was kept last and end; False if the disk is still busy after timeout."""
        self._shows.close()
        self._ending.set()
        if self.ident is None:  # never started
            return True
        self.join(timeout)
        return not self.is_alive()

    def run(self) -> None:
        """The thread's life."""
        self._find()
        self.read.set()
        while not self._ending.is_set():
            try:
                if (show := self._shows.wait()) is not None:
                    self._save(show)
            except Closed:
                break
            self._ending.wait(self._every)
        if (last := self._shows.get()) is not None:
            self._save(last)

    def _find(self) -> None:
        """Read what earlier shows left. What a hand stored comes before what it can take up."""
        if kept := self._load(SNAPSHOTS, snapshots.parse):
            self._actions.put(Snapshots(kept))
        self._written[SNAPSHOTS] = kept or {}
        if (left := self._load(STATE, session.parse)) is not None:
            self._actions.put(Offer(left))

    def _load(self, name: str, parse: Callable[[str, str, Callable[[str], object]], T]) -> T | None:
        """What a file says; None where there is none, or none that can be used."""
        path = self._folder / name
        try:
            return parse(path.read_text(encoding="utf-8"), str(path), self._say)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError, Fault) as error:
            why = str(error) if isinstance(error, Fault) else f"{path}: {_reason(error)}"
        except Exception as error:  # in any case the show goes on
            terminal.trace()
            why = f"{path}: can't be read: {error}"
        try:
            aside = free_name(path.with_stem(f"{path.stem}-broken"))
            os.replace(path, aside)
        except OSError as error:
            self._untouchable.add(name)
            self._say(f"{why}; nothing is kept there, as it can't be moved: {_reason(error)}")
        else:
            self._say(f"{why}; moved to {aside.name}")
        return None

    def _save(self, show: Show) -> None:
        """Write what of the show has changed since it was written last."""
        try:
            self._write(SNAPSHOTS, show.snapshots, snapshots.to_text)
            if remember.settled(show):
                self._write(STATE, remember.remember(show), session.to_text)
            self._trouble = ""
        except Exception as error:
            if not isinstance(error, OSError):
                terminal.trace()
            line = f"the show can't be kept in {self._folder}: {_reason(error)}"
            if line != self._trouble:
                self._trouble = line
                self._say(line)

    def _write(self, name: str, kept: T, to_text: Callable[[T], str]) -> None:
        last = self._written.get(name)
        if name in self._untouchable or kept is last or kept == last:
            return
        path = self._folder / name
        if name == STATE and last is None and path.exists():
            write_text(path.with_name(BEFORE), path.read_text(encoding="utf-8"))
        write_text(path, to_text(kept))
        self._written[name] = kept

    def _say(self, line: str) -> None:
        self._actions.put(Say(line, "disk"))


def _reason(error: Exception) -> str:
    """Why, in one line."""
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8 text"
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(why).split())
