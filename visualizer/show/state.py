"""The show as one frozen value, and reduce: what each action makes of it.

reduce(show, action) -> show is pure: no clock (time comes as Tick), no randomness (a new seed is
computed from the old one), so that a recorded list of actions always plays the same show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from visualizer.show import cueing
from visualizer.show.actions import (
    Action,
    Drop,
    Erase,
    Knob,
    Nudge,
    Prompt,
    Run,
    Say,
    SelectPreset,
    Set,
    Take,
    Tick,
    Type,
    Unplugged,
)
from visualizer.show.cueing import Cue
from visualizer.show.layers import NOTHING, Layer, lay, lift
from visualizer.show.parameters import BY_NAME, DEFAULTS
from visualizer.show.pickup import Grip, takes_hold
from visualizer.show.preset import NO_VALUES, Cued, Preset
from visualizer.show.request import Request

HUD_AT_START = 8.0
"""Seconds that the HUD stays on by itself; then the wall belongs to the audience."""

QUIT_WITHIN = 2.0
"""Seconds within which quit must come twice, so that a stray key can't end a show."""

MESSAGE_STAYS = 6.0
"""Seconds that a message can be read."""

MESSAGES = 5
"""Most messages kept: more would cover the picture."""


@dataclass(frozen=True, slots=True)
class Message:
    """A line for the performer, and the show time (seconds) until which it stays."""

    text: str
    until: float


@dataclass(frozen=True, slots=True)
class Show:
    """All that is wanted at this moment. time: seconds since the start.

    turn counts prompts within the preset (cueing.position makes an index of it). hud None means
    "by itself": on for the first seconds. entry: the prompt being typed, None when closed.
    """

    presets: tuple[Preset, ...] = ()
    preset: int = 0
    turn: int = 0
    cue: Cue = field(default_factory=Cue)
    values: Mapping[str, float] = field(default_factory=lambda: DEFAULTS)
    preset_layer: Layer = field(default_factory=lambda: NOTHING)
    prompt_layer: Layer = field(default_factory=lambda: NOTHING)
    knobs: Mapping[str, Grip] = field(default_factory=lambda: MappingProxyType({}))
    time: float = 0.0
    restarts: int = 0
    generating: bool = True
    frozen: bool = False
    blackout: bool = False
    fullscreen: bool = True
    fill: bool = True
    hud: bool | None = None
    help: bool = False
    entry: str | None = None
    messages: tuple[Message, ...] = ()
    quit_asked: float | None = None
    over: bool = False

    @property
    def preset_now(self) -> Preset | None:
        """The preset in force; None where there is none."""
        return self.presets[self.preset] if self.presets else None

    @property
    def prompt_index(self) -> int:
        """Index of the current turn's prompt within the preset."""
        preset = self.presets[self.preset]
        return cueing.position(preset.order, len(preset.prompts), self.turn, preset.name)

    @property
    def hud_on(self) -> bool:
        """Whether the HUD is to be seen now."""
        return self.time < HUD_AT_START if self.hud is None else self.hud

    @property
    def quit_pending(self) -> bool:
        """Whether quit was given once, and another within the time would end the show."""
        return self.quit_asked is not None and self.time - self.quit_asked <= QUIT_WITHIN

    def waits(self, grip: Grip) -> bool:
        """Whether a knob was moved but does not hold its parameter (yet)."""
        return grip.wrote != self.values[grip.parameter]


def start(
    presets: tuple[Preset, ...],
    preset: int = 0,
    settings: Mapping[str, float] | None = None,
    *,
    fullscreen: bool = True,
) -> Show:
    """The show as it begins: preset and first prompt in force, then settings (--set) over them."""
    show = Show(presets=presets, fullscreen=fullscreen)
    if presets:
        show = _to_preset(show, preset % len(presets))
        show = replace(show, cue=replace(show.cue, outgoing=()))
    for name, value in (settings or {}).items():
        show = _set(show, name, value)
    return show


