"""Replay a performance log for a video: its actions at their times, its frames generated again.

The show goes through the log's own ticks, so that it is the same to the last bit. Each frame of the
engine is made from the show as it was when the live one was asked for, and reaches the wall when
that one did. Where a picture of the video falls between two ticks, the second one is split.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, repeat
from pathlib import Path

from visualizer.engine.engine import Engine as FrameEngine
from visualizer.engine.failures import FrameError, one_line
from visualizer.engine.producer.model_crossfade import ModelCrossfade
from visualizer.frame import Frame, Pixels
from visualizer.offline.soundtrack import Soundtrack
from visualizer.offline.source_pictures import SourcePictures
from visualizer.offline.video_wall import Shown, due
from visualizer.options import OptionError
from visualizer.show.files import performance_file
from visualizer.show.files.performance_file import Done, Event, Header
from visualizer.show.lora import joined
from visualizer.show.lora import parse as parse_lora
from visualizer.show.next_request import request
from visualizer.show.parameters import BY_NAME
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers import text_entry
from visualizer.show.state import Show
from visualizer.show.system_actions import Engine, Live, Tick

SAME = 1e-6
"""Seconds that are no difference: sums of ticks are not exact."""

SHOWS_KEPT = 20_000
"""Ticks that a frame may have taken at most: over five minutes."""

SEEDS = int(BY_NAME["seed"].high) + 1
"""How many there are."""

MOST_TOLD = 20
"""Damaged lines that are said one by one."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recording:
    """A performance log. begins, ends: show times of the first frame and of the last line. model:
    the one that made the first frame."""

    path: Path
    header: Header
    begins: float
    ends: float
    model: str

    def events(self, tell: Say) -> Iterator[Event]:
        """What happened. tell: gets a line for each damaged one. Raises OSError."""
        # Lines end where a log ends them: prompts may hold Unicode's own separators.
        with self.path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            next(lines, None)
            yield from performance_file.events(lines, tell)


def read(path: Path, say: Say) -> Recording:
    """A log, looked through once. say: gets a line for each damaged one, up to MOST_TOLD. Raises
    OptionError."""
    told = 0

    def tell(line: str) -> None:
        nonlocal told
        told += 1
        if told <= MOST_TOLD:
            say(f"--replay {path}: {line}")

    try:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            header = performance_file.parse_header(next(lines, ""), tell)
        time, begins, model = 0.0, None, header.model
        for event in Recording(path, header, 0.0, 0.0, model).events(tell):
            if isinstance(event, float):
                time += event
            elif begins is None and isinstance(event.action, Engine):
                model = event.action.model or model
            elif begins is None and isinstance(event.action, Live):
                begins = time
    except OSError as error:
        raise OptionError(f"--replay {path}: can't be read: {error.strerror or error}") from None
    except performance_file.NoLog as why:
        raise OptionError(f"--replay {path}: is not a performance log: {why}") from None
    if told > MOST_TOLD:
        say(f"--replay {path}: {told - MOST_TOLD} more lines are left out")
    if begins is None:
        raise OptionError(f"--replay {path}: it contains no picture")
    return Recording(path, header, begins, time, model)


def begun(recording: Recording) -> Show:
    """The show as it began. Raises OptionError where the log's presets can't be played."""
    header = recording.header
    try:
        show = start(
            header.presets, header.preset, header.settings, model=header.model,
            loras=tuple(map(parse_lora, header.loras)), source=header.source, chance=header.chance,
        )  # fmt: skip
    except Exception as error:
        raise OptionError(
            f"--replay {recording.path}: can't be started: {one_line(error)}"
        ) from None
    return show if show.model.wanted else text_entry.asked(show)


def shown(
    recording: Recording,
    replay: Replay,
    fps: Fraction,
    count: int,
    sound: Soundtrack | None,
    engine_fps: Fraction | None,
) -> Iterator[Shown]:
    """What the video's pictures show, from the first frame on. engine_fps: how many frames a second
    the engine makes; None for those that it made live. Such a replay takes none of the log's."""
    blocks = repeat(None) if sound is None else sound.blocks(fps)
    for number, block in enumerate(islice(blocks, count)):
        frame = replay.until(recording.begins + float(number / fps))
        if engine_fps is not None and due(number, engine_fps / fps):
            frame = replay.make() or frame
        yield Shown(frame, replay.show, block)


