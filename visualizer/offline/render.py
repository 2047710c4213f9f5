"""Composition root of `visualizer render`: the same loop and wall without a window, into a file.

Deterministic for a seed: show time advances by one video frame after the other, so nothing depends
on how fast the machine is. The engine makes a frame for each, or fewer, between which the wall
fades. With a sound, each is made while its own piece of it is heard, and the sound goes into the
video.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from fractions import Fraction
from itertools import islice, repeat
from pathlib import Path

from visualizer import terminal
from visualizer.controls.audio.audio_features import AudioFeatures
from visualizer.disk import free_name
from visualizer.engine import checkpoint
from visualizer.engine.diffusion.seed_walk import SeedWalk
from visualizer.engine.engine import Engine
from visualizer.frame import Frame
from visualizer.offline import continuing
from visualizer.offline.render_replay import render_replay
from visualizer.offline.soundtrack import Soundtrack, mono
from visualizer.offline.source_pictures import SourcePictures, check_source
from visualizer.offline.video_making import Tell, make_video, new_video_wall
from visualizer.offline.video_wall import Shown, due
from visualizer.offline.writers import STATE, check_out
from visualizer.options import (
    BeginPicture,
    OptionError,
    Options,
    RenderOptions,
    find_picture,
    find_presets,
    with_picture,
)
from visualizer.outputs.audio_track import RATE
from visualizer.show.files import prompt_lists
from visualizer.show.next_request import request
from visualizer.show.records import Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show
from visualizer.show.system_actions import Live, Tick

SECONDS = 10.0
"""Length of a video where neither an option nor a sound says how long."""


def render(options: RenderOptions, tell: Tell | None = None) -> int:
    """Make the video or the folder of frames; the exit status. tell: hears of each frame of a
    replay, in place of a progress bar.

    Raises OptionError where an option can't be followed.
    """
    _check_rates(options)
    if options.replay is not None:
        return render_replay(options, options.replay, tell)
    sound = Soundtrack(options.sound) if options.sound is not None else None
    if sound is not None and sound.damaged:
        terminal.log(f"--sound {options.sound}: {sound.damaged} damaged pieces are left out")
    length = _count(options, sound)
    saved = continuing.saved(options)
    check_source(options.source)
    picture = find_picture(options.from_picture)
    show = _first(options, saved.get("chance", time.time_ns()), picture)
    if not saved:
        check_out(options.out)
    first_frame = continuing.first_frame(options, saved, show, length)
    if saved and show.values["trails"]:
        terminal.log(f"--continue: trails restart at frame {first_frame + 1}")
    numbers, source = range(first_frame, length), SourcePictures(terminal.log)

    def shown(engine: Engine) -> Iterator[Shown]:
        if picture is not None:
            engine.continue_from(picture.pixels)
        state = options.out / STATE if numbers.start else None
        return frames(
            show, engine, options.fps, numbers, sound, terminal.log, state, options.engine_fps,
            options.steps, source,
        )  # fmt: skip

    facts: dict[str, str | int] = {
        "made_with": continuing.fingerprint(options, show),
        "chance": show.chance,
    }
    crossfades = options.engine_fps is not None
    wall = new_video_wall(options, drawn=first_frame, crossfades=crossfades)
    with source:
        return make_video(
            options, show.model.asked, numbers, shown, wall, None if crossfades else facts
        )


def video_instead(options: Options, why: str) -> int:
    """Make ten seconds of the first preset as a video of a projector's size, where there is no
    display for the show. why: the reason."""
    out = free_name(Path("show.mp4"))  # no video is overwritten
    terminal.say(f"{why}; making {out} instead")
    shared = {field.name: getattr(options, field.name) for field in fields(Options)}
    shared["fallback"] = True  # as in the show whose place it takes
    shared["from_picture"] = getattr(options, "from_picture", None)
    return render(RenderOptions(**shared, out=out, wall=(1280, 720)))


def frames(
    show: Show,
    engine: Engine,
    fps: Fraction | float,
    numbers: range,
    sound: Soundtrack | None = None,
    say: Callable[[str], None] = lambda line: None,
    state: Path | None = None,
    engine_fps: Fraction | None = None,
    steps: int | None = None,
    source: SourcePictures | None = None,
) -> Iterator[Shown]:
    """What the video's pictures of these numbers show, each 1/fps seconds of show time after the
    last, with its sound.

    say: gets the engine's lines for the performer. state: what the run that made those before the
    first has left; without it the numbers begin at 0. engine_fps: how many generated frames a
    second, fps at most; None for one a picture. steps: see RenderOptions. source: adds the
    source's pictures.
    """
    share = Fraction(1) if engine_fps is None else engine_fps / Fraction(fps)
    blocks = repeat(None) if sound is None else sound.blocks(fps)
    ear = AudioFeatures(RATE)
    walk = SeedWalk()
    for number, block in enumerate(islice(blocks, numbers.stop)):
        if block is not None:
            show = reduce(show, ear.hear(mono(block)))
        if not due(number, share):
            yield Shown(None, show, block)
            show = reduce(show, Tick(float(1 / fps)))
            continue
        wanted = request(show)
        if steps is not None:
            wanted = replace(wanted, steps=steps)
        if number < numbers.start:  # made before: the show alone is played again
            seed = walk.step(wanted).seed
        else:
            if number == numbers.start and state is not None:
                _restore(engine, state)
            if source is not None:
                wanted = source.over(wanted, engine.size)
            picture = engine.next(wanted)
            seed = picture.seed
            if line := engine.prepare(wanted):
                say(line)
            made = Frame(number + 1, show.time, 0.0, picture.pixels, seed, wanted)
            yield Shown(made, show, block)
        show = reduce(show, Live(seed))
        show = reduce(show, Tick(float(1 / fps)))


def _restore(engine: Engine, state: Path) -> None:
    try:
        checkpoint.restore(engine, state)
    except (OSError, ValueError) as error:
        raise OptionError(f"--continue: {state} can't be used: {error}") from None


def _check_rates(options: RenderOptions) -> None:
    """Raises OptionError where rates don't go together."""
    rate = options.engine_fps
    if rate is not None and rate > options.fps:
        raise OptionError(
            f"--engine-fps {float(rate):g}: more than the video's {float(options.fps):g} frames a "
            "second (--fps) would not be seen"
        )
    if rate is not None and options.continuing:
        raise OptionError("--continue: not with --engine-fps, whose crossfades would restart")


