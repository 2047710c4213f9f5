"""The show as one frozen value: all that is wanted at a moment, and what follows from it.

What changes it is in reducer.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from visualizer.show import cueing
from visualizer.show.actions import KnobId
from visualizer.show.cueing import Cue
from visualizer.show.files.session import Session
from visualizer.show.parameters import DEFAULTS, PARAMETERS
from visualizer.show.pickup import Grip
from visualizer.show.records import (
    NOTHING,
    Change,
    Layer,
    Learning,
    Message,
    Morph,
    Pending,
    Preset,
    Sound,
    Tempo,
)

HUD_AT_START = 8.0
"""Seconds from the first frame that the HUD stays on by itself; then the wall belongs to the
audience."""

QUIT_WITHIN = 2.0
"""Seconds within which quit must come twice, so that a stray key can't end a show."""


@dataclass(frozen=True, slots=True)
class Show:
    """All that is wanted at this moment. time: seconds since the start; live_since: that of the
    first frame, None before it. seed: the one in force, which walks on from the parameter.

    turn counts prompts within the preset (cueing.position makes an index of it), visits how often
    a preset was chosen, so that "shuffled" is another order each time. hud None means
    "by itself": on for the first seconds. entry: what is being typed, None when closed;
    entry_for: whether it is a "prompt", a "model" or a "number". countdown: seconds left to answer
    the start screen's question for a model, None where it does not ask.

    model: the one asked for by name, until it plays or can't be had; "" for none. model_asks
    counts how often one was asked for, so that the same name can be asked for again after a
    failure.
    running and models: what the engine runs now, and what is on this machine, as it says.

    period: seconds from a request to its picture on the wall. taps: show times of the last taps.
    tempo: where the beat is; sound: what is heard. pending: the prompt or preset that waits for its
    beat, pending_recall: the snapshot that does. focus: the parameter that a hand on the keypad
    plays. snapshots: kept values by preset's name and slot; morph: one that is coming in. past and
    future: for undo and redo. caret: characters before the caret in entry; composing: what an
    input method has not settled; history: prompts typed before, the oldest first; recalled: how
    far back in it the entry is; draft: what was begun before. offer: the last show's memory, until
    it is taken up. learning: MIDI learn's list, None while it is closed. Counts of wishes that MIDI
    hears of: forgets, the last one for forget_target, and forgets_all.
    """

    presets: tuple[Preset, ...] = ()
    preset: int = 0
    turn: int = 0
    visits: int = 0
    cue: Cue = field(default_factory=Cue)
    values: Mapping[str, float] = field(default_factory=lambda: DEFAULTS)
    preset_layer: Layer = field(default_factory=lambda: NOTHING)
    prompt_layer: Layer = field(default_factory=lambda: NOTHING)
    knobs: Mapping[KnobId, Grip] = field(default_factory=lambda: MappingProxyType({}))
    time: float = 0.0
    live_since: float | None = None
    seed: int | None = None
    restarts: int = 0
    generating: bool = True
    frozen: bool = False
    blackout: bool = False
    fullscreen: bool = True
    fill: bool = True
    hud: bool | None = None
    help: bool = False
    entry: str | None = None
    entry_for: str = "prompt"
    countdown: float | None = None
    model: str = ""
    model_asks: int = 0
    running: str = ""
    models: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    quit_asked: float | None = None
    over: bool = False
    tempo: Tempo = field(default_factory=Tempo)
    taps: tuple[float, ...] = ()
    period: float = 0.0
    pending: Pending | None = None
    pending_recall: Pending | None = None
    sound: Sound = field(default_factory=Sound)
    focus: str = PARAMETERS[0].name
    snapshots: Mapping[str, Mapping[int, Mapping[str, float]]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    morph: Morph | None = None
    past: tuple[Change, ...] = ()
    future: tuple[Change, ...] = ()
    caret: int = 0
    composing: str = ""
    history: tuple[str, ...] = ()
    recalled: int = 0
    draft: str = ""
    learning: Learning | None = None
    forgets: int = 0
    forget_target: str = ""
    forgets_all: int = 0
    offer: Session | None = None

    @property
    def preset_now(self) -> Preset | None:
        """The preset in force; None where there is none."""
        return self.presets[self.preset] if self.presets else None

    @property
    def prompt_index(self) -> int:
        """Index of the current turn's prompt within the preset."""
        return self.index_at(self.turn)

    def index_at(self, turn: int) -> int:
        """Index of a turn's prompt within the preset."""
        return index_in(self.presets[self.preset], turn, self.visits)

    @property
    def turn_before(self) -> int:
        """The turn to go back to. After a typed prompt, that is the one which was on before it."""
        return self.turn if self.cue.stays else self.turn - 1

    @property
    def hud_on(self) -> bool:
        """Whether the HUD is to be seen now."""
        if self.hud is not None:
            return self.hud
        return self.live_since is not None and self.time < self.live_since + HUD_AT_START

    @property
    def messages_seen(self) -> bool:
        """Whether the performer can read messages now: on the HUD, or on the start screen."""
        return not self.help and (self.hud_on or self.live_since is None)

    @property
    def quit_pending(self) -> bool:
        """Whether quit was given once, and another within the time would end the show."""
        return self.quit_asked is not None and self.time - self.quit_asked <= QUIT_WITHIN

    @property
    def entry_open(self) -> bool:
        """Whether a line is typed over the picture; the start screen has its own."""
        return self.entry is not None and self.countdown is None

    def with_entry_closed(self) -> Show:
        """The show with no line to type into."""
        return replace(
            self, entry=None, entry_for="prompt", countdown=None, caret=0, composing="", recalled=0,
            draft="",
        )  # fmt: skip

    def with_values(self, new: Mapping[str, float]) -> Show:
        """The show with some parameters at new values, which must be within their ranges."""
        return replace(self, values=MappingProxyType({**self.values, **new}))

    def waits(self, grip: Grip) -> bool:
        """Whether a knob was moved but does not hold its parameter (yet)."""
        return grip.wrote != self.values[grip.parameter]


def index_in(preset: Preset, turn: int, visits: int) -> int:
    """Index of a turn's prompt within a preset that was chosen for the visits-th time."""
    return cueing.position(preset.order, len(preset.prompts), turn, f"{preset.name}:{visits}")
