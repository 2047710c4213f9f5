"""Actions of a performer: values, commands, presets, prompts, snapshots, typed text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


@dataclass(frozen=True, slots=True)
class Set:
    """Set a parameter to a value in its own unit; values out of range are clamped."""

    parameter: str
    value: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Move a parameter by steps, down when negative; fine takes its small steps.

    parameter "" is the one in focus (show/reducers/focus.py).
    """

    parameter: str
    steps: float
    fine: bool = False
    source: str = ""


class KnobId(NamedTuple):
    """A physical knob. port: its controller's name. channel: 1 to 16. signal: "cc 20", "bend" …"""

    port: str
    channel: int
    signal: str


@dataclass(frozen=True, slots=True)
class Knob:
    """A knob or fader is at position (0 to 1).

    pickup: how it takes over (show/pickup.py): "pickup", "scaling", or "none" for at once.
    """

    control: KnobId
    parameter: str
    position: float
    source: str = "midi"
    pickup: str = "pickup"


@dataclass(frozen=True, slots=True)
class Run:
    """Run a command, by name (command_table.py)."""

    command: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """Set the state of an on-off command (command_table.ON_OFF), as a held pad or a toggle switch
    does.

    Other commands have no state, and nothing happens.
    """

    command: str
    on: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class SelectPreset:
    """Go to the preset at index (from 0), or with a name; a missing one is reported.

    name: the whole name in any case, or a number from 1 as text; "" to use the index. prompt: index
    of the prompt to go to; -1 for the preset's first. Within the current preset, going to a prompt
    keeps the values set by hand.
    """

    index: int = -1
    source: str = ""
    name: str = ""
    prompt: int = -1


@dataclass(frozen=True, slots=True)
class Store:
    """Store the current values in a slot (1 to 8) of the preset (show/reducers/snapshots.py)."""

    slot: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """Recall a slot's values, over the seconds of the parameter morph."""

    slot: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Make text the prompt now, without the entry. An empty text is ignored, with a line."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class MixIn:
    """Add a text to the prompt mix."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Weigh:
    """Set the share of one text in the prompt mix, 0 to 1; the others share the rest."""

    text: str
    share: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Digit:
    """A character of a number for the parameter in focus: 0 to 9, "." or "-"; opens the entry."""

    character: str
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Move:
    """An arrow key while something is open: the caret by characters (across; the ends by a large
    number), or through history and lists by rows (down above 0)."""

    across: int = 0
    down: int = 0
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Compose:
    """Text that an input method is composing and has not committed yet; "" for none."""

    text: str
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Type:
    """Text typed into the open entry."""

    text: str
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Erase:
    """Backspace in the open entry; ahead: delete, which removes the character after the caret."""

    ahead: bool = False
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Take:
    """Enter in the open entry: the text becomes the prompt, or the requested model."""

    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Drop:
    """Esc in the open entry: nothing changes."""

    source: str = "keyboard"


PlayAction: TypeAlias = (
    Set
    | Nudge
    | Knob
    | Run
    | Switch
    | SelectPreset
    | Store
    | Recall
    | Prompt
    | MixIn
    | Weigh
    | Digit
    | Move
    | Compose
    | Type
    | Erase
    | Take
    | Drop
)
