"""Targets: what a control can play, by the names that files, MIDI learn and OSC use for it.

strength             the parameter, at the place where the control stands
strength up          one step of it (also: down)
next_prompt          a command
preset 3             the third preset
snapshot 2, store 2  bring back, or keep, a snapshot
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from visualizer.show.actions import Action
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameter import nearest
from visualizer.show.parameters import BY_NAME, PARAMETERS
from visualizer.show.play_actions import Nudge, Recall, Run, SelectPreset, Store

PRESETS = 128
"""Most presets that can be named by number."""

SNAPSHOTS = 8

VALUE, STEP, COMMAND, PRESET, SNAPSHOT, STORE = (
    "value", "step", "command", "preset", "snapshot", "store",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """kind: one of the words above. name: the parameter or command, "" for the others. number: of
    a preset or snapshot, from 1; of a step, 1 for up and -1 for down; else 0."""

    kind: str
    name: str = ""
    number: int = 0

    def __str__(self) -> str:
        if self.kind in (VALUE, COMMAND):
            return self.name
        if self.kind == STEP:
            return f"{self.name} {'up' if self.number > 0 else 'down'}"
        return f"{self.kind} {self.number}"


_COMMANDS = frozenset(command.name for command in COMMANDS)
_COUNTS = {PRESET: PRESETS, SNAPSHOT: SNAPSHOTS, STORE: SNAPSHOTS}


def parse(text: str) -> Target:
    """The target of that name. Raises ValueError with a line for people."""
    words = text.split()
    if len(words) == 1 and words[0] in BY_NAME:
        return Target(VALUE, words[0])
    if len(words) == 1 and words[0] in _COMMANDS:
        return Target(COMMAND, words[0])
    if len(words) == 2 and words[0] in BY_NAME and words[1] in ("up", "down"):
        return Target(STEP, words[0], 1 if words[1] == "up" else -1)
    if len(words) == 2 and words[0] in _COUNTS:
        most = _COUNTS[words[0]]
        if words[1].isascii() and words[1].isdigit() and 1 <= int(words[1]) <= most:
            return Target(words[0], number=int(words[1]))
        raise ValueError(f"'{text}': {words[0]}s go from 1 to {most}")
    examples = [f"{word} 1" for word in _COUNTS]
    raise ValueError(
        f"nothing is named '{text}'; nearest: {nearest(text, [*BY_NAME, *_COMMANDS, *examples])}"
    )


def action(target: Target, source: str) -> Action:
    """What a key, a pad or a message without a value does that plays a target.

    Raises ValueError with a line for people where the target is a value.
    """
    number = target.number
    made: dict[str, Callable[[], Action]] = {
        STEP: lambda: Nudge(target.name, float(number), source=source),
        COMMAND: lambda: Run(target.name, source),
        PRESET: lambda: SelectPreset(number - 1, source),
        SNAPSHOT: lambda: Recall(number, source),
        STORE: lambda: Store(number, source),
    }
    if target.kind in made:
        return made[target.kind]()
    raise ValueError(f"'{target}' needs a value: write '{target} up' or '{target} down'")


LEARNABLE: tuple[str, ...] = (
    *(row.name for row in PARAMETERS),
    *(command.name for command in COMMANDS if command.name not in ("quit", "forget_all")),
    *(f"{PRESET} {n}" for n in range(1, 11)),
    *(f"{SNAPSHOT} {n}" for n in range(1, SNAPSHOTS + 1)),
    *(f"{STORE} {n}" for n in range(1, SNAPSHOTS + 1)),
)
"""What MIDI learn offers, in the order of its list."""
