"""What may stand in a mapping file (map_text.py has its form): pydantic models and their faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from visualizer.controls.keys import key_table
from visualizer.controls.midi import mapping as maps
from visualizer.controls.midi.mapping import Control, Light, Signal
from visualizer.show import leds, targets
from visualizer.show.command_table import ON_OFF
from visualizer.show.files.yaml_faults import FieldError
from visualizer.show.pickup import PICKUPS
from visualizer.show.targets import COMMAND, PRESET, VALUE, Target

LIT = (maps.NOTE, maps.CC)
"""Kinds of messages that set lights."""


def _fault(why: str) -> PydanticCustomError:
    return PydanticCustomError("mapping", "{why}", {"why": why})


def _channel(value: Any) -> int:
    if value == "any":
        return maps.ANY_CHANNEL
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 16:
        raise _fault(f"must be 1 to 16, or any, not {value!r}")
    return value


def _target(value: Any) -> Target:
    if not isinstance(value, str):
        raise _fault(f"must be the name of a parameter or command, not {value!r}")
    if value.split() == [PRESET]:
        return Target(PRESET)
    try:
        return targets.parse(value)
    except ValueError as error:
        raise _fault(str(error)) from None


def _shown(value: Any) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else value
    if name not in leds.NAMES:
        some = [name for name in leds.NAMES if not name[-1].isdigit()]
        raise _fault(f"no light shows {value!r}; there are {', '.join(some)}, preset 1, snapshot 1")
    return str(name)


def _one_of(words: Sequence[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in words:
            raise _fault(f"must be one of {', '.join(words)}, not {value!r}")
        return str(value)

    return check


class _Part(BaseModel):
    """A mapping whose fields are known; a name alone is its first field."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_fields(cls, content: Any) -> Any:
        names = [field.alias or name for name, field in cls.model_fields.items()]
        if isinstance(content, str):
            return {names[0]: content}
        if not isinstance(content, dict):
            raise _fault(f"must be a name, or a mapping with {', '.join(names)}")
        for name in content:
            if name not in names:
                raise FieldError(name, f"no such field; there are {', '.join(names)}")
        return content


_Channel = Annotated[int, BeforeValidator(_channel)]
_Level = Annotated[int, Field(ge=0, le=127)]


class _ControlEntry(_Part):
    plays: Annotated[Any, PlainValidator(_target)]
    form: Annotated[str, BeforeValidator(_one_of(maps.FORMS))] = Field("", alias="as")
    pickup: Annotated[str, BeforeValidator(_one_of(PICKUPS))] = ""
    channel: _Channel = maps.ANY_CHANNEL


class _LightEntry(_Part):
    shows: Annotated[str, BeforeValidator(_shown)]
    on: _Level = 127
    off: _Level = 0
    channel: _Channel = maps.ANY_CHANNEL


def read_signal(text: str) -> Signal:
    """A control's name in files, such as "cc 7 channel 3". Raises ValueError."""
    kind, *rest = text.split() or [""]
    channel = number = None
    if len(rest) >= 2 and rest[-2] == "channel":
        channel = _whole(rest[-1], 1, 16, "its channel")
        rest = rest[:-2]
    if kind not in (*maps.NUMBERS, *maps.UNNUMBERED):
        kinds = ", ".join(dict.fromkeys([*maps.NUMBERS, *maps.UNNUMBERED]))
        raise ValueError(f"a control is {kinds}, with its number: cc 16")
    if kind in maps.NUMBERS and (rest or kind not in maps.UNNUMBERED):
        number = _whole(" ".join(rest), 0, maps.NUMBERS[kind], f"the number of {kind}")
    elif rest:
        raise ValueError(f"{kind} has no number")
    return Signal(kind, number, channel)


def _whole(text: str, low: int, high: int, what: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high:
        return int(text)
    raise ValueError(f"{what} goes from {low} to {high}")


def _signal(text: str, channel: int, taken: Sequence[Signal]) -> Signal:
    try:
        signal = read_signal(text)
    except ValueError as error:
        raise FieldError(text, str(error)) from None
    signal = signal._replace(channel=channel or signal.channel)
    if signal in taken:
        raise FieldError(text, f"{signal} stands twice")
    return signal


def _controls(entries: dict[str, _ControlEntry | None]) -> dict[Signal, Control | None]:
    controls: dict[Signal, Control | None] = {}
    for text, entry in entries.items():
        signal = _signal(text, entry.channel if entry else 0, tuple(controls))
        controls[signal] = None
        if entry is not None:
            try:
                controls[signal] = _control(signal, entry)
            except ValueError as error:
                raise FieldError(text, str(error)) from None
    return controls


def _control(signal: Signal, entry: _ControlEntry) -> Control:
    plays: Target = entry.plays
    if plays == Target(PRESET) and (signal.kind, signal.number) != (maps.PROGRAM, None):
        raise ValueError("which preset? Write preset 1, or program: preset")
    if (signal.kind, signal.number) == (maps.PROGRAM, None) and plays != Target(PRESET):
        raise ValueError("program alone plays preset; others have a number: program 3")
    allowed = maps.forms(signal.kind, plays)
    form = entry.form or maps.default_form(signal.kind, plays)
    if not allowed:
        what = "the value of a parameter; write up or down behind it"
        raise ValueError(f"can't play {what if plays.kind == VALUE else plays}")
    if form not in allowed:
        raise ValueError(f"plays {plays} as {' or '.join(allowed)}, not as {form}")
    if form == maps.MOMENTARY and plays.kind == COMMAND and plays.name not in ON_OFF:
        raise ValueError(f"{plays} has no off; momentary is for {', '.join(ON_OFF)}")
    return Control(plays, form, entry.pickup or maps.default_pickup(form))


def _lights(entries: dict[str, _LightEntry | None]) -> dict[Signal, Light | None]:
    found: dict[Signal, Light | None] = {}
    for text, entry in entries.items():
        signal = _signal(text, entry.channel if entry else 0, tuple(found))
        if signal.kind not in LIT:
            raise FieldError(text, f"lights are set by {' or '.join(LIT)}")
        found[signal] = Light(entry.shows, entry.on, entry.off) if entry else None
    return found


def _keys(entries: dict[str, Any]) -> dict[str, str]:
    for key, name in entries.items():
        if not isinstance(name, str | None):
            raise FieldError(key, f"must be the name of a command, or empty, not {name!r}")
        try:
            key_table.key_code(key)
            key_table.key_action(name or "")
        except ValueError as error:
            raise FieldError(key, str(error)) from None
    return {key: name or "" for key, name in entries.items()}


def _section(value: Any) -> Any:
    if value is None:  # "lights:" with nothing behind it
        return {}
    if not isinstance(value, dict):
        raise _fault("must be a mapping, such as {cc 16: strength}, or empty")
    return value


_Controls = dict[str, _ControlEntry | None]


class MapFile(_Part):
    """A mapping file. After validation controls are Control by Signal."""

    ports: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    ] = []
    channel: _Channel | None = None
    controls: Annotated[_Controls, BeforeValidator(_section), AfterValidator(_controls)] = {}
    lights: Annotated[
        dict[str, _LightEntry | None], BeforeValidator(_section), AfterValidator(_lights)
    ] = {}
    keys: Annotated[dict[str, Any], BeforeValidator(_section), AfterValidator(_keys)] = {}
