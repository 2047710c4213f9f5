"""The show as one frozen value: everything requested at a moment, and what follows from it.

What changes it is in reducer.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from visualizer.show import cueing
from visualizer.show.cueing import Cue
from visualizer.show.files.session import Session
from visualizer.show.parameters import DEFAULTS, PARAMETERS
from visualizer.show.pickup import Grip
from visualizer.show.play_actions import KnobId
from visualizer.show.projection import PLAIN, Projection
from visualizer.show.records import (
    FITS,
    NOTHING,
    DisplayChoice,
    Forgets,
    Layer,
    Learning,
    MappingMode,
    Message,
    ModelChoice,
    Morph,
    Pending,
    Preset,
    Sound,
    SoundChoice,
    Tempo,
    TextEntry,
    UndoStack,
)
from visualizer.show.set_list import SetState

HUD_AT_START = 8.0
"""Seconds from the first frame that the HUD stays on by itself; then the wall belongs to the
audience."""

IDENTIFY_SECONDS = 6.0
"""How long windows name their displays: to look once round a venue."""

QUIT_WITHIN = 2.0
"""Seconds within which quit must come twice, so that a stray key can't end a show."""


@dataclass(frozen=True, slots=True)
class Show:
    """All that is wanted at this moment. time: seconds since the start; live_since: that of the
    first frame, None before it. seed: the one in force, which walks on from the parameter.

    turn counts prompts within the preset (cueing.position makes an index of it), visits how often
    a preset was chosen, so that "shuffled" is another order each time. hud None means
    "by itself": on for the first seconds. fit: one of FITS. entry: the line being typed, None when
    closed; history: prompts typed before, the oldest first. quit_asked: show time at which quit was
    given once.

    period: seconds from a request to its picture on the wall. taps: show times of the last taps.
    tempo: where the beat is; tempo_from: what alone may set it, one of tempo.SOURCES, "" for all.
    sound: what is heard; sound_choice: requests for another input. pending: the prompt or preset
    that waits for its beat, pending_recall: the snapshot that does. focus: the parameter that a
    hand on the keypad plays. snapshots: kept values by preset's name and slot; morph: one that is
    coming in. offer: the last show's memory, until it is taken up. learning: MIDI learn's list,
    None while it is closed. source: the one given by hand, a file's path or camera:N, which stands
    over those of presets; "" for none. source_since: show time at which the preset brought its
    source. pictures: how often one of the wall was asked for; previews: how often one of the next
    prompt was. recording: show time since which the wall is recorded, None where it is not.
    display: name of the one that the wall is on; chosen_display: of the one that it belongs on,
    which may be unplugged; display_choice: requests to move it. projections: where the wall goes,
    by displays' names; mapping: the mapping mode, None while it is off. test_card: whether it is on
    the wall. identify_until: show time until which each window names its display. sets:
    the set lists, and where one of them is. chance: what random seeds are drawn from, another one
    in each show.
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
    fit: str = FITS[0]
    hud: bool | None = None
    help: bool = False
    entry: TextEntry | None = None
    history: tuple[str, ...] = ()
    model: ModelChoice = field(default_factory=ModelChoice)
    messages: tuple[Message, ...] = ()
    quit_asked: float | None = None
    over: bool = False
    tempo: Tempo = field(default_factory=Tempo)
    taps: tuple[float, ...] = ()
    period: float = 0.0
    pending: Pending | None = None
    pending_recall: Pending | None = None
    tempo_from: str = ""
    sound: Sound = field(default_factory=Sound)
    sound_choice: SoundChoice = field(default_factory=SoundChoice)
    focus: str = PARAMETERS[0].name
    snapshots: Mapping[str, Mapping[int, Mapping[str, float]]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    morph: Morph | None = None
    undo: UndoStack = field(default_factory=UndoStack)
    learning: Learning | None = None
    forgets: Forgets = field(default_factory=Forgets)
    offer: Session | None = None
    source: str = ""
    source_since: float = 0.0
    pictures: int = 0
    previews: int = 0
    recording: float | None = None
    display: str = ""
    chosen_display: str = ""
    display_choice: DisplayChoice = field(default_factory=DisplayChoice)
    projections: Mapping[str, Projection] = field(default_factory=lambda: MappingProxyType({}))
    mapping: MappingMode | None = None
    test_card: bool = False
    identify_until: float = 0.0
    sets: SetState = field(default_factory=SetState)
    chance: int = 0

    @property
    def source_in_force(self) -> str:
        """What is mixed into the loop: the source given by hand, else the preset's; "" for none."""
        return self.source or (preset.source if (preset := self.preset_now) else "")

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
    def projection(self) -> Projection:
        """Where the wall goes on the display that it is on."""
        return self.projections.get(self.display, PLAIN)

    @property
    def messages_seen(self) -> bool:
        """Whether the performer can read messages now: on the HUD, or on the start screen."""
        return not self.help and (self.hud_on or self.live_since is None)

    @property
    def identifies(self) -> bool:
        """Whether each window names its display now."""
        return self.time < self.identify_until

    @property
    def quit_pending(self) -> bool:
        """Whether quit was given once, and another within the time would end the show."""
        return self.quit_asked is not None and self.time - self.quit_asked <= QUIT_WITHIN

    @property
    def entry_open(self) -> bool:
        """Whether a line is typed over the picture; the start screen has its own."""
        return self.entry is not None and self.entry.countdown is None

    @property
    def asks_model(self) -> bool:
        """Whether the start screen asks for a model."""
        return self.entry is not None and self.entry.countdown is not None

    def with_values(self, new: Mapping[str, float]) -> Show:
        """The show with some parameters at new values, which must be within their ranges."""
        return replace(self, values=MappingProxyType({**self.values, **new}))

    def waits(self, grip: Grip) -> bool:
        """Whether a knob was moved but does not hold its parameter (yet)."""
        return grip.wrote != self.values[grip.parameter]


def index_in(preset: Preset, turn: int, visits: int) -> int:
    """Index of a turn's prompt within a preset that was chosen for the visits-th time."""
    return cueing.position(preset.order, len(preset.prompts), turn, f"{preset.name}:{visits}")