def _count(options: RenderOptions, sound: Soundtrack | None) -> int:
    """How many frames: as many as asked for, else as long as the sound, else SECONDS."""
    if options.frames is not None:
        return options.frames
    seconds = SECONDS if sound is None else sound.seconds
    return max(math.ceil(seconds * options.fps - 1e-6), 1)  # 0.3 s × 10 is 3.0000000000000004


def _first(options: RenderOptions, chance: int, picture: BeginPicture | None = None) -> Show:
    """The show before its first frame. chance: see reducer.start. picture: what it begins from.
    Raises OptionError."""
    presets, first, faults = find_presets(options)
    for fault in faults:
        terminal.log(fault)
    if options.prompt is not None:
        if not options.prompt.strip():
            raise OptionError("--prompt is empty: an empty prompt generates no frame")
        # A preset that was named stays, but its prompts give way to the one asked for.
        preset = presets[first] if presets and options.preset else Preset("prompt", ())
        cued = prompt_lists.cued(options.prompt, "--prompt", terminal.log, negative=preset.negative)
        if cued is None:
            raise OptionError("--prompt: no part of it can be used")
        presets, first = (replace(preset, prompts=(cued,)),), 0
    if not presets:
        raise OptionError("there is no preset to play: give --prompt or another --presets folder")
    model = options.model or ""
    show = start(
        presets,
        first,
        options.settings,
        model=model,
        loras=options.lora,
        source=options.source,
        chance=chance,
    )
    for message in show.messages:  # which seed was drawn
        terminal.log(message.text)
    if picture is None:
        return show
    for line in picture.lines:
        terminal.log(line)
    return with_picture(show, picture, options, options.prompt)
