"""What each action makes of the show.

reduce(show, action) -> show is pure: no clock (time comes as Tick), no randomness (a new seed is
computed from the old one), so that a recorded list of actions always plays the same show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from visualizer.show import commands, cueing, entry, moves
from visualizer.show.actions import (
    Action,
    Drop,
    End,
    Engine,
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
from visualizer.show.messages import aged, say
from visualizer.show.parameters import BY_NAME
from visualizer.show.pickup import Grip, takes_hold
from visualizer.show.preset import Preset
from visualizer.show.state import Show


def start(
    presets: tuple[Preset, ...],
    preset: int = 0,
    settings: Mapping[str, float] | None = None,
    *,
    model: str = "",
    fullscreen: bool = True,
) -> Show:
    """The show as it begins: preset and first prompt in force, then what was given by hand.

    settings (--set) stand over the preset's values, and model (--model) over the preset's own.
    """
    show = Show(presets=presets, fullscreen=fullscreen)
    if presets:
        show = moves.to_preset(show, preset % len(presets))
    if model:
        show = replace(show, model=model, model_asks=1)
    for name, value in (settings or {}).items():
        show = moves.set_value(show, name, value)
    return show


def reduce(show: Show, action: Action) -> Show:
    """The show after an action. Unknown names (from a hand-made map) change nothing."""
    match action:
        case Tick(seconds=seconds):
            return _tick(show, seconds)
        case Live(seed=seed):
            since = show.time if show.live_since is None else show.live_since
            return replace(show, live_since=since, seed=seed)
        case Engine(model=model, models=models, coming=coming):
            # Before one runs, what was asked for has not reached the engine yet.
            wanted = coming if model else show.model
            return replace(show, running=model, models=models, model=wanted)
        case End():
            return replace(show, over=True)
        case Set(parameter=name, value=value):
            return moves.set_value(show, name, value)
        case Nudge(parameter=name, steps=steps, fine=fine):
            row = BY_NAME.get(name)
            size = 0.0 if row is None else row.fine if fine else row.step
            return moves.set_value(show, name, _from(show, name) + steps * size)
        case Knob():
            return _turn(show, action)
        case Unplugged(port=port):
            kept = {c: grip for c, grip in show.knobs.items() if not c.startswith(f"{port}:")}
            return replace(show, knobs=MappingProxyType(kept))
        case Run(command=name):
            return commands.BY_NAME[name](show) if name in commands.BY_NAME else show
        case SelectPreset(index=index):
            return moves.to_preset(show, index) if 0 <= index < len(show.presets) else show
        case Type(text=text):
            return entry.typed(show, text)
        case Erase():
            return entry.erased(show)
        case Take():
            return entry.taken(show)
        case Drop():
            return entry.closed(show)
        case Prompt(text=text):
            return moves.to_text(show, text)
        case Say(text=text):
            return say(show, text)


def _tick(show: Show, seconds: float) -> Show:
    time = show.time + seconds
    messages = aged(show, seconds)
    show = replace(show, time=time, messages=messages)
    if not show.generating or show.live_since is None:
        return show
    show = replace(show, cue=cueing.aged(show.cue, seconds))
    if show.presets and cueing.is_over(show.cue, show.values["crossfade"], show.values["hold"]):
        show = moves.to_turn(show, show.turn + 1)
    return show


def _from(show: Show, name: str) -> float:
    """Where a step begins: at the value; the seed has walked on meanwhile."""
    if name == "seed" and show.seed is not None:
        return float(show.seed)
    return show.values.get(name, 0.0)


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
        show = moves.set_value(show, row.name, row.at(knob.position))
        wrote = show.values[row.name]
    else:
        # Else a value that comes back by itself would be met by a knob that stands elsewhere.
        wrote = None
    knobs = {**show.knobs, knob.control: Grip(row.name, knob.position, wrote)}
    return replace(show, knobs=MappingProxyType(knobs))
