"""The table of commands. One row each; keyboard, MIDI, OSC, HUD and docs/playing.md read it.

What each does is in show/reducers/commands.py, by its name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a performer can trigger. keys: as in Parameter; note: its MIDI note.

    note is None for what no pad should trigger by accident; a performer's own map may still assign
    it.
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
        "previous_prompt", "Previous prompt", ("backspace", "left"), 37, "the previous prompt"
    ),
    Command(
        "preview_next", "Preview next", ("ctrl space",), None,
        "a still of the next prompt, made from the picture on the wall; the desk shows it",
    ),
    Command("next_preset", "Next preset", ("down", "page down"), 38, "the next preset"),
    Command("previous_preset", "Previous preset", ("up", "page up"), 39, "the previous preset"),
    Command("set_list", "Set list", ("ctrl g",), None, "start or stop the set list"),
    Command("next_in_set", "Next in set", ("ctrl n",), None, "the set list's next preset"),
    Command(
        "previous_in_set", "Previous in set", ("ctrl b",), None, "the set list's previous preset"
    ),
    Command("save_set", "Save set", ("ctrl f7",), None, "save the set list to its file"),
    Command(
        "unattended", "Unattended", ("ctrl r",), None, "repeat the set list all night"
    ),
    Command(
        "generation", "Generation", ("g",), 40, "start or stop generation; the picture stays"
    ),
    Command("new_seed", "New seed", ("r",), 41, "jump to another seed"),
    Command("restart", "Restart", ("n",), 42, "restart the loop from white"),
    Command("freeze", "Freeze", ("z",), 43, "hold the wall still while the loop keeps running"),
    Command("blackout", "Blackout", ("b",), 44, "fade the wall to black and back"),
    Command("fullscreen", "Fullscreen", ("f", "f11"), 45, "fullscreen or window"),
    Command("fit", "Fit", ("y",), 46, "fill the screen, whole picture, stretch, mirrored tiles"),
    Command(
        "mapping", "Mapping", ("f6",), None, "drag or step the wall's corners; Esc or Enter ends it"
    ),
    Command(
        "test_card", "Test card", ("f10",), 62, "grid, colours and greys in place of the picture"
    ),
    Command(
        "identify", "Identify", ("ctrl f10",), None,
        "show on each window its display's number and name, for 6 s",
    ),
    Command(
        "next_display", "Next display", ("f12",), None, "move the wall to the next display"
    ),
    Command("hud", "HUD", ("tab",), 47, "show or hide the values over the picture"),
    Command("help", "Help", ("f1", "?"), 48, "all keys and knobs"),
    Command("prompt", "Prompt", ("return",), 49, "type a prompt; Enter accepts, Esc cancels"),
    Command("next_model", "Next model", ("m",), 52, "change to the next model on this machine"),
    Command(
        "model", "Model", ("ctrl m",), None,
        "type a model's name or folder; Enter loads it while the show goes on",
    ),
    Command("tap", "Tap tempo", ("t",), 53, "tap the beat; a gap of 2 s starts a new series"),
    Command(
        "next_quantise", "Quantise", ("h",), 54, "changes wait for nothing, beat, bar or 4 bars"
    ),
    Command(
        "count_in", "Time unit", ("ctrl t",), None,
        "hold and crossfade in seconds, beats or bars",
    ),
    Command("modulate", "Modulate", ("p",), 55, "let an oscillator move the parameter in focus"),
    Command("modulation_shape", "Shape", ("ctrl p",), 56, "the next shape, or a band of the sound"),
    Command(
        "focus_previous", "Focus previous", ("home", "ctrl left", "kp divide"), None,
        "the previous parameter: C, V or the keypad's − + step the one in focus",
    ),
    Command(
        "focus_next", "Focus next", ("end", "ctrl right", "kp multiply"), None,
        "the next parameter",
    ),
    Command(
        "number", "Number", ("x",), None,
        "type an exact value for the parameter in focus; keypad digits begin at once",
    ),
    Command("undo", "Undo", ("ctrl z",), 57, "undo the last change of values"),
    Command("redo", "Redo", ("ctrl y",), 58, "redo that change"),
    Command(
        "learn", "MIDI learn", ("f2",), 59, "choose a target with the arrows, then move a control"
    ),
    Command("forget", "Forget", ("f3",), None, "in MIDI learn: remove the controls of the target"),
    Command(
        "forget_all", "Forget all", ("f4",), None,
        "in MIDI learn, twice: reset all controllers",
    ),
    Command(
        "resume", "Resume", ("f9",), None, "restore the last show's values, preset and prompt"
    ),
    Command("picture", "Save picture", ("f7",), 60, "save the wall as a PNG file"),
    Command("record", "Record", ("f8",), 61, "record the wall as a video"),
    Command("reset", "Reset", ("f5",), 50, "reset all parameters to the preset's values"),
    Command("quit", "Quit", ("escape",), None, "end the show; press twice within 2 seconds"),
)  # fmt: skip

ON_OFF = (
    "generation", "freeze", "blackout", "fullscreen", "hud", "help", "learn", "record", "mapping",
    "test_card", "set_list", "unattended",
)  # fmt: skip
"""Commands that turn something on and off, so that a switch can be mapped to them."""
