"""Open the window; for a resumed show, with its last picture, before anything else loads.

What the wall needs is read here, at once: the picture, the values that looks are drawn from, the
display, the mapping. The window stage takes half the time that importing the whole show does, and
nothing is lost by waiting for a disk while there is no picture. What can't be read is reported
later, by the store that it belongs to.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import psutil

from visualizer.controls.midi import map_files
from visualizer.frame import Frame, Pixels
from visualizer.live import last_picture
from visualizer.live.projection_store import FILE, ProjectionStore
from visualizer.live.session_store import STATE, usual_folder
from visualizer.options import LiveOptions
from visualizer.show.files import session
from visualizer.show.files.session import Session
from visualizer.show.files.text_file import read_text
from visualizer.show.files.yaml_faults import Fault
from visualizer.show.next_request import request
from visualizer.show.state import Show
from visualizer.show.status import Status
from visualizer.show.system_actions import Projections
from visualizer.show.view import View
from visualizer.stage.stage import Stage


class Reopened(NamedTuple):
    """The window with the last show's picture on the wall; the picture; seconds from the start of
    the process until it was there; whether the wall is dark over it."""

    stage: Stage
    picture: Pixels
    after: float
    dark: bool = False


def new_stage(options: LiveOptions, display: int | str = 0) -> Stage:
    """The window as options have it. display: its number, or its name. Raises NoDisplay."""
    return Stage(
        display=display if options.display is None else options.display,
        also=options.also,
        windowed=options.windowed,
        renderer=options.renderer,
        strobe_limit=options.strobe_limit,
        hud=options.hud,
        clock=time.perf_counter,
    )


def reopened(options: LiveOptions) -> Reopened | None:
    """Open the window with the last show's picture; None where there is none. Raises NoDisplay."""
    folder = options.state or usual_folder()
    pixels = last_picture.read(folder)
    if pixels is None:
        return None
    memory = _last(folder / STATE)
    fullscreen = memory.fullscreen and not options.windowed
    stage = new_stage(replace(options, windowed=not fullscreen), memory.display or 0)
    mapping = ProjectionStore((options.maps or map_files.own_folder()).parent / FILE)
    mapping.look()
    dark = memory.blackout and options.restarted
    kept = [action.kept for action in mapping.drain() if isinstance(action, Projections)]
    show = Show(
        presets=(),
        hud=False,
        fullscreen=fullscreen,
        fit=memory.fit,
        display=stage.display,
        blackout=dark,
        projections=kept[-1] if kept else {},
    )
    show = show.with_values({**memory.values, **options.settings})
    asked = request(show)
    stage.masks = mapping.masks
    stage.begin_with(Frame(0, time.perf_counter(), 0.0, pixels, asked.seed, asked), dark)
    stage.present(View(show, Status()))
    return Reopened(stage, pixels, time.time() - psutil.Process().create_time(), dark)


def _last(path: Path) -> Session:
    """The last show's state; an empty one where it can't be read."""
    try:
        return session.parse(read_text(path), str(path))
    except (OSError, UnicodeDecodeError, Fault):
        return Session()