class Replay:
    """The show of a log, and an engine that makes its frames again.

    open_engine: opens a model that takes over, by its name; None where one plays all through.
    steps: denoising steps, in place of the show's; None for the show's. variation: is added to all
    seeds. makes: whether the log's
    frames are made; else only make() makes some. source: adds the source's pictures. say: gets
    lines for people.
    """

    def __init__(
        self,
        recording: Recording,
        engine: FrameEngine,
        *,
        open_engine: Callable[[str], FrameEngine] | None = None,
        steps: int | None = None,
        variation: int = 0,
        makes: bool = True,
        source: SourcePictures | None = None,
        say: Say = lambda line: None,
    ) -> None:
        self.show = begun(recording)
        self._engine, self._open_engine = engine, open_engine
        self._steps, self._makes, self._say = steps, makes, say
        self._source, self._variation = source, variation
        self._longest_seen = recording.header.longest_seen
        self._events = recording.events(lambda line: None)  # said when it was looked through
        self._coming = next(self._events, None)
        self._unseen_left = self._longest_seen
        self._shows: deque[Show] = deque(maxlen=SHOWS_KEPT)
        self._last: Pixels | None = None
        self._handover: ModelCrossfade | None = None
        self._model = joined(recording.model, self.show.model.loras)
        self._number = 0

    def until(self, time: float) -> Frame | None:
        """Play on to a show time, and all that was done then; the newest frame made on the way."""
        made = None
        while (event := self._coming) is not None:
            if isinstance(event, Done):
                self._coming = next(self._events, None)
                made = self._do(event) or made
            elif self.show.time + event <= time + SAME:
                self._shows.append(self.show)
                self._tick(event)
                self._coming = next(self._events, None)
                self._unseen_left = self._longest_seen
            else:
                if (part := time - self.show.time) > SAME:
                    self._tick(part)
                    self._coming = event - part
                break
        return made

    def make(self) -> Frame | None:
        """A frame of this moment, where one is wanted."""
        if not request(self.show).wants_frame:
            return None
        frame = self._frame(self.show)
        if frame is not None:
            self.show = reduce(self.show, Live(frame.seed, self.show.period))
        return frame

    def _tick(self, seconds: float) -> None:
        """Let time pass. Of a tick that was split, no more is seen than of a whole one."""
        tick = Tick(seconds, most=self._unseen_left)
        self._unseen_left -= tick.seen
        self.show = reduce(self.show, tick)

    def _do(self, done: Done) -> Frame | None:
        action, made = done.action, None
        if isinstance(action, Live):
            if not self._makes:
                return None
            made = self._frame(self._asked(action.asked))
            action = action if made is None else replace(action, seed=made.seed)
        elif isinstance(action, Engine):
            self._change(action.model)
        try:
            self.show = reduce(self.show, action)
        except Exception as error:  # of a log that was tampered with
            self._say(f"line {done.line} of the log can't be played: {one_line(error)}")
        return made

    def _asked(self, time: float | None) -> Show:
        """The show as it was when a frame was asked for."""
        if time is None:
            return self.show
        while len(self._shows) > 1 and self._shows[1].time <= time + SAME:
            self._shows.popleft()
        return self._shows[0] if self._shows else self.show

    def _frame(self, show: Show) -> Frame | None:
        """The next frame, for a show; None where it failed, and the picture before stays."""
        wanted = request(show)
        if self._steps is not None:
            wanted = replace(wanted, steps=self._steps)
        if self._variation:
            wanted = replace(wanted, seed=(wanted.seed + self._variation) % SEEDS)
        if self._source is not None:
            wanted = self._source.over(wanted, self._engine.size)
        try:
            picture = self._engine.next(wanted)
        except FrameError as error:
            if self._last is None:
                raise
            self._say(f"at {show.time:.1f} s of show time a frame failed: {one_line(error)}")
            return None
        if line := self._engine.prepare(wanted):
            self._say(line)
        pixels = picture.pixels
        if self._handover is not None:
            pixels = self._handover.mixed(pixels, self.show.time)
            if self._handover.over(self.show.time):
                self._handover = None
        self._last = pixels
        self._number += 1
        return Frame(self._number, self.show.time, 0.0, pixels, picture.seed, wanted)

    def _change(self, model: str) -> None:
        """Have the model that took over play, with its LoRAs, where it is another."""
        model = joined(model, self.show.model.loras) if model else ""
        if self._open_engine is None or not model or model == self._model:
            return
        self._model = model
        try:
            engine = self._open_engine(model)
        except OptionError as error:
            self._say(f"{error}; {self._engine.model} plays on")
            return
        self._engine = engine
        if self._last is not None:
            engine.continue_from(self._last)
            self._handover = ModelCrossfade(self._last, self.show.time)
