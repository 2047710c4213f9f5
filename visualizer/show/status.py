"""Status: the engine's report to the performer. Frozen, so it may cross threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from visualizer.show.request import Place


class Phase(Enum):
    """How far the engine is."""

    STARTING = "starting"
    ASKING = "asking"
    LOADING = "loading"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NextPreview:
    """A still of the next prompt, made from the loop's own picture. place: of the show that it was
    made for. jpeg: b"" while it is being made."""

    place: Place
    jpeg: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class GpuMemory:
    """MB of the engine's GPU that all programs on it use together, and that it has."""

    used: int
    total: int


@dataclass(frozen=True, slots=True)
class Status:
    """The engine's own account.

    text: one line for people (what is being done, or what is wrong and what to do). progress:
    0 to 1 while something loads, None where its end is not known. model and device: what runs,
    empty before. wire: what the way to it takes, such as "84 ms, 640 kB/s", where it runs on
    another machine, else empty. coming: the model that loads in the background while another runs
    (phase is RUNNING then, and text and progress are the loading's), else empty. default and
    reason: the model that is taken where none is named, and why. models: those on this machine.
    next_preview: the last one that was begun, None for none. gpu_memory: None where the model runs
    on no GPU, or its driver does not tell.
    """

    phase: Phase = Phase.STARTING
    text: str = ""
    progress: float | None = None
    model: str = ""
    device: str = ""
    wire: str = ""
    coming: str = ""
    default: str = ""
    reason: str = ""
    models: tuple[str, ...] = ()
    next_preview: NextPreview | None = None
    gpu_memory: GpuMemory | None = None

    @property
    def place(self) -> str:
        """Where the model runs, and what the way there takes."""
        return ", ".join(filter(None, (self.device, self.wire)))


Report: TypeAlias = Callable[[Status], None]
"""Takes the steps of what opens a model, as they come."""
