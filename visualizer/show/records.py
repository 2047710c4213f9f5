"""The records that a show consists of: frozen, and independent of the show that holds them.

What is done with each is in the module that its docstring names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from visualizer.show.lora import Lora, joined
from visualizer.show.play_actions import Recall, Run, SelectPreset
from visualizer.show.prompt_mix import in_words
from visualizer.show.request import Mix
from visualizer.show.set_list import SetList
from visualizer.show.setup_actions import GoInSet
from visualizer.show.targets import LEARNABLE

FITS = ("fill", "whole", "stretch", "tile")
"""How a picture meets a screen of another shape: cropped so that it covers all of it; whole,
between black bars; stretched; whole, and going on in mirrored tiles."""

NO_VALUES: Mapping[str, float] = MappingProxyType({})
"""No parameter values of one's own."""


@dataclass(frozen=True, slots=True)
class Message:
    """A line for the performer, and for how many seconds more it can be read."""

    text: str
    left: float


@dataclass(frozen=True, slots=True)
class Cued:
    """One prompt of a preset: its texts by weight (adding up to 1, prompt_mix.TOGETHER at most),
    the parameter values that come with it, and what it leads away from ("" for nothing)."""

    parts: Mix
    values: Mapping[str, float]
    negative: str = ""

    @property
    def text(self) -> str:
        """The prompt for people."""
        return in_words(self.parts)


@dataclass(frozen=True, slots=True)
class Preset:
    """A named list of prompts with parameter values for all of them.

    negative: that of a prompt typed while the preset is on; its own prompts have theirs. model:
    the one to change to when the preset is chosen, "" where it leaves the model alone. loras: those
    that the model plays with from then on; None where it leaves them alone. source: what is mixed
    into the loop while the preset is on, a file's path or camera:N; "" for nothing. file: where it
    was read from, "" for nowhere.
    """

    name: str
    prompts: tuple[Cued, ...]
    order: str = "in turn"
    values: Mapping[str, float] = field(default_factory=lambda: NO_VALUES)
    negative: str = ""
    model: str = ""
    loras: tuple[Lora, ...] | None = None
    source: str = ""
    file: str = field(default="", compare=False)


Layer: TypeAlias = Mapping[str, tuple[float, float]]
"""Parameter name to (value before, value laid)."""

NOTHING: Layer = MappingProxyType({})
"""The layer that lays nothing."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """At show time at (seconds) the beat counter stood at beats, and bpm beats a minute follow.

    source: whose beat it is: "" for the performer's own, "tap", "midi clock", "link", "sound".
    """

    bpm: float = 120.0
    beats: float = 0.0
    at: float = 0.0
    source: str = ""

    def beats_at(self, time: float) -> float:
        """The beat counter at a show time."""
        return self.beats + (time - self.at) * self.bpm / 60.0


@dataclass(frozen=True, slots=True)
class Sound:
    """level, bass, mid, treble: 0 to 1. onset: 1 at an onset, falling to 0 after it. heard: show
    time of the last news; None for none yet. aged: show time of these very levels."""

    level: float = 0.0
    bass: float = 0.0
    mid: float = 0.0
    treble: float = 0.0
    onset: float = 0.0
    heard: float | None = None
    aged: float = 0.0


@dataclass(frozen=True, slots=True)
class Morph:
    """Values on their way to those of a slot. begun: show time; length: seconds.

    laid: the values that it gave last, of the parameters that are still on their way. One that a
    hand moves meanwhile has another value then, and leaves (the hand wins).
    """

    old: Mapping[str, float]
    new: Mapping[str, float]
    begun: float
    length: float
    laid: Mapping[str, float]
    slot: int


@dataclass(frozen=True, slots=True)
class Change:
    """values before it, of what it changed; what: who changed which values, so that one turn of a
    knob is one change, "" for what stands alone; at: show time of its last part. set_list: the one
    before it, where that is what it changed."""

    values: Mapping[str, float]
    what: str
    at: float
    set_list: SetList | None = None


@dataclass(frozen=True, slots=True)
class UndoStack:
    """Changes to take back, and those taken back, which can be done again; the newest last."""

    past: tuple[Change, ...] = ()
    future: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A line that is typed. purpose: "prompt", "model" or "number". caret: characters before it in
    text. composing: what an input method has not settled. recalled: how far back in the prompts
    typed before the line is; draft: what was begun before. countdown: seconds left to answer the
    start screen's question for a model, None where it does not ask."""

    purpose: str
    text: str = ""
    caret: int = 0
    composing: str = ""
    recalled: int = 0
    draft: str = ""
    countdown: float | None = None


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """wanted: the model asked for by name, until it plays or can't be had; "" for none. asks: how
    often one was asked for, so that the same name can be asked for again after a failure. running,
    available: what the engine runs now, and what is on this machine, as it says. loras: those that
    any model is to play with."""

    wanted: str = ""
    asks: int = 0
    running: str = ""
    available: tuple[str, ...] = ()
    loras: tuple[Lora, ...] = ()

    @property
    def in_force(self) -> str:
        """What plays when all is done that was asked for; "" while that is not known."""
        return self.wanted or self.running

    @property
    def asked(self) -> str:
        """The model wanted with its LoRAs, as the engine is told it (lora.joined)."""
        return joined(self.wanted, self.loras)


@dataclass(frozen=True, slots=True)
class Forgets:
    """Requests that MIDI hears of, as counters: to forget a target (the last one's name), or all
    that was learned."""

    count: int = 0
    target: str = ""
    all_count: int = 0


@dataclass(frozen=True, slots=True)
class Learning:
    """index: of the chosen target in LEARNABLE. line: what was done last, for people.
    forget_all_asked: show time at which forget_all was given once."""

    index: int = 0
    line: str = ""
    forget_all_asked: float | None = None

    @property
    def target(self) -> str:
        """Its name."""
        return LEARNABLE[self.index]


@dataclass(frozen=True, slots=True)
class DisplayChoice:
    """Requests that the stage hears of: asks counts them; wanted is the display of the last one by
    its name, "" for the next one."""

    asks: int = 0
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class SoundChoice:
    """Requests that the sound input hears of: asks counts them; on and name are the last one's.
    finds: how often it was to look which inputs there are."""

    asks: int = 0
    on: bool = False
    name: str = ""
    finds: int = 0


@dataclass(frozen=True, slots=True)
class MappingMode:
    """corner: the one to move, 0 to 3 clockwise from the top left. reset_asked: show time at which
    reset was given once."""

    corner: int = 0
    reset_asked: float | None = None


CUE = "cue"
"""Source of what a cue asks for by itself."""


@dataclass(frozen=True, slots=True)
class Pending:
    """action: what will be done, times over. beat: when, by the beat counter (show/tempo.py).
    unit: beats that such moments are apart at least, whatever the parameter quantise says."""

    action: Run | SelectPreset | Recall | GoInSet
    beat: float
    times: int = 1
    unit: int = 0

    @property
    def by_itself(self) -> bool:
        """Whether no hand has asked for it."""
        return self.action.source == CUE
