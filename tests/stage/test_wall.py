"""What the wall shows from moment to moment, without a window."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from visualizer.frame import Frame, Pixels
from visualizer.show.loop_motion import LONGEST_MOVE
from visualizer.show.next_request import request
from visualizer.show.reducer import start
from visualizer.show.state import Show
from visualizer.show.view import View
from visualizer.stage.pacing import LONGEST_RETURN, PERIOD, SWAY
from visualizer.stage.renderer import Moment
from visualizer.stage.wall import Wall

from .player import BARE
from .shows import RUNNING, SEA


class Watched:
    """A wall, and what it pushed."""

    def __init__(self, *, crossfades: bool = True) -> None:
        self.pushed: list[int] = []
        self.wall = Wall(self._push, crossfades=crossfades)
        self.now = 0.0

    def _push(self, pixels: Pixels) -> None:
        self.pushed.append(int(pixels[0, 0, 0]))

    def frame(self, level: int, show: Show = BARE) -> None:
        pixels = np.full((2, 2, 3), level, np.uint8)
        self.wall.show_frame(Frame(level, self.now, 0.1, pixels, 1, request(show)))

    def moment(self, show: Show, seconds: float = 0.1) -> Moment:
        self.now += seconds
        return self.wall.moment(View(show, RUNNING), self.now, seconds)


def test_without_crossfades_each_frame_is_shown_as_it_is_but_when_frozen() -> None:
    watched = Watched(crossfades=False)
    for level in (1, 2):
        watched.frame(level)
        moment = watched.moment(BARE.with_values({"zoom": 0.5}))
        assert (moment.mix, moment.ahead, moment.behind) == (1.0, 0.0, 0.0)
    watched.frame(3)
    watched.moment(replace(BARE, frozen=True))
    assert watched.pushed == [1, 2]
    watched.moment(BARE)
    assert watched.pushed == [1, 2, 3]


def test_pictures_are_counted_from_the_first_frame_on() -> None:
    watched = Watched()
    for _ in range(3):
        watched.moment(BARE)
    watched.frame(1)
    assert [watched.moment(BARE).number for _ in range(3)] == [1, 2, 3]


def test_a_blackout_takes_its_time_by_the_seconds_that_have_passed() -> None:
    watched = Watched()
    dark = replace(BARE.with_values({"blackout_fade": 2.0}), blackout=True)
    assert [watched.moment(dark, 0.5).dim for _ in range(5)] == [0.75, 0.5, 0.25, 0.0, 0.0]
    assert watched.moment(replace(dark, blackout=False), 1.0).dim == pytest.approx(0.5)


def test_a_strobe_that_is_held_back_is_said_once() -> None:
    watched = Watched()
    fast = BARE.with_values({"strobe": 12.0})
    seen = [watched.moment(replace(fast, time=(n + 0.5) / 12)).dark for n in range(12)]
    assert seen == [False, False, True, True] * 3
    assert len(watched.wall.messages) == 1
    assert "limited to 3 flashes a second" in watched.wall.messages[0]


def test_a_strobe_whose_rate_is_swept_late_in_a_show_flashes_no_faster_than_its_rate() -> None:
    watched, begun = Watched(), 3600.0
    watched.moment(replace(BARE, time=begun))
    dark = []
    for n in range(1, 61):
        show = replace(BARE.with_values({"strobe": 0.5 + 2.4 * n / 60}), time=begun + n / 60)
        dark.append(watched.moment(show).dark)
    flashes = sum(now and not before for before, now in pairwise(dark))
    assert flashes in (1, 2)  # 1.7 flashes is what the rates add up to


def test_where_frames_are_missing_the_picture_sways_and_what_comes_then_fades_in_softly() -> None:
    watched, interval = Watched(), 0.1
    zooming = replace(start((SEA,)).with_values({"zoom": 0.5, "smoothing": 1.0}), hud=False)
    for number in range(10):
        watched.frame(number + 1, zooming)
        for _ in range(6):
            moment = watched.moment(zooming, interval / 6)
            zooming = replace(zooming, time=zooming.time + interval / 6)
    places = []
    for _ in range(60 * 60):
        moment = watched.moment(zooming, PERIOD)
        places.append(moment.behind)
    steps = [b - a for a, b in pairwise(places)]
    assert max(map(abs, steps)) < 1.2 * PERIOD, "never faster than the loop itself"
    assert steps[60] > 0.5 * PERIOD, "it goes on at first"
    assert 0.0 <= min(places[60:]) < interval + 0.1, "and back to its place"
    assert 1.0 < max(places) < SWAY + interval, "within bounds"
    watched.frame(11, zooming)
    back = watched.moment(zooming, PERIOD)
    assert abs(back.behind) < LONGEST_MOVE
    assert back.mix <= 2 * PERIOD / min(places[-1], LONGEST_RETURN) + 1e-6, "a soft return"


def test_where_no_frame_is_wanted_nothing_sways() -> None:
    for changes in ({"generating": False}, {"cue": Show().cue}):
        watched = Watched()
        show = replace(start((SEA,)).with_values({"zoom": 0.5}), **changes)
        for number in range(5):
            watched.frame(number + 1, show)
            watched.moment(show)
            show = replace(show, time=show.time + 0.1)
        places = [watched.moment(show, 0.5).behind for _ in range(40)]
        assert places[-1] == places[2]


def test_motion_goes_on_from_where_it_stood_when_frames_are_wanted_again() -> None:
    for unwanted in ({"generating": False}, {"cue": Show().cue}):
        watched, interval = Watched(), 0.1
        wanted = replace(start((SEA,)).with_values({"zoom": 0.5, "smoothing": 1.0}), hud=False)
        for number in range(10):
            watched.frame(number + 1, wanted)
            for _ in range(6):
                watched.moment(wanted, interval / 6)
                wanted = replace(wanted, time=wanted.time + interval / 6)
        places = []
        for show, seconds in ((wanted, 1.5), (replace(wanted, **unwanted), 60.0), (wanted, 1.0)):
            places += [watched.moment(show, PERIOD).behind for _ in range(round(seconds / PERIOD))]
        steps = [abs(b - a) for a, b in pairwise(places)]
        assert max(steps) < 2 * PERIOD, f"no jump: {unwanted}"
        assert max(steps[-50:]) > 0.2 * PERIOD, "it moves again"
        assert max(steps[100:3600]) < 1e-6, "it stood meanwhile"
