"""The running show: builds its parts, runs the frame loop, closes them.

The loop never waits for the engine, for MIDI or for a file: it takes what has come, asks the core
what is wanted, and shows the newest frame.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from types import FrameType

import pygame

from visualizer import terminal
from visualizer.controls.keys.key_table import key_table
from visualizer.controls.keys.keyboard import Keyboard
from visualizer.controls.keys.layouts import meant
from visualizer.controls.midi import map_files
from visualizer.controls.osc.osc_messages import SOURCE as OSC
from visualizer.controls.repeated_faults import RateLimit
from visualizer.desk.server import SOURCE as DESK
from visualizer.frame import Pixels
from visualizer.live.engine_client import EngineClient
from visualizer.live.frame_loop import play
from visualizer.live.heartbeat import Heartbeat, count_file
from visualizer.live.inputs import Inputs, stop_all
from visualizer.live.opening import Reopened
from visualizer.live.performance_log import FOLDER, PerformanceLog, begun_with
from visualizer.live.preset_watcher import PresetWatcher
from visualizer.live.projection_store import FILE, ProjectionStore
from visualizer.live.resume import as_asked
from visualizer.live.session_store import SessionStore, usual_folder
from visualizer.live.set_store import SetStore
from visualizer.live.source_client import SourceClient
from visualizer.live.wall_engines import WallEngines
from visualizer.live.wall_outputs import WallOutputs
from visualizer.options import (
    LiveOptions,
    own_sets,
    shipped_presets,
)
from visualizer.show.action_log import describe
from visualizer.show.actions import Action
from visualizer.show.next_request import following, request
from visualizer.show.notices import said
from visualizer.show.play_actions import Drop, Run
from visualizer.show.reducer import reduce
from visualizer.show.reducers import text_entry
from visualizer.show.request import Following
from visualizer.show.state import Show
from visualizer.show.system_actions import End, Offer, OnDisplay, Say, Tick
from visualizer.show.view import View
from visualizer.stage.stage import Stage

LONGEST_SEEN = 0.25
"""Most seconds by which cues and messages grow older in one display frame: a laptop that slept
resumes them where they were. Time and the beat go on, as the music has."""

STOP_WITHIN = 5.0
"""Seconds that the show's threads have to end, all together."""

READ_WITHIN = 1.0
"""Seconds that a last picture stands on the wall while the disk is asked for what belongs to it."""

RESUME = "resume"
"""The command that takes the last show up."""


