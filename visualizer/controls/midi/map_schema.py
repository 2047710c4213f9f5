"""The schema of a mapping file (map_text.py has its form): pydantic models and their faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainValidator,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from visualizer.controls.keys import key_table
from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi.midi_map import Control, Led, Signal
from visualizer.show import leds, targets
from visualizer.show.command_table import ON_OFF
from visualizer.show.files.yaml_faults import detail, details
from visualizer.show.pickup import PICKUPS
from visualizer.show.targets import COMMAND, PRESET, VALUE, Target

LIT = (maps.NOTE, maps.CC)
"""Kinds of messages that set LEDs."""


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
        raise _fault(f"no LED shows {value!r}; use one of {', '.join(some)}, preset 1, snapshot 1")
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

    @model_validator(mode="wrap")
    @classmethod
    def _known_fields(cls, content: Any, handler: ModelWrapValidatorHandler[_Part]) -> _Part:
        names = [field.alias or name for name, field in cls.model_fields.items()]
        if isinstance(content, str):
            content = {names[0]: content}
        if not isinstance(content, dict):
            raise _fault(f"must be a name, or a mapping with {', '.join(names)}")
        why = f"no such field; use one of {', '.join(names)}"
        faults = [detail((name,), why) for name in content if name not in names]
        try:
            part = handler({name: content[name] for name in content if name in names})
            if not faults:
                return part
        except ValidationError as error:
            faults += details(error)
        raise ValidationError.from_exception_data(cls.__name__, faults)


_Channel = Annotated[int, BeforeValidator(_channel)]
_Level = Annotated[int, Field(ge=0, le=127)]


_PartT = TypeVar("_PartT", bound=_Part)
_Made = TypeVar("_Made")


class _ControlEntry(_Part):
    plays: Annotated[Any, PlainValidator(_target)]
    form: Annotated[str, BeforeValidator(_one_of(maps.FORMS))] = Field("", alias="as")
    pickup: Annotated[str, BeforeValidator(_one_of(PICKUPS))] = ""
    channel: _Channel = maps.ANY_CHANNEL


class _LedEntry(_Part):
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


def _entries(
    kind: type[_PartT], made: Callable[[Signal, _PartT | None], _Made | None]
) -> Callable[[Any], dict[Signal, _Made | None]]:
    """Reads a section of entries of a kind by their signals, each for itself, so that no fault
    hides another. made: makes what is kept; raises ValueError."""

    def read(section: Any) -> dict[Signal, _Made | None]:
        found: dict[Signal, _Made | None] = {}
        faults: list[InitErrorDetails] = []
        for text, content in _section(section).items():
            signal = entry = None
            try:
                signal = read_signal(text)
            except ValueError as error:
                faults.append(detail((text,), str(error)))
            try:
                entry = None if content is None else kind.model_validate(content)
            except ValidationError as error:
                faults += details(error, (text,))
                continue
            if signal is None:
                continue
            channel = getattr(entry, "channel", 0)
            signal = signal._replace(channel=channel or signal.channel)
            try:
                if signal in found:
                    raise ValueError(f"{signal} appears twice")
                found[signal] = None
                found[signal] = made(signal, entry)
            except ValueError as error:
                faults.append(detail((text,), str(error)))
        if faults:
            raise ValidationError.from_exception_data("section", faults)
        return found

    return read


def _control(signal: Signal, entry: _ControlEntry | None) -> Control | None:
    if entry is None:
        return None
    plays: Target = entry.plays
    if plays == Target(PRESET) and (signal.kind, signal.number) != (maps.PROGRAM, None):
        raise ValueError("which preset? Write preset 1, or program: preset")
    if (signal.kind, signal.number) == (maps.PROGRAM, None) and plays != Target(PRESET):
        raise ValueError("program alone plays preset; others have a number: program 3")
    allowed = maps.forms(signal.kind, plays)
    form = entry.form or maps.default_form(signal.kind, plays)
    if not allowed:
        what = "the value of a parameter; write up or down after it"
        raise ValueError(f"can't play {what if plays.kind == VALUE else plays}")
    if form not in allowed:
        raise ValueError(f"plays {plays} as {' or '.join(allowed)}, not as {form}")
    if form == maps.MOMENTARY and plays.kind == COMMAND and plays.name not in ON_OFF:
        raise ValueError(f"{plays} has no off; momentary is for {', '.join(ON_OFF)}")
    return Control(plays, form, entry.pickup or maps.default_pickup(form))


def _led(signal: Signal, entry: _LedEntry | None) -> Led | None:
    if signal.kind not in LIT:
        raise ValueError(f"LEDs are set by {' or '.join(LIT)}")
    return None if entry is None else Led(entry.shows, entry.on, entry.off)


def _keys(section: Any) -> dict[str, str]:
    """Commands by the names of keys."""
    faults = []
    for key, name in (entries := _section(section)).items():
        checks: list[tuple[Callable[[str], object], str]] = [(key_table.key_code, key)]
        if isinstance(name, str | None):
            checks.append((key_table.key_action, name or ""))
        else:
            why = f"must be the name of a command, or empty, not {name!r}"
            faults.append(detail((key,), why))
        for check, text in checks:
            try:
                check(text)
            except ValueError as error:
                faults.append(detail((key,), str(error)))
    if faults:
        raise ValidationError.from_exception_data("keys", faults)
    return {key: name or "" for key, name in entries.items()}


def _section(value: Any) -> Any:
    if value is None:  # "leds:" with nothing behind it
        return {}
    if not isinstance(value, dict):
        raise _fault("must be a mapping, such as {cc 16: strength}, or empty")
    return value


class MapFile(_Part):
    """A mapping file. After validation controls are Control by Signal."""

    ports: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    ] = []
    channel: _Channel | None = None
    controls: Annotated[Any, PlainValidator(_entries(_ControlEntry, _control))] = {}
    leds: Annotated[Any, PlainValidator(_entries(_LedEntry, _led))] = {}
    keys: Annotated[Any, PlainValidator(_keys)] = {}
