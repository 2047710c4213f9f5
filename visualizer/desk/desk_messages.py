"""Schemas of the messages from a desk to the show; told_messages has the other direction. Pure.

A message is a JSON object with a type. REST's bodies are the same messages (openapi.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from visualizer.desk.told_messages import Change, Fault, Hello, Line, Message, Whole
from visualizer.show import tempo
from visualizer.show.command_table import ON_OFF
from visualizer.show.files import set_file
from visualizer.show.reducers.navigation import LONGEST
from visualizer.show.targets import PRESETS, SNAPSHOTS

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=40)]
Slot: TypeAlias = Annotated[int, Field(ge=1, le=SNAPSHOTS)]
Entry: TypeAlias = Annotated[int, Field(ge=1, le=set_file.MOST_ENTRIES)]


class SetValue(Message):
    """Set a parameter, in its own unit; a choice also by its name. Values out of range are
    clamped, with a line."""

    type: Literal["set"] = "set"
    parameter: Name
    value: float | Annotated[str, Field(max_length=40)]


class NudgeValue(Message):
    """Change a parameter by a number of its steps, down if negative; fine uses its fine steps."""

    type: Literal["nudge"] = "nudge"
    parameter: Name
    steps: Annotated[float, Field(ge=-1000, le=1000)]
    fine: bool = False


class RunCommand(Message):
    """Run a command."""

    type: Literal["run"] = "run"
    command: Name


class SwitchCommand(Message):
    """Switch an on/off command."""

    type: Literal["switch"] = "switch"
    command: Literal[ON_OFF]  # type: ignore[valid-type]
    on: bool


class ChoosePreset(Message):
    """Go to a preset by its number or its name, to its first prompt or another by number; numbers
    from 1."""

    type: Literal["preset"] = "preset"
    number: (
        Annotated[int, Field(ge=1, le=PRESETS)]
        | Annotated[str, Field(min_length=1, max_length=200)]
    )
    prompt: Annotated[int, Field(ge=1, le=10_000)] | None = None


class GivePrompt(Message):
    """Play a prompt at once; it stays until the next one is requested."""

    type: Literal["prompt"] = "prompt"
    text: Annotated[str, Field(max_length=LONGEST)]


class StoreSnapshot(Message):
    """Store the current values in a slot of the preset."""

    type: Literal["store"] = "store"
    slot: Slot


class RecallSnapshot(Message):
    """Recall a slot's values, over the time that the parameter morph sets."""

    type: Literal["recall"] = "recall"
    slot: Slot


class MixInText(Message):
    """Mix a text into the current prompt, at half of the total weight."""

    type: Literal["mix"] = "mix"
    text: Annotated[str, Field(max_length=LONGEST)]


class WeighText(Message):
    """Set one text's share of the current prompt, 0 to 1; the others share the rest."""

    type: Literal["weigh"] = "weigh"
    text: Annotated[str, Field(max_length=LONGEST)]
    share: Annotated[float, Field(ge=0, le=1)]


class ChooseSetList(Message):
    """Select a set list, by its number from 1."""

    type: Literal["set_list"] = "set_list"
    number: Annotated[int, Field(ge=1, le=1000)]


class GoInSetList(Message):
    """Play the set list from an entry on, by its number from 1."""

    type: Literal["set_entry"] = "set_entry"
    number: Entry


class MoveInSetList(Message):
    """Move an entry of the set list to another position; both from 1."""

    type: Literal["set_move"] = "set_move"
    number: Entry
    to: Entry


class SetEntryLength(Message):
    """Set the length of an entry of the set list: "64 bars", "5 minutes"."""

    type: Literal["set_length"] = "set_length"
    number: Entry
    length: Annotated[str, Field(max_length=40)]


class AddToSetList(Message):
    """Append a preset to the set list, by the preset's number from 1."""

    type: Literal["set_add"] = "set_add"
    preset: Annotated[int, Field(ge=1, le=PRESETS)]


