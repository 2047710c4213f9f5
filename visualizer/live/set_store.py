"""The thread that saves set lists, where the performer asks for it.

A set list is written over the file of its name in the folder of one's own, or to a new one there;
what lay there before stays beside it (.bak). A shipped file is never written: one's own of the same
name takes its place in the next show (options.find_sets).
"""

from __future__ import annotations

import queue
import re
import threading
from pathlib import Path

from visualizer import terminal
from visualizer.disk import free_name, write_text
from visualizer.show.actions import Action
from visualizer.show.files import set_file
from visualizer.show.set_list import SetList, SetState
from visualizer.show.system_actions import Say, SetSaved
from visualizer.worker import Worker, drained


class SetStore(Worker):
    """The thread. folder: of the files, made where it is not there."""

    def __init__(self, folder: Path) -> None:
        super().__init__("set lists")
        self._folder = folder
        self._saves = 0
        self._backed: set[Path] = set()
        self._wanted: queue.SimpleQueue[SetList] = queue.SimpleQueue()
        self._asked = threading.Event()
        self._actions: queue.SimpleQueue[Action] = queue.SimpleQueue()

    def drain(self) -> list[Action]:
        """What was saved, and what went wrong, since the last call. Never waits."""
        return drained(self._actions)

    def keep(self, sets: SetState) -> None:
        """Save the chosen one where that was asked for; once a display frame. Never waits."""
        if sets.saves != self._saves and sets.now is not None:
            self._saves = sets.saves
            self._wanted.put(sets.now)
            self._asked.set()

    def _rouse(self) -> None:
        self._asked.set()

    def run(self) -> None:
        """The thread's life; what was asked for last is written at its end."""
        while not self._ending.is_set():
            self._asked.wait()
            self._asked.clear()
            self.save_all()
        self.save_all()

    def save_all(self) -> None:
        """Save all that waits. In the thread."""
        for set_list in drained(self._wanted):
            try:
                path = self._save(set_list)
            except Exception as error:  # in any case the show goes on
                if not isinstance(error, OSError):
                    terminal.trace()
                why = terminal.reason(error)
                self._say(f"set list {set_list.name} can't be saved in {self._folder}: {why}")
            else:
                self._actions.put(SetSaved(set_list))
                self._say(f"set list {set_list.name} is saved: {path}")

    def _save(self, set_list: SetList) -> Path:
        path, before = self._file_of(set_list.name)
        if before is not None and path not in self._backed:  # as it was before this show
            self._backed.add(path)
            write_text(path.with_name(f"{path.name}.bak"), before)
        write_text(path, set_file.to_text(set_list))
        return path

    def _file_of(self, name: str) -> tuple[Path, str | None]:
        """Where a set list of a name lies, or is to lie; and what is in the file."""
        paths = self._folder.iterdir() if self._folder.is_dir() else ()
        for path in sorted(p for p in paths if p.suffix.lower() in set_file.ENDINGS):
            try:
                if set_file.load(path).name == name:
                    return path, path.read_text(encoding="utf-8")
            except set_file.SetError:
                continue  # a faulty file has no name
        words = re.sub(r"[^\w]+", "-", name.casefold()).strip("-")[:60] or "set"
        return free_name(self._folder / f"{words}.yaml"), None

    def _say(self, line: str) -> None:
        self._actions.put(Say(line, "disk"))
