"""Session: the part of a show that is stored for the next one, as a frozen value.

Pure; the file is written by live/session_store.py. What was learned of MIDI controllers has files
of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from visualizer.show.files import stored_values, yaml_faults
from visualizer.show.files.stored_values import Loras, Values, tell_unknown, unsaid
from visualizer.show.lora import Lora
from visualizer.show.parameters import BY_NAME
from visualizer.show.set_list import SetEntry, SetList, Unit

NO_VALUES: Mapping[str, float] = MappingProxyType({})

HISTORY = 50
"""Most typed prompts kept."""


@dataclass(frozen=True, slots=True)
class Session:
    """values: of all parameters by name. preset: its name, "" for none. turn: within it. visits:
    how often a preset had been chosen, which makes the order of one that is shuffled. prompt: one
    typed by hand that was on, "" for none. seed: the one in force. loras: what models played with,
    None where that is not known. source: the one given by hand, "" for none. display: name of the
    one that the wall was on. history: of typed prompts, the oldest first. set_list: name of the one
    that played, "" for none; set_place: index of its entry, and set_preset what that names, as the
    order may have been changed; unattended: as SetState has it. chosen_set: the name of the one
    that was chosen, "" for none. unsaved_sets: set lists that differ from their files. blackout,
    frozen: whether the wall was so."""

    values: Mapping[str, float] = field(default_factory=lambda: NO_VALUES)
    preset: str = ""
    turn: int = 0
    visits: int = 1
    prompt: str = ""
    seed: int | None = None
    model: str = ""
    loras: tuple[Lora, ...] | None = None
    source: str = ""
    fullscreen: bool = True
    fit: str = "fill"
    display: str = ""
    history: tuple[str, ...] = ()
    set_list: str = ""
    set_place: int = 0
    set_preset: str = ""
    unattended: bool = False
    chosen_set: str = ""
    unsaved_sets: tuple[SetList, ...] = ()
    blackout: bool = False
    frozen: bool = False


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    preset: str
    length: Annotated[float, Field(gt=0.0, le=10_000.0)]
    counted_in: Unit


class _SetList(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    name: str
    entries: Annotated[list[_Entry], Field(min_length=1)]
    loops: bool

    def value(self) -> SetList:
        """The set list."""
        entries = (SetEntry(each.preset, each.length, each.counted_in) for each in self.entries)
        return SetList(self.name, tuple(entries), self.loops)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    preset: str = ""
    turn: int = 0
    visits: Annotated[int, Field(ge=0)] = 1
    prompt: str = ""
    seed: Annotated[int, Field(ge=BY_NAME["seed"].low, le=BY_NAME["seed"].high)] | None = None
    model: str = ""
    loras: Loras | None = None
    source: str = ""
    fullscreen: bool = True
    fit: Literal["fill", "whole", "stretch", "tile"] = "fill"
    display: str = ""
    history: list[str] = []
    set_list: str = ""
    set_place: Annotated[int, Field(ge=0)] = 0
    set_preset: str = ""
    unattended: bool = False
    chosen_set: str = ""
    unsaved_sets: list[_SetList] = []
    blackout: bool = False
    frozen: bool = False
    values: Values = Field(default_factory=lambda: NO_VALUES)


def to_text(memory: Session) -> str:
    """The memory as the text of a file."""
    content = {name: getattr(memory, name) for name in _File.model_fields}
    content["loras"] = None if memory.loras is None else [str(lora) for lora in memory.loras]
    content["history"] = list(memory.history)
    content["unsaved_sets"] = [asdict(each) for each in memory.unsaved_sets]
    content["values"] = stored_values.plain(memory.values)
    return stored_values.to_yaml(content, "The state of the last show, for visualizer --resume.")


def parse(text: str, file: str, tell: Callable[[str], object] = unsaid) -> Session:
    """The memory in a file's text. Raises yaml_faults.Fault.

    tell: gets a line where there were fields or parameters that this version does not know.
    """
    node, content = yaml_faults.read(text, file)
    if not isinstance(content, dict):
        raise yaml_faults.Fault(file, 1, "must be a mapping with the fields of a show's state")
    content = {str(key): value for key, value in content.items()}
    unknown = content.keys() - _File.model_fields.keys()
    try:
        read = _File.model_validate(content, context=unknown)
    except ValidationError as error:
        raise yaml_faults.Fault(file, *yaml_faults.faults_of(error, node)[0]) from None
    tell_unknown(unknown, file, tell)
    fields = {name: getattr(read, name) for name in _File.model_fields}
    fields["history"] = tuple(read.history)
    fields["unsaved_sets"] = tuple(each.value() for each in read.unsaved_sets)
    return Session(**fields)
