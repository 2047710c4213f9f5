"""Every message between a desk and the show, both ways, as schemas; and what each does. Pure.

A message is a JSON object with a type. REST's bodies are the same messages (openapi.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from visualizer.show import targets
from visualizer.show.actions import Action, Nudge, Prompt, SelectPreset, Set, Switch
from visualizer.show.command_table import ON_OFF
from visualizer.show.parameter import nearest
from visualizer.show.parameters import BY_NAME
from visualizer.show.reducers.navigation import LONGEST
from visualizer.show.targets import PRESETS, SNAPSHOTS, STEP, VALUE, Target

SOURCE = "desk"

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=40)]
Slot: TypeAlias = Annotated[int, Field(ge=1, le=SNAPSHOTS)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


# From a desk.


class SetValue(_Message):
    """Set a parameter, in its own unit; of a choice also by its name. Values out of range are
    clamped, with a line."""

    type: Literal["set"] = "set"
    parameter: Name
    value: float | Annotated[str, Field(max_length=40)]


class NudgeValue(_Message):
    """Move a parameter by steps of its own, down when negative; fine takes its small steps."""

    type: Literal["nudge"] = "nudge"
    parameter: Name
    steps: Annotated[float, Field(ge=-1000, le=1000)]
    fine: bool = False


class RunCommand(_Message):
    """Do one of the commands."""

    type: Literal["run"] = "run"
    command: Name


class SwitchCommand(_Message):
    """Bring a command that turns something on and off to a state."""

    type: Literal["switch"] = "switch"
    command: Literal[ON_OFF]  # type: ignore[valid-type]
    on: bool


class ChoosePreset(_Message):
    """Go to a preset by its number, to its first prompt or to another by number; all from 1."""

    type: Literal["preset"] = "preset"
    number: Annotated[int, Field(ge=1, le=PRESETS)]
    prompt: Annotated[int, Field(ge=1, le=10_000)] | None = None


class GivePrompt(_Message):
    """Make a text the prompt, at once; it stays until the next is asked for."""

    type: Literal["prompt"] = "prompt"
    text: Annotated[str, Field(max_length=LONGEST)]


class StoreSnapshot(_Message):
    """Keep the values in force in a slot of the preset."""

    type: Literal["store"] = "store"
    slot: Slot


class RecallSnapshot(_Message):
    """Bring a slot's values back, over the time that the parameter morph says."""

    type: Literal["recall"] = "recall"
    slot: Slot


class WatchPreview(_Message):
    """Have the wall's picture sent, as binary messages (JPEG), or not. Only over the socket."""

    type: Literal["preview"] = "preview"
    on: bool


FROM_DESK = (
    SetValue, NudgeValue, RunCommand, SwitchCommand, ChoosePreset, GivePrompt, StoreSnapshot,
    RecallSnapshot, WatchPreview,
)  # fmt: skip

FromDesk: TypeAlias = (
    SetValue | NudgeValue | RunCommand | SwitchCommand | ChoosePreset | GivePrompt
    | StoreSnapshot | RecallSnapshot | WatchPreview
)  # fmt: skip

_FROM_DESK: TypeAdapter[FromDesk] = TypeAdapter(Annotated[FromDesk, Field(discriminator="type")])


def read(text: str | bytes) -> FromDesk:
    """The message in a text. Raises ValueError with a line for people."""
    return _checked(_FROM_DESK.validate_json, text)


def made(content: Mapping[str, Any]) -> FromDesk:
    """The message of these fields, type among them. Raises ValueError with a line for people."""
    return _checked(_FROM_DESK.validate_python, content)


def _checked(validate: Callable[[Any], FromDesk], given: object) -> FromDesk:
    try:
        return validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{where}: {first['msg']}" if where else first["msg"]) from None


def to_action(message: FromDesk) -> Action:
    """What a message does. Raises ValueError with a line for people."""
    match message:
        case SetValue(parameter=name, value=value):
            try:
                return Set(name, BY_NAME[_parameter(name)].parse(value), SOURCE)
            except ValueError as error:
                raise ValueError(f"{name} {error}" if name in BY_NAME else str(error)) from None
        case NudgeValue(parameter=name, steps=steps, fine=fine):
            return Nudge(_parameter(name), steps, fine, SOURCE)
        case RunCommand(command=name):
            target = targets.parse(name)
            if target.kind in (VALUE, STEP):
                raise ValueError(f"{name} is no command")
            return targets.action(target, SOURCE)
        case SwitchCommand(command=name, on=on):
            return Switch(name, on, SOURCE)
        case ChoosePreset(number=number, prompt=prompt):
            return SelectPreset(number - 1, SOURCE, prompt=(prompt or 0) - 1)
        case GivePrompt(text=text):
            return Prompt(_printable(text), SOURCE)
        case StoreSnapshot(slot=slot):
            return targets.action(Target(targets.STORE, number=slot), SOURCE)
        case RecallSnapshot(slot=slot):
            return targets.action(Target(targets.SNAPSHOT, number=slot), SOURCE)
        case WatchPreview():
            raise ValueError("the preview is only for the socket")


