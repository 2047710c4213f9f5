"""Schemas of the messages from the show to a desk: the tables, the sections of the state, and the
messages that carry them. Pure."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """Strict, frozen, and without fields of another's."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ParameterRow(Message):
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


class CommandRow(Message):
    """A row of the table of commands. on_off: whether it can be switched."""

    name: str
    label: str
    help: str
    on_off: bool


class Tables(Message):
    """What stays the same for a whole show. most_played: parameters for the first page. learnable:
    targets that MIDI learn knows."""

    version: str
    parameters: tuple[ParameterRow, ...]
    commands: tuple[CommandRow, ...]
    most_played: tuple[str, ...]
    beats_in_bar: int
    slots: int
    longest_prompt: int
    learnable: tuple[str, ...]


class PresetCard(Message):
    """A preset and the texts of its prompts."""

    name: str
    prompts: tuple[str, ...]


class Now(Message):
    """The current prompt. preset and prompt: its numbers from 1, 0 for none. place: "2 / 8", or
    "typed". fading: how far it has come in, 0 to 100."""

    preset: int
    prompt: int
    text: str
    place: str
    fading: int


class Next(Message):
    """The next prompt, "" for none. caption: "Next in 12 s". gone: how much of the wait is
    over, 0 to 100. pending: what waits for its beat, "" for nothing. preview: name of the still of
    it, "" for none; making: whether one is being generated."""

    text: str
    caption: str
    gone: int
    pending: str
    preview: str
    making: bool


class TempoNow(Message):
    """The beat counter stands at origin + time · bpm / 60, with the time of the message. lost: its
    source is a clock that is no longer received."""

    bpm: float
    origin: float
    source: str
    lost: bool


class SnapshotsNow(Message):
    """kept: whether each slot of the preset holds values. coming: the one being recalled, or 0."""

    kept: tuple[bool, ...]
    coming: int


class SoundNow(Message):
    """Levels of the sound input, each 0 to 1."""

    level: float
    bass: float
    mid: float
    treble: float


class PromptWeight(Message):
    """A text of the current prompt, and its share of it, 0 to 1."""

    text: str
    share: float


class SetEntryNow(Message):
    """An entry of the set list. preset: as written; number: of that preset, 0 if it does not
    exist. length: in words; seconds: at the current tempo."""

    preset: str
    number: int
    length: str
    seconds: float


class SetListNow(Message):
    """The selected set list, "" for none. names: of all set lists; number: of the selected one,
    from 1. loops: whether it starts over after the last entry. changed: whether it differs from
    its file."""

    name: str
    names: tuple[str, ...]
    number: int
    loops: bool
    changed: bool
    entries: tuple[SetEntryNow, ...]


class SetPlace(Message):
    """place: number of the current entry, from 1; 0 while the set list is stopped. next: of the
    next one, 0 for none. left: seconds until then."""

    place: int
    next: int
    left: int


class ProjectionNow(Message):
    """The wall on its display. corners: shares of the screen, clockwise from the top left. corner:
    the one chosen in the mapping mode, from 1; 0 while that is off."""

    display: str
    corners: tuple[tuple[float, float], ...]
    corner: int
    rotate: int
    flip_h: bool
    flip_v: bool


class ControlRow(Message):
    """A control of a MIDI device ("cc 20"), and its target."""

    device: str
    control: str
    plays: str


class SetupNow(Message):
    """displays: their names. models: those on this machine. outputs: programs that the wall is sent
    to. sound: the sound input, "" for none; sounds: those that were found. tempo_from: the only
    tempo source, "" for all. midi: connected controllers; controls: targets of their controls.
    learning: the target of MIDI learn, "" while it is closed; learned: its last result.
    recorded: seconds of the recording, None if none is running."""

    displays: tuple[str, ...]
    models: tuple[str, ...]
    outputs: tuple[str, ...]
    sound: str
    sounds: tuple[str, ...]
    tempo_from: str
    midi: tuple[str, ...]
    controls: tuple[ControlRow, ...]
    learning: str
    learned: str
    recorded: int | None


class MachineNow(Message):
    """memory: MB that the program uses. processor: percent of all cores that it uses.
    temperature: °C of the warmest sensor that can be read; None for none."""

    memory: int
    processor: int
    temperature: int | None


class EngineNow(Message):
    """The engine's status (show/status.py). fps: generated frames a second, 0 for none yet.
    latency: milliseconds from a request to its picture on the wall, 0 for none yet. gpu_used,
    gpu_total: MB of the GPU's memory, used by all programs together; None without a GPU."""

    phase: str
    text: str
    progress: float | None
    model: str
    device: str
    coming: str
    fps: float
    latency: int
    seed: int | None
    gpu_used: int | None
    gpu_total: int | None


class DisplayNow(Message):
    """The wall. late: display frames over 25 ms after the previous one. p99: 99th percentile of the
    last ten seconds' frame times in milliseconds, 0 for none yet."""

    fps: float
    late: int
    p99: float
    renderer: str


class State(Message):
    """All that a desk shows. values: as set by hand; played: those that a modulation is changing.
    waiting: positions (0 to 1) of MIDI knobs that have not picked up their parameter yet. resets:
    values of the preset and its prompt that are not the defaults. on: state of the on/off commands.
    mix: the texts of the current prompt. pictures: names of the prompts' thumbnails, by
    "preset.prompt" in numbers from 1. live: whether the first picture is on the wall. messages:
    lines shown at the moment. inputs: connected inputs. desks: how many are connected."""

    values: dict[str, float]
    played: dict[str, float]
    waiting: dict[str, float]
    resets: dict[str, float]
    on: dict[str, bool]
    presets: tuple[PresetCard, ...]
    now: Now
    next: Next
    mix: tuple[PromptWeight, ...]
    pictures: dict[str, str]
    set_list: SetListNow
    set_place: SetPlace
    tempo: TempoNow
    snapshots: SnapshotsNow
    sound: SoundNow | None
    engine: EngineNow
    display: DisplayNow
    machine: MachineNow
    projection: ProjectionNow
    setup: SetupNow
    live: bool
    messages: tuple[str, ...]
    inputs: tuple[str, ...]
    desks: int


class Hello(Message):
    """The first message. role: "play", or "view" for viewing only."""

    type: Literal["hello"] = "hello"
    role: Literal["play", "view"]
    tables: Tables


class Whole(Message):
    """The whole state, at a show time in seconds; once, after hello."""

    type: Literal["state"] = "state"
    time: float
    state: State


class Change(Message):
    """Changed sections of the state, each whole, except for values and on, of which only the
    changed entries are sent. At least once a second."""

    type: Literal["change"] = "change"
    time: float
    changes: dict[str, Any]


class Line(Message):
    """A line of the log: a message to the performer, at a show time in seconds."""

    type: Literal["line"] = "line"
    time: float
    text: str


class Fault(Message):
    """Why a message of this desk was not carried out."""

    type: Literal["error"] = "error"
    text: str
