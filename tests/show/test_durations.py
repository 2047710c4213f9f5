"""Lengths: as people write them, and how long they are at a tempo."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show import durations
from visualizer.show.parameters import LENGTHS
from visualizer.show.play_actions import Run, Set
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show

from .shows import after

LENGTH = st.sampled_from(sorted(durations.COUNTED_IN))


def _show(name: str, value: float, unit: int, bpm: float = 120.0) -> Show:
    counts = Set(durations.COUNTED_IN[name], unit)
    return after(start(()), Set("tempo", bpm), Set(name, value), counts)


def test_a_length_is_a_number_and_a_unit() -> None:
    for text, length in (
        ("20 s", (20.0, 0)),
        ("0.5 seconds", (0.5, 0)),
        ("1 second", (1.0, 0)),
        (" 16 beats ", (16.0, 1)),
        ("1beat", (1.0, 1)),
        (".25 bar", (0.25, 2)),
        ("4 bars", (4.0, 2)),
    ):
        assert durations.parse(text) == length


@given(st.text() | st.from_regex(r"[-+.0-9e]* ?(s|beats?|bars?|min|)", fullmatch=True))
def test_any_text_is_a_length_or_one_clear_line(text: str) -> None:
    try:
        count, unit = durations.parse(text)
    except ValueError as error:
        line = str(error)
    else:
        assert count >= 0.0
        assert 0 <= unit < len(LENGTHS)
        return
    assert "16 beats" in line
    assert "\n" not in line


@given(LENGTH, st.floats(0.05, 60.0), st.floats(20.0, 300.0))
def test_beats_and_bars_are_as_long_as_the_tempo_says(name: str, value: float, bpm: float) -> None:
    in_seconds, in_beats, in_bars = (
        durations.seconds(_show(name, value, unit, bpm), name) for unit in range(len(LENGTHS))
    )
    assert in_seconds == pytest.approx(value)
    assert in_beats == pytest.approx(value * 60.0 / bpm)
    assert in_bars == pytest.approx(4.0 * in_beats)


def test_a_length_is_told_with_its_unit() -> None:
    for value, unit, words in (
        (20, 0, "20 s"),
        (0.5, 0, "0.5 s"),
        (16, 1, "16 beats"),
        (1, 1, "1 beat"),
        (1, 2, "1 bar"),
    ):
        assert durations.words(_show("hold", value, unit), "hold") == words


@given(LENGTH, st.integers(1, 60), st.integers(0, 2))
def test_what_is_told_is_what_may_be_written(name: str, value: int, unit: int) -> None:
    assert durations.parse(durations.words(_show(name, value, unit), name)) == (value, unit)


def test_counting_in_goes_round_for_hold_and_crossfade_together_and_keeps_their_numbers() -> None:
    show = reduce(start(()), Set("crossfade_in", 2))
    seen = []
    for _ in range(3):
        show = reduce(show, Run("count_in"))
        seen.append((show.values["hold_in"], show.values["crossfade_in"]))
    assert seen == [(1, 1), (2, 2), (0, 0)]
    assert (show.values["hold"], show.values["crossfade"]) == (20.0, 4.0)


def test_a_clock_shows_hours_where_there_are_some() -> None:
    found = [
        durations.clock_text(seconds)
        for seconds in (-1.0, 0.0, 5.9, 65.0, 3599.9, 3600.0, 36_061.0)
    ]
    assert found == ["0:00", "0:00", "0:05", "1:05", "59:59", "1:00:00", "10:01:01"]
