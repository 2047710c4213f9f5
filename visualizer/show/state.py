"""The show as one frozen value: all that is wanted at a moment, and what follows from it.

What changes it is in reducer.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from visualizer.show import cueing, lengths, modulation
from visualizer.show.cueing import Cue
from visualizer.show.layers import NOTHING, Layer
from visualizer.show.messages import Message
from visualizer.show.parameters import DEFAULTS, PARAMETERS
from visualizer.show.pickup import Grip
from visualizer.show.preset import Preset
from visualizer.show.request import Request
from visualizer.show.sound import Sound
from visualizer.show.tempo import Tempo

if TYPE_CHECKING:  # their modules are written in terms of Show
    from visualizer.show.learning import Learning
    from visualizer.show.memory import Memory
    from visualizer.show.snapshots import Morph
    from visualizer.show.undo import Change
    from visualizer.show.waiting import Pending

HUD_AT_START = 8.0
"""Seconds from the first frame that the HUD stays on by itself; then the wall belongs to the
audience."""

AHEAD = 8
"""Most texts that are named to the engine ahead of time."""

QUIT_WITHIN = 2.0
"""Seconds within which quit must come twice, so that a stray key can't end a show."""


@dataclass(frozen=True, slots=True)
class Show:
    """All that is wanted at this moment. time: seconds since the start; live_since: that of the
    first frame, None before it. seed: the one in force, which walks on from the parameter.

    turn counts prompts within the preset (cueing.position makes an index of it), visits how often
    a preset was chosen, so that "shuffled" is another order each time. hud None means
    "by itself": on for the first seconds. entry: what is being typed, None when closed;
    entry_for: whether it is a "prompt" or a "model".

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
    knobs: Mapping[str, Grip] = field(default_factory=lambda: MappingProxyType({}))
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
    offer: Memory | None = None

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
        return _index(self.presets[self.preset], turn, self.visits)

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

    def with_values(self, new: Mapping[str, float]) -> Show:
        """The show with some parameters at new values, which must be within their ranges."""
        return replace(self, values=MappingProxyType({**self.values, **new}))

    def waits(self, grip: Grip) -> bool:
        """Whether a knob was moved but does not hold its parameter (yet)."""
        return grip.wrote != self.values[grip.parameter]


def request(show: Show) -> Request:
    """What the engine is to make at this moment."""
    values = modulation.played(show)
    crossfade = lengths.seconds(show, "crossfade")
    prompts = cueing.mix(show.cue, crossfade)
    negative = cueing.negative_mix(show.cue, crossfade)
    return Request(
        prompts=prompts,
        negative=negative,
        strength=values["strength"],
        guidance=values["guidance"],
        steps=int(values["steps"]),
        seed=int(values["seed"]),
        seed_interval=int(values["seed_interval"]),
        seed_glide=values["seed_glide"],
        blend=values["blend"],
        brightness=values["brightness"],
        contrast=values["contrast"],
        noise=values["noise"],
        zoom=values["zoom"],
        rotate=values["rotate"],
        pan_x=values["pan_x"],
        pan_y=values["pan_y"],
        swirl=values["swirl"],
        ripple=values["ripple"],
        kaleidoscope=int(values["kaleidoscope"]),
        mirror=int(values["mirror"]),
        colour_hold=values["colour_hold"],
        sharpness_hold=values["sharpness_hold"],
        restarts=show.restarts,
        generating=show.generating,
        time=show.time,
        ahead=_ahead(show, {text for text, _ in prompts + negative}),
    )


def _ahead(show: Show, on: Set[str]) -> tuple[str, ...]:
    """Texts that will be wanted soon, the likeliest first, without those that are on now.

    Negative ones only where guidance can be on then: each text costs the time of a frame.
    """
    here = show.preset_now
    if here is None:
        return ()
    soon = [(here, show.index_at(turn)) for turn in (show.turn + 1, show.turn_before)]
    for step in (1, -1):
        preset = show.presets[(show.preset + step) % len(show.presets)]
        soon.append((preset, _index(preset, 0, show.visits + 1)))
    texts: list[str] = []
    for preset, index in soon:
        cued = preset.prompts[index]
        texts += dict(cued.parts)
        layers = (show.values, preset.values, cued.values)
        if any(values.get("guidance", 0.0) > 1.0 for values in layers):
            texts.append(cued.negative)
    wanted = dict.fromkeys(text for text in texts if text and text not in on)
    return tuple(wanted)[:AHEAD]


def _index(preset: Preset, turn: int, visits: int) -> int:
    """Index of a turn's prompt within a preset that was chosen for the visits-th time."""
    return cueing.position(preset.order, len(preset.prompts), turn, f"{preset.name}:{visits}")
