"""Actions: all that can happen to a show, whoever brings it in; and the table of commands.

An action says what was done (a knob stands at 0.7), never what follows from it: that is decided
in one place, reducer.reduce.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Set:
    """Set a parameter to a value in its own unit; values out of range are clamped."""

    parameter: str
    value: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Move a parameter by whole steps, down when negative; fine takes its small steps."""

    parameter: str
    steps: int
    fine: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Knob:
    """A knob or fader stands at position (0 to 1). It takes hold by pickup (show/pickup.py).

    control names the physical knob: "port name:channel:number".
    """

    control: str
    parameter: str
    position: float
    source: str = "midi"


@dataclass(frozen=True, slots=True)
class Unplugged:
    """A controller is gone: its knobs must pick up anew when it comes back."""

    port: str
    source: str = "midi"


@dataclass(frozen=True, slots=True)
class Run:
    """Do one of COMMANDS, by name."""

    command: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class SelectPreset:
    """Go to the preset at index (from 0); an index that is not there does nothing."""

    index: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Type:
    """Text typed into the open entry."""

    text: str
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Erase:
    """Backspace in the open entry."""

    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Take:
    """Enter in the open entry: the text becomes the prompt, or the model that is wanted."""

    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Drop:
    """Esc in the open entry: nothing changes."""

    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Prompt:
    """Make text the prompt now, without the entry. An empty text stops the dreaming."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Show a line to the performer for a while."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """seconds of show time have passed."""

    seconds: float
    source: str = "clock"


@dataclass(frozen=True, slots=True)
class Live:
    """A frame has come from the engine, made with seed; with the first one the show is live."""

    seed: int
    source: str = "engine"


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine says which model runs ("" for none yet), which are on this machine, and which is
    on its way ("" for none)."""

    model: str
    models: tuple[str, ...]
    coming: str = ""
    source: str = "engine"


@dataclass(frozen=True, slots=True)
class End:
    """End the show without asking twice: a window was closed, which no stray key does."""

    source: str = "window"


Action: TypeAlias = (
    Set
    | Nudge
    | Knob
    | Unplugged
    | Run
    | SelectPreset
    | Type
    | Erase
    | Take
    | Drop
    | Prompt
    | Say
    | Tick
    | Live
    | Engine
    | End
)


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a performer can trigger. keys: as in Parameter; note: its MIDI note.

    note is None for what no pad should do by chance: a map of one's own may still name it.
    """

    name: str
    label: str
    keys: tuple[str, ...]
    note: int | None
    help: str


# Keys: what performers know from MilkDrop, projectM and presentation remotes (space, backspace,
# R, F, F1, B for black), then what the left hand finds in the dark (Z is the bottom left corner).
COMMANDS: tuple[Command, ...] = (
    Command("next_prompt", "Next prompt", ("space", "right"), 36, "crossfade to the next prompt"),
    Command(
        "previous_prompt", "Previous prompt", ("backspace", "left"), 37, "back to the one before"
    ),
    Command("next_preset", "Next preset", ("down", "page down"), 38, "the next preset"),
    Command("previous_preset", "Previous preset", ("up", "page up"), 39, "the preset before"),
    Command(
        "generation", "Generation", ("g",), 40, "start or stop dreaming; the picture stays"
    ),
    Command("new_seed", "New seed", ("r",), 41, "jump to another seed"),
    Command("restart", "Restart", ("n",), 42, "start anew from a white picture"),
    Command("freeze", "Freeze", ("z",), 43, "hold the wall still while the loop runs on unseen"),
    Command("blackout", "Blackout", ("b",), 44, "fade the wall to black and back"),
    Command("fullscreen", "Fullscreen", ("f", "f11"), 45, "fullscreen or a window"),
    Command("fit", "Fit", ("y",), 46, "fill the screen or show the whole picture"),
    Command("hud", "HUD", ("tab",), 47, "values over the picture, on or off"),
    Command("help", "Help", ("f1", "?"), 48, "all keys and knobs"),
    Command("prompt", "Prompt", ("return",), 49, "type a prompt; Enter takes it, Esc drops it"),
    Command("next_model", "Next model", ("m",), 52, "the next of the models on this machine"),
    Command(
        "model", "Model", ("ctrl m",), None,
        "type a model's name or folder; Enter loads it while the show goes on",
    ),
    Command("reset", "Reset", ("f5",), 50, "all parameters as the preset has them"),
    Command("quit", "Quit", ("escape",), None, "ends the show when given twice within 2 seconds"),
)  # fmt: skip
