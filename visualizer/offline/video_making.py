"""Open a model and write the pictures of a wall to a video or a folder, with a progress bar."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from visualizer import terminal
from visualizer.engine import checkpoint
from visualizer.engine.engine import Engine
from visualizer.engine.failures import FrameError, one_line
from visualizer.frame import Pixels
from visualizer.offline.interrupt import Interrupt
from visualizer.offline.video_wall import Shown, VideoWall
from visualizer.offline.writers import VIDEO, Writer, writer
from visualizer.openers import open_now
from visualizer.options import RenderOptions
from visualizer.outputs.audio_track import Stereo

SAVED_EVERY = 10.0
"""Seconds from one saving of a folder's state to the next: a killed run loses no more."""

Tell = Callable[[int, int], None]
"""Hears, with each frame, how many are made, and of how many."""


def new_video_wall(options: RenderOptions, *, drawn: int = 0, crossfades: bool) -> VideoWall:
    return VideoWall(
        options.wall,
        options.fps,
        drawn=drawn,
        crossfades=crossfades,
        strobe_limit=options.strobe_limit,
        say=terminal.log,
    )


def make_video(
    options: RenderOptions,
    model: str,
    numbers: range,
    shown: Callable[[Engine], Iterator[Shown]],
    wall: VideoWall,
    facts: Mapping[str, str | int] | None,
    tell: Tell | None = None,
) -> int:
    """Open the model, and make pictures of these numbers (from 0); the exit status.

    facts: what another run has to know to go on; None where none can.
    """
    with Interrupt() as interrupt:
        try:
            engine = open_now(options, model, terminal.log)
        except KeyboardInterrupt:
            terminal.say(f"{options.out}: interrupted before the first frame")
            return interrupt.status
        pictures = wall.pictures(shown(engine))
        return _made(options, engine, numbers, pictures, facts, interrupt, tell)


def _made(
    options: RenderOptions,
    engine: Engine,
    numbers: range,
    pictures: Iterator[tuple[Pixels, Stereo | None]],
    facts: Mapping[str, str | int] | None,
    interrupt: Interrupt,
    tell: Tell | None,
) -> int:
    """Write pictures of these numbers (from 0); the exit status. What is made stays, even where it
    ends early."""
    made: Writer | None = None
    try:
        bars = progress_bars(hidden=tell is not None)
        with writer(options.out, options.fps, numbers.start) as made, bars as progress:
            task = progress.add_task(
                terminal.clean(f"{engine.model} on {engine.device}"),
                total=numbers.stop,
                completed=numbers.start,
            )
            saved = time.monotonic()
            for number in numbers:
                with interrupt.held():
                    picture, block = next(pictures)
                    if number == numbers.start and (line := _cut(options, picture)):
                        terminal.log(line)
                    made.write(picture, block)
                    save = interrupt.number or time.monotonic() - saved > SAVED_EVERY
                    if save and facts is not None and made.state is not None:
                        checkpoint.save(engine, made.state, frames=made.count, **facts)
                        saved = time.monotonic()
                progress.advance(task)
                if tell is not None:
                    tell(number + 1, numbers.stop)
    except KeyboardInterrupt:
        status, line = interrupt.status, "interrupted"
    except OSError as error:
        status, line = 1, f"can't be written: {error.strerror or error}"
    except (FrameError, RuntimeError) as error:  # a picture of not-a-numbers; out of memory
        status, line = 1, f"not finished: {one_line(error)}"
    else:
        terminal.out(options.out.resolve())
        return 0
    if made is not None and made.count and made.kept is not None:
        line += f"; the first {made.count} of {numbers.stop} frames are in {made.kept}"
        line += "; --continue resumes it" if made.state is not None and made.state.exists() else ""
    terminal.say(f"{options.out}: {line}")
    return status


def _cut(options: RenderOptions, pixels: Pixels) -> str:
    """What a video, whose sides are even, loses of pictures; "" for nothing."""
    height, width = pixels.shape[:2]
    if options.out.suffix.lower() != VIDEO or width % 2 == height % 2 == 0:
        return ""
    return f"a video's sides are even: of {width}x{height}, the last row or column is cut off"


def progress_bars(hidden: bool = False) -> Progress:
    """Bars of how far videos are."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=hidden,
    )
