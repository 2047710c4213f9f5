"""The loops whose drift and motion are measured, and what each of them is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from rich.console import Console
from rich.progress import track

from benchmarks.playing import Script, as_there
from benchmarks.results import slug
from benchmarks.series import Loop, Series, recorded
from benchmarks.setup import Setup
from benchmarks.subject import Ours, Subject
from visualizer.show.request import Request

LOOPS = MappingProxyType(
    {
        "ours": "ours",
        "reference": "reference",
        "reference-kept": "reference, strength as ours",
    }
)
"""By name as given to --loop, with their labels. The reference stands twice: at the values with
which that app starts, where strength 1 forgets the picture, so that nothing can build up; and at
our default strength, where it is a feedback loop as ours is."""


def opened(loop: str, subject: Subject) -> Loop:
    """A loop at its first frame."""
    return Ours(subject.engine()) if loop == "ours" else subject.reference()


def asked(loop: str, wanted: Request) -> Request:
    """What a loop is asked for where a show wants something."""
    if loop == "ours":
        return wanted
    there = as_there(wanted)
    return there if loop == "reference" else replace(there, strength=wanted.strength)


def recordings(
    subject: Subject, setup: Setup, script: Script, frames: int, figure: str
) -> dict[str, Series]:
    """A script played by the loops of setup.loops; by those of which a recording of as many frames
    is kept, that."""
    found = {}
    for loop in LOOPS:
        kept = setup.runs / f"{subject.file(figure)}-{slug(script.name)}-{loop}.npz"
        if loop in setup.loops:
            requests = _played(loop, script, frames, figure)
            recorded(opened(loop, subject), requests).save(kept)
        if kept.exists() and len(series := Series.load(kept)) == frames:
            found[loop] = series
    return found


def _played(loop: str, script: Script, frames: int, figure: str) -> Iterable[Request]:
    """The requests of a script for a loop, under a progress bar."""
    wanted = itertools.islice(script.requests(), frames)
    return track(
        (asked(loop, request) for request in wanted),
        f"{figure}: {LOOPS[loop]}, {script.name}",
        frames,
        console=Console(stderr=True),
        transient=True,
    )
