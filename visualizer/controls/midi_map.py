"""The MIDI map: which knob plays which parameter, which note runs which command.

The generic map comes from the tables (Parameter.cc, Command.note) and answers on every channel.
A file changes it, entry by entry::

    channel: any                   # or 1 to 16
    knobs: {16: strength, 20: }    # control changes; an empty entry takes one away
    notes: {41: next_prompt}

Program change n selects preset n, both counted from 0 as MIDI sends them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

from platformdirs import user_config_dir
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from visualizer.show import yaml_lines
from visualizer.show.actions import COMMANDS, Action, Knob, Run, SelectPreset
from visualizer.show.parameters import BY_NAME, PARAMETERS
from visualizer.show.yaml_lines import FieldError

if TYPE_CHECKING:
    from mido import Message

SOURCE = "midi"

COMMAND_NAMES = tuple(command.name for command in COMMANDS)


class MapError(Exception):
    """A map file that can't be used; str() is one line for people: file:line: field: why."""


def _generic_knobs() -> Mapping[int, str]:
    return MappingProxyType({row.cc: row.name for row in PARAMETERS})


def _generic_notes() -> Mapping[int, str]:
    noted = {command.note: command.name for command in COMMANDS if command.note is not None}
    return MappingProxyType(noted)


@dataclass(frozen=True, slots=True)
class MidiMap:
    """What MIDI messages mean.

    channel: the one that is listened to, 1 to 16; None is any. knobs: control change (0 to 127)
    to a parameter's name. notes: note (0 to 127) to a command's name.
    """

    channel: int | None = None
    knobs: Mapping[int, str] = field(default_factory=_generic_knobs)
    notes: Mapping[int, str] = field(default_factory=_generic_notes)


GENERIC = MidiMap()


def decode(midi_map: MidiMap, port: str, message: Message) -> list[Action]:
    """What a message from the port of that name asks for; nothing for one without a meaning."""
    channel = getattr(message, "channel", None)  # 0 to 15 in mido; system messages have none
    if channel is None or midi_map.channel not in (None, channel + 1):
        return []
    if message.type == "control_change" and message.control in midi_map.knobs:
        control = f"{port}:{channel + 1}:{message.control}"
        return [Knob(control, midi_map.knobs[message.control], message.value / 127, SOURCE)]
    # Many controllers send a note's end as a note_on with velocity 0.
    if message.type == "note_on" and message.velocity > 0 and message.note in midi_map.notes:
        return [Run(midi_map.notes[message.note], SOURCE)]
    if message.type == "program_change":
        return [SelectPreset(message.program, SOURCE)]
    return []


def _channel(value: Any) -> int | None:
    if value == "any":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 16:
        raise _fault(f"must be 1 to 16, or any, not {value!r}")
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 127:
        raise _fault("must be a whole number from 0 to 127")
    return value


def _one_of(kind: str, names: tuple[str, ...]) -> Callable[[str], str]:
    def check(name: str) -> str:
        if name not in names:
            raise _fault(f"no {kind} '{name}'; there are {', '.join(names)}")
        return name

    return check


def _fault(why: str) -> PydanticCustomError:
    return PydanticCustomError("midi_map", "{why}", {"why": why})


def _mapping(value: Any) -> Any:
    if value is None:  # "knobs:" with nothing behind it
        return {}
    if not isinstance(value, dict):
        raise _fault("must be a mapping of numbers to names, or empty")
    return value


Number = Annotated[int, BeforeValidator(_number)]
ParameterName = Annotated[str, AfterValidator(_one_of("parameter", tuple(BY_NAME)))]
CommandName = Annotated[str, AfterValidator(_one_of("command", COMMAND_NAMES))]


class _MapFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    channel: Annotated[int | None, BeforeValidator(_channel)] = None
    knobs: Annotated[dict[Number, ParameterName | None], BeforeValidator(_mapping)] = {}
    notes: Annotated[dict[Number, CommandName | None], BeforeValidator(_mapping)] = {}

    @model_validator(mode="before")
    @classmethod
    def _known_fields(cls, content: dict[str, Any]) -> dict[str, Any]:
        for name in content:
            if name not in cls.model_fields:
                raise FieldError(name, f"no such field; there are {', '.join(cls.model_fields)}")
        return content


def parse(text: str, file: str) -> MidiMap:
    """Read a map from YAML text; file is its path, for messages. Raises MapError."""
    try:
        node, content = yaml_lines.read(text, file)
    except yaml_lines.Fault as fault:
        raise MapError(str(fault)) from None
    if content is None:  # an empty file
        return GENERIC
    if not isinstance(content, dict):
        raise MapError(f"{file}:1: a MIDI map is a mapping with channel, knobs and notes")
    try:
        entry = _MapFile.model_validate({str(key): value for key, value in content.items()})
    except ValidationError as error:
        raise MapError(yaml_lines.describe(error, node, file)) from None
    return MidiMap(
        channel=entry.channel,
        knobs=_changed(GENERIC.knobs, entry.knobs),
        notes=_changed(GENERIC.notes, entry.notes),
    )


def _changed(base: Mapping[int, str], entries: Mapping[int, str | None]) -> Mapping[int, str]:
    """The base with the entries over it; None takes one away."""
    merged = {**base, **entries}
    return MappingProxyType({number: name for number, name in merged.items() if name is not None})


def default_path() -> Path:
    """Where a performer's own map lies, by the habits of the operating system."""
    return Path(user_config_dir("visualizer", appauthor=False)) / "midi.yaml"


def load(path: Path) -> MidiMap:
    """Read a map file. Raises MapError, also where the file can't be read."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise MapError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise MapError(f"{path}: is not UTF-8 text") from None


def load_map(path: Path | None = None) -> tuple[MidiMap, tuple[str, ...]]:
    """The map to play with, and the faults of its file: a faulty file means the generic map.

    path None: the performer's own file, which may be missing.
    """
    if path is None:
        path = default_path()
        if not path.exists():
            return GENERIC, ()
    try:
        return load(path), ()
    except MapError as fault:
        return GENERIC, (f"{fault}; the generic MIDI map is used",)
