"""Composition root of the live show: builds the parts, runs the frame loop, closes them.

The loop never waits for the engine, for MIDI or for a file: it takes what has come, asks the core
what is wanted, and shows the newest frame.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from itertools import chain, count
from pathlib import Path

from visualizer.controls.keyboard import Keyboard
from visualizer.controls.midi import Midi
from visualizer.controls.midi_map import load_map
from visualizer.engine.producer import Producer
from visualizer.frame import Frame
from visualizer.latest import Latest
from visualizer.openers import default_model, opener
from visualizer.options import LiveOptions, Options, RenderOptions, find_presets
from visualizer.show.actions import Action, Live, Say, Tick
from visualizer.show.asking import answered, ask
from visualizer.show.reducer import reduce, start
from visualizer.show.request import Request
from visualizer.show.state import Show, describe, request
from visualizer.show.status import Phase, Status
from visualizer.show.view import Question, View
from visualizer.stage.stage import Stage
from visualizer.stage.window import NoDisplay

LONGEST_TICK = 0.25
"""Seconds of show time that one display frame may be worth: a laptop that slept resumes its cues
where they were."""

LONGEST_REVIVAL = 30.0
"""Seconds until a dead engine thread is started anew, at most: 2, 4, 8 … up to this."""

MOST_FAULTS = 120
"""Display frames in a row that may fail before the show gives up: two seconds."""


def run(options: LiveOptions) -> int:
    """Play the live show until it is quit; the exit status.

    Where there is no display, a video is made instead. Raises OptionError.
    """
    presets, first, faults = find_presets(options)
    # Python hands its lock on every 5 ms: a third of a display frame. A tenth of that keeps the
    # display in time while the engine computes.
    sys.setswitchinterval(0.0005)
    try:
        stage = Stage(display=options.display, windowed=options.windowed, clock=time.perf_counter)
    except NoDisplay as why:
        return _video_instead(options, str(why))
    show = start(presets, first, options.settings, fullscreen=not options.windowed)
    live = LiveShow(options, stage, show)
    with live:
        for fault in faults:
            live.warn(fault)
        if not presets:
            live.warn("no preset to play; press Enter and type a prompt")
        live.play()
    if not live.ended:
        # A thread is deep in a load. Python's own end would wait for a download to be whole, or
        # pull the interpreter away under torch; whoever quits wants to be out.
        sys.stderr.flush()
        os._exit(0)
    return 0


def _video_instead(options: LiveOptions, why: str) -> int:
    """Without a display: ten seconds of the first preset as a video, so that the show is seen."""
    from visualizer.render import render

    out = _free_name(Path("show.mp4"))
    print(f"visualizer: {why}; making {out} instead", file=sys.stderr)
    shared = {field.name: getattr(options, field.name) for field in fields(Options)}
    return render(RenderOptions(**shared, out=out))


def _free_name(path: Path) -> Path:
    """path, or the first of path-2, path-3 … that is not there: nobody's video is overwritten."""
    names = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(name for name in chain([path], names) if not name.exists())


