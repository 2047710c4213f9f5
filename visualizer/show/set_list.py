"""A set list: presets in order, each for so many bars or minutes. Frozen values.

What plays one is in show/reducers/set_playing.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Unit: TypeAlias = Literal["bars", "minutes"]


@dataclass(frozen=True, slots=True)
class SetEntry:
    """A preset by its name, and how long it plays."""

    preset: str
    length: float
    counted_in: Unit = "minutes"

    @property
    def words(self) -> str:
        """Its length for people: "64 bars", "1 minute"."""
        unit = self.counted_in.removesuffix("s") if self.length == 1 else self.counted_in
        return f"{self.length:.4g} {unit}"


@dataclass(frozen=True, slots=True)
class SetList:
    """entries: at least one. loops: after the last comes the first; else the last one stays."""

    name: str
    entries: tuple[SetEntry, ...]
    loops: bool = False


@dataclass(frozen=True, slots=True)
class SetPlay:
    """place: index of the entry that is on. gone: how much of it is over, in what it counts."""

    place: int = 0
    gone: float = 0.0


@dataclass(frozen=True, slots=True)
class SetState:
    """lists: all that there are; chosen: index of the one to play. play: None while it is stopped.
    unattended: it loops, regardless of its file. kept: those whose files are as they are here.
    saves: how often the chosen one was to be saved."""

    lists: tuple[SetList, ...] = ()
    chosen: int = 0
    play: SetPlay | None = None
    unattended: bool = False
    kept: tuple[SetList, ...] = ()
    saves: int = 0

    @property
    def now(self) -> SetList | None:
        """The chosen one; None where there is none."""
        return self.lists[self.chosen] if self.lists else None

    @property
    def unsaved(self) -> tuple[SetList, ...]:
        """Those that differ from their files."""
        return tuple(each for each in self.lists if each not in self.kept)

    @property
    def changed(self) -> bool:
        """Whether the chosen one differs from its file."""
        return self.now is not None and self.now not in self.kept

    @property
    def entry(self) -> SetEntry | None:
        """The entry that is on; None while the set list is stopped."""
        now = self.now
        return None if now is None or self.play is None else now.entries[self.play.place]

    @property
    def loops(self) -> bool:
        """Whether the first entry comes after the last."""
        return self.now is not None and (self.unattended or self.now.loops)
