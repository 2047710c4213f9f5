"""Actions of the system: time, and reports of engine, clocks, sound, MIDI and disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, TypeAlias

from visualizer.show.files.session import Session
from visualizer.show.projection import Projection
from visualizer.show.set_list import SetList


@dataclass(frozen=True, slots=True)
class Tick:
    """seconds of show time have passed. most: upper bound on the ageing of cues and messages, as
    after a stall they were not visible."""

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
    """The engine reports which model runs ("" for none yet), which ones are on this machine, and
    which is loading ("" for none)."""

    model: str
    models: tuple[str, ...]
    coming: str = ""
    source: str = "engine"


@dataclass(frozen=True, slots=True)
class End:
    """End the show without asking twice, as a signal does: TERM, or a terminal that is closed."""

    source: str = "signal"


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
    """Audio features of this moment, each 0 to 1: the level and three bands. onsets: how many since
    the last. bpm: estimated tempo, None while there is none."""

    level: float
    bass: float
    mid: float
    treble: float
    onsets: int = 0
    bpm: float | None = None
    source: str = "sound"


@dataclass(frozen=True, slots=True)
class Learned:
    """MIDI learn has recognised a control: it plays target from now on (show/targets.py).

    control: the control in words. line: message for the performer.
    """

    target: str
    control: str
    line: str
    source: str = "midi"


@dataclass(frozen=True, slots=True)
class Unplugged:
    """A controller was unplugged: its knobs must pick up again when it comes back."""

    port: str
    source: str = "midi"


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Snapshots stored in earlier shows: by preset's name, by slot, values by name."""

    kept: Mapping[str, Mapping[int, Mapping[str, float]]]
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class Offer:
    """The last show's session was found on disk and can be resumed (show/files/session.py)."""

    memory: Session
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class Projections:
    """The projections of mapping.yaml, by displays' names."""

    kept: Mapping[str, Projection]
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class Reread:
    """Preset files have changed on disk. presets: all of them (records.Preset), known ones in their
    old places."""

    presets: tuple[Any, ...]
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class SetLists:
    """All set lists; chosen: index of the selected one. begins: play it at once."""

    lists: tuple[SetList, ...]
    chosen: int = 0
    begins: bool = False
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class SetSaved:
    """A set list is in its file as it is here."""

    set_list: SetList
    source: str = "disk"


@dataclass(frozen=True, slots=True)
class OnDisplay:
    """The wall is on the display of that name; chosen: the display it returns to, which may be
    unplugged."""

    name: str
    chosen: str = ""
    source: str = "window"


@dataclass(frozen=True, slots=True)
class Say:
    """Show a line to the performer for a while."""

    text: str
    source: str = ""


SystemAction: TypeAlias = (
    Tick
    | Live
    | Engine
    | End
    | Sync
    | Heard
    | Learned
    | Unplugged
    | Snapshots
    | Offer
    | Projections
    | Reread
    | SetLists
    | SetSaved
    | OnDisplay
    | Say
)
