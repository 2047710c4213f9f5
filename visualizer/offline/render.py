"""Composition root of `visualizer render`: the same loop without a window, into a file.

Deterministic for a seed: show time advances by one video frame per generated frame, so nothing
depends on how fast the machine is. With a sound, each frame is made while its own piece of it is
heard, and the sound goes into the video.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from fractions import Fraction
from functools import partial
from itertools import islice, repeat
from pathlib import Path
from typing import Protocol

import av
import numpy as np
from PIL import Image, ImageOps
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from visualizer.controls.audio.audio_features import AudioFeatures
from visualizer.disk import free_name
from visualizer.engine.engine import Engine
from visualizer.engine.failures import FrameError, one_line
from visualizer.engine.picture import Picture
from visualizer.frame import Pixels
from visualizer.offline.soundtrack import RATE, Soundtrack, Stereo, Track, mono
from visualizer.openers import open_now
from visualizer.options import OptionError, Options, RenderOptions, find_presets
from visualizer.show.actions import Live, Tick
from visualizer.show.files import prompt_lists
from visualizer.show.next_request import request
from visualizer.show.records import Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show

SECONDS = 10.0
"""Length of a video where neither an option nor a sound says how long."""


class Writer(Protocol):
    """Takes pictures one by one; pixels uint8 (height, width, 3), and each one's sound if any."""

    def write(self, pixels: Pixels, sound: Stereo | None = None) -> None:
        """Add one picture. Raises OSError where it can't be stored."""


def render(options: RenderOptions) -> int:
    """Make the video or the folder of frames; the exit status.

    Raises OptionError where an option can't be followed.
    """
    console = Console(stderr=True)

    def say(line: str) -> None:
        console.print(line, highlight=False, markup=False)

    _check_out(options.out)
    sound = Soundtrack(options.sound) if options.sound is not None else None
    if sound is not None and sound.damaged:
        say(f"--sound {options.sound}: {sound.damaged} damaged pieces are left out")
    length = _count(options, sound)
    show = _first(options, console)
    engine = open_now(options, show.model.wanted, say)
    try:
        with _writer(options.out, options.fps) as writer, _progress(console) as progress:
            for picture, block in progress.track(
                frames(show, engine, options.fps, length, sound, say),
                total=length,
                description=f"{engine.model} on {engine.device}",
            ):
                writer.write(_filling(picture.pixels, options.wall), block)
    except OSError as error:
        why = error.strerror or str(error)
        print(f"visualizer: {options.out}: can't be written: {why}", file=sys.stderr)
        return 1
    except (FrameError, RuntimeError) as error:  # a picture of not-a-numbers; out of memory
        print(f"visualizer: {options.out}: not finished: {one_line(error)}", file=sys.stderr)
        return 1
    print(options.out.resolve())
    return 0


def video_instead(options: Options, why: str) -> int:
    """Ten seconds of the first preset as a video of a projector's size, where there is no display
    for the show. why: there is none."""
    out = free_name(Path("show.mp4"))  # no video is overwritten
    print(f"visualizer: {why}; making {out} instead", file=sys.stderr)
    shared = {field.name: getattr(options, field.name) for field in fields(Options)}
    return render(RenderOptions(**shared, out=out, wall=(1280, 720)))


