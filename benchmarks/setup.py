"""How to measure: the command's options, as one frozen value that every figure reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setup:
    """steps: the numbers of steps at which speed is taken. frames: of drift; motion takes a part.
    block, rounds: of speed, how many frames in a row and how often. waits: how many knobs are
    turned. minutes: of memory. loops: whose drift and motion is measured now. out: the folder for
    results; runs: for series that are kept, so that loops can be measured one at a time. quick:
    a proof that all works, of which no number means anything."""

    steps: tuple[int, ...]
    frames: int
    block: int
    rounds: int
    waits: int
    minutes: float
    loops: tuple[str, ...]
    out: Path
    runs: Path
    quick: bool = False


def counted(number: int, what: str) -> str:
    """For people: "1 step", "2 steps"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
