"""Presets that change on disk while the show plays: read again, by a thread that looks each second.

A file that is broken or empty, or gone, leaves its preset as it was, with a line. A new file is a
preset at the end of the list, so that the others keep their numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from visualizer.controls.input_thread import InputThread
from visualizer.show.files.preset import PARSE, PresetError, load
from visualizer.show.records import Preset
from visualizer.show.system_actions import Reread

EVERY = 1.0
"""Seconds between two looks."""

Stamp: TypeAlias = tuple[int, int, int]
"""What differs between two states of a file."""


class PresetWatcher(InputThread):
    """folder: of presets. presets: those that the show has; a file may lie elsewhere. every:
    seconds between two looks."""

    def __init__(self, folder: Path, presets: Sequence[Preset], every: float = EVERY) -> None:
        super().__init__("presets")
        self._folder = folder
        self._presets = list(presets)
        self._every = every
        self._read = self._stamps()
        self._before = self._read

    def run(self) -> None:
        """The thread's life."""
        while not self._ending.wait(self._every):
            try:
                self._look()
                self._troubles.over("look")
            except Exception as error:  # such as a network folder that is away
                self._troubles.say("look", f"presets can't be checked: {error}")

    def _stamps(self) -> dict[str, Stamp]:
        """The files that are there, and their states."""
        found = {preset.file for preset in self._presets if preset.file}
        if self._folder.is_dir():
            found.update(str(p) for p in self._folder.iterdir() if p.suffix.lower() in PARSE)
        stamps: dict[str, Stamp] = {}
        for name in found:
            try:
                state = Path(name).stat()
            except OSError:
                continue
            stamps[name] = (state.st_ino, state.st_mtime_ns, state.st_size)
        return stamps

    def _look(self) -> None:
        now = self._stamps()
        for name in sorted(self._read.keys() - now.keys()):
            if name not in self._before:  # not just between an editor's two steps
                del self._read[name]
                if any(preset.file == name for preset in self._presets):
                    self._say(f"{name} is gone; its preset stays as it was")
        before = self._presets[:]
        for name, stamp in sorted(now.items()):
            # One that has changed since the last look may still be being written.
            if stamp != self._read.get(name) and stamp == self._before.get(name):
                self._read[name] = stamp
                self._take(name)
        self._before = now
        if self._presets != before:
            self._mailbox.put(Reread(tuple(self._presets)))

    def _take(self, name: str) -> None:
        places = [place for place, preset in enumerate(self._presets) if preset.file == name]
        try:
            preset = load(Path(name), self._say)
        except PresetError as error:
            stays = "its preset stays as it was" if places else "preset left out"
            for line in error.lines:
                self._say(f"{stays}: {line}")
            return
        for place in places:
            self._presets[place] = preset
        if not places:
            self._presets.append(preset)
            self._say(f"preset {preset.name} was added at the end of the list")