class LiveShow:
    """The running show: what is wanted (show), what the engine says (status), and the threads."""

    def __init__(self, options: LiveOptions, stage: Stage, show: Show) -> None:
        self.options = options
        self.stage = stage
        self.show = show
        self.status = Status()
        self.question: Question | None = ask() if options.model is None else None
        self.keyboard = Keyboard(paste=stage.clipboard)
        self.midi: Midi | None = None
        self.models: Latest[str] = Latest()
        self.requests: Latest[Request] = Latest()
        self.frames: Latest[Frame] = Latest()
        self.statuses: Latest[Status] = Latest()
        self.ended = False
        self._model = options.model
        self._running = ""
        self._wanted: Request | None = None
        self._deaths = 0
        self._revive_at: float | None = None
        self.producer = self._new_producer()

    def __enter__(self) -> LiveShow:
        self.stage.present(self._view())  # a picture, before torch loads and slows all down
        self._start_engine()
        if not self.options.no_midi:
            midi_map, faults = load_map(self.options.midi_map)
            for fault in faults:
                self.warn(fault)
            self.midi = Midi(midi_map, wanted=self.options.midi)
            self.midi.start()
        return self

    def __exit__(self, *_: object) -> None:
        # All are told before any is waited for; the window goes first, as nobody plays any more.
        for slot in (self.models, self.requests, self.frames, self.statuses):
            slot.close()
        self.stage.close()
        midi_ended = self.midi is None or self.midi.stop()
        self.ended = self.producer.stop() and midi_ended

    def play(self) -> None:
        """Run the frame loop until the show is over."""
        faults = 0
        told = ""
        last = time.perf_counter()
        while not self.show.over:
            now = time.perf_counter()
            try:
                self.step(min(now - last, LONGEST_TICK))
                faults = 0
            except Exception as error:
                # A fault in drawing or in a control must not end the show in front of people;
                # one that stays must not spin for ever either.
                faults += 1
                if str(error) != told:
                    told = str(error)
                    traceback.print_exc()
                    self.do(Say(f"internal fault, the show goes on: {error}"))
                if faults > MOST_FAULTS:
                    raise
                time.sleep(1 / 60)  # nobody has waited for the display's turn
            last = now

    def step(self, seconds: float) -> None:
        """One display frame: take what has come, decide, show. seconds: time since the last."""
        for action in self._actions(seconds):
            self.do(action)
        self._hear_engine()
        wanted = request(self.show)
        if wanted != self._wanted:
            self._wanted = wanted
            self.requests.put(wanted)
        self.stage.present(self._view())

    def do(self, action: Action) -> None:
        """Let an action happen."""
        if self.question is not None:
            answer = answered(self.question, action)
            if isinstance(answer, Question):
                self.question = answer
            else:
                self.question = None
                self._model = answer
                self.models.put(answer)
        before, self.show = self.show, reduce(self.show, action)
        if self.options.verbose and (line := describe(before, action, self.show)):
            print(line, file=sys.stderr)

    def _actions(self, seconds: float) -> Iterator[Action]:
        yield Tick(seconds)
        for event in self.stage.events():
            typing = self.show.entry is not None or self.question is not None
            yield from self.keyboard.actions(event, typing=typing)
        if self.midi is not None:
            yield from self.midi.drain()
        for line in self.stage.take_messages():
            yield Say(line)

    def _hear_engine(self) -> None:
        if (status := self.statuses.get()) is not None:
            self._note(status)
            self.status = status
        try:
            frame = self.frames.get()
        except Exception as error:
            # The thread itself has died: the last picture stays, and it is brought back; not at
            # once, as what killed it may still be there.
            traceback.print_exception(error)
            self.do(Say(f"the engine stopped and is started anew: {error}", "engine"))
            self._deaths += 1
            self._revive_at = self.show.time + min(2.0**self._deaths, LONGEST_REVIVAL)
            return
        if self._revive_at is not None and self.show.time >= self._revive_at:
            self._revive_at = None
            self.producer = self._new_producer()
            self._start_engine()
        if frame is not None:
            self.do(Live(frame.seed))
            self.stage.show_frame(frame)

    def _start_engine(self) -> None:
        """Start the producer, and tell it anew what is wanted."""
        if self._model is not None:
            self.models.put(self._model)
        self.producer.start()
        self._wanted = None

    def _note(self, status: Status) -> None:
        """Tell the performer what is new about the engine."""
        worth_saying = status.phase in (Phase.FAILED, Phase.RUNNING)
        if worth_saying and status.text and status.text != self.status.text:
            self.warn(status.text)
        running = f"{status.model} on {status.device}"
        if status.phase is Phase.RUNNING and running != self._running:
            self._running = running
            self.do(Say(running, "engine"))

    def warn(self, line: str) -> None:
        """A line that the performer should see, on the screen and in the terminal."""
        if not self.options.verbose:  # which prints all that is said
            print(f"visualizer: {line}", file=sys.stderr)
        self.do(Say(line))

    def _view(self) -> View:
        return View(
            show=self.show,
            status=self.status,
            engine_fps=self.stage.engine_fps,
            display_fps=self.stage.display_fps,
            ports=self.midi.ports if self.midi is not None else (),
            question=self.question,
        )

    def _new_producer(self) -> Producer:
        return Producer(
            models=self.models,
            requests=self.requests,
            frames=self.frames,
            statuses=self.statuses,
            open_engine=opener(self.options),
            default_model=partial(default_model, self.options.device),
            clock=time.perf_counter,
        )
