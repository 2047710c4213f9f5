"""Composition root of the live show: opens what the options ask for, plays it, ends the program."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import NamedTuple

from visualizer import terminal
from visualizer.live import opening
from visualizer.live.app import LiveShow
from visualizer.live.inputs import address
from visualizer.live.opening import Reopened
from visualizer.openers import place
from visualizer.options import LiveOptions, find_picture, find_presets, find_sets, with_picture
from visualizer.show.play_actions import Run
from visualizer.show.reducer import start
from visualizer.show.system_actions import SetLists

SWITCH_INTERVAL = 0.0005
"""Seconds after which Python hands its lock on. By itself it does so every 5 ms, a third of a
display frame; a tenth of that keeps the display in time while the engine computes."""


class Opened(NamedTuple):
    """A show in its window that has not begun, lines for people, and its set lists."""

    live: LiveShow
    lines: tuple[str, ...]
    sets: SetLists

    def begin(self) -> None:
        """Say what there is to say, and begin the set list; once the show is entered."""
        for line in self.lines:
            self.live.warn(line)
        self.live.do(self.sets)


def opened(
    options: LiveOptions, reopened: Reopened | None = None, chance: int | None = None
) -> Opened:
    """Open the show that the options ask for. reopened: as run has it. chance: a number that its
    chances begin with; None for another each time. Raises OptionError, and window.NoDisplay."""
    stage = None if reopened is None else reopened.stage
    try:
        for option, where in (("--osc", options.osc), ("--desk", options.desk)):
            if where:
                address(where, option)  # refused before a window opens
        place(options.engine, options.device)
        sys.setswitchinterval(SWITCH_INTERVAL)
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
        chance=time.time_ns() if chance is None else chance,
    )
    if picture is not None:
        faults = (*faults, *picture.lines)
        show = with_picture(show, picture, options)
    lines = (*faults, *lines, *(message.text for message in show.messages))
    if not presets:
        lines = (*lines, "no preset to play; press Enter and type a prompt")
    live = LiveShow(options, stage, show, picture and picture.pixels, reopened)
    begins = options.set_list is not None and not options.restarted
    return Opened(live, lines, SetLists(sets, chosen, begins=begins))


def run(options: LiveOptions, reopened: Reopened | None = None) -> int:
    """Play the live show until it is quit; the exit status, if the program is not left at once.

    reopened: the window with the last show's picture, where it is there already. Raises
    OptionError, and window.NoDisplay where there is none.
    """
    with terminal.queued():
        show = opened(options, reopened)
        _take_signals(show.live)
        try:
            with show.live:
                show.begin()
                if options.record:
                    show.live.do(Run("record", "--record"))
                show.live.play()
        except KeyboardInterrupt:
            _leave(130)
            raise
        except Exception:
            terminal.trace()  # os._exit would not
            _leave(1)
            raise
        if show.live.interrupted:
            _leave(130)
            raise KeyboardInterrupt
        _leave(0)
        return 0


def _take_signals(live: LiveShow) -> None:
    """Set after the window is there, as SDL would make a QUIT event of TERM, which asks twice. What
    is ignored, as a closed terminal is under nohup, stays so."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, live.end)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, live.interrupt)


def _leave(status: int) -> None:
    """End the program at once: everything that keeps state has been stopped by then.

    Python's own end would wait for threads that are deep in a load or a download, free what
    libraries' threads still read (JACK's crash of that), and tear the interpreter down under torch;
    a performer who quits wants to be out at once.
    """
    terminal.flush()
    os._exit(status)
