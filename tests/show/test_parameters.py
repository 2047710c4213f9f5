"""Parameters: values, knob positions, texts, and --set."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.files.preset import parse
from visualizer.show.parameter import Parameter
from visualizer.show.parameters import (
    BY_NAME,
    DEFAULTS,
    PARAMETERS,
    REFERENCE,
    SEED_TRAVEL,
    check,
    parse_setting,
)
from visualizer.show.play_actions import Nudge, SelectPreset, Set
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show

rows = st.sampled_from(PARAMETERS)
positions = st.floats(0.0, 1.0)
numbers = st.floats(allow_nan=False)


def test_a_row_makes_sense() -> None:
    for row in PARAMETERS:
        assert row.low < row.high, row
        assert check(row.name, row.default) == row.default
        assert 0 < row.fine <= row.step < row.high - row.low, row
        assert row.curve > 0, row
        assert row.label, row
        assert row.help, row
        assert BY_NAME[row.name] is row
        assert DEFAULTS[row.name] == row.default


def test_a_row_says_what_the_reference_loop_has_where_that_is_within_its_range() -> None:
    for row in PARAMETERS:
        if row.reference is None:
            assert row.name not in REFERENCE
        else:
            assert check(row.name, row.reference) == REFERENCE[row.name]


def test_the_ends_of_a_knob_are_the_ends_of_the_range() -> None:
    for row in PARAMETERS:
        assert row.at(0.0) == row.low, row
        assert row.at(1.0, near=row.high) == row.high, row
        assert row.position(row.low) == 0.0, row
        assert row.position(row.high) == 1.0, row


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


def test_a_text_has_the_digits_and_the_unit_of_its_row() -> None:
    for name, value, text in (
        ("strength", 0.5, "0.50"),
        ("steps", 4, "4"),
        ("seed_interval", 20, "20 frames"),
        ("rotate", 12.5, "12.50 °/s"),
        ("quantise", 2, "bar"),
    ):
        assert BY_NAME[name].text(value) == text


@given(rows, positions)
def test_a_setting_written_out_is_read_back(row: Parameter, position: float) -> None:
    value = row.at(position)
    assert parse_setting(f"{row.name}={value!r}") == (row.name, value)
    assert parse_setting(f" {row.name} = {value!r} ") == (row.name, value)


def test_a_faulty_setting_is_told_in_a_line() -> None:
    for setting, line in (
        ("strength", "strength: write it as NAME=VALUE, for example strength=0.5"),
        ("strength=lots", "strength=lots: must be a number, not 'lots'"),
        ("strength=", "strength=: must be a number, not ''"),
        ("strength=1.5", "strength is 1.5; it goes from 0 to 1"),
        ("strength=nan", "strength=nan: must be a number, not 'nan'"),
        ("seed=1e999", "seed=1e999: must be a number, not '1e999'"),
        ("steps=1.5", "steps is 1.5; it takes whole numbers"),
        (
            "glow=1",
            "glow=1: no parameter 'glow'; nearest: edge_glow, bloom, lora_weight",
        ),
    ):
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


def test_a_knob_plays_the_seeds_round_the_one_in_force_and_stays_among_them() -> None:
    row = BY_NAME["seed"]
    assert (row.at(0.0), row.at(1.0)) == (0.0, 10_000.0)
    value = 4_000_000_000.0
    first, last = row.at(0.0, value), row.at(1.0, value)
    assert first <= value <= last
    assert last - first == SEED_TRAVEL - 1
    for position in (0.0, 0.3, 1.0):
        value = row.at(position, value)
        assert (row.at(0.0, value), row.at(1.0, value)) == (first, last)
    assert row.at(row.position(4_294_967_295.0), 4_294_967_295.0) == 4_294_967_295.0


def test_a_random_seed_is_drawn_named_and_another_each_time() -> None:
    show = reduce(Show(chance=7), Set("seed", -1.0))
    seed = show.values["seed"]
    assert 0 <= seed <= 4_294_967_295
    assert [message.text for message in show.messages] == [f"Seed {seed:.0f}, drawn at random"]
    assert reduce(show, Set("seed", -1.0)).values["seed"] != seed
    assert reduce(Show(chance=8), Set("seed", -1.0)).values["seed"] != seed
    assert reduce(Show(), Nudge("seed", -5)).values["seed"] == 0.0, "a step below 0 draws none"
    assert reduce(Show(), Set("seed", -2.0)).values["seed"] == 0.0


@pytest.mark.parametrize("text", ["seed: -1\nprompts: [a]", "prompts: [{text: a, seed: -1}]"])
def test_a_preset_may_ask_for_a_random_seed(text: str) -> None:
    preset = parse(text, "a.yaml")
    seeds = {start((preset,), chance=chance).values["seed"] for chance in range(5)}
    assert len(seeds) == 5
    assert min(seeds) >= 0
    show = reduce(start((preset,), chance=1), SelectPreset(0))
    assert show.values["seed"] not in (-1.0, *seeds)


def test_seeds_of_32_bits_are_taken_from_the_command_line_and_a_line_tells_the_range() -> None:
    assert parse_setting("seed=4294967295") == ("seed", 4_294_967_295.0)
    assert parse_setting("seed=-1") == ("seed", -1.0)
    assert start((), settings={"seed": -1.0}, chance=3).values["seed"] > 0
    with pytest.raises(ValueError, match="seed is 4294967296; it goes from 0 to 4294967295"):
        parse_setting("seed=4294967296")
    show = reduce(Show(), Set("seed", 4_294_967_297.0))
    assert show.values["seed"] == 4_294_967_295.0
    line = "Seed goes from 0 to 4294967295; it is 4294967295 now"
    assert [message.text for message in show.messages] == [line]
