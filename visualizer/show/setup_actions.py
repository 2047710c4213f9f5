"""Actions that set the show up: projection, displays, MIDI learn, the model, the set list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from visualizer.show.set_list import Unit


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
class Reproject:
    """In the mapping mode: "rotate", "flip_h", "flip_v" or "reset"."""

    change: str
    source: str = "keyboard"


@dataclass(frozen=True, slots=True)
class ChooseDisplay:
    """Move the wall to the display of that name."""

    name: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class LearnTarget:
    """Start MIDI learn with a target (show/targets.py), or select that target."""

    target: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class AskModel:
    """Change to one of the models on this machine. Other names are refused, so that no remote
    program can name a file."""

    name: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class ChooseSet:
    """Select the set list at an index."""

    index: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class GoInSet:
    """Play the set list from the entry at an index."""

    index: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class MoveInSet:
    """Move the set list's entry at an index to another place."""

    index: int
    to: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class SetLength:
    """Set the length of the set list's entry at an index."""

    index: int
    length: float
    counted_in: Unit
    source: str = ""


@dataclass(frozen=True, slots=True)
class AddToSet:
    """Put the preset at an index at the end of the set list."""

    preset: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class RemoveFromSet:
    """Take the entry at an index out of the set list."""

    index: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class ChooseSound:
    """Hear a sound input by its name, "" for the usual one; on False: hear none."""

    on: bool
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class FindSounds:
    """Look which sound inputs there are."""

    source: str = ""


@dataclass(frozen=True, slots=True)
class ChooseTempo:
    """What may set tempo and beat: one of tempo.SOURCES; "" for all, by rank."""

    name: str
    source: str = ""


SetupAction: TypeAlias = (
    ChooseCorner
    | GrabCorner
    | MoveCorner
    | PlaceCorner
    | Reproject
    | ChooseDisplay
    | LearnTarget
    | AskModel
    | ChooseSet
    | GoInSet
    | MoveInSet
    | SetLength
    | AddToSet
    | RemoveFromSet
    | ChooseSound
    | FindSounds
    | ChooseTempo
)