def request(show: Show) -> Request:
    """What the engine is to make at this moment."""
    values = show.values
    return Request(
        prompts=cueing.mix(show.cue, values["crossfade"]),
        strength=values["strength"],
        guidance=values["guidance"],
        steps=int(values["steps"]),
        seed=int(values["seed"]),
        seed_interval=int(values["seed_interval"]),
        blend=values["blend"],
        perturbation=values["perturbation"],
        restarts=show.restarts,
        generating=show.generating,
    )


def reduce(show: Show, action: Action) -> Show:
    """The show after an action. Unknown names (from a hand-made map) change nothing."""
    match action:
        case Tick(seconds=seconds):
            return _tick(show, seconds)
        case Set(parameter=name, value=value):
            return _set(show, name, value)
        case Nudge(parameter=name, steps=steps, fine=fine):
            row = BY_NAME.get(name)
            size = 0.0 if row is None else row.fine if fine else row.step
            return _set(show, name, show.values.get(name, 0.0) + steps * size)
        case Knob():
            return _turn(show, action)
        case Unplugged(port=port):
            kept = {c: grip for c, grip in show.knobs.items() if not c.startswith(f"{port}:")}
            return replace(show, knobs=MappingProxyType(kept))
        case Run(command=name):
            return _COMMANDS[name](show) if name in _COMMANDS else show
        case SelectPreset(index=index):
            return _to_preset(show, index) if 0 <= index < len(show.presets) else show
        case Type(text=text):
            return show if show.entry is None else replace(show, entry=show.entry + text)
        case Erase():
            return show if show.entry is None else replace(show, entry=show.entry[:-1])
        case Take():
            return show if show.entry is None else _prompt(replace(show, entry=None), show.entry)
        case Drop():
            return replace(show, entry=None)
        case Prompt(text=text):
            return _prompt(show, text)
        case Say(text=text):
            return _say(show, text)


def _tick(show: Show, seconds: float) -> Show:
    time = show.time + seconds
    messages = tuple(m for m in show.messages if m.until > time)
    show = replace(show, time=time, messages=messages)
    if not show.generating:
        return show
    show = replace(show, cue=cueing.aged(show.cue, seconds))
    if show.presets and cueing.is_over(show.cue, show.values["crossfade"], show.values["hold"]):
        show = _to_turn(show, show.turn + 1)
    return show


def _set(show: Show, name: str, value: float) -> Show:
    if name not in BY_NAME or value != value:  # NaN is no place to be
        return show
    values = {**show.values, name: BY_NAME[name].clamp(value)}
    return replace(show, values=MappingProxyType(values))


def _turn(show: Show, knob: Knob) -> Show:
    row = BY_NAME.get(knob.parameter)
    if row is None or knob.position != knob.position:  # NaN is no place to be
        return show
    grip = show.knobs.get(knob.control)
    if grip is None or grip.parameter != row.name:
        grip = None
    value = show.values[row.name]
    last, wrote = (grip.position, grip.wrote) if grip else (None, None)
    if takes_hold(last, wrote, knob.position, value, row.position(value)):
        show = _set(show, row.name, row.at(knob.position))
        wrote = show.values[row.name]
    else:
        # Else a value that comes back by itself would be met by a knob that stands elsewhere.
        wrote = None
    knobs = {**show.knobs, knob.control: Grip(row.name, knob.position, wrote)}
    return replace(show, knobs=MappingProxyType(knobs))


def _to_preset(show: Show, index: int) -> Show:
    preset = show.presets[index]
    crossfade = show.values["crossfade"]
    values = lift(show.values, show.prompt_layer)
    values = lift(values, show.preset_layer)
    values, layer = lay(values, preset.values)
    show = replace(
        show,
        preset=index,
        turn=0,
        values=values,
        preset_layer=layer,
        prompt_layer=NOTHING,
    )
    return _to_prompt(show, preset.prompts[show.prompt_index], crossfade)


