"""What each action makes of the show.

reduce(show, action) -> show is pure: no clock (time comes as Tick), no randomness (a new seed is
computed from the old one), so that a recorded list of actions always plays the same show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from visualizer.show import cueing
from visualizer.show.actions import (
    Action,
    Drop,
    End,
    Erase,
    Knob,
    Live,
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
from visualizer.show.layers import NOTHING, lay, lift
from visualizer.show.parameters import BY_NAME, DEFAULTS
from visualizer.show.pickup import Grip, takes_hold
from visualizer.show.preset import NO_VALUES, Cued, Preset
from visualizer.show.state import Message, Show

MESSAGE_STAYS = 6.0
"""Seconds that a message can be read."""

MESSAGES = 5
"""Most messages kept: more would cover the picture."""


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


def reduce(show: Show, action: Action) -> Show:
    """The show after an action. Unknown names (from a hand-made map) change nothing."""
    match action:
        case Tick(seconds=seconds):
            return _tick(show, seconds)
        case Live(seed=seed):
            since = show.time if show.live_since is None else show.live_since
            return replace(show, live_since=since, seed=seed)
        case End():
            return replace(show, over=True)
        case Set(parameter=name, value=value):
            return _set(show, name, value)
        case Nudge(parameter=name, steps=steps, fine=fine):
            row = BY_NAME.get(name)
            size = 0.0 if row is None else row.fine if fine else row.step
            return _set(show, name, _from(show, name) + steps * size)
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
            return _take(show)
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
    if not show.generating or show.live_since is None:
        return show
    show = replace(show, cue=cueing.aged(show.cue, seconds))
    if show.presets and cueing.is_over(show.cue, show.values["crossfade"], show.values["hold"]):
        show = _to_turn(show, show.turn + 1)
    return show


def _from(show: Show, name: str) -> float:
    """Where a step begins: at the value; the seed has walked on meanwhile."""
    if name == "seed" and show.seed is not None:
        return float(show.seed)
    return show.values.get(name, 0.0)


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
        visits=show.visits + 1,
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


def _take(show: Show) -> Show:
    # Enter twice is no wish for an empty prompt, which would stop the dreaming without a word.
    if show.entry is None or not show.entry.strip():
        return replace(show, entry=None)
    return _prompt(replace(show, entry=None), show.entry)


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
    if show.help:  # Esc leaves the page, as everywhere
        return replace(show, help=False)
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
        # After a typed prompt, the one before is the preset's that was on.
        "previous_prompt": lambda show: _to_turn(show, show.turn - (not show.cue.stays)),
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
        "prompt": lambda show: show if show.entry is not None else replace(show, entry=""),
        "reset": _reset,
        "quit": _quit,
    }
)
