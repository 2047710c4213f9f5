"""The requested model and its LoRAs. The engine loads it and changes over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from visualizer.show.lora import Lora
from visualizer.show.notices import say
from visualizer.show.parameter import shorten
from visualizer.show.records import Preset
from visualizer.show.state import Show


def ask(show: Show, name: str) -> Show:
    """Ask for a model by name or folder, "" for the default, also where it was asked for before: it
    may have failed. That answers the start screen's question, too."""
    choice = replace(show.model, wanted=name, asks=show.model.asks + 1)
    return replace(show, model=choice, entry=None if show.asks_model else show.entry)


def of_preset(show: Show, preset: Preset) -> Show:
    """Ask for a preset's model and LoRAs, where it names some that are not asked for already."""
    return changed(show, preset.model, preset.loras)


def changed(show: Show, model: str, loras: tuple[Lora, ...] | None) -> Show:
    """Ask for a model and LoRAs where they are not asked for already. model: "" for the one in
    force. loras: None for those in force."""
    name = model or show.model.in_force
    loras = show.model.loras if loras is None else loras
    if (name, loras) == (show.model.in_force, show.model.loras):
        return show
    show = replace(show, model=replace(show.model, loras=loras))
    return ask(show, name) if name else show  # else no model is known yet, and they come with it


def ask_listed(show: Show, name: str) -> Show:
    """Ask for one of the models on this machine; any other name is said to be none."""
    if name not in show.model.available:
        return say(show, f"no model on this machine is named {shorten(name)}")
    return ask(show, name)


def ask_next(show: Show) -> Show:
    """Ask for the next of the models on this machine, round and round."""
    now, models = show.model.in_force, show.model.available
    after = models.index(now) + 1 if now in models else 0
    others = [name for name in (*models[after:], *models[:after]) if name != now]
    return ask(show, others[0]) if others else say(show, "no other model on this machine")


def meant(typed: str, models: Sequence[str]) -> Sequence[str]:
    """The models that a typed text can mean: those whose names have it in them, all for "".

    With a "/" it is a whole name or a folder, and no part of another: OWNER/MODEL may be there
    beside OWNER/MODEL-2.
    """
    if "/" in typed:
        return [name for name in models if name == typed]
    return [name for name in models if typed.casefold() in name.casefold()]


def named(typed: str, models: Sequence[str]) -> str:
    """The model that a typed text means: the one that it can mean, if there is just one such.

    Else the text itself, which may be a folder, or a name that is not on this machine yet; "" for
    the default.
    """
    found = meant(typed, models)
    return found[0] if typed and len(found) == 1 and typed not in models else typed
