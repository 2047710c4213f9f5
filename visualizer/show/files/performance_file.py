"""Performance log: a set as JSON lines, from which it can be played again. Pure.

The first line is the Header: all that the show began with. Then one line each, in the order in
which they happened::

    {"tick": [0.0167, 0.0166]}                       seconds of show time that passed, tick by tick
    {"at": 12.3, "do": "Set", "parameter": "zoom", "value": 0.2, "source": "midi"}

"do" is the type of an action, "at" the show time. The file
is written by live/performance_log.py.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from visualizer.show.actions import Action
from visualizer.show.files import stored_values
from visualizer.show.files.stored_values import Values, tell_unknown
from visualizer.show.lora import parse as parse_lora
from visualizer.show.parameter import shorten
from visualizer.show.parameters import SAFE_STROBE
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.system_actions import Reread, Say, Tick

FORMAT = 1
"""Counts up when a log can no longer be read as before."""

LONGEST_GAP = 24 * 3600.0
"""Most seconds of show time from one line to the next: more is a damaged line."""

LEFT_OUT = (Say, Reread, Tick)
"""Actions without a line of their own: one that changes no picture; presets that were changed on
disk during the set; and time, which has lines of another form."""

KINDS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {kind.__name__: TypeAdapter(kind) for kind in get_args(Action) if kind not in LEFT_OUT}
)
"""What reads each type of action."""


class NoLog(Exception):
    """A text is no performance log; str() is the end of a line for people: why."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a show began with. version: of the program. preset, settings, model, loras (as text),
    source, chance: see reducer.start. size, aspect: as asked for, None where not; see
    options.Options. strobe_limit: most flashes a second. longest_seen: see Tick.most."""

    version: str
    presets: tuple[Preset, ...] = ()
    preset: int = 0
    settings: Mapping[str, float] = field(default_factory=lambda: NO_VALUES)
    model: str = ""
    loras: tuple[str, ...] = ()
    source: str = ""
    chance: int = 0
    size: tuple[int, int] | None = None
    aspect: float | None = None
    strobe_limit: float = SAFE_STROBE
    longest_seen: float = 0.25


@dataclass(frozen=True, slots=True)
class Done:
    """An action that was done. line: its number in the log, from 1."""

    action: Action
    line: int


Event: TypeAlias = float | Done
"""Seconds of show time that passed, or an action."""


def header_text(header: Header) -> str:
    """The first line."""
    content = {
        "visualizer": header.version,
        "log": FORMAT,
        **{name: getattr(header, name) for name in _PLAIN},
        "settings": stored_values.plain(header.settings),
        "presets": [_preset_content(preset) for preset in header.presets],
    }
    return _text(content)


def action_text(action: Action, at: float) -> str:
    """An action's line. at: show time. Its type is one of KINDS."""
    kind = type(action).__name__
    return _text({"at": round(at, 6), "do": kind, **_fields(action)})


def ticks_text(seconds: Sequence[float]) -> str:
    """The line of ticks that came one after the other."""
    return _text({"tick": list(seconds)})


def parse_header(line: str, tell: Callable[[str], object] = stored_values.unsaid) -> Header:
    """The header in a log's first line. Raises NoLog.

    tell: gets a line where there are parameters that this version does not know.
    """
    try:
        content = _content(line)
        if "log" not in content or "visualizer" not in content:
            raise NoLog("it does not begin as one")
        unknown: set[str] = set()
        read = _Header.model_validate(content, context=unknown)
    except ValidationError as error:
        raise NoLog(f"its first line is damaged: {_why(error)}") from None
    except (ValueError, RecursionError):
        raise NoLog("it does not begin as one") from None
    tell_unknown(unknown, "line 1", tell)
    presets = tuple(
        Preset(
            preset.name,
            tuple(Cued(cued.parts, cued.values, cued.negative) for cued in preset.prompts),
            preset.order,
            preset.values,
            preset.negative,
            preset.model,
            None if preset.loras is None else tuple(map(parse_lora, preset.loras)),
            preset.source,
        )
        for preset in read.presets
    )
    plain = {name: getattr(read, name) for name in _PLAIN}
    return Header(read.visualizer, presets, settings=read.settings, **plain)


