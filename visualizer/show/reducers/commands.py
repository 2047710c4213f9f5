"""What each command does, by its name in the table (command_table.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from visualizer.show import durations, modulation, prompt_text, tempo
from visualizer.show.notices import say
from visualizer.show.parameters import SEED_TRAVEL
from visualizer.show.records import FITS
from visualizer.show.reducers import (
    focus,
    midi_learn,
    model_choice,
    navigation,
    projection_mode,
    quantise,
    remember,
    set_editing,
    set_playing,
    setting,
    text_entry,
    undo,
)
from visualizer.show.state import IDENTIFY_SECONDS, Show


def _new_seed(show: Show) -> Show:
    # Within the block of 10,001 seeds that holds the one in force, which a knob plays, so that the
    # numbers stay short. Steps of the block times the golden ratio: neighbours lie far apart, and
    # as 6181 and 10001 have no common factor, every seed of it comes up before one comes twice.
    begin, place = divmod(show.values["seed"], SEED_TRAVEL)
    return setting.set_value(show, "seed", begin * SEED_TRAVEL + (place + 6181) % SEED_TRAVEL)


def _record(show: Show) -> Show:
    return replace(show, recording=show.time if show.recording is None else None)


def _picture(show: Show) -> Show:
    if show.live_since is None:
        return say(show, "no picture yet")
    return replace(show, pictures=show.pictures + 1)


def _preview_next(show: Show) -> Show:
    if not prompt_text.ahead(show).text:
        return say(show, "no preview: the preset has no other prompt")
    if not show.generating or show.live_since is None:
        return say(show, "no preview while no pictures are generated")
    return replace(show, previews=show.previews + 1)


def _quit(show: Show) -> Show:
    if show.quit_pending:  # even if pads have opened something since
        return replace(show, over=True)
    if show.help or show.learning is not None or show.mapping is not None:
        return replace(show, help=False, learning=None, mapping=None)  # all that is open at once
    return replace(show, quit_asked=show.time)


BY_NAME: Mapping[str, Callable[[Show], Show]] = MappingProxyType(
    {
        "next_prompt": lambda show: navigation.to_turn(show, show.turn + 1),
        "previous_prompt": lambda show: navigation.to_turn(show, show.turn_before),
        "preview_next": _preview_next,
        "next_preset": lambda show: navigation.step_preset(show, 1),
        "previous_preset": lambda show: navigation.step_preset(show, -1),
        "set_list": set_playing.toggled,
        "next_in_set": lambda show: set_playing.stepped(show, 1),
        "previous_in_set": lambda show: set_playing.stepped(show, -1),
        "save_set": set_editing.save,
        "unattended": set_playing.unattended,
        "generation": lambda show: replace(show, generating=not show.generating),
        "new_seed": _new_seed,
        "restart": lambda show: replace(show, restarts=show.restarts + 1),
        "freeze": lambda show: replace(show, frozen=not show.frozen),
        "blackout": lambda show: replace(show, blackout=not show.blackout),
        "fullscreen": lambda show: replace(show, fullscreen=not show.fullscreen),
        "fit": lambda show: replace(show, fit=FITS[(FITS.index(show.fit) + 1) % len(FITS)]),
        "mapping": projection_mode.toggled,
        "test_card": lambda show: replace(show, test_card=not show.test_card),
        "identify": lambda show: replace(show, identify_until=show.time + IDENTIFY_SECONDS),
        "next_display": remember.next_display,
        "hud": lambda show: replace(show, hud=not show.hud_on),
        "help": lambda show: replace(show, help=not show.help),
        "prompt": lambda show: text_entry.opened(show, "prompt"),
        "next_model": model_choice.ask_next,
        "model": lambda show: text_entry.opened(show, "model"),
        "tap": tempo.tapped,
        "next_quantise": quantise.next_quantise,
        "count_in": durations.cycle,
        "modulate": modulation.toggled,
        "modulation_shape": modulation.reshaped,
        "focus_previous": lambda show: focus.moved(show, -1),
        "focus_next": lambda show: focus.moved(show, 1),
        "number": lambda show: text_entry.opened(show, "number"),
        "undo": undo.undone,
        "redo": undo.redone,
        "learn": midi_learn.toggled,
        "forget": midi_learn.forgotten,
        "forget_all": midi_learn.forgotten_all,
        "resume": remember.resumed,
        "picture": _picture,
        "record": _record,
        "reset": setting.reset,
        "quit": _quit,
    }
)

IS_ON: Mapping[str, Callable[[Show], bool]] = MappingProxyType(
    {
        "generation": lambda show: show.generating,
        "freeze": lambda show: show.frozen,
        "blackout": lambda show: show.blackout,
        "fullscreen": lambda show: show.fullscreen,
        "hud": lambda show: show.hud_on,
        "help": lambda show: show.help,
        "learn": lambda show: show.learning is not None,
        "record": lambda show: show.recording is not None,
        "mapping": lambda show: show.mapping is not None,
        "test_card": lambda show: show.test_card,
        "set_list": set_playing.is_on,
        "unattended": lambda show: show.sets.unattended,
    }
)
"""Whether a command that turns something on and off (command_table.ON_OFF) has turned it on."""


def switched(show: Show, command: str, on: bool) -> Show:
    """An on-off command brought to a state; any other has none, and is left alone."""
    if command not in IS_ON or IS_ON[command](show) == on:
        return show
    return BY_NAME[command](show)
