"""The thread that stores the show's state and its snapshots on disk, for the next start.

- Only this thread touches the files. The frame loop hands over the whole show (which is frozen),
  takes what was found, and never waits.
- It reads first, and writes only after the show has been given what was read: else an empty show
  would be written over what it has not seen yet.
- A file is always whole: written beside its place, brought to the disk, and put there in one step.
- Nothing is lost. A file that can't be used is moved aside. What the last show left is kept as
  state-before.yaml when this one's state first takes its place (memory.settled says when it may).
- A snapshot is written at once, and said to be kept when it is on the disk.
- The newest picture is kept with the state, for the wall of a show that takes it up.
- A disk that is full or read-only is said in one line, and again only after it had gone; and at
  each snapshot that it costs.
- Two shows may share a folder: their snapshots are merged, and the later one's state has a file of
  its own, in one line.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from platformdirs import user_state_path

from visualizer import terminal
from visualizer.disk import FolderLock, free_name, write_text
from visualizer.frame import Pixels
from visualizer.latest import Closed, Latest
from visualizer.live import last_picture
from visualizer.show.actions import Action
from visualizer.show.files import session
from visualizer.show.files.text_file import read_text
from visualizer.show.files.yaml_faults import Fault
from visualizer.show.reducers import remember, snapshots
from visualizer.show.state import Show
from visualizer.show.system_actions import Offer, Say, Snapshots
from visualizer.worker import Worker, drained

STATE, BEFORE, SNAPSHOTS = "state.yaml", "state-before.yaml", "snapshots.yaml"
"""The files' names."""

SECOND = "state-2.yaml"
"""Where the state goes of a show that shares the folder with one that began before it."""

EVERY = 1.0
"""Seconds between two looks at the show, at least: what a crash costs at most."""

T = TypeVar("T")

Kept: TypeAlias = Mapping[str, Mapping[int, Mapping[str, float]]]
"""Values by preset's name and slot."""

Place: TypeAlias = tuple[str, int]
"""Preset's name and slot."""

Stamp: TypeAlias = tuple[int, int, int]
"""What differs between two states of a file."""


def usual_folder() -> Path:
    """Where a user's programs keep their state on this system."""
    return user_state_path("visualizer", appauthor=False)


