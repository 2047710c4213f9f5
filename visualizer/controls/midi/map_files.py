"""Mapping files: the shipped ones, and the performer's own.

    visualizer/maps/*.yaml          ship with the project, a file a controller
    CONFIG/maps/PORT NAME.yaml      what was learned or written for one; lies over the shipped map
    CONFIG/maps/keys.yaml           keys over the built-in ones
    CONFIG/midi.yaml                changes to the generic map, for controllers without one

Of several that fit a port, the one that is named after it is taken, else the one with the longest
name in it. A faulty file is a line, and what lies below it is played. Files are written whole or
not at all: a crash or a full disk leaves the old one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from platformdirs import user_config_dir

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi.map_text import parse, to_text
from visualizer.controls.midi.midi_map import GENERIC, Control, Keys, MapError, Mapping, Signal
from visualizer.controls.midi.ports import matches
from visualizer.controls.midi.recognition import Found
from visualizer.disk import free_name, write_text
from visualizer.show.files.text_file import MOST_YAML, read_text
from visualizer.show.targets import Target

SHIPPED = Path(__file__).parents[2] / "maps"

KEYS = "keys.yaml"

OLD = ".old"
"""Put behind the name of a file that reset() lays aside."""


def own_folder() -> Path:
    """Where a performer's own maps lie, by the habits of the operating system."""
    return Path(user_config_dir("visualizer", appauthor=False)) / "maps"


def load(path: Path) -> Mapping:
    """Read a mapping file. Raises MapError, also where the file can't be read."""
    try:
        return parse(read_text(path, most=MOST_YAML), str(path))
    except OSError as error:
        raise MapError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise MapError(f"{path}: is not UTF-8 text") from None


@cache
def shipped() -> tuple[Mapping, ...]:
    """The maps that ship with the project."""
    return tuple(load(path) for path in sorted(SHIPPED.glob("*.yaml")))


def chosen(folder: Path, port: str, given: Path | None = None) -> tuple[Mapping, tuple[str, ...]]:
    """The mapping to play a port with, and the faults of files, a line each. Never raises.

    folder: the performer's own maps. port: its name for people (midi_ports.short_name). given: the
    file of --midi-map, which lies over all if it is for that port, or for any.
    """
    mapping, faults = _below(folder, port)
    owns, own_faults = _own(folder, port)
    last, given_faults = _loaded([] if given is None else [given])
    if found := _best(owns.items(), port):
        mapping = maps.over(mapping, found[1])
    for own in last.values():
        if not own.ports or _fit(own.ports, port):
            mapping = maps.over(mapping, own)
    astray = [f"{path}: keys are read only from {KEYS}"
              for path, own in {**owns, **last}.items() if own.keys]  # fmt: skip
    return mapping, (*faults, *own_faults, *given_faults, *astray)


def keys(folder: Path) -> tuple[Keys, tuple[str, ...]]:
    """The performer's own keys, and the faults of their file, a line each. Never raises."""
    path = folder / KEYS
    loaded, faults = _loaded([path] if _is_there(path) else [])
    own = loaded.get(path, Mapping())
    astray = [f"{path}: only keys are read from this file"] if own.controls or own.leds else []
    return own.keys, (*faults, *astray)


def learned(folder: Path, port: str, target: Target, found: Found) -> None:
    """Write into the port's own map that a control plays target. Raises MapError (one line)."""
    path, own = _own_of(folder, port)
    signal = _named(chosen(folder, port)[0], found.signal)
    new = Mapping(controls={signal: Control(target, found.form, maps.default_pickup(found.form))})
    _write(path, replace(own, controls=maps.over(own, new, keep_empty=True).controls))


def forget(folder: Path, port: str, target: Target) -> int:
    """Let no control of a port play target; how many did. Raises MapError (one line)."""
    path, own = _own_of(folder, port)
    below, _ = _below(folder, port)
    playing = _playing(maps.over(below, own), target)
    if playing:
        kept = {signal: c for signal, c in own.controls.items() if signal not in playing}
        uncovered = _playing(maps.over(below, replace(own, controls=kept)), target)
        controls = {**kept, **dict.fromkeys(uncovered)}
        _write(path, replace(own, controls=MappingProxyType(controls)))
    return len(playing)


def reset(folder: Path) -> int:
    """Lay all own maps of ports aside, as NAME.yaml.old, beside older ones; how many.

    Raises MapError (one line).
    """
    paths = _own_paths(folder)
    for path in paths:
        try:
            path.replace(free_name(path.with_name(path.name + OLD)))
        except OSError as error:
            raise MapError(f"{path}: can't be set aside: {error.strerror}") from None
    return len(paths)


