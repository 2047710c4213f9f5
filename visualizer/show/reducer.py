"""What each action makes of the show.

reduce(show, action) -> show is pure: no clock (time comes as Tick), no randomness (a new seed is
computed from the old one), so that a recorded list of actions always plays the same show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from visualizer.show import (
    cueing,
    durations,
    play_actions,
    setup_actions,
    sound_levels,
    system_actions,
    tempo,
)
from visualizer.show.actions import Action
from visualizer.show.lora import Lora
from visualizer.show.notices import aged, say
from visualizer.show.parameter import shorten
from visualizer.show.play_actions import PlayAction
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
    set_editing,
    set_playing,
    setting,
    snapshots,
    text_entry,
    undo,
)
from visualizer.show.set_list import SetEntry
from visualizer.show.setup_actions import SetupAction
from visualizer.show.state import Show
from visualizer.show.system_actions import SystemAction


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
    if isinstance(action, play_actions.SelectPreset) and action.name:
        index = navigation.preset_index(show.presets, action.name)
        action = replace(action, index=-1 if index is None else index)
    show, action = set_playing.meant(show, action)
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
    """What the action itself does."""
    if isinstance(action, PlayAction):
        return _played(show, action)
    if isinstance(action, SetupAction):
        return _set_up(show, action)
    return _happened(show, action)


def _played(show: Show, action: PlayAction) -> Show:
    match action:
        case play_actions.Set(parameter=name, value=value):
            return setting.set_told(show, name, value)  # a program's: the focus stays
        case play_actions.Nudge():
            return setting.nudged(show, action)
        case play_actions.Knob():
            return setting.knob_turned(show, action)
        case play_actions.Run(command=name):
            return commands.BY_NAME[name](show) if name in commands.BY_NAME else show
        case play_actions.Switch(command=name, on=on):
            return commands.switched(show, name, on)
        case play_actions.SelectPreset(index=index, name=name, prompt=prompt):
            if 0 <= index < len(show.presets):
                return navigation.to_preset_prompt(show, index, prompt)
            which = shorten(name or index + 1)
            return say(show, f"there is no preset {which}; there are {len(show.presets)}")
        case play_actions.Store(slot=slot):
            return snapshots.stored(show, slot)
        case play_actions.Recall(slot=slot):
            return snapshots.recalled(show, slot)
        case play_actions.Prompt(text=text):
            return navigation.to_text(show, text)
        case play_actions.Type(text=text):
            return text_entry.typed(show, text)
        case play_actions.Erase(ahead=ahead):
            return text_entry.erased(show, ahead=ahead)
        case play_actions.Take():
            return text_entry.taken(show)
        case play_actions.Drop():
            return text_entry.dropped(show)
        case play_actions.Digit(character=character):
            return text_entry.digit(show, character)
        case play_actions.Compose(text=text):
            return text_entry.composed(show, text)
        case play_actions.Move(across=across, down=down):
            if show.entry is None and show.learning is not None:
                return midi_learn.moved(show, down)
            return text_entry.moved(show, across, down)
        case play_actions.MixIn(text=text):
            return prompt_weights.joined(show, text)
        case play_actions.Weigh(text=text, share=share):
            return prompt_weights.weighed(show, text, share)


def _set_up(show: Show, action: SetupAction) -> Show:
    match action:
        case setup_actions.ChooseCorner(index=index):
            return projection_mode.chosen(show, index)
        case setup_actions.GrabCorner(x=x, y=y):
            return projection_mode.grabbed(show, x, y)
        case setup_actions.MoveCorner(across=across, down=down):
            return projection_mode.moved(show, across, down)
        case setup_actions.Reproject(change=change):
            return projection_mode.changed(show, change)
        case setup_actions.PlaceCorner(index=index, x=x, y=y):
            return projection_mode.placed(show, index, x, y)
        case setup_actions.ChooseDisplay(name=name):
            return remember.to_display(show, name)
        case setup_actions.LearnTarget(target=target):
            return midi_learn.begun(show, target)
        case setup_actions.AskModel(name=name):
            return model_choice.ask_listed(show, name)
        case setup_actions.ChooseSet(index=index):
            return set_playing.chosen(show, index)
        case setup_actions.GoInSet(index=index):
            return set_playing.gone_to(show, index)
        case setup_actions.MoveInSet(index=index, to=to):
            return set_editing.moved(show, index, to)
        case setup_actions.SetLength(index=index, length=length, counted_in=unit):
            return set_editing.lasting(show, index, SetEntry("", length, unit))
        case setup_actions.AddToSet(preset=preset):
            return set_editing.added(show, preset)
        case setup_actions.RemoveFromSet(index=index):
            return set_editing.removed(show, index)
        case setup_actions.ChooseSound(on=on, name=name):
            choice = show.sound_choice
            choice = replace(choice, asks=choice.asks + 1, on=on, name=name)
            return replace(show, sound_choice=choice)
        case setup_actions.FindSounds():
            choice = show.sound_choice
            return replace(show, sound_choice=replace(choice, finds=choice.finds + 1))
        case setup_actions.ChooseTempo(name=name):
            return tempo.chosen(show, name)


def _happened(show: Show, action: SystemAction) -> Show:
    match action:
        case system_actions.Tick():
            return _tick(show, action)
        case system_actions.Live(seed=seed, period=period):
            since = show.time if show.live_since is None else show.live_since
            return replace(show, live_since=since, seed=seed, period=period)
        case system_actions.Engine(model=model, models=models, coming=coming):
            # Before one runs, what was asked for has not reached the engine yet.
            wanted = coming if model else show.model.wanted
            choice = replace(show.model, wanted=wanted, running=model, available=models)
            return replace(show, model=choice)
        case system_actions.End():
            return replace(show, over=True)
        case system_actions.Snapshots():
            return snapshots.restored(show, action)
        case system_actions.Offer(memory=memory):
            return remember.offered(show, memory)
        case system_actions.Reread(presets=presets):
            return navigation.reread(show, presets)
        case system_actions.SetLists(lists=lists, chosen=chosen, begins=begins):
            return set_playing.known(show, lists, chosen, begins=begins)
        case system_actions.SetSaved(set_list=saved):
            return set_editing.saved(show, saved)
        case system_actions.Projections(kept=projections):
            return replace(show, projections=projections)
        case system_actions.OnDisplay(name=name, chosen=chosen):
            return replace(show, display=name, chosen_display=chosen or name)
        case system_actions.Sync():
            return tempo.synced(show, action)
        case system_actions.Heard():
            return sound_levels.heard(show, action)
        case system_actions.Learned():
            return midi_learn.learned(show, action)
        case system_actions.Unplugged(port=port):
            kept = {knob: grip for knob, grip in show.knobs.items() if knob.port != port}
            return replace(show, knobs=MappingProxyType(kept))
        case system_actions.Say(text=text):
            return say(show, text)


def _tick(show: Show, tick: system_actions.Tick) -> Show:
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
