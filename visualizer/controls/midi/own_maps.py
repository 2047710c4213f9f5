"""The maps that the MIDI thread uses and writes; faults in them are reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from visualizer.controls.midi import map_files
from visualizer.controls.midi.midi_map import MapError, Mapping
from visualizer.controls.midi.recognition import Found
from visualizer.show.targets import Target


class OwnMaps:
    """folder: the performer's own; None for the usual place. given: one file over all others.
    say: tells the performer a line."""

    def __init__(self, folder: Path | None, given: Path | None, say: Callable[[str], None]) -> None:
        self._folder = map_files.own_folder() if folder is None else folder
        self._given = given
        self._say = say
        self._faults: set[str] = set()
        self._shown: dict[str, Mapping] = {}
        self.controls: tuple[tuple[str, str, str], ...] = ()
        """Device, control and target of all that devices' controls play; replaced as a whole."""

    def chosen(self, device: str) -> Mapping:
        """The mapping to play a device by; a fault in a file is said once."""
        mapping, faults = map_files.chosen(self._folder, device, self._given)
        for fault in faults:
            if fault not in self._faults:
                self._faults.add(fault)
                self._say(fault)
        if device and mapping != self._shown.get(device):
            self._shown[device] = mapping
            self.controls = tuple(
                (name, str(signal), str(control.plays))
                for name, each in sorted(self._shown.items())
                for signal, control in each.controls.items()
                if control is not None
            )
        return mapping

    def check(self) -> None:
        """Say what is wrong with the files."""
        self.chosen("")

    def learn(self, device: str, target: Target, found: Found) -> bool:
        """Have a control of a device play a target; whether it does so now."""
        if not self._written(lambda: map_files.learned(self._folder, device, target, found)):
            return False
        control = self.chosen(device).find(found.signal)
        plays = control is not None and control.plays == target
        return plays or self._covered(f"{found.words} is saved for {target}")

    def forget(self, devices: Iterable[str], target: Target) -> bool:
        """Take a target from all controls of devices; whether none plays it now."""
        there = tuple(devices)
        if not self._written(
            lambda: [map_files.forget(self._folder, device, target) for device in there]
        ):
            return False
        playing = any(
            control is not None and control.plays == target
            for device in there
            for control in self.chosen(device).controls.values()
        )
        return not playing or self._covered(f"{target} is forgotten")

    def reset(self) -> bool:
        """Put all own maps aside; whether controllers play as they came."""
        if not self._written(lambda: map_files.reset(self._folder)):
            return False
        return self._given is None or self._covered("all of your own maps are set aside")

    def _covered(self, done: str) -> bool:
        """Say that it was done, and why that isn't heard."""
        self._say(f"MIDI: {done}, but --midi-map {self._given} takes precedence")
        return False

    def _written(self, change: Callable[[], object]) -> bool:
        try:
            change()
        except MapError as error:
            self._say(f"MIDI: {error}")
            return False
        return True
