"""The frame loop: display frame after display frame, and what a fault in one does."""

from __future__ import annotations

import time
from collections.abc import Callable

from visualizer import terminal
from visualizer.live.heartbeat import Heartbeat

MOST_FAULTS = 120
"""Display frames in a row that may fail before the show gives up: two seconds."""


def play(
    step: Callable[[float], None],
    is_over: Callable[[], bool],
    say: Callable[[str], None],
    heart: Heartbeat,
) -> None:
    """Run display frames until it is over. step: one of them, which waits for the display; it is
    given the seconds since the one before. say: tells the performer a line. heart: beats with each.

    A fault in drawing or in a control must not end the show in front of people, and one that stays
    must not spin for ever: it is raised after MOST_FAULTS frames.
    """
    faults = 0
    told = ""
    last = time.perf_counter()
    while not is_over():
        now = time.perf_counter()
        heart.beat()
        try:
            step(now - last)
            faults = 0
        except Exception as error:
            faults += 1
            if str(error) != told:
                told = str(error)
                terminal.trace()
                say(f"internal fault, the show goes on: {error}")
            if faults > MOST_FAULTS:
                raise
            time.sleep(1 / 60)  # the display has not been waited for
        last = now