def _to_turn(show: Show, turn: int) -> Show:
    if not show.presets:
        return show
    show = replace(show, turn=turn)
    prompts = show.presets[show.preset].prompts
    return _to_prompt(show, prompts[show.prompt_index], show.values["crossfade"])


def _to_prompt(show: Show, cued: Cued, crossfade: float) -> Show:
    # crossfade: the one that held until now; the fade under way is measured by it.
    cue = cueing.cut_to(show.cue, cued.text, crossfade)
    values, layer = lay(lift(show.values, show.prompt_layer), cued.values)
    return replace(show, cue=cue, values=values, prompt_layer=layer)


def _prompt(show: Show, text: str) -> Show:
    show = _to_prompt(show, Cued(text.strip(), NO_VALUES), show.values["crossfade"])
    return replace(show, cue=replace(show.cue, stays=True))


def _say(show: Show, text: str) -> Show:
    others = tuple(m for m in show.messages if m.text != text)  # a repeated fault: one line
    message = Message(text, show.time + MESSAGE_STAYS)
    return replace(show, messages=(*others, message)[-MESSAGES:])


def _step_preset(show: Show, by: int) -> Show:
    if not show.presets:
        return show
    return _to_preset(show, (show.preset + by) % len(show.presets))


def _new_seed(show: Show) -> Show:
    # Steps of 10001 times the golden ratio: neighbours lie far apart, and as 6181 and 10001 have
    # no common factor, every seed comes up before one comes twice.
    return _set(show, "seed", (show.values["seed"] + 6181) % 10001)


def _quit(show: Show) -> Show:
    if show.quit_pending:
        return replace(show, over=True)
    return replace(show, quit_asked=show.time)


def _reset(show: Show) -> Show:
    preset = show.preset_now
    # Layers are laid anew, so that no value from before the reset lies hidden under them.
    values, layer = lay(DEFAULTS, preset.values if preset else NO_VALUES)
    values = MappingProxyType({**values, "seed": show.values["seed"]})
    return replace(show, values=values, preset_layer=layer, prompt_layer=NOTHING)


_COMMANDS: Mapping[str, Callable[[Show], Show]] = MappingProxyType(
    {
        "next_prompt": lambda show: _to_turn(show, show.turn + 1),
        "previous_prompt": lambda show: _to_turn(show, show.turn - 1),
        "next_preset": lambda show: _step_preset(show, 1),
        "previous_preset": lambda show: _step_preset(show, -1),
        "generation": lambda show: replace(show, generating=not show.generating),
        "new_seed": _new_seed,
        "restart": lambda show: replace(show, restarts=show.restarts + 1),
        "freeze": lambda show: replace(show, frozen=not show.frozen),
        "blackout": lambda show: replace(show, blackout=not show.blackout),
        "fullscreen": lambda show: replace(show, fullscreen=not show.fullscreen),
        "fit": lambda show: replace(show, fill=not show.fill),
        "hud": lambda show: replace(show, hud=not show.hud_on),
        "help": lambda show: replace(show, help=not show.help),
        "prompt": lambda show: replace(show, entry=""),
        "reset": _reset,
        "quit": _quit,
    }
)


def describe(before: Show, action: Action, after: Show) -> str | None:
    """One line for the log of what an action did: "strength 0.50 → 0.75 (midi)".

    None for Tick and for an action that changed nothing but a waiting knob's position.
    """
    if isinstance(action, Tick):
        return None
    changes = [
        f"{name} {BY_NAME[name].text(before.values[name])} → {BY_NAME[name].text(value)}"
        for name, value in after.values.items()
        if value != before.values[name]
    ]
    if isinstance(action, Run):
        changes.insert(0, action.command)
    if isinstance(action, Say):
        changes.append(action.text)
    if after.preset != before.preset and (preset := after.preset_now):
        changes.append(f"preset {preset.name}")
    if after.cue.text != before.cue.text:
        changes.append(f"prompt {after.cue.text!r}")
    if not changes:
        return None
    return f"{', '.join(changes)} ({action.source})" if action.source else ", ".join(changes)