class SessionStore(Worker):
    """The thread. folder: of the files, made where it is not there. every: seconds between two
    looks at the show. read: set when all that was there has been read. kept_alive: this show is
    started again if it dies, so it takes the last one's place at once. restarted: it was; what lay
    there before its first life stays in BEFORE."""

    def __init__(
        self,
        folder: Path,
        *,
        every: float = EVERY,
        kept_alive: bool = False,
        restarted: bool = False,
    ) -> None:
        super().__init__("keeper")
        self.read = threading.Event()
        self._folder = folder
        self._every = every
        self._kept_alive, self._restarted = kept_alive, restarted
        self._shows: Latest[Show] = Latest()
        self._actions: queue.SimpleQueue[Action] = queue.SimpleQueue()
        self._told = False
        self._hurry = threading.Event()  # a snapshot was stored, a blackout, or the end has come
        self._handed: object = None  # the snapshots of the show that was handed over last
        self._dark = False  # whether it was in blackout
        self._written: object = None  # the state on disk, as far as this show has written it
        self._picture: Pixels | None = None  # the newest
        self._picture_written: Pixels | None = None
        self._on_disk: Kept = {}
        self._stamp: Stamp | None = None  # of the snapshots' file as it was last read or written
        self._seen: dict[Place, Mapping[str, float]] = {}  # slots that are no news
        self._unwritten: dict[Place, Mapping[str, float]] = {}
        self._faulty = ""  # the snapshots' file as it was, where something was left out of it
        self._state: str | None = None  # the name of the state's file, once it is ours
        self._lock = FolderLock()
        self._untouchable: set[str] = set()
        self._trouble = ""

    def drain(self) -> list[Action]:
        """What was found on disk, and what went wrong, since the last call. Never waits."""
        whole = self.read.is_set()  # asked first: what it found is in the queue then
        found = drained(self._actions)
        self._told = self._told or whole
        return found

    def keep(self, show: Show, picture: Pixels | None = None) -> None:
        """Keep this show; once a display frame, after what drain() gave was done. Never waits.

        picture: the newest of the loop; None for no new one.
        """
        if not self._told:
            return
        if picture is not None:
            self._picture = picture
        self._shows.put(show)
        if show.snapshots is not self._handed or show.blackout is not self._dark:
            self._handed, self._dark = show.snapshots, show.blackout
            self._hurry.set()

    def _rouse(self) -> None:
        self._shows.close()
        self._hurry.set()

    def run(self) -> None:
        """The thread's life; what was kept last is written at its end."""
        self._find()
        self.read.set()
        while not self._ending.is_set():
            self._hurry.clear()  # before the newest show is taken: a store after it comes at once
            try:
                if (show := self._shows.wait()) is not None:
                    self._save(show)
            except Closed:
                break
            self._hurry.wait(self._every)
        if (last := self._shows.get()) is not None:
            self._save(last)
        self._lock.release()

    def _find(self) -> None:
        """Read what earlier shows left. What a hand stored comes before what it can take up."""
        self._look_for_snapshots()
        if (left := self._load(STATE, session.parse)) is not None:
            self._actions.put(Offer(left))

    def _look_for_snapshots(self) -> None:
        """Read the snapshots where their file is not as it was: at first, or by another show."""
        stamp = _stamp(self._folder / SNAPSHOTS)
        if stamp == self._stamp:
            return
        kept = self._load(SNAPSHOTS, snapshots.parse) or {}
        self._stamp = _stamp(self._folder / SNAPSHOTS)  # it may have been moved aside
        self._on_disk = kept
        self._seen.update(_slots(kept))
        if kept:
            self._actions.put(Snapshots(kept))

    def _load(self, name: str, parse: Callable[[str, str, Callable[[str], object]], T]) -> T | None:
        """What a file says; None where there is none, or none that can be used."""
        path = self._folder / name
        try:
            text = read_text(path)
            told: list[str] = []
            found = parse(text, str(path), told.append)
            for line in told:
                self._say(line)
            if name == SNAPSHOTS and told:
                self._faulty = text
            return found
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
            self._say(f"{why}; nothing is saved there, as it can't be moved: {_reason(error)}")
        else:
            self._say(f"{why}; moved to {aside.name}")
        return None

    def _save(self, show: Show) -> None:
        """Write what of the show has changed since it was written last."""
        found = _slots(show.snapshots)
        stored = {place: slot for place, slot in found.items() if self._seen.get(place) is not slot}
        self._seen.update(stored)
        self._unwritten.update(stored)
        try:
            self._write_snapshots(show.snapshots)
            if self._kept_alive or remember.settled(show):
                self._write_state(show)
                self._write_picture()
            self._trouble = ""
        except Exception as error:
            if not isinstance(error, OSError):
                terminal.trace()
            line = f"the session can't be saved in {self._folder}: {_reason(error)}"
            self._say_lost(stored.keys() & self._unwritten.keys(), _reason(error))
            if line != self._trouble:
                self._trouble = line
                self._say(line)

    def _write_snapshots(self, shown: Kept) -> None:
        self._look_for_snapshots()
        if SNAPSHOTS in self._untouchable:
            self._say_lost(self._unwritten, f"{SNAPSHOTS} there can't be used")
            self._unwritten.clear()
            return
        merged = _merged(shown, self._on_disk, _kept(self._unwritten))
        path = self._folder / SNAPSHOTS
        if merged != self._on_disk:
            if self._faulty:
                aside = free_name(path.with_stem(f"{path.stem}-broken"))
                write_text(aside, self._faulty)
                self._faulty = ""
                self._say(f"the previous {path} is in {aside.name}")
            write_text(path, snapshots.to_text(merged))
            self._on_disk = merged
            self._stamp = _stamp(path)
        for _, slot in self._unwritten:
            self._say(f"snapshot {slot} stored")
        self._unwritten.clear()

    def _say_lost(self, stored: Collection[Place], why: str) -> None:
        for _, slot in sorted(stored):
            self._say(f"snapshot {slot} can't be saved and is lost when the show ends: {why}")

    def _write_state(self, show: Show) -> None:
        kept = remember.remember(show)
        if self._state is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._state = STATE if self._lock.take(self._folder) else SECOND
            if self._state == SECOND:
                self._say(
                    f"another show uses {self._folder}: this one's state goes to {SECOND}; "
                    "snapshots are shared"
                )
        if kept == self._written or self._state in self._untouchable:
            return
        path = self._folder / self._state
        is_first = self._written is None and not self._restarted
        if self._state == STATE and is_first and path.exists():
            write_text(path.with_name(BEFORE), path.read_text(encoding="utf-8"))
        write_text(path, session.to_text(kept))
        self._written = kept

    def _write_picture(self) -> None:
        """Write the newest picture, where this show's state is the one that is taken up."""
        picture = self._picture
        if picture is not None and picture is not self._picture_written and self._state == STATE:
            last_picture.write(self._folder, picture)
            self._picture_written = picture

    def _say(self, line: str) -> None:
        self._actions.put(Say(line, "disk"))


def _stamp(path: Path) -> Stamp | None:
    """None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _slots(kept: Kept) -> dict[Place, Mapping[str, float]]:
    return {(name, slot): values for name, slots in kept.items() for slot, values in slots.items()}


def _kept(slots: Mapping[Place, Mapping[str, float]]) -> Kept:
    kept: dict[str, dict[int, Mapping[str, float]]] = {}
    for (name, slot), values in slots.items():
        kept.setdefault(name, {})[slot] = values
    return kept


def _merged(*kept: Kept) -> Kept:
    """All slots; the later ones stand."""
    slots: dict[Place, Mapping[str, float]] = {}
    for each in kept:
        slots.update(_slots(each))
    return MappingProxyType(_kept(slots))


def _reason(error: Exception) -> str:
    """Why, in one line."""
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8 text"
    return terminal.reason(error)
