"""What each command does, by its name in the table (actions.COMMANDS)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from visualizer.show import entry, models, moves
from visualizer.show.state import Show


def _new_seed(show: Show) -> Show:
    # Steps of 10001 times the golden ratio: neighbours lie far apart, and as 6181 and 10001 have
    # no common factor, every seed comes up before one comes twice.
    return moves.set_value(show, "seed", (show.values["seed"] + 6181) % 10001)


def _quit(show: Show) -> Show:
    if show.help:  # Esc leaves the page, as everywhere
        return replace(show, help=False)
    if show.quit_pending:
        return replace(show, over=True)
    return replace(show, quit_asked=show.time)


BY_NAME: Mapping[str, Callable[[Show], Show]] = MappingProxyType(
    {
        "next_prompt": lambda show: moves.to_turn(show, show.turn + 1),
        "previous_prompt": lambda show: moves.to_turn(show, show.turn_before),
        "next_preset": lambda show: moves.step_preset(show, 1),
        "previous_preset": lambda show: moves.step_preset(show, -1),
        "generation": lambda show: replace(show, generating=not show.generating),
        "new_seed": _new_seed,
        "restart": lambda show: replace(show, restarts=show.restarts + 1),
        "freeze": lambda show: replace(show, frozen=not show.frozen),
        "blackout": lambda show: replace(show, blackout=not show.blackout),
        "fullscreen": lambda show: replace(show, fullscreen=not show.fullscreen),
        "fit": lambda show: replace(show, fill=not show.fill),
        "hud": lambda show: replace(show, hud=not show.hud_on),
        "help": lambda show: replace(show, help=not show.help),
        "prompt": lambda show: entry.opened(show, "prompt"),
        "next_model": models.ask_next,
        "model": lambda show: entry.opened(show, "model"),
        "reset": moves.reset,
        "quit": _quit,
    }
)
