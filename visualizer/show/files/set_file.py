"""Set lists' files: their form, their parsing, and errors that name file, line and field.

A set list is YAML::

    name: Evening
    loop: true                # begins again after the last; else the last one stays
    length: 5 minutes         # of entries without one of their own
    presets:
      - Deep sea              # a preset's name, or its number
      - {preset: Cosmos, length: 64 bars}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

from visualizer.show.files import yaml_faults
from visualizer.show.files.prompt_lists import name_of
from visualizer.show.files.stored_values import unsaid
from visualizer.show.files.text_file import MOST_YAML, read_text
from visualizer.show.parameter import nearest, shorten
from visualizer.show.records import Preset
from visualizer.show.reducers.navigation import preset_index
from visualizer.show.set_list import SetEntry, SetList, Unit

ENDINGS = (".yaml", ".yml")

MOST_ENTRIES = 500

LONGEST: dict[Unit, float] = {"bars": 10_000, "minutes": 24 * 60}
"""Of an entry, in each unit."""

SHORTEST: dict[Unit, float] = {"bars": 1, "minutes": 0.05}

USUAL: tuple[float, Unit] = (5.0, "minutes")
"""Length of an entry where the file says none."""

_WRITTEN = re.compile(r"(\d+|\d*\.\d+) ?(bars?|minutes?|min)", re.ASCII)


class SetError(yaml_faults.FaultyFile):
    """A set list's file that can't be used."""


def length(given: object) -> tuple[float, Unit]:
    """A length as people write it. Raises ValueError with the end of a line for people."""
    found = _WRITTEN.fullmatch(given.strip().casefold()) if isinstance(given, str) else None
    if found is None:
        raise ValueError(f"must be a length such as 64 bars or 5 minutes, not {shorten(given)}")
    unit: Unit = "bars" if found[2].startswith("bar") else "minutes"
    number = float(found[1])
    if not SHORTEST[unit] <= number <= LONGEST[unit]:
        raise ValueError(f"goes from {SHORTEST[unit]:g} to {LONGEST[unit]:g} {unit}")
    return number, unit


def _length(given: object) -> tuple[float, Unit]:
    try:
        return length(given)
    except ValueError as error:
        raise PydanticCustomError("length", "{why}", {"why": str(error)}) from None


def _entry(given: Any) -> Any:
    if isinstance(given, dict):
        return given
    if isinstance(given, str | int) and not isinstance(given, bool):
        return {"preset": given}
    raise PydanticCustomError("entry", "must be a preset's name, or a mapping with one")


def _name(given: Any) -> str:
    """A preset's name, which may look like a number."""
    if isinstance(given, bool) or not isinstance(given, str | int) or not str(given).strip():
        raise PydanticCustomError("name", "must be a preset's name")
    return str(given).strip()


Length = Annotated[Any, PlainValidator(_length)]
Name = Annotated[str, PlainValidator(_name)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: Name
    length: Length = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Name = ""
    loop: bool = False
    length: Length = USUAL
    presets: Annotated[
        list[Annotated[_Entry, BeforeValidator(_entry)]],
        Field(min_length=1, max_length=MOST_ENTRIES),
    ]


def parse(
    text: str,
    file: str,
    presets: Sequence[Preset] | None = None,
    tell: Callable[[str], object] = unsaid,
) -> SetList:
    """Read a set list from YAML text. presets: those that there are; None where that is not known.
    tell: gets a line for each entry that is left out, as its preset is not there. Raises SetError.
    """
    try:
        loader, node = yaml_faults.compose(text, file)
        faults = [] if node is None else yaml_faults.twice(node)
        content = yaml_faults.construct(loader, node, file)
    except yaml_faults.Fault as fault:
        raise SetError(str(fault)) from None
    if not isinstance(content, dict):
        raise SetError(f"{file}:1: a set list is a mapping with a list 'presets'")
    read = None
    try:
        read = _File.model_validate({str(key): value for key, value in content.items()})
    except ValidationError as error:
        faults += yaml_faults.faults_of(error, node)
    if read is None or faults:
        raise SetError(*(f"{file}:{line}: {why}" for line, why in sorted(faults)))
    entries: list[SetEntry] = []
    left_out: list[str] = []
    for place, entry in enumerate(read.presets):
        if presets is not None and preset_index(presets, entry.preset) is None:
            number = yaml_faults.line_of(node, ("presets", place))
            there = nearest(entry.preset, (preset.name for preset in presets)) or "none at all"
            left_out.append(
                f"{file}:{number}: presets[{place + 1}]: no preset is named "
                f"{shorten(entry.preset)}; nearest: {there}"
            )
        else:
            entries.append(SetEntry(entry.preset, *(entry.length or read.length)))
    if not entries:
        raise SetError(*left_out)
    for line in left_out:
        tell(f"left out of the set list: {line}")
    return SetList(read.name or name_of(file), tuple(entries), read.loop)


def to_text(set_list: SetList) -> str:
    """A set list as the text of a file."""
    content = {
        "name": set_list.name,
        "loop": set_list.loops,
        "presets": [
            {"preset": entry.preset, "length": _length_text(entry)} for entry in set_list.entries
        ],
    }
    return yaml.safe_dump(
        content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=1000
    )


def _length_text(entry: SetEntry) -> str:
    unit = entry.counted_in
    number = min(max(entry.length, SHORTEST[unit]), LONGEST[unit])
    return f"{number:.4f}".rstrip("0").rstrip(".") + f" {unit}"


def load(
    path: Path, presets: Sequence[Preset] | None = None, tell: Callable[[str], object] = unsaid
) -> SetList:
    """Read one file. As parse; raises SetError also where it can't be read."""
    try:
        return parse(read_text(path, "utf-8-sig", MOST_YAML), str(path), presets, tell)
    except OSError as error:
        raise SetError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SetError(f"{path}: is not UTF-8 text") from None


def load_folder(
    folder: Path, presets: Sequence[Preset], tell: Callable[[str], object] = unsaid
) -> tuple[SetList, ...]:
    """All set lists of a folder in the order of their file names; none where there is no such
    folder. tell: gets the faults of those that are left out, too."""
    lists: list[SetList] = []
    paths = folder.iterdir() if folder.is_dir() else ()
    for path in sorted(p for p in paths if p.suffix.lower() in ENDINGS):
        try:
            lists.append(load(path, presets, tell))
        except SetError as error:
            for line in error.lines:
                tell(f"set list left out: {line}")
    return tuple(lists)
