"""MIDI clock, in synthesised streams: where the beat is in spite of jitter, changes and gaps."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from visualizer.show.midi_clock import LOST, MOST, SPAN, TICKS, ClockFollower
from visualizer.show.system_actions import Sync

JITTER = 0.002
"""Seconds that a tick comes early or late at most."""

seeds = st.integers()
bpms = st.floats(20.0, 300.0)
Message = tuple[str, float]


def _ticks(bpm: float, beats: float, begun: float = 0.0) -> Iterator[float]:
    """When the ticks of so many beats are due."""
    return (begun + n * 60.0 / bpm / TICKS for n in range(round(beats * TICKS)))


def _shaken(times: Iterable[float], seed: int) -> Iterator[float]:
    """The same as they come: early or late, and never before one that was sent earlier."""
    chance, last = random.Random(seed), float("-inf")
    for time in times:
        last = max(last, time + chance.uniform(-JITTER, JITTER))
        yield last


def _heard(times: Iterable[float], follower: ClockFollower | None = None) -> ClockFollower:
    follower = ClockFollower() if follower is None else follower
    for time in times:
        follower = follower.heard("clock", time)
    return follower


def _beat(follower: ClockFollower, at: float) -> float:
    """The beat at a time, by what the follower says at its newest tick."""
    now = follower.times[-1]
    sync = follower.sync(now)
    assert sync is not None
    return sync.beats + (at - now + sync.ago) * sync.bpm / 60.0


@given(bpms)
def test_an_even_clock_is_followed_exactly(bpm: float) -> None:
    follower = _heard(_ticks(bpm, 4), ClockFollower().heard("start", 0.0))
    sync = follower.sync(follower.times[-1])
    assert sync is not None
    assert sync.bpm == pytest.approx(bpm, abs=0.005)
    assert sync.beats == 4 - 1 / TICKS
    assert sync.ago == pytest.approx(0.0, abs=1e-9)
    assert (sync.running, sync.source) == (True, "midi clock")


@given(bpms, seeds)
def test_jitter_is_smoothed(bpm: float, seed: int) -> None:
    beats = max(4, round(2 * SPAN * bpm / 60))
    follower = _heard(_shaken(_ticks(bpm, beats), seed), ClockFollower().heard("start", 0.0))
    assert follower.bpm == pytest.approx(bpm, abs=0.5)
    assert abs(_beat(follower, beats * 60.0 / bpm) - beats) * 60.0 / bpm < 0.003, "seconds"


@given(bpms, bpms, seeds)
@example(245.0, 257.0, 0)
def test_another_tempo_is_found_in_the_time_that_the_line_spans(
    old: float, new: float, seed: int
) -> None:
    beats = round(4 * old / 20)
    change = beats * 60.0 / old
    later = max(round(2 * SPAN * new / 60), 1)
    times = [*_ticks(old, beats), *_ticks(new, later, begun=change)]
    follower = _heard(_shaken(times, seed), ClockFollower().heard("start", 0.0))
    end = change + later * 60.0 / new
    assert follower.bpm == pytest.approx(new, abs=0.5)
    assert abs(_beat(follower, end) - beats - later) * 60.0 / new < 0.003, "seconds"


STALLS: dict[str, Callable[[float, float, float], float | None]] = {
    "made up for at once": lambda at, begin, end: max(at, end),
    "not made up for": lambda at, begin, end: at + end - begin,
    "ticks lost": lambda at, begin, end: at if at >= end else None,
}
"""When a tick comes that was due after a stall began; None for never."""


def test_a_stall_does_not_move_the_tempo() -> None:
    for bpm in (60.0, 100.0, 200.0):
        for seconds in (0.05, 0.45, 0.7):
            for stall in STALLS:
                begin, end = 4.0, 4.0 + seconds
                due = _shaken(_ticks(bpm, 8 * bpm / 60), 1)
                came = [at if at < begin else STALLS[stall](at, begin, end) for at in due]
                follower, tempos = ClockFollower().heard("start", 0.0), []
                for at in came:
                    if at is not None:
                        follower = follower.heard("clock", at)
                        tempos.append((at, follower.bpm))
                # From half a second on nothing of what was before counts: the tempo is found anew.
                near = 0.5 if seconds < LOST else 3.0
                for at, tempo in tempos:
                    if at > 2.0:
                        assert tempo == pytest.approx(bpm, abs=near), f"at {at} s"


def test_a_tick_that_is_lost_does_not_move_the_tempo() -> None:
    for bpm in (100.0, 160.0, 200.0, 300.0):
        times = list(_shaken(_ticks(bpm, 8 * bpm / 60), 1))
        del times[len(times) // 2]
        follower = ClockFollower()
        for at in times:
            follower = follower.heard("clock", at)
            assert at < 2.0 or follower.bpm == pytest.approx(bpm, abs=0.5), f"at {at} s"


@given(st.floats(60.0, 200.0), seeds)
def test_a_tempo_that_creeps_is_followed_within_milliseconds(bpm: float, seed: int) -> None:
    times, now = [], 0.0
    for tick in range(16 * TICKS):
        times.append(now)
        now += 60.0 / TICKS / (bpm + tick / TICKS)  # a beat a minute more with each beat
    follower = _heard(_shaken(times, seed), ClockFollower().heard("start", 0.0))
    assert abs(_beat(follower, now) - 16) * 60.0 / bpm < 0.012, "seconds"


@given(bpms, seeds, st.integers(0, 40))
def test_the_phase_is_right_with_the_first_tick_after_a_start(
    bpm: float, seed: int, ticks: int
) -> None:
    times = list(_shaken(_ticks(bpm, 8), seed))
    begun = 4 * TICKS + ticks
    follower = _heard(times[:begun]).heard("start", times[begun - 1] + 1e-4)
    follower = _heard(times[begun : begun + 1], follower)
    assert follower.running
    assert abs(_beat(follower, begun * 60.0 / bpm / TICKS)) * 60.0 / bpm < 0.003, "seconds"


def test_a_clock_that_begins_with_the_start_is_known_after_half_a_beat() -> None:
    follower, known = ClockFollower().heard("start", 0.0), []
    for n, time in enumerate(_ticks(120.0, 1)):
        follower = _heard([time], follower)
        if follower.sync(time) is not None:
            known.append(n)
            assert _beat(follower, time) == pytest.approx(n / TICKS)
    assert known == list(range(TICKS // 2 - 1, TICKS))


@given(bpms, st.integers(1, 100), st.booleans())
def test_a_song_that_is_continued_goes_on_where_it_was_stopped(
    bpm: float, ticks: int, ticks_go_on: bool
) -> None:
    times = list(_ticks(bpm, 12))
    follower = _heard(times[:ticks], ClockFollower().heard("start", 0.0))
    follower = follower.heard("stop", times[ticks])
    if ticks_go_on:
        follower = _heard(times[ticks : ticks + 50], follower)
    assert follower.tick == ticks - 1
    follower = _heard(times[ticks + 50 :][:1], follower.heard("continue", times[ticks + 49]))
    assert follower.tick == ticks


@given(st.integers(0, 16383), st.booleans())
def test_the_song_position_says_where_the_next_tick_is(sixteenths: int, running: bool) -> None:
    follower = _heard(_ticks(120.0, 2))
    if running:
        follower = follower.heard("continue", 1.0)
    follower = follower.heard("songpos", 1.0, sixteenths)
    if not running:
        follower = follower.heard("continue", 1.0)
    follower = _heard([1.0], follower)
    assert _beat(follower, 1.0) == pytest.approx(sixteenths / 4)


def test_of_a_stopped_song_only_the_tempo_is_told() -> None:
    follower = _heard(_ticks(128.0, 4))
    sync = follower.sync(follower.times[-1])
    assert sync is not None
    assert (sync.bpm, sync.running) == (128.0, False)


def test_a_source_that_vanishes_is_told_no_more_and_is_taken_up_again() -> None:
    follower = _heard(_ticks(128.0, 4), ClockFollower().heard("start", 0.0))
    last = follower.times[-1]
    assert follower.sync(last + LOST * 0.99) is not None
    assert follower.sync(last + LOST) is None
    again = follower.heard("start", last + 60.0).heard("clock", last + 60.1)
    assert again.sync(last + 60.1) == Sync(128.0, 0.0), "by the tempo that it had"


def test_a_flood_of_ticks_costs_no_more_than_the_fastest_tempo() -> None:
    follower = _heard([n * 1e-4 for n in range(2000)])
    assert len(follower.times) == MOST
    sync = follower.sync(follower.times[-1])
    assert sync is not None
    assert sync.bpm == 300.0


kinds = st.sampled_from(["clock", "clock", "clock", "start", "stop", "continue", "songpos", "?"])
messages = st.tuples(kinds, st.floats() | st.floats(0.0, 1.0), st.integers(0, 16383))


@given(st.lists(messages, max_size=60))
def test_whatever_comes_a_sync_has_a_tempo_in_range(
    messages: list[tuple[str, float, int]],
) -> None:
    follower = ClockFollower()
    for kind, at, position in messages:
        follower = follower.heard(kind, at, position)
        sync = follower.sync(at)
        assert sync is None or 20.0 <= sync.bpm <= 300.0