class RemoveFromSetList(Message):
    """Remove an entry from the set list, by its number from 1; not the one that is playing."""

    type: Literal["set_remove"] = "set_remove"
    number: Entry


class MoveToDisplay(Message):
    """Move the wall to a display, by its name."""

    type: Literal["display"] = "display"
    name: Annotated[str, Field(min_length=1, max_length=200)]


class PinCorner(Message):
    """In the mapping mode: move a corner of the wall, 1 to 4 clockwise from the top left, to a
    point of the screen, in shares of its size."""

    type: Literal["corner"] = "corner"
    corner: Annotated[int, Field(ge=1, le=4)]
    x: Annotated[float, Field(ge=-1, le=2)]
    y: Annotated[float, Field(ge=-1, le=2)]


class ChangeProjection(Message):
    """In the mapping mode: rotate the wall by 90°, flip it, or reset it (sent twice)."""

    type: Literal["project"] = "project"
    change: Literal["rotate", "flip_h", "flip_v", "reset"]


class LearnControl(Message):
    """MIDI learn: map the next control that is moved to a target. `switch learn` ends it."""

    type: Literal["learn"] = "learn"
    target: Name


class LoadModel(Message):
    """Load a model, one of those on this machine, by its name."""

    type: Literal["model"] = "model"
    name: Annotated[str, Field(min_length=1, max_length=1000)]


class ChooseSoundInput(Message):
    """Select a sound input by its name, "" for the default; null for none."""

    type: Literal["sound"] = "sound"
    name: Annotated[str, Field(max_length=200)] | None


class FindSoundInputs(Message):
    """List the available sound inputs."""

    type: Literal["find_sounds"] = "find_sounds"


class ChooseTempoSource(Message):
    """Select the only source of tempo and beat; "" for all, by rank."""

    type: Literal["tempo_from"] = "tempo_from"
    name: Literal[tempo.SOURCES]  # type: ignore[valid-type]


class WatchPreview(Message):
    """Start or stop sending the wall's picture, as binary messages (JPEG). Socket only."""

    type: Literal["preview"] = "preview"
    on: bool


FROM_DESK = (
    SetValue, NudgeValue, RunCommand, SwitchCommand, ChoosePreset, GivePrompt, StoreSnapshot,
    RecallSnapshot, MixInText, WeighText, ChooseSetList, GoInSetList, MoveInSetList, SetEntryLength,
    AddToSetList, RemoveFromSetList, MoveToDisplay, PinCorner, ChangeProjection, LearnControl,
    LoadModel, ChooseSoundInput, FindSoundInputs, ChooseTempoSource, WatchPreview,
)  # fmt: skip

FromDesk: TypeAlias = (
    SetValue | NudgeValue | RunCommand | SwitchCommand | ChoosePreset | GivePrompt
    | StoreSnapshot | RecallSnapshot | MixInText | WeighText | ChooseSetList | GoInSetList
    | MoveInSetList | SetEntryLength | AddToSetList | RemoveFromSetList | MoveToDisplay
    | PinCorner | ChangeProjection | LearnControl | LoadModel | ChooseSoundInput
    | FindSoundInputs | ChooseTempoSource | WatchPreview
)  # fmt: skip

_FROM_DESK: TypeAdapter[FromDesk] = TypeAdapter(Annotated[FromDesk, Field(discriminator="type")])


def read(text: str | bytes) -> FromDesk:
    """Parse a message from text. Raises ValueError with a line for people."""
    return _checked(_FROM_DESK.validate_json, text)


def made(content: Mapping[str, Any]) -> FromDesk:
    """Build a message from fields, including type. Raises ValueError with a line for people."""
    return _checked(_FROM_DESK.validate_python, content)


def _checked(validate: Callable[[Any], FromDesk], given: object) -> FromDesk:
    try:
        return validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{where}: {first['msg']}" if where else first["msg"]) from None


TO_DESK = (Hello, Whole, Change, Line, Fault)

SCHEMAS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {model.model_fields["type"].default: model for model in (*FROM_DESK, *TO_DESK)}
)
"""All messages by their type."""