class LiveShow:
    """The running show: what is wanted (show), the window, the controls, and the engine's line.

    Where neither an option nor the first preset names a model, the start screen asks for one.
    picture: the loop begins with it. reopened: the last show's is on the wall.
    """

    def __init__(
        self,
        options: LiveOptions,
        stage: Stage,
        show: Show,
        picture: Pixels | None = None,
        reopened: Reopened | None = None,
    ) -> None:
        self.options = options
        self.stage = stage
        self._reopened = reopened
        if reopened is not None:
            picture = reopened.picture
            show = replace(show, blackout=reopened.dark)  # no light until the rest is known
        asks = not show.model.wanted and reopened is None
        self.show = text_entry.asked(show) if asks else show
        state = options.state or usual_folder()
        folder = options.maps or map_files.own_folder()
        keys, self._faults = map_files.keys(folder)
        self.keyboard = Keyboard(paste=stage.clipboard, keys=keys, size=lambda: stage.size)
        self._keys = key_table(keys)
        self._resumes = options.resume
        self.inputs = Inputs(options)
        self.session_store = SessionStore(
            state, kept_alive=options.crash_file is not None, restarted=options.restarted
        )
        self.projection_store = ProjectionStore(folder.parent / FILE)
        self.set_store = SetStore(own_sets(options))
        self.performance_log: PerformanceLog | None = None
        if not options.no_log:
            header = begun_with(options, show, LONGEST_SEEN)
            self.performance_log = PerformanceLog(header, state / FOLDER, options.log)
        desk = self.inputs.desk
        self.outputs = WallOutputs(
            self.inputs.sound, options.output, () if desk is None else (desk.preview,)
        )
        self.presets = PresetWatcher(options.presets or shipped_presets(), show.presets)
        self.engine = EngineClient(options, do=self.do, warn=self.warn, picture=picture)
        self.walls = WallEngines(options, warn=self.warn)
        self.source = SourceClient(warn=self.warn)
        self._program_lines = RateLimit(terminal.say, time.monotonic)
        self._following: Following | None = None
        self.ended = False  # with all threads
        self._signalled = self.interrupted = False
        if show.model.wanted:
            self._ask()

    def _ask(self) -> None:
        """Have the model that the show asks for."""
        for engine in (self.engine, self.walls):
            engine.ask(self.show.model.asked)

    def __enter__(self) -> LiveShow:
        if self._reopened is None:
            self.stage.present(self._view())  # a picture, before torch loads and slows all down
            self.session_store.start()
        else:
            self._go_on(self._reopened)
        self.engine.start()
        self.walls.start()
        for fault in self._faults:
            self.warn(fault)
        if self.performance_log is not None:
            self.performance_log.start()
        self.projection_store.start()
        self.set_store.start()
        self.presets.start()
        self.inputs.start()
        self.outputs.start()
        return self

    def _go_on(self, reopened: Reopened) -> None:
        """Have all that is on the wall there before its next display frame, so that nothing jumps;
        the last picture stands meanwhile."""
        if self.options.verbose:
            terminal.log(f"the last picture is on the wall {reopened.after:.2f} s after the start")
        self.projection_store.look()
        self.session_store.start()
        self.session_store.read.wait(READ_WITHIN)

    def __exit__(self, *_: object) -> None:
        self.engine.close()  # it takes longest
        self.walls.close()
        self.stage.close()  # the show is over
        log = () if self.performance_log is None else (self.performance_log,)
        kept = (self.session_store, self.projection_store, self.set_store, self.presets, *log)
        threads = (self.outputs, *kept, self.inputs, self.source, self.walls, self.engine)
        self.ended = stop_all(threads, STOP_WITHIN)
        for line in self._said_last():
            terminal.say(line)

    def _said_last(self) -> list[str]:
        """What outputs and the disk have to say at the end, such as where a recording is."""
        found = chain(self.outputs.drain(), self.session_store.drain(), self.set_store.drain())
        return [action.text for action in found if isinstance(action, Say)]

    def play(self) -> None:
        """Run the frame loop until the show is over."""
        crash_file = self.options.crash_file
        heart = Heartbeat(None if crash_file is None else count_file(crash_file))
        play(self.step, lambda: self.show.over, lambda line: self.do(Say(line)), heart)

    def step(self, seconds: float) -> None:
        """One display frame: take what has come, decide, show. seconds: time since the last."""
        for action in self._actions(seconds):
            self.do(action)
        if (frame := self.engine.hear(self.show.time)) is not None:
            self.source.size = frame.pixels.shape[:2]
            self.stage.show_frame(frame)
        for wall, other in self.walls.hear(self.show.time, frame):
            self.stage.show_on(wall, other)
        view = self._view()
        wanted = self.source.over(request(self.show, view.played))
        self.walls.want(wanted)
        if self.inputs.desks:  # who alone see a preview
            self._following = following(self.show, self._following)
            wanted = replace(wanted, following=self._following)
        self.engine.want(wanted)
        self.inputs.tell(self.show)
        self.inputs.show(view)
        seen = None if frame is None or self.show.frozen else frame.pixels  # the wall's picture
        self.session_store.keep(self.show, seen)
        self.projection_store.keep(self.show.projections)
        self.set_store.keep(self.show.sets)
        self.stage.masks = self.projection_store.masks
        self.outputs.tell(self.show)
        self.stage.on_wall = self.outputs.taker(time.perf_counter())
        self.stage.present(view)

    def end(self, *_: object) -> None:
        """End the show with the next display frame; a signal's handler."""
        self._signalled = True

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Ctrl+C: end the show with the next display frame, and at once when it comes again; a
        handler. Python's own raises wherever the show is, and where a library calls back, as when
        objects are freed, what is raised is lost."""
        if self.interrupted:
            signal.default_int_handler(number, frame)
        self.interrupted = True
        self.end()

    def do(self, action: Action) -> None:
        """Let an action happen."""
        before = self.show
        if self.performance_log is not None:
            self.performance_log.note(before.time, action)
        self.show = reduce(self.show, action)
        if self.show.model.asks != before.model.asks:
            self._ask()
        if not isinstance(action, Say):  # what the show itself has to say; see warn
            # A program may send bad messages without end; a hand does not.
            is_program = action.source in (OSC, DESK)
            tell = self._program_lines.say if is_program else terminal.say
            for text in said(before, self.show):
                tell(text)
        if self.options.verbose and (line := describe(before, action, self.show)):
            terminal.log(line)

    def _actions(self, seconds: float) -> Iterator[Action]:
        yield Tick(seconds, most=LONGEST_SEEN)
        display = self.stage.display, self.stage.chosen_display
        if display != (self.show.display, self.show.chosen_display):
            yield OnDisplay(*display)
        if self._signalled:
            yield End()
        for event in self.stage.events():
            resumes = self.show.asks_model and self._takes_up(event)
            typing = self.show.entry is not None and not resumes
            yield from self.keyboard.actions(
                event,
                typing=typing,
                choosing=self.show.learning is not None,
                mapping=self.show.mapping is not None,
            )
        log = () if self.performance_log is None else self.performance_log.drain()
        stores = chain(self.projection_store.drain(), self.set_store.drain())
        kept = chain(self.presets.drain(), self._found(), stores, log)
        for action in chain(self.inputs.drain(), self.outputs.drain(), kept):
            if isinstance(action, Say):
                self.warn(action.text, action.source)
            else:
                yield action
        for line in self.stage.take_messages():
            self.warn(line)

    def _takes_up(self, event: pygame.event.Event) -> bool:
        """Whether a key takes the last show up: also on the start screen, where it types none."""
        if event.type != pygame.KEYDOWN or event.unicode:
            return False
        action, _ = meant(event, self._keys)
        return isinstance(action, Run) and action.command == RESUME

    def _found(self) -> Iterator[Action]:
        """What was found on disk; with --resume, the last show is taken up."""
        # Asked first: what there was is in the queue then.
        is_all = self.session_store.read.is_set()
        for action in self.session_store.drain():
            if isinstance(action, Offer):
                action = Offer(as_asked(action.memory, self.options, self.show))
            yield action
        if is_all and self._resumes:
            self._resumes = False
            if self.show.offer is None:
                self.warn("--resume: there is no last show to resume")
            else:
                yield Run(RESUME, "--resume")
            if self._reopened is not None and not (self.show.model.wanted or self.show.model.asks):
                self.show = text_entry.asked(self.show)  # put off till now: a picture is there
                yield Drop("--resume")

    def warn(self, line: str, source: str = "") -> None:
        """A line that the performer should see, on the screen and in the terminal."""
        if not self.options.verbose:  # which prints all that is said
            terminal.say(line)
        self.do(Say(line, source))

    def _view(self) -> View:
        return View(
            show=self.show,
            status=self.engine.status,
            engine_fps=self.stage.engine_fps,
            display_fps=self.stage.display_fps,
            late_frames=self.stage.late_frames,
            renderer=self.stage.renderer,
            ports=self.inputs.ports,
            inputs=(*self.inputs.others, *self.source.words),
            display_p99=self.stage.display_p99,
            displays=self.stage.displays,
            outputs=self.outputs.programs,
            sound=self.inputs.sound.input,
            sounds=self.inputs.sound.inputs,
            controls=self.inputs.controls,
            desk_code=self.inputs.desk_code,
        )