def events(
    lines: Iterable[str], tell: Callable[[str], object] = stored_values.unsaid
) -> Iterator[Event]:
    """What happened, from the lines after the first.

    tell: gets one line for each that is damaged, and left out. Time that is lost with it is made
    up at the next action.
    """
    time = 0.0
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        try:
            content = _content(line)
            if "tick" in content:
                passed = _Ticks.model_validate(content).tick
                time += sum(passed)
                yield from passed
                continue
            at, action = _action(content, time)
        except (ValidationError, ValueError, RecursionError) as error:
            tell(f"line {number} is left out: {_why(error)}")
            continue
        if at > time + _SAME:
            yield at - time
            time = at
        yield Done(action, number)


_SAME = 1e-3
"""Seconds by which an action's time may differ from that of the ticks."""

_PLAIN = (
    "preset", "model", "loras", "source", "chance", "size", "aspect", "strobe_limit",
    "longest_seen",
)  # fmt: skip
"""Fields of the header that are in the file as they are."""

_Seconds: TypeAlias = Annotated[float, Field(ge=0.0, le=LONGEST_GAP)]


def _lora(text: str) -> str:
    parse_lora(text)
    return text


class _Cued(BaseModel):
    parts: Annotated[tuple[tuple[str, float], ...], Field(min_length=1)]
    values: Values = Field(default_factory=lambda: NO_VALUES)
    negative: str = ""


class _Preset(BaseModel):
    name: str
    prompts: Annotated[list[_Cued], Field(min_length=1)]
    order: str = "in turn"
    values: Values = Field(default_factory=lambda: NO_VALUES)
    negative: str = ""
    model: str = ""
    loras: tuple[Annotated[str, AfterValidator(_lora)], ...] | None = None
    source: str = ""


_Side: TypeAlias = Annotated[int, Field(ge=16, le=8192)]


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True)

    visualizer: str
    log: Literal[1]
    presets: list[_Preset] = []
    preset: Annotated[int, Field(ge=0)] = 0
    settings: Values = Field(default_factory=lambda: NO_VALUES)
    model: str = ""
    loras: Annotated[tuple[Annotated[str, AfterValidator(_lora)], ...], Field(max_length=16)] = ()
    source: str = ""
    chance: int = 0
    size: tuple[_Side, _Side] | None = None
    aspect: Annotated[float, Field(ge=1 / 16, le=16)] | None = None
    strobe_limit: Annotated[float, Field(gt=0, le=20)] = SAFE_STROBE
    longest_seen: Annotated[float, Field(ge=0)] = 0.25


class _Ticks(BaseModel):
    tick: list[_Seconds]


def _preset_content(preset: Preset) -> dict[str, Any]:
    return {
        "name": preset.name,
        "order": preset.order,
        "values": stored_values.plain(preset.values),
        "negative": preset.negative,
        "model": preset.model,
        "loras": None if preset.loras is None else [str(lora) for lora in preset.loras],
        "source": preset.source,
        "prompts": [
            {
                "parts": cued.parts,
                "values": stored_values.plain(cued.values),
                "negative": cued.negative,
            }
            for cued in preset.prompts
        ],
    }


def _action(content: Mapping[str, Any], time: float) -> tuple[float, Action]:
    """When an action was done, and the action; time: of the line before. Raises ValueError."""
    at = content.get("at")
    if not isinstance(at, int | float) or not 0.0 <= at <= time + LONGEST_GAP:
        raise ValueError(f"'at' must be a show time in seconds, not {shorten(at)}")
    kind = content.get("do")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"there is no action {shorten(kind)}")
    given = {name: value for name, value in content.items() if name not in ("at", "do")}
    action: Action = KINDS[kind].validate_python(given)
    return float(at), action


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_fields)


def _fields(value: object) -> dict[Any, Any]:
    """What json does not know, as it does: records and frozen mappings."""
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no place in a log")


def _content(line: str) -> dict[str, Any]:
    """A line's fields. Raises ValueError."""
    content = json.loads(line, parse_float=_finite, parse_constant=_finite)
    if not isinstance(content, dict):
        raise ValueError("it is not a JSON object")
    return content


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{shorten(text)} is not a number")
    return number


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    if isinstance(error, json.JSONDecodeError):
        return "it is not JSON"
    return " ".join(str(error).split()) or "it is nested too deeply"
