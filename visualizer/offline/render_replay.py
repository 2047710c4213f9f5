"""Composition root of `visualizer render --replay`: the video of a performance log."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from visualizer import __version__, terminal
from visualizer.engine.engine import Engine
from visualizer.offline import replay
from visualizer.offline.replay import Replay
from visualizer.offline.soundtrack import Soundtrack
from visualizer.offline.source_pictures import SourcePictures
from visualizer.offline.video_making import Tell, make_video, new_video_wall
from visualizer.offline.video_wall import Shown
from visualizer.offline.writers import check_out
from visualizer.openers import open_now
from visualizer.options import OptionError, RenderOptions
from visualizer.show.lora import joined
from visualizer.show.lora import parse as parse_lora


def render_replay(options: RenderOptions, path: Path, tell: Tell | None) -> int:
    """Make the video of a performance log; the exit status. Raises OptionError."""
    given = {
        "--preset": options.preset, "--presets": options.presets, "--prompt": options.prompt,
        "--set, --seed": dict(options.settings), "--continue": options.continuing,
        "--source": options.source, "--from": options.from_picture,
    }  # fmt: skip
    if unused := [name for name, value in given.items() if value]:
        raise OptionError(f"--replay repeats the log as played: leave out {', '.join(unused)}")
    recording = replay.read(path, terminal.say)
    header = recording.header
    if header.version != __version__:
        terminal.say(
            f"--replay {path}: it was made with version {header.version}, and this is "
            f"{__version__}: pictures may differ"
        )
    sound = Soundtrack(options.sound) if options.sound is not None else None
    check_out(options.out)
    if options.size is None and options.aspect is None:
        options = replace(options, size=header.size, aspect=header.aspect)
    limit = options.strobe_limit or header.strobe_limit
    # One at each end: what was shown last is shown, too.
    length = math.floor((recording.ends - recording.begins) * options.fps + 1e-6) + 1
    numbers = range(min(length, options.frames or length))

    source = SourcePictures(terminal.log)

    def open_engine(model: str) -> Engine:
        return open_now(options, model, terminal.log)

    def shown(engine: Engine) -> Iterator[Shown]:
        played = Replay(
            recording,
            engine,
            open_engine=open_engine if options.model is None else None,
            steps=options.steps,
            variation=options.variation,
            makes=options.engine_fps is None,
            source=source,
            say=terminal.log,
        )
        count = numbers.stop
        return replay.shown(recording, played, options.fps, count, sound, options.engine_fps)

    replay.begun(recording)  # refused before a model loads
    wall = new_video_wall(replace(options, strobe_limit=limit), crossfades=True)
    loras = options.lora or tuple(map(parse_lora, header.loras))
    model = joined(options.model or recording.model, loras)
    with source:
        return make_video(options, model, numbers, shown, wall, None, tell)
