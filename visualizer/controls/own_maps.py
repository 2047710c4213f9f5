"""The maps that the MIDI thread plays by and writes to; whatever goes wrong with them is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from visualizer.controls import map_files
from visualizer.controls.mapping import MapError, Mapping
from visualizer.controls.recognising import Found
from visualizer.show.targets import Target


class OwnMaps:
    """folder: the performer's own; None for the usual place. given: one file over all others.
    say: tells the performer a line."""

    def __init__(self, folder: Path | None, given: Path | None, say: Callable[[str], None]) -> None:
        self._folder = map_files.own_folder() if folder is None else folder
        self._given = given
        self._say = say
        self._faults: set[str] = set()

    def chosen(self, device: str) -> Mapping:
        """The mapping to play a device by; a fault in a file is said once."""
        mapping, faults = map_files.chosen(self._folder, device, self._given)
        for fault in faults:
            if fault not in self._faults:
                self._faults.add(fault)
                self._say(fault)
        return mapping

    def check(self) -> None:
        """Say what is wrong with the files."""
        self.chosen("")

    def learn(self, device: str, target: Target, found: Found) -> bool:
        """Have a control of a device play a target; whether it could be written."""
        return self._written(lambda: map_files.learned(self._folder, device, target, found))

    def forget(self, devices: Iterable[str], target: Target) -> bool:
        """Take a target from all controls of devices; whether it could be written."""
        return self._written(
            lambda: [map_files.forget(self._folder, device, target) for device in devices]
        )

    def reset(self) -> bool:
        """Put all own maps aside; whether that could be done."""
        return self._written(lambda: map_files.reset(self._folder))

    def _written(self, change: Callable[[], object]) -> bool:
        try:
            change()
        except MapError as error:
            self._say(f"MIDI: {error}")
            return False
        return True
