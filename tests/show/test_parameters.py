"""Parameters: values, knob positions, texts, and --set."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.parameters import (
    BY_NAME,
    DEFAULTS,
    PARAMETERS,
    REFERENCE,
    Parameter,
    check,
    parse_setting,
)

rows = st.sampled_from(PARAMETERS)
positions = st.floats(0.0, 1.0)
numbers = st.floats(allow_nan=False)
every_row = pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)


@every_row
def test_a_row_makes_sense(row: Parameter) -> None:
    assert row.low < row.high
    assert check(row.name, row.default) == row.default
    assert 0 < row.fine <= row.step < row.high - row.low
    assert row.curve > 0
    assert row.label
    assert row.help
    assert BY_NAME[row.name] is row
    assert DEFAULTS[row.name] == row.default


@every_row
def test_a_row_says_what_the_reference_loop_has_where_that_is_within_its_range(
    row: Parameter,
) -> None:
    if row.reference is None:
        assert row.name not in REFERENCE
    else:
        assert check(row.name, row.reference) == REFERENCE[row.name]


@every_row
def test_the_ends_of_a_knob_are_the_ends_of_the_range(row: Parameter) -> None:
    assert row.at(0.0) == row.low
    assert row.at(1.0) == row.high
    assert row.position(row.low) == 0.0
    assert row.position(row.high) == 1.0


@given(rows, positions)
def test_a_value_stands_at_the_position_it_came_from(row: Parameter, position: float) -> None:
    value = row.at(position)
    if row.whole:
        assert row.at(row.position(value)) == value
    else:
        assert row.at(row.position(value)) == pytest.approx(value, abs=1e-9)


@given(rows, positions, positions)
def test_a_knob_turned_up_never_turns_its_value_down(row: Parameter, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert row.at(low) <= row.at(high)


@given(rows, numbers)
def test_a_clamped_value_is_allowed_and_clamping_again_changes_nothing(
    row: Parameter, value: float
) -> None:
    clamped = row.clamp(value)
    assert check(row.name, clamped) == clamped
    assert row.clamp(clamped) == clamped


@given(rows, positions)
def test_a_value_in_range_is_left_alone(row: Parameter, position: float) -> None:
    value = row.at(position)
    assert row.clamp(value) == value


@given(rows, numbers)
def test_a_position_out_of_range_means_the_nearest_end(row: Parameter, position: float) -> None:
    assert row.at(position) == row.at(min(max(position, 0.0), 1.0))


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("strength", 0.5, "0.50"),
        ("steps", 4, "4"),
        ("seed_interval", 20, "20 frames"),
        ("rotate", 12.5, "12.50 °/s"),
        ("quantise", 2, "bar"),
    ],
)
def test_a_text_has_the_digits_and_the_unit_of_its_row(name: str, value: float, text: str) -> None:
    assert BY_NAME[name].text(value) == text


@given(rows, positions)
def test_a_setting_written_out_is_read_back(row: Parameter, position: float) -> None:
    value = row.at(position)
    assert parse_setting(f"{row.name}={value!r}") == (row.name, value)
    assert parse_setting(f" {row.name} = {value!r} ") == (row.name, value)


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("strength", "strength: write it as NAME=VALUE, for example strength=0.5"),
        ("strength=lots", "strength=lots: must be a number, not 'lots'"),
        ("strength=", "strength=: must be a number, not ''"),
        ("strength=1.5", "strength is 1.5; it goes from 0 to 1"),
        ("strength=nan", "strength=nan: must be a number, not 'nan'"),
        ("seed=1e999", "seed=1e999: must be a number, not '1e999'"),
        ("steps=1.5", "steps is 1.5; it takes whole numbers"),
        (
            "glow=1",
            "glow=1: no parameter 'glow'; nearest: seed_glide, colour_hold, zoom",
        ),
    ],
)
def test_a_faulty_setting_is_told_in_a_line(setting: str, line: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole line is compared
        parse_setting(setting)
    assert str(caught.value) == line


@given(st.text())
def test_any_setting_is_read_or_refused(setting: str) -> None:
    try:
        name, value = parse_setting(setting)
    except ValueError:
        return
    assert BY_NAME[name].clamp(value) == value
    assert math.isfinite(value)