def _parameter(name: str) -> str:
    if name not in BY_NAME:
        raise ValueError(f"no parameter is named '{name}'; nearest: {nearest(name, BY_NAME)}")
    return name


def _printable(text: str) -> str:
    """One line, without what moves a cursor; joiners of emoji stay."""
    words = " ".join(text.split())
    return "".join(sign for sign in words if sign.isprintable() or sign == "\u200d")


# To a desk.


class ParameterRow(_Message):
    """A row of the table of parameters (show/parameters.py). digits: decimals that are shown;
    curve: exponent from a fader's position, 0 to 1, to the range; travel: how many whole values
    a fader plays, 0 for the whole range."""

    name: str
    label: str
    help: str
    group: str
    low: float
    high: float
    default: float
    step: float
    fine: float
    unit: str
    whole: bool
    digits: int
    curve: float
    travel: int
    choices: tuple[str, ...]


class CommandRow(_Message):
    """A row of the table of commands. on_off: whether it can be switched."""

    name: str
    label: str
    help: str
    on_off: bool


class Tables(_Message):
    """What stays the same for a whole show. most_played: parameters for the first page."""

    version: str
    parameters: tuple[ParameterRow, ...]
    commands: tuple[CommandRow, ...]
    most_played: tuple[str, ...]
    beats_in_bar: int
    slots: int
    longest_prompt: int


class PresetCard(_Message):
    """A preset and the texts of its prompts."""

    name: str
    prompts: tuple[str, ...]


class Now(_Message):
    """The prompt in force. preset and prompt: its numbers from 1, 0 for none. place: "2 / 8", or
    "typed". fading: how far it has come in, 0 to 100."""

    preset: int
    prompt: int
    text: str
    place: str
    fading: int


class Next(_Message):
    """The prompt that comes, "" for none. caption: "Next in 12 s". gone: how much of the wait is
    over, 0 to 100. pending: what waits for its beat, "" for nothing."""

    text: str
    caption: str
    gone: int
    pending: str


class TempoNow(_Message):
    """The beat counter stands at origin + time · bpm / 60, with the time of the message. lost: its
    source is a clock that is heard no more."""

    bpm: float
    origin: float
    source: str
    lost: bool


class SnapshotsNow(_Message):
    """kept: whether each slot of the preset holds values. coming: the one on its way in, or 0."""

    kept: tuple[bool, ...]
    coming: int


class SoundNow(_Message):
    """What is heard, each 0 to 1."""

    level: float
    bass: float
    mid: float
    treble: float


class EngineNow(_Message):
    """The engine's account (show/status.py). fps: generated frames a second, 0 for none yet."""

    phase: str
    text: str
    progress: float | None
    model: str
    device: str
    coming: str
    fps: float
    seed: int | None


class DisplayNow(_Message):
    """The wall. late: display frames that came over 25 ms after the one before."""

    fps: float
    late: int
    renderer: str


class State(_Message):
    """All that a desk shows. values: as hands left them; played: those that a modulation has
    elsewhere at this moment. waiting: positions (0 to 1) of MIDI knobs that do not hold their
    parameter yet. on: commands that are switched on or off. live: whether the first picture is on
    the wall. messages: lines that can be read now. inputs: what plays along. desks: how many are
    connected."""

    values: dict[str, float]
    played: dict[str, float]
    waiting: dict[str, float]
    on: dict[str, bool]
    presets: tuple[PresetCard, ...]
    now: Now
    next: Next
    tempo: TempoNow
    snapshots: SnapshotsNow
    sound: SoundNow | None
    engine: EngineNow
    display: DisplayNow
    live: bool
    messages: tuple[str, ...]
    inputs: tuple[str, ...]
    desks: int


class Hello(_Message):
    """The first message. role: "play", or "view" for one that may only look."""

    type: Literal["hello"] = "hello"
    role: Literal["play", "view"]
    tables: Tables


class Whole(_Message):
    """The whole state, at a show time in seconds; once, after hello."""

    type: Literal["state"] = "state"
    time: float
    state: State


class Change(_Message):
    """What has changed: sections of the state, each whole; but of values and on only the entries
    that are new. Once a second also where nothing has."""

    type: Literal["change"] = "change"
    time: float
    changes: dict[str, Any]


class Line(_Message):
    """A line of the log: what was said to the performer, at a show time in seconds."""

    type: Literal["line"] = "line"
    time: float
    text: str


class Fault(_Message):
    """Why a message of this desk was not followed."""

    type: Literal["error"] = "error"
    text: str


TO_DESK = (Hello, Whole, Change, Line, Fault)

SCHEMAS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {model.model_fields["type"].default: model for model in (*FROM_DESK, *TO_DESK)}
)
"""All messages by their type."""
