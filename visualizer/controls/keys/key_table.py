"""Key assignments: those of the parameter and command tables, overridden by the performer's own.

A key is named as in the tables: a single character as the key has it ("q", "?"), else pygame's
name ("page down", "f12", "kp plus"), with "ctrl " before it where it is played with Ctrl held.

Built in, besides the tables' own:

- 1 to 0 select the first ten presets; on the keypad, digits and the point begin a number.
- c and v, and the keypad's − and +, step the parameter in focus, so that one hand reaches all.
- Ctrl with 1 to 8 brings a snapshot back.

Shift is a second meaning of each: the fine steps of a parameter, and storing in place of bringing
back (keyboard.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pygame

from visualizer.show import targets
from visualizer.show.actions import Action
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameter import CTRL
from visualizer.show.parameters import FOCUS_KEYS, PARAMETERS
from visualizer.show.play_actions import Digit, Nudge, Recall, Run, SelectPreset

SOURCE = "keyboard"

DIGITS = "1234567890"
"""The digit at place n selects preset n: 1 the first, 0 the tenth."""

KEYPAD: Mapping[int, str] = MappingProxyType(
    {getattr(pygame, f"K_KP_{digit}"): digit for digit in DIGITS} | {pygame.K_KP_PERIOD: "."}
)
"""Codes of the keypad's keys that numbers are typed with, and what they type."""

NO_KEYS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class KeyTable:
    """What keys do by their codes, alone and with Ctrl. Steps are whole ones here."""

    alone: Mapping[int, Action]
    ctrl: Mapping[int, Action]


def key_code(name: str) -> int:
    """The pygame key code of a key as the tables name it; a "ctrl " before it counts for nothing.

    Not pygame.key.key_code, which wants a display. Raises ValueError with a line for people.
    """
    key = name.strip().lower().removeprefix(CTRL).strip()
    if len(key) == 1 and key.isprintable():
        return ord(key)  # SDL's codes of printable keys are their characters
    words = key.upper().split()
    for spelled in ("_".join(words), "".join(words)):
        if code := getattr(pygame, f"K_{spelled}", 0):
            return int(code)
    raise ValueError(
        f"no key is named {name!r}; keys are named as in q, ?, f12, page down, kp plus, ctrl f12"
    )


def key_action(target: str) -> Action | None:
    """What a key does that plays a target (show/targets.py); None for "", which takes the key away.

    Raises ValueError with a line for people.
    """
    return targets.action(targets.parse(target), SOURCE) if target.strip() else None


def key_table(own: Mapping[str, str] = NO_KEYS) -> KeyTable:
    """The built-in keys, with a performer's own (name of a key to target) over them.

    Raises ValueError with a line for people.
    """
    alone: dict[int, Action] = {}
    ctrl: dict[int, Action] = {}
    actions = _built_in() | {name: key_action(target) for name, target in own.items()}
    for name, action in actions.items():
        table = ctrl if name.strip().lower().startswith(CTRL) else alone
        if action is None:
            table.pop(key_code(name), None)
        else:
            table[key_code(name)] = action
    return KeyTable(MappingProxyType(alone), MappingProxyType(ctrl))


def _built_in() -> dict[str, Action | None]:
    """What each key does by its name."""
    keys: dict[str, Action | None] = {}
    for row in PARAMETERS:
        for key, steps in zip(row.keys, (-1, 1), strict=False):  # there may be none
            keys[key] = Nudge(row.name, steps, source=SOURCE)
    for command in COMMANDS:
        keys |= dict.fromkeys(command.keys, Run(command.name, SOURCE))
    for down, up in FOCUS_KEYS:
        keys[down], keys[up] = Nudge("", -1, source=SOURCE), Nudge("", 1, source=SOURCE)
    for index, digit in enumerate(DIGITS):
        keys[digit] = SelectPreset(index, SOURCE)
        keys[f"kp {digit}"] = Digit(digit, SOURCE)
    keys["kp period"] = Digit(".", SOURCE)
    keys["kp enter"] = keys["return"]
    for slot in range(1, targets.SNAPSHOTS + 1):
        keys[f"{CTRL}{slot}"] = Recall(slot, SOURCE)
    return keys
