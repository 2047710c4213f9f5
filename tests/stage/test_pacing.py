"""Claims about pacing: the fade fills the time between frames, and nothing jumps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.stage.pacing import PERIOD, WINDOW, Beat, Pacer, Rate

moments = st.floats(0, 1e6)
gaps = st.floats(0, 20)


def paced(interval: float, count: int = 10) -> tuple[Pacer, float]:
    """A pacer that saw frames at an even pace, each drawn once; and the last one's time."""
    pacer = Pacer()
    for number in range(count):
        pacer.mix(number * interval, 1.0)
        pacer.arrived(number * interval)
    return pacer, (count - 1) * interval


@settings(deadline=None)
@given(
    st.lists(st.tuples(gaps, st.sampled_from("fdp"), st.floats(0, 1)), max_size=60),
)
def test_the_mix_stays_within_0_and_1_and_never_goes_back_between_frames(
    events: list[tuple[float, str, float]],
) -> None:
    pacer, now, last = Pacer(), 0.0, 0.0
    for gap, event, smoothing in events:
        now += gap
        if event == "f":
            pacer.arrived(now)
            last = 0.0
        elif event == "p":
            pacer.pause()
        else:
            mix = pacer.mix(now, smoothing)
            assert last <= mix <= 1.0
            last = mix


@given(moments, st.floats(0, 1))
def test_frames_that_come_at_the_same_moment_divide_by_nothing(now: float, smooth: float) -> None:
    pacer = Pacer()
    for _ in range(3):
        pacer.arrived(now)
        assert 0.0 <= pacer.mix(now, smooth) <= 1.0


def test_smoothing_0_cuts() -> None:
    pacer, now = paced(0.2)
    assert pacer.mix(now, 0.0) == 1.0


def test_smoothing_1_takes_just_the_interval() -> None:
    pacer, now = paced(0.2)
    assert pacer.mix(now + 0.1, 1.0) == pytest.approx(0.5)
    assert pacer.mix(now + 0.19, 1.0) < 1.0
    assert pacer.mix(now + 0.2 + 1e-9, 1.0) == 1.0


def test_smoothing_a_half_takes_half_the_interval() -> None:
    pacer, now = paced(0.2)
    assert pacer.mix(now + 0.05, 0.5) == pytest.approx(0.5)


def test_the_wall_moves_by_the_same_step_at_every_picture_also_where_a_frame_arrives() -> None:
    # What is shown runs from frame number n - 1 (mix 0) to n (mix 1): its sum is the position.
    pacer, interval = Pacer(), 6 * PERIOD
    start, positions = 0.0, []
    position = 0.0
    for picture in range(120):
        now = picture * PERIOD
        if picture % 6 == 0:
            start = position  # the renderer keeps what the wall shows
            pacer.arrived(now)
        target = picture // 6 + 1
        position = start + (target - start) * pacer.mix(now, 1.0)
        positions.append(position)
    steps = [b - a for a, b in pairwise(positions[60:])]
    assert steps == pytest.approx([PERIOD / interval] * len(steps), rel=1e-6)


@pytest.mark.parametrize("early", [0.3, 0.7, 0.95])
def test_an_early_frame_makes_no_jump(early: float) -> None:
    pacer, now = paced(0.2)
    pacer.mix(now + 0.2 * early, 1.0)
    pacer.arrived(now + 0.2 * early + PERIOD)
    # The first picture of the new fade is no further than one period's share from the last.
    assert pacer.mix(now + 0.2 * early + PERIOD, 1.0) <= PERIOD / 0.19


def test_a_late_frame_after_a_stalled_wall_makes_no_jump() -> None:
    pacer, now = paced(0.2)
    pacer.arrived(now + 3.0)
    assert pacer.mix(now + 3.0, 1.0) <= 2 * PERIOD / 0.2 + 1e-9


@given(st.floats(0.02, 2.0), st.floats(2.1, 1000))
def test_a_pause_does_not_change_the_interval(interval: float, pause: float) -> None:
    pacer, now = paced(interval)
    pacer.pause()
    pacer.arrived(now + pause)
    assert pacer.interval == pytest.approx(interval)


@given(st.floats(0.02, 1.0))
def test_one_slow_frame_does_not_change_the_interval(interval: float) -> None:
    pacer, now = paced(interval)
    pacer.arrived(now + 4 * interval)
    assert pacer.interval == pytest.approx(interval)


def test_a_new_speed_is_believed_after_a_few_frames() -> None:
    pacer, now = paced(0.1)
    for number in range(1, WINDOW // 2 + 2):
        pacer.arrived(now + number * 0.5)
    assert pacer.interval == pytest.approx(0.5)


def test_turning_smoothing_up_in_a_fade_does_not_go_back() -> None:
    pacer, now = paced(0.2)
    before = pacer.mix(now + 0.1, 0.6)
    assert pacer.mix(now + 0.1, 1.0) == before


@given(st.floats(0.5, 100))
def test_a_rate_is_what_came_in_a_second(rate: float) -> None:
    counted, now = Rate(), 0.0
    for number in range(400):
        now = number / rate
        counted.count(now, number)
    assert counted.per_second(now) == pytest.approx(rate)


def test_skipped_numbers_count_in_the_rate() -> None:
    rate = Rate()
    for number in range(20):
        rate.count(number * 0.1, number * 3)
    assert rate.per_second(1.9) == pytest.approx(30)


def test_a_rate_falls_to_0_when_nothing_comes_and_starts_anew() -> None:
    rate = Rate()
    assert rate.per_second(0.0) == 0.0
    for number in range(20):
        rate.count(number * 0.1, number)
    assert rate.per_second(5.0) == 0.0
    rate.count(6.0, 1)  # a new run counts from 1 again
    assert rate.per_second(6.0) == 0.0


def test_the_beat_waits_for_60_a_second() -> None:
    beat, now = Beat(), 10.0
    for _ in range(60):
        now += beat.wait(now)
        beat.shown(now)
        now += 0.005  # drawing the next
    now += beat.wait(now)
    assert now == pytest.approx(11.0)
    assert beat.late == 0


def test_a_late_picture_is_counted_and_not_caught_up_in_a_burst() -> None:
    beat = Beat()
    for now in (0.0, PERIOD, PERIOD + 0.2):
        beat.wait(now)
        beat.shown(now)
    assert beat.late == 1
    assert beat.wait(PERIOD + 0.2) == pytest.approx(PERIOD)


@given(st.lists(st.floats(0, 1), max_size=50))
def test_the_beat_never_waits_longer_than_two_periods(steps: list[float]) -> None:
    beat, now = Beat(), 0.0
    for step in steps:
        now += step
        wait = beat.wait(now)
        assert 0.0 <= wait <= 2 * PERIOD
        now += wait
        beat.shown(now)


def test_the_slowest_of_a_hundred_frames_is_told_once_a_second() -> None:
    beat, now = Beat(), 0.0
    for number in range(600):
        now += 0.04 if number % 50 == 49 else PERIOD
        beat.shown(now)
        if number == 30:
            assert beat.p99 == 0.0  # not known yet
    assert beat.p99 == pytest.approx(0.04)
    for _ in range(600):
        now += PERIOD
        beat.shown(now)
    assert beat.p99 == pytest.approx(PERIOD)
