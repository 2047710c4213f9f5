"""Composition root of the live show: builds the parts, runs the frame loop, closes them.

The loop never waits for the engine, for MIDI or for a file: it takes what has come, asks the core
what is wanted, and shows the newest frame.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from itertools import chain
from types import FrameType

import pygame

from visualizer import __version__, terminal
from visualizer.controls.keys.key_table import key_table
from visualizer.controls.keys.keyboard import Keyboard
from visualizer.controls.keys.layouts import meant
from visualizer.controls.midi import map_files
from visualizer.controls.osc.osc_messages import SOURCE as OSC
from visualizer.controls.repeated_faults import RateLimit
from visualizer.desk.server import SOURCE as DESK
from visualizer.frame import Pixels
from visualizer.live import opening
from visualizer.live.engine_client import EngineClient
from visualizer.live.inputs import Inputs, address, stop_all
from visualizer.live.opening import Reopened
from visualizer.live.performance_log import FOLDER, PerformanceLog
from visualizer.live.preset_watcher import PresetWatcher
from visualizer.live.projection_store import FILE, ProjectionStore
from visualizer.live.resume import as_asked
from visualizer.live.session_store import SessionStore, usual_folder
from visualizer.live.source_client import SourceClient
from visualizer.live.wall_outputs import WallOutputs
from visualizer.openers import place
from visualizer.options import (
    LiveOptions,
    find_picture,
    find_presets,
    find_sets,
    shipped_presets,
    with_picture,
)
from visualizer.show.action_log import describe
from visualizer.show.actions import Action
from visualizer.show.files.performance_file import Header
from visualizer.show.next_request import request
from visualizer.show.notices import said
from visualizer.show.parameters import DEFAULTS, SAFE_STROBE
from visualizer.show.play_actions import Drop, Run
from visualizer.show.records import NO_VALUES
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers import text_entry
from visualizer.show.state import Show
from visualizer.show.system_actions import End, Offer, OnDisplay, Say, SetLists, Tick
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

MOST_FAULTS = 120
"""Display frames in a row that may fail before the show gives up: two seconds."""


def run(options: LiveOptions, reopened: Reopened | None = None) -> int:
    """Play the live show until it is quit; the exit status.

    reopened: the window with the last show's picture, where it is there already. Raises
    OptionError, and window.NoDisplay where there is none.
    """
    with terminal.queued():
        return _run(options, reopened)


def _run(options: LiveOptions, reopened: Reopened | None) -> int:
    stage = None if reopened is None else reopened.stage
    try:
        for option, where in (("--osc", options.osc), ("--desk", options.desk)):
            if where:
                address(where, option)  # refused before a window opens
        place(options.engine, options.device)
        # Python hands its lock on every 5 ms: a third of a display frame. A tenth of that keeps the
        # display in time while the engine computes.
        sys.setswitchinterval(0.0005)
        if reopened is None and options.resume:
            reopened = opening.reopened(options)
        stage = opening.new_stage(options) if reopened is None else reopened.stage
        presets, first, faults = find_presets(options)  # with the window there: a disk may be slow
        sets, chosen, lines = find_sets(options, presets)
        picture = find_picture(options.from_picture)
    except BaseException:
        if stage is not None:
            stage.close()
        raise
    show = start(
        presets,
        first,
        options.settings,
        model=options.model or "",
        loras=options.lora,
        source=options.source,
        fullscreen=not options.windowed,
        chance=time.time_ns(),
    )
    if picture is not None:
        faults = (*faults, *picture.lines)
        show = with_picture(show, picture, options)
    live = LiveShow(options, stage, show, picture and picture.pixels, reopened)
    # Set after the window is there, as SDL would make a QUIT event of TERM, which asks twice. What
    # is ignored, as a closed terminal is under nohup, stays so.
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, live.end)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, live.interrupt)
    try:
        with live:
            for line in (*faults, *lines, *(message.text for message in show.messages)):
                live.warn(line)
            begins = options.set_list is not None and not options.restarted
            live.do(SetLists(sets, chosen, begins=begins))
            if options.record:
                live.do(Run("record", "--record"))
            if not presets:
                live.warn("no preset to play; press Enter and type a prompt")
            live.play()
    except KeyboardInterrupt:
        _leave(live, 130)
        raise
    except Exception:
        _leave(live, 1)
        raise
    if live.interrupted:
        _leave(live, 130)
        raise KeyboardInterrupt
    _leave(live, 0)
    return 0


def _header(options: LiveOptions, show: Show) -> Header:
    """What the performance log says of a show that is about to begin."""
    return Header(
        version=__version__,
        presets=show.presets,
        preset=show.preset,
        settings={**options.settings, **_from_picture(options, show)},
        model=options.model or "",
        loras=tuple(map(str, options.lora)),
        source=options.source,
        chance=show.chance,
        size=options.size,
        aspect=options.aspect,
        strobe_limit=options.strobe_limit or SAFE_STROBE,
        longest_seen=LONGEST_SEEN,
    )


def _from_picture(options: LiveOptions, show: Show) -> Mapping[str, float]:
    """The values that a show has from a picture of the wall (--from)."""
    if options.from_picture is None:
        return NO_VALUES
    preset = show.preset_now
    own = {**DEFAULTS, **(preset.values if preset else {})}
    return {name: value for name, value in show.values.items() if value != own[name]}


def _leave(live: LiveShow, status: int) -> None:
    """End the program at once where a thread would hold it up. status: its exit status.

    Such a thread is deep in a load, or in a search for a faster way to compute. Python's own end
    would wait for a download to be whole, or pull the interpreter away under torch; whoever quits
    wants to be out.
    """
    if live.ended and threading.active_count() == 1:
        return
    if status == 1:
        terminal.trace()  # os._exit would not
    terminal.flush()
    os._exit(status)


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
            state,
            kept_alive=options.crash_file is not None,
            restarted=options.restarted,
        )
        self.projection_store = ProjectionStore(folder.parent / FILE)
        self.performance_log: PerformanceLog | None = None
        if not options.no_log:
            header = _header(options, show)
            self.performance_log = PerformanceLog(header, state / FOLDER, options.log)
        desk = self.inputs.desk
        self.outputs = WallOutputs(
            self.inputs.sound, options.output, () if desk is None else (desk.preview,)
        )
        self.presets = PresetWatcher(options.presets or shipped_presets(), show.presets)
        self.engine = EngineClient(options, do=self.do, warn=self.warn, picture=picture)
        self.source = SourceClient(warn=self.warn)
        self._program_lines = RateLimit(terminal.say, time.monotonic)
        self.ended = False
        self._signalled = self.interrupted = False
        if show.model.wanted:
            self.engine.ask(show.model.asked)

    def __enter__(self) -> LiveShow:
        if self._reopened is None:
            self.stage.present(self._view())  # a picture, before torch loads and slows all down
            self.session_store.start()
        else:
            self._go_on(self._reopened)
        self.engine.start()
        for fault in self._faults:
            self.warn(fault)
        if self.performance_log is not None:
            self.performance_log.start()
        self.projection_store.start()
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
        self.stage.close()  # the show is over
        log = () if self.performance_log is None else (self.performance_log,)
        kept = (self.session_store, self.projection_store, self.presets, *log)
        threads = (self.outputs, *kept, self.inputs, self.source, self.engine)
        self.ended = stop_all(threads, STOP_WITHIN)
        for line in self._said_last():
            terminal.say(line)

    def _said_last(self) -> list[str]:
        """What outputs and the disk have to say at the end, such as where a recording is."""
        found = chain(self.outputs.drain(), self.session_store.drain())
        return [action.text for action in found if isinstance(action, Say)]

    def play(self) -> None:
        """Run the frame loop until the show is over."""
        faults = 0
        told = ""
        last = time.perf_counter()
        while not self.show.over:
            now = time.perf_counter()
            try:
                self.step(now - last)
                faults = 0
            except Exception as error:
                # A fault in drawing or in a control must not end the show in front of people;
                # one that stays must not spin for ever either.
                faults += 1
                if str(error) != told:
                    told = str(error)
                    terminal.trace()
                    self.do(Say(f"internal fault, the show goes on: {error}"))
                if faults > MOST_FAULTS:
                    raise
                time.sleep(1 / 60)  # the display has not been waited for
            last = now

    def step(self, seconds: float) -> None:
        """One display frame: take what has come, decide, show. seconds: time since the last."""
        for action in self._actions(seconds):
            self.do(action)
        if (frame := self.engine.hear(self.show.time)) is not None:
            self.source.size = frame.pixels.shape[:2]
            self.stage.show_frame(frame)
        view = self._view()
        self.engine.want(self.source.over(request(self.show, view.played)))
        self.inputs.tell(self.show)
        self.inputs.show(view)
        self.session_store.keep(self.show, None if frame is None else frame.pixels)
        self.projection_store.keep(self.show.projections)
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
            self.engine.ask(self.show.model.asked)
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
        kept = chain(self.presets.drain(), self._found(), self.projection_store.drain(), log)
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
                self.warn("--resume: there is no last show to take up")
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
            sound=self.inputs.sound.input if self.inputs.sound is not None else "",
            controls=self.inputs.controls,
            desk_code=self.inputs.desk_code,
        )
