"""What each action makes of the show.

reduce(show, action) -> show is pure: no clock (time comes as Tick), no randomness (a new seed is
computed from the old one), so that a recorded list of actions always plays the same show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

from visualizer.show import actions, cueing, durations, sound_levels, tempo
from visualizer.show.actions import Action
from visualizer.show.lora import Lora
from visualizer.show.notices import aged, say
from visualizer.show.parameter import shorten
from visualizer.show.records import ModelChoice, Preset
from visualizer.show.reducers import (
    commands,
    midi_learn,
    model_choice,
    navigation,
    projection_mode,
    prompt_weights,
    quantise,
    remember,
    set_playing,
    setting,
    snapshots,
    text_entry,
    undo,
)
from visualizer.show.set_list import SetEntry
from visualizer.show.state import Show


def start(
    presets: tuple[Preset, ...],
    preset: int = 0,
    settings: Mapping[str, float] | None = None,
    *,
    model: str = "",
    loras: tuple[Lora, ...] = (),
    source: str = "",
    fullscreen: bool = True,
    chance: int = 0,
) -> Show:
    """The show as it begins: preset and first prompt in force, then what was given by hand.

    settings (--set) stand over the preset's values, and model, loras and source over the
    preset's own.
    chance: any number, from which random seeds are drawn.
    """
    show = Show(presets=presets, source=source, fullscreen=fullscreen, chance=chance)
    if presets:
        show = navigation.to_preset(show, preset % len(presets))
    loras = loras or show.model.loras
    if model:
        show = replace(show, model=ModelChoice(model, asks=1))
    show = replace(show, model=replace(show.model, loras=loras))
    for name, value in (settings or {}).items():
        show = setting.set_told(show, name, value)
    return tempo.turned(show)


def reduce(show: Show, action: Action) -> Show:
    """The show after an action. Unknown names (from a hand-made map) change nothing."""
    if isinstance(action, actions.SelectPreset) and action.name:
        index = navigation.preset_index(show.presets, action.name)
        action = replace(action, index=-1 if index is None else index)
    action = set_playing.meant(show, action)
    later = quantise.quantised(show, action)
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
    """What the action itself does: here, what is played."""
    match action:
        case actions.Set(parameter=name, value=value):
            return setting.set_told(show, name, value)  # a program's: the focus stays
        case actions.Nudge():
            return setting.nudged(show, action)
        case actions.Knob():
            return setting.turned(show, action)
        case actions.Unplugged(port=port):
            kept = {knob: grip for knob, grip in show.knobs.items() if knob.port != port}
            return replace(show, knobs=MappingProxyType(kept))
        case actions.Run(command=name):
            return commands.BY_NAME[name](show) if name in commands.BY_NAME else show
        case actions.Switch(command=name, on=on):
            return commands.switched(show, name, on)
        case actions.SelectPreset(index=index, prompt=prompt) if 0 <= index < len(show.presets):
            return navigation.to_preset_prompt(show, index, prompt)
        case actions.SelectPreset(index=index, name=name):
            which = shorten(name or index + 1)
            return say(show, f"there is no preset {which}; there are {len(show.presets)}")
        case actions.Store(slot=slot):
            return snapshots.stored(show, slot)
        case actions.Recall(slot=slot):
            return snapshots.recalled(show, slot)
        case actions.Prompt(text=text):
            return navigation.to_text(show, text)
        case actions.Type(text=text):
            return text_entry.typed(show, text)
        case actions.Erase(ahead=ahead):
            return text_entry.erased(show, ahead=ahead)
        case actions.Take():
            return text_entry.taken(show)
        case actions.Drop():
            return text_entry.dropped(show)
        case actions.Digit(character=character):
            return text_entry.digit(show, character)
        case actions.Compose(text=text):
            return text_entry.composed(show, text)
        case actions.Move(across=across, down=down):
            if show.entry is None and show.learning is not None:
                return midi_learn.moved(show, down)
            return text_entry.moved(show, across, down)
        case actions.ChooseCorner(index=index):
            return projection_mode.chosen(show, index)
        case actions.GrabCorner(x=x, y=y):
            return projection_mode.grabbed(show, x, y)
        case actions.MoveCorner(across=across, down=down):
            return projection_mode.moved(show, across, down)
        case actions.Reproject(change=change):
            return projection_mode.changed(show, change)
        case actions.PlaceCorner(index=index, x=x, y=y):
            return projection_mode.placed(show, index, x, y)
        case actions.MixIn(text=text):
            return prompt_weights.joined(show, text)
        case actions.Weigh(text=text, share=share):
            return prompt_weights.weighed(show, text, share)
        case _:
            return _set_up(show, action)


_Told: TypeAlias = (
    actions.Tick | actions.Live | actions.Engine | actions.End | actions.Snapshots | actions.Offer
    | actions.Reread | actions.SetLists | actions.Projections | actions.OnDisplay | actions.Sync
    | actions.Heard | actions.Learned | actions.Say
)  # fmt: skip

_SetUp: TypeAlias = (
    actions.ChooseDisplay | actions.LearnTarget | actions.AskModel | actions.ChooseSet
    | actions.GoInSet | actions.MoveInSet | actions.SetLength | _Told
)  # fmt: skip


def _set_up(show: Show, action: _SetUp) -> Show:
    """What is set up, at the desk or by a list of presets."""
    match action:
        case actions.ChooseDisplay(name=name):
            return remember.to_display(show, name)
        case actions.LearnTarget(target=target):
            return midi_learn.begun(show, target)
        case actions.AskModel(name=name):
            return model_choice.ask_listed(show, name)
        case actions.ChooseSet(index=index):
            return set_playing.chosen(show, index)
        case actions.GoInSet(index=index):
            return set_playing.gone_to(show, index)
        case actions.MoveInSet(index=index, to=to):
            return set_playing.moved(show, index, to)
        case actions.SetLength(index=index, length=length, counted_in=unit):
            return set_playing.lasting(show, index, SetEntry("", length, unit))
        case _:
            return _told(show, action)


def _told(show: Show, action: _Told) -> Show:
    """What comes by itself: time, and news of the engine, the disk, clocks, sound and MIDI."""
    match action:
        case actions.Tick():
            return _tick(show, action)
        case actions.Live(seed=seed, period=period):
            since = show.time if show.live_since is None else show.live_since
            return replace(show, live_since=since, seed=seed, period=period)
        case actions.Engine(model=model, models=models, coming=coming):
            # Before one runs, what was asked for has not reached the engine yet.
            wanted = coming if model else show.model.wanted
            choice = replace(show.model, wanted=wanted, running=model, available=models)
            return replace(show, model=choice)
        case actions.End():
            return replace(show, over=True)
        case actions.Snapshots():
            return snapshots.restored(show, action)
        case actions.Offer(memory=memory):
            return remember.offered(show, memory)
        case actions.Reread(presets=presets):
            return navigation.reread(show, presets)
        case actions.SetLists(lists=lists, chosen=chosen, begins=begins):
            return set_playing.known(show, lists, chosen, begins=begins)
        case actions.Projections(kept=projections):
            return replace(show, projections=projections)
        case actions.OnDisplay(name=name, chosen=chosen):
            return replace(show, display=name, chosen_display=chosen or name)
        case actions.Sync():
            return tempo.synced(show, action)
        case actions.Heard():
            return sound_levels.heard(show, action)
        case actions.Learned():
            return midi_learn.learned(show, action)
        case actions.Say(text=text):
            return say(show, text)


def _tick(show: Show, tick: actions.Tick) -> Show:
    messages = aged(show, tick.seen)
    if show.quit_asked is not None:  # a question that could not be seen has not grown older
        show = replace(show, quit_asked=show.quit_asked + tick.seconds - tick.seen)
    show = text_entry.aged(show, tick.seen)
    later = replace(show, time=show.time + tick.seconds, messages=messages)
    show = _without_a_jump(show, snapshots.advanced(sound_levels.aged(later)))
    if show.generating and show.live_since is not None:
        show = quantise.advancing(replace(show, cue=cueing.aged(show.cue, tick.seen)))
    show = quantise.advancing_set(set_playing.aged(show, tick.seen))
    show, action = quantise.take_due(show)
    while action is not None:
        show = _noted(show, action)
        show, action = quantise.take_due(show)
    return show
