"""How evenly the wall moves between frames: a constant zoom at 12 engine frames a second, shown at
60 pictures a second.

The frames are the engine's own, and come by a clock of their own with a spread as on a busy
machine; the stage's timing (pacing.py) and renderer are those of the show. Three ways in one run:
held frames, a crossfade alone, and a crossfade that carries the motion on, as the show does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
import pygame

from benchmarks.playing import one_prompt
from benchmarks.results import Result, Row
from benchmarks.setup import Setup
from benchmarks.subject import Subject
from visualizer.frame import Pixels
from visualizer.show.request import Request
from visualizer.stage.pacing import PERIOD, Carry, Pacer
from visualizer.stage.renderer import Moment
from visualizer.stage.software_renderer import SoftwareRenderer

ENGINE_FPS = 12.0

SPREAD = 0.15
"""Standard deviation of the time between two frames, as a share of it."""

ZOOM = 0.25
"""Doublings a second."""

SECONDS = 10.0

COMES_UP = 2.0
"""Seconds at the start that are left out: the picture comes up from white."""

SCREEN = 1280, 720

WAYS = ("hold", "crossfade", "carry")


@dataclass(frozen=True, slots=True)
class Evenness:
    """unique: share of pictures that differ from the one before. spread: of the change from picture
    to picture, standard deviation over mean."""

    unique: float
    spread: float


def measure(subject: Subject, setup: Setup, say: Callable[[str], None]) -> Result:
    """Frames from the engine, then each way."""
    seconds = 1.0 if setup.quick else SECONDS
    frames = list(_frames(subject, seconds))
    rows, numbers = [], {}
    for way in WAYS:
        say(f"wall: {way}")
        found = evenness(pictures(frames, way, (128, 72) if setup.quick else SCREEN))
        goals = way == "carry"
        rows += [
            Row(f"{way}: unique pictures", f"{found.unique:.1%}", "at least 99 %" if goals else "",
                found.unique >= 0.99 if goals else None),
            Row(f"{way}: spread of change", f"{found.spread:.2f}", "at most 0.35" if goals else "",
                found.spread <= 0.35 if goals else None),
        ]  # fmt: skip
        numbers[way] = asdict(found)
    return Result("wall", tuple(rows), numbers)


Arrived = tuple[float, Request, Pixels]
"""When a frame came, in seconds; what it was made from; itself."""


def _frames(subject: Subject, seconds: float) -> Iterator[Arrived]:
    """Frames of a constant zoom."""
    random = np.random.default_rng(5)
    engine, wanted, now = subject.engine(), one_prompt().first(), 0.0
    while now < COMES_UP + seconds:
        asked = replace(wanted, zoom=ZOOM, time=now)
        pixels = engine.next(asked).pixels
        now += (1.0 + SPREAD * float(np.clip(random.standard_normal(), -2, 2))) / ENGINE_FPS
        yield now, asked, pixels


def pictures(frames: list[Arrived], way: str, screen: tuple[int, int]) -> Iterator[Pixels]:
    """The wall at 60 pictures a second, until the last frame is there."""
    renderer = SoftwareRenderer(pygame.Surface(screen, depth=32))
    pacer, carry, came, now = Pacer(), Carry(), 0, 0.0
    while came < len(frames):
        now += PERIOD
        if frames[came][0] <= now:
            _, asked, pixels = frames[came]
            came += 1
            renderer.push(pixels)
            pacer.arrived(now)
            carry.arrived(asked, same=False)
        mix = pacer.mix(now, 0.0 if way == "hold" else 1.0)
        carry.at(pacer.phase(now))
        moves = (carry.request, carry.ahead, carry.behind) if way == "carry" else (None, 0.0, 0.0)
        if now > COMES_UP:
            renderer.draw(Moment(mix, 1.0, "fill", *moves))
            yield renderer.read()


def evenness(wall: Iterator[Pixels]) -> Evenness:
    """Of pictures in their order."""
    before, changes = None, []
    for picture in wall:
        now = picture.astype(np.int16)
        if before is not None:
            changes.append(float(np.abs(now - before).mean()))
        before = now
    change = np.array(changes)
    return Evenness(float((change > 0.0).mean()), float(change.std() / change.mean()))
