"""The log of a small set, as a live show writes it, and the pictures of its video."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from visualizer import __version__
from visualizer.engine.models.catalogue import COLOUR_FIELDS
from visualizer.show.files import performance_file
from visualizer.show.files.performance_file import Header
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.system_actions import Live


def played(folder: Path, frames: int) -> Path:
    """The log of a set on the colour fields, of so many frames, ten a second."""
    header = Header(
        __version__, (Preset("one", (Cued(alone("a red sea"), NO_VALUES),)),), model=COLOUR_FIELDS,
        size=(64, 64), settings={"seed": 5},
    )  # fmt: skip
    lines = [performance_file.header_text(header)]
    for number in range(frames):
        time = number / 10
        lines += [
            performance_file.action_text(Live(5, 0.1, time), time),
            performance_file.ticks_text([0.1]),
        ]
    log = folder / "set.jsonl"
    log.write_text("\n".join(lines) + "\n")
    return log


def pictures(video: Path) -> npt.NDArray[np.uint8]:
    """All of a video's pictures, (number, height, width, 3)."""
    with av.open(str(video)) as container:
        found = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(found).astype(np.uint8)
