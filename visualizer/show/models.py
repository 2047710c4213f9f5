"""Which model is wanted. Loading it, and letting it take over, is the engine's work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from visualizer.show.messages import say
from visualizer.show.state import Show


def in_force(show: Show) -> str:
    """The model that plays when all is done that was asked for; "" while that is not known."""
    return show.model or show.running


def ask(show: Show, name: str) -> Show:
    """Ask for a model by name or folder, also where it was asked for before: it may have failed."""
    return replace(show, model=name, model_asks=show.model_asks + 1)


def ask_next(show: Show) -> Show:
    """Ask for the next of the models on this machine, round and round."""
    now, models = in_force(show), show.models
    after = models.index(now) + 1 if now in models else 0
    others = [name for name in (*models[after:], *models[:after]) if name != now]
    return ask(show, others[0]) if others else say(show, "no other model on this machine")


def named(typed: str, models: Sequence[str]) -> str:
    """The model that a typed text means: one whose name has it in it, if there is just one such.

    Else the text itself, which may be a folder, or a name that is not on this machine yet.
    """
    found = [name for name in models if typed.casefold() in name.casefold()]
    return found[0] if len(found) == 1 and typed not in models else typed
