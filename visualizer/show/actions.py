"""Actions: all that can happen to a show, whoever brings it in.

An action says what was done (a knob stands at 0.7), never what follows from it: that is decided
in one place, reducer.reduce.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple, TypeAlias

from visualizer.show.files.session import Session
from visualizer.show.projection import Projection
from visualizer.show.set_list import SetList, Unit


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
    """A knob or fader stands at position (0 to 1).

    pickup says how it takes hold (show/pickup.py): "pickup", "scaling", or "none" for at once.
    """

    control: KnobId
    parameter: str
    position: float
    source: str = "midi"
    pickup: str = "pickup"


@dataclass(frozen=True, slots=True)
class Unplugged:
    """A controller is gone: its knobs must pick up again when it comes back."""

    port: str
    source: str = "midi"


@dataclass(frozen=True, slots=True)
class Run:
    """Do one of the commands, by name (command_table.py)."""

    command: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """Bring an on-off command (command_table.ON_OFF) to a state: a pad that is held, or a switch
    that stays.

    Any other command has no state, and nothing is done.
    """

    command: str
    on: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class SelectPreset:
    """Go to the preset at index (from 0), or of a name; one that is not there is said to be none.

    name: whole, in any capitals, or a number from 1 as text; "" where the index counts. prompt:
    index of the prompt to go to; -1 for the preset's first. In the preset that is on, going to a
    prompt leaves the values that a hand has set.
    """

    index: int = -1
    source: str = ""
    name: str = ""
    prompt: int = -1


@dataclass(frozen=True, slots=True)
class Store:
    """Keep the values in force in a slot (1 to 8) of the preset (show/reducers/snapshots.py)."""

    slot: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """Bring a slot's values back, over the time that the parameter morph says."""

    slot: int
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
    """What an input method has on its way and not settled yet; "" for nothing."""

    text: str
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Sync:
    """A clock from outside: ago seconds before now, the beat counter stood at beats.

    bpm: its tempo, 20 to 300. running False: it was stopped, and only its tempo counts.
    """

    bpm: float
    beats: float
    ago: float = 0.0
    running: bool = True
    source: str = "midi clock"


@dataclass(frozen=True, slots=True)
class Heard:
    """What is heard at this moment, each 0 to 1: the level and three bands. onsets: how many have
    come since the last. bpm: the tempo of the onsets, None while they have none."""

    level: float
    bass: float
    mid: float
    treble: float
    onsets: int = 0
    bpm: float | None = None
    source: str = "sound"


@dataclass(frozen=True, slots=True)
class Learned:
    """MIDI learn has heard a control: it plays target from now on (show/targets.py).

    control: the control in words. line: what to tell the performer.
    """

    target: str
    control: str
    line: str
    source: str = "midi"


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The slots that were kept from earlier shows: by preset's name, by slot, values by name."""

    kept: Mapping[str, Mapping[int, Mapping[str, float]]]
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class Offer:
    """The last show's state was found on disk: it can be taken up again (show/files/session.py)."""

    memory: Session
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class Projections:
    """What mapping.yaml says, by displays' names."""

    kept: Mapping[str, Projection]
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class Reread:
    """Preset files have changed on disk. presets: all (records.Preset), those that were there
    before in their places."""

    presets: tuple[Any, ...]
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class SetLists:
    """The set lists that there are; chosen: index of the one to play. begins: it does at once."""

    lists: tuple[SetList, ...]
    chosen: int = 0
    begins: bool = False
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class ChooseSet:
    """Make the set list at an index the one to play."""

    index: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class GoInSet:
    """Play the set list from the entry at an index on."""

    index: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class MoveInSet:
    """Bring the set list's entry at an index to another place."""

    index: int
    to: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class SetLength:
    """Give the set list's entry at an index another length."""

    index: int
    length: float
    counted_in: Unit
    source: str = ""


@dataclass(frozen=True, slots=True)
class OnDisplay:
    """The wall is on the display of that name; chosen: on which it belongs, which may be gone."""

    name: str
    chosen: str = ""
    source: str = "window"


@dataclass(frozen=True, slots=True)
class ChooseCorner:
    """In the mapping mode: the corner to move, 0 to 3 clockwise from the top left; -1: the next."""

    index: int
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class GrabCorner:
    """In the mapping mode: the corner nearest to a point (shares of the screen) is to move."""

    x: float
    y: float
    source: str = "mouse"


@dataclass(frozen=True, slots=True)
class MoveCorner:
    """In the mapping mode: the chosen corner moves by shares of the screen."""

    across: float
    down: float
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class PlaceCorner:
    """In the mapping mode: a corner, 0 to 3, at a point of the screen, in shares of it."""

    index: int
    x: float
    y: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class ChooseDisplay:
    """Move the wall to the display of that name."""

    name: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class LearnTarget:
    """MIDI learn begins with a target (show/targets.py), or goes to it."""

    target: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class AskModel:
    """Have one of the models on this machine play. Another name is none of them, so that no file
    can be named from elsewhere."""

    name: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class MixIn:
    """Put a text beside those of the prompt."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Weigh:
    """Give one text of the prompt a share of the whole, 0 to 1; the others give way."""

    text: str
    share: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reproject:
    """In the mapping mode: "rotate", "flip_h", "flip_v" or "reset"."""

    change: str
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Type:
    """Text typed into the open entry."""

    text: str
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class Erase:
    """Backspace in the open entry; ahead: delete, which takes what is behind the caret."""

    ahead: bool = False
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
    """Make text the prompt now, without the entry. An empty text is ignored, with a line."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Show a line to the performer for a while."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """seconds of show time have passed. most: no more of them than that wear off what was to be
    seen for a while, as after a stall it was not seen."""

    seconds: float
    most: float = inf
    source: str = "clock"

    @property
    def seen(self) -> float:
        """Seconds by which cues, messages and questions grow older."""
        return min(self.seconds, self.most)


@dataclass(frozen=True, slots=True)
class Live:
    """A frame has come from the engine, made with seed; with the first one the show is live.

    period: seconds from a request to its picture on the wall, as far as is known; 0 for unknown.
    asked: show time of the request that it was made from, for the performance log; None where that
    is not known.
    """

    seed: int
    period: float = 0.0
    asked: float | None = None
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
    """End the show without asking twice, as a signal does: TERM, or a terminal that is closed."""

    source: str = "signal"


Action: TypeAlias = (
    Set
    | Nudge
    | Knob
    | Unplugged
    | Run
    | Switch
    | SelectPreset
    | Store
    | Recall
    | Digit
    | Move
    | Compose
    | Sync
    | Heard
    | Learned
    | Snapshots
    | Offer
    | Projections
    | SetLists
    | ChooseSet
    | GoInSet
    | MoveInSet
    | SetLength
    | OnDisplay
    | ChooseCorner
    | GrabCorner
    | MoveCorner
    | PlaceCorner
    | ChooseDisplay
    | LearnTarget
    | AskModel
    | MixIn
    | Weigh
    | Reproject
    | Reread
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