def frames(
    show: Show,
    engine: Engine,
    fps: float,
    length: int,
    sound: Soundtrack | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Iterator[tuple[Picture, Stereo | None]]:
    """length generated pictures, each 1/fps seconds of show time after the last, with its sound.

    say: gets the engine's lines for the performer.
    """
    blocks = repeat(None) if sound is None else sound.blocks(fps)
    ear = AudioFeatures(RATE)
    for block in islice(blocks, length):
        if block is not None:
            show = reduce(show, ear.hear(mono(block)))
        wanted = request(show)
        picture = engine.next(wanted)
        if line := engine.prepare(wanted):
            say(line)
        yield picture, block
        show = reduce(show, Live(picture.seed))
        show = reduce(show, Tick(1.0 / fps))


def _filling(pixels: Pixels, wall: tuple[int, int] | None) -> Pixels:
    """A picture scaled to fill a wall of (width, height), what juts out cut off; itself for None.

    By Lanczos's filter: bilinear, pixels of the model's size would be seen as squares.
    """
    if wall is None:
        return pixels
    return np.asarray(ImageOps.fit(Image.fromarray(pixels), wall, Image.Resampling.LANCZOS))


def _count(options: RenderOptions, sound: Soundtrack | None) -> int:
    """How many frames: as many as asked for, else as long as the sound, else SECONDS."""
    if options.frames is not None:
        return options.frames
    seconds = SECONDS if sound is None else sound.seconds
    return max(math.ceil(seconds * options.fps - 1e-6), 1)  # 0.3 s × 10 is 3.0000000000000004


def _check_out(out: Path) -> None:
    """OptionError where OUT can't be made, or would mix with an older run; before a model loads."""
    if out.suffix.lower() == ".mp4":
        if out.is_dir():
            raise OptionError(f"{out} is a folder; give the name of a file")
    elif out.suffix and not out.is_dir():
        raise OptionError(f"{out}: give a name ending in .mp4, or a folder for PNG frames")
    elif next(out.glob("frame_*.png"), None):
        raise OptionError(f"{out} holds frames of another run; give another folder, or empty it")


def _first(options: RenderOptions, console: Console) -> Show:
    tell = partial(console.print, highlight=False, markup=False)
    presets, first, faults = find_presets(options)
    for fault in faults:
        tell(fault)
    if options.prompt is not None:
        if not options.prompt.strip():
            raise OptionError("--prompt is empty: an empty prompt makes no frame")
        # A preset that was named stays, but its prompts give way to the one asked for.
        preset = presets[first] if presets and options.preset else Preset("prompt", ())
        cued = prompt_lists.cued(options.prompt, "--prompt", tell, negative=preset.negative)
        if cued is None:
            raise OptionError("--prompt: nothing of it can be played")
        presets, first = (replace(preset, prompts=(cued,)),), 0
    if not presets:
        raise OptionError("there is no preset to play: give --prompt or another --presets folder")
    return start(presets, first, options.settings, model=options.model or "")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )


@contextmanager
def _writer(out: Path, fps: float) -> Iterator[Writer]:
    """A writer for a path: a video for .mp4, else a folder of PNG frames.

    A video appears under its name only when it is whole: a failed run does not destroy an older
    one.
    """
    if out.suffix.lower() != ".mp4":
        out.mkdir(parents=True, exist_ok=True)
        yield _Folder(out)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.stem}.part.mp4")
    try:
        with av.open(str(part), "w") as container:
            video = _Video(container, fps)
            yield video
            video.finish()
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def write(self, pixels: Pixels, sound: Stereo | None = None) -> None:
        self.count += 1
        Image.fromarray(pixels).save(self.folder / f"frame_{self.count:06d}.png")


class _Video:
    """H.264 in 4:2:0 and AAC, which every player and media server takes."""

    def __init__(self, container: av.container.OutputContainer, fps: float) -> None:
        self.container = container
        self.rate = Fraction(fps).limit_denominator(1001)
        self.stream: av.VideoStream | None = None
        self.track: Track | None = None

    def write(self, pixels: Pixels, sound: Stereo | None = None) -> None:
        height, width = (side - side % 2 for side in pixels.shape[:2])  # 4:2:0 wants even sides
        if self.stream is None:
            self.stream = self.container.add_stream("libx264", rate=self.rate)
            self.stream.width, self.stream.height = width, height
            self.stream.pix_fmt = "yuv420p"
            self.stream.options = {"crf": "16", "preset": "medium"}
            if sound is not None:  # all streams must be there before the first packet
                self.track = Track(self.container)
        whole = np.ascontiguousarray(pixels[:height, :width])
        self.container.mux(self.stream.encode(av.VideoFrame.from_ndarray(whole, format="rgb24")))
        if self.track is not None and sound is not None:
            self.track.write(sound)

    def finish(self) -> None:
        if self.stream is not None:
            self.container.mux(self.stream.encode(None))
        if self.track is not None:
            self.track.finish()