def _below(folder: Path, port: str) -> tuple[Mapping, list[str]]:
    """What lies below a port's own map: the shipped one, else the generic one as changed."""
    if found := _best(((SHIPPED, mapping) for mapping in shipped()), port):
        return found[1], []
    changes, faults = _loaded(path for path in [folder.parent / "midi.yaml"] if _is_there(path))
    mapping = GENERIC
    for own in changes.values():
        mapping = maps.over(mapping, own)
    return mapping, faults


def _own(folder: Path, port: str) -> tuple[dict[Path, Mapping], list[str]]:
    """The performer's own maps, and the faults of the others. Without `ports:` a map is for those
    that have its file's name in theirs."""
    try:
        loaded, faults = _loaded(_own_paths(folder))
    except MapError as fault:
        return {}, [str(fault)]
    named = {
        path: replace(own, ports=own.ports or ((port if _is_named(path, port) else path.stem),))
        for path, own in loaded.items()
    }
    return named, faults


def _own_paths(folder: Path) -> list[Path]:
    """The files of own maps; none without a folder. Raises MapError."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise MapError(f"{folder}: can't be read: {error.strerror}") from None
    return [folder / name for name in sorted(names) if _is_map(name)]


def _is_map(name: str) -> bool:
    return name.endswith(".yaml") and not name.startswith(".") and name != KEYS


def _own_of(folder: Path, port: str) -> tuple[Path, Mapping]:
    """The file to write what is learned for a port into, and what it has. Raises MapError."""
    path = folder / f"{_file_name(port)}.yaml"
    if _is_there(path):
        load(path)  # a faulty one is the performer's to mend: it isn't written over
    if found := _best(_own(folder, port)[0].items(), port):
        return found
    return free_name(path), Mapping(ports=(port,))


def _is_there(path: Path) -> bool:
    """Whether there is a file to read; one that can't be looked at is: reading it tells why."""
    try:
        return path.exists()
    except OSError:
        return True


def _loaded(paths: Iterable[Path]) -> tuple[dict[Path, Mapping], list[str]]:
    """The mappings of files, and the faults of the others."""
    loaded: dict[Path, Mapping] = {}
    faults: list[str] = []
    for path in paths:
        try:
            loaded[path] = load(path)
        except MapError as fault:
            *others, last = fault.lines
            faults += [*others, f"{last}; it is left out"]
    return loaded, faults


def _best(candidates: Iterable[tuple[Path, Mapping]], port: str) -> tuple[Path, Mapping] | None:
    """The one that is named after a port, else the one that names most of the port's name."""
    fits = [
        (_is_named(path, port), fit, path, mapping)
        for path, mapping in candidates
        if (fit := _fit(mapping.ports, port))
    ]
    best = max(fits, key=lambda fit: fit[:2], default=None)
    return best[2:] if best else None


def _is_named(path: Path, port: str) -> bool:
    """Whether a file is named after a port."""
    return path.stem.casefold() == _file_name(port).casefold()


def _fit(ports: Iterable[str], port: str) -> int:
    """How much of a port's name is named; 0 for another port."""
    return max((len(wanted) for wanted in ports if matches(wanted, port)), default=0)


def _playing(mapping: Mapping, target: Target) -> list[Signal]:
    return [signal for signal, c in mapping.controls.items() if c and c.plays == target]


def _named(mapping: Mapping, signal: Signal) -> Signal:
    """How a mapping writes a signal: with its channel, but where that is the mapping's own."""
    shared = signal._replace(channel=None)
    plain = mapping.channel == signal.channel and signal not in mapping.controls
    return shared if plain else signal


def _file_name(port: str) -> str:
    """A port's name as a file's, on every system."""
    name = re.sub(r"[^\w .()+#&-]", "_", port)[:100].strip(" .") or "port"
    return f"{name}_" if f"{name}.yaml" == KEYS else name


def _write(path: Path, mapping: Mapping) -> None:
    """Write a file whole or not at all, under the comment that it had at its top."""
    heading = "MIDI learn writes its assignments here; you can edit this file."
    with suppress(OSError, UnicodeDecodeError):
        lines = path.read_text(encoding="utf-8").splitlines()
        top = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
        heading = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[:top])
    try:
        write_text(path, to_text(mapping, heading))
    except OSError as error:
        raise MapError(f"{path}: can't be written: {error.strerror}") from None
