"""What each action makes of the show.

reduce(show, action) -> show is pure: no clock (time comes as Tick), no randomness (a new seed is
computed from the old one), so that a recorded list of actions always plays the same show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from visualizer.show import cueing, durations, sound_levels, tempo
from visualizer.show.actions import (
    Action,
    Compose,
    Digit,
    Drop,
    End,
    Engine,
    Erase,
    Heard,
    Knob,
    Learned,
    Live,
    Move,
    Nudge,
    Offer,
    Prompt,
    Recall,
    Run,
    Say,
    SelectPreset,
    Set,
    Snapshots,
    Store,
    Switch,
    Sync,
    Take,
    Tick,
    Type,
    Unplugged,
)
from visualizer.show.notices import aged, say
from visualizer.show.parameters import BY_NAME, shorten
from visualizer.show.pickup import Grip, taken_to
from visualizer.show.prompt_mix import alone
from visualizer.show.records import ModelChoice, Preset
from visualizer.show.reducers import (
    commands,
    focus,
    midi_learn,
    navigation,
    quantise,
    snapshots,
    text_entry,
    undo,
)
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
        show = navigation.to_preset(show, preset % len(presets))
    if model:
        show = replace(show, model=ModelChoice(model, asks=1))
    for name, value in (settings or {}).items():
        show = navigation.set_value(show, name, value)
    return tempo.turned(show)


def reduce(show: Show, action: Action) -> Show:
    """The show after an action. Unknown names (from a hand-made map) change nothing."""
    if isinstance(action, SelectPreset) and action.name:
        index = navigation.preset_index(show.presets, action.name)
        action = replace(action, index=-1 if index is None else index)
    later = quantise.held_back(show, action)
    return _noted(show, action) if later is None else later


def _noted(show: Show, action: Action) -> Show:
    """The show after an action, with what follows from it, and with a change to take back."""
    after = _done(show, action)
    if after.values["tempo"] != after.tempo.bpm:
        after = tempo.turned(after)
    return _without_a_jump(show, undo.noted(show, action, after))


def _without_a_jump(before: Show, after: Show) -> Show:
    """The show whose crossfade is as far as it was, though its length has changed."""
    if after.cue is not before.cue:
        return after
    old, new = durations.seconds(before, "crossfade"), durations.seconds(after, "crossfade")
    return after if old == new else replace(after, cue=cueing.stretched(after.cue, old, new))


def _done(show: Show, action: Action) -> Show:
    """What the action itself does."""
    match action:
        case Tick():
            return _tick(show, action)
        case Live(seed=seed, period=period):
            since = show.time if show.live_since is None else show.live_since
            return replace(show, live_since=since, seed=seed, period=period)
        case Engine(model=model, models=models, coming=coming):
            # Before one runs, what was asked for has not reached the engine yet.
            wanted = coming if model else show.model.wanted
            return replace(show, model=ModelChoice(wanted, show.model.asks, model, models))
        case End():
            return replace(show, over=True)
        case Set(parameter=name, value=value):
            return navigation.set_told(show, name, value)  # a program's, so the focus stays
        case Nudge(parameter=name, steps=steps, fine=fine):
            name = name or show.focus
            row = BY_NAME.get(name)
            size = 0.0 if row is None else row.fine if fine else row.step
            show = navigation.set_value(show, name, _from(show, name) + steps * size)
            return focus.touched(show, name)
        case Knob(control=control, parameter=name):
            show = _turn(show, action)
            grip = show.knobs.get(control)
            # One that only waits has played nothing.
            return show if grip is None or show.waits(grip) else focus.touched(show, name)
        case Unplugged(port=port):
            kept = {c: grip for c, grip in show.knobs.items() if c.port != port}
            return replace(show, knobs=MappingProxyType(kept))
        case Run(command=name):
            return commands.BY_NAME[name](show) if name in commands.BY_NAME else show
        case Switch(command=name, on=on):
            return commands.switched(show, name, on)
        case SelectPreset(index=index) if 0 <= index < len(show.presets):
            return navigation.to_preset(show, index)
        case SelectPreset(index=index, name=name):
            which = shorten(name or index + 1)
            return say(show, f"there is no preset {which}; there are {len(show.presets)}")
        case Store(slot=slot):
            return snapshots.stored(show, slot)
        case Recall(slot=slot):
            return snapshots.recalled(show, slot)
        case Snapshots():
            return snapshots.restored(show, action)
        case Offer(memory=memory):
            return replace(show, offer=memory)
        case Sync():
            return tempo.synced(show, action)
        case Heard():
            return sound_levels.heard(show, action)
        case Learned():
            return midi_learn.learned(show, action)
        case Prompt(text=text):
            if not alone(text):
                return say(show, "an empty prompt is ignored; the prompt stays")
            return navigation.to_text(show, text)
        case Say(text=text):
            return say(show, text)
        case _:
            return _typed(show, action)


def _typed(show: Show, action: Type | Erase | Take | Drop | Digit | Move | Compose) -> Show:
    """What is typed: into the line that is open, or for a list."""
    match action:
        case Type(text=text):
            return text_entry.typed(show, text)
        case Erase(ahead=ahead):
            return text_entry.erased(show, ahead=ahead)
        case Take():
            return text_entry.taken(show)
        case Drop():
            return text_entry.dropped(show)
        case Digit(character=character):
            return text_entry.digit(show, character)
        case Compose(text=text):
            return text_entry.composed(show, text)
        case Move(across=across, down=down):
            if show.entry is None and show.learning is not None:
                return midi_learn.moved(show, down)
            return text_entry.moved(show, across, down)


def _tick(show: Show, tick: Tick) -> Show:
    messages = aged(show, tick.seen)
    show = text_entry.aged(show, tick.seen)
    later = replace(show, time=show.time + tick.seconds, messages=messages)
    show = _without_a_jump(show, snapshots.advanced(sound_levels.aged(later)))
    if show.generating and show.live_since is not None:
        show = quantise.turning(replace(show, cue=cueing.aged(show.cue, tick.seen)))
    show, action = quantise.due(show)
    while action is not None:
        show = _noted(show, action)
        show, action = quantise.due(show)
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
        grip = Grip(row.name)
    value = show.values[row.name]
    to = taken_to(grip, knob.position, value, row.position(value), knob.pickup)
    wrote = None
    if to is not None:
        show = navigation.set_value(show, row.name, row.at(to))
        wrote = show.values[row.name]
    knobs = {**show.knobs, knob.control: Grip(row.name, knob.position, wrote, to)}
    return replace(show, knobs=MappingProxyType(knobs))
