"""Snapshots: values kept in slots, brought back softly; and the file that keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.files.yaml_faults import Fault
from visualizer.show.parameters import BY_NAME, SOURCES, TARGETS
from visualizer.show.play_actions import Recall, SelectPreset, Set, Store
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers.snapshots import LEFT_ALONE, SLOTS, aims, parse, recalled, to_text
from visualizer.show.state import Show
from visualizer.show.system_actions import Snapshots, Tick

from ..shows import ALL, CALM, PLAIN, after

positions = st.floats(0.0, 1.0)
settings = st.dictionaries(st.sampled_from(sorted(BY_NAME)), positions, max_size=8).map(
    lambda found: {name: BY_NAME[name].at(position) for name, position in found.items()}
)


def played(values: Mapping[str, float], show: Show | None = None) -> Show:
    return after(show or start(ALL), *(Set(name, value) for name, value in values.items()))


def line(show: Show) -> str:
    return show.messages[-1].text


def test_a_snapshot_comes_in_over_the_time_that_morph_says() -> None:
    show = after(start(ALL), Set("zoom", 1.0), Store(1), Set("zoom", 0.0), Set("morph", 4.0))
    show = reduce(show, Recall(1))
    assert show.values["zoom"] == 0.0
    assert reduce(show, Tick(2.0)).values["zoom"] == pytest.approx(0.5)
    there = reduce(show, Tick(4.0))
    assert (there.values["zoom"], there.morph) == (1.0, None)


def test_without_a_morph_it_is_there_at_once() -> None:
    show = after(start(ALL), Set("zoom", 1.0), Store(1), Set("zoom", 0.0), Set("morph", 0.0))
    show = reduce(show, Recall(1))
    assert (show.values["zoom"], show.morph) == (1.0, None)


@given(settings, settings, st.integers(1, SLOTS))
def test_what_was_stored_comes_back_but_for_what_snapshots_leave_alone(
    first: dict[str, float], second: dict[str, float], slot: int
) -> None:
    show = played(first)
    other = played(second, reduce(show, Store(slot)))
    back = after(recalled(other, slot), Tick(15.0), Tick(16.0))
    for name, value in back.values.items():
        assert value == (other if name in LEFT_ALONE else show).values[name]
    assert back.morph is None


@given(settings, settings)
def test_amounts_move_without_a_jump_and_never_leave_the_way(
    first: dict[str, float], second: dict[str, float]
) -> None:
    show = played(second, reduce(played(first), Store(1)))
    show = recalled(reduce(show, Set("morph", 1.0)), 1)
    on_the_way = [show]
    for _ in range(50):
        on_the_way.append(reduce(on_the_way[-1], Tick(0.02)))
    moved = show.morph.new if show.morph else {}
    for name in moved:
        row = BY_NAME[name]
        seen = [row.position(step.values[name]) for step in on_the_way]
        slack = 1e-3  # of the travel: digits past the ninth are cut, and curves make much of them
        if name.endswith("_depth"):
            continue
        low, high = sorted((seen[0], seen[-1]))
        assert all(low - slack <= place <= high + slack for place in seen)
        if row.whole or name.endswith("_every") or f"{name}_in" in moved:
            assert sum(a != b for a, b in pairwise(seen)) <= 1
        else:
            assert all(abs(b - a) <= (high - low) * 0.04 + slack for a, b in pairwise(seen))


def test_choices_and_whole_numbers_change_in_the_middle() -> None:
    show = after(start(ALL), Set("steps", 9), Store(2), Set("steps", 1), Recall(2))
    assert reduce(show, Tick(0.9)).values["steps"] == 1
    assert reduce(show, Tick(1.1)).values["steps"] == 9


def test_a_length_changes_with_its_unit_and_else_evenly() -> None:
    kept = after(start(ALL), Set("hold", 64.0), Set("hold_in", 1), Set("crossfade", 8.0), Store(1))
    show = after(kept, Set("hold", 10.0), Set("hold_in", 0), Set("crossfade", 2.0), Recall(1))
    before, later = reduce(show, Tick(0.9)).values, reduce(show, Tick(1.1)).values
    assert (before["hold"], before["hold_in"]) == (10.0, 0)
    assert (later["hold"], later["hold_in"]) == (64.0, 1)
    assert 2.0 < before["crossfade"] < later["crossfade"] < 8.0


def test_a_modulation_that_becomes_another_fades_out_and_in() -> None:
    def modulated(show: Show, target: str, source: str) -> Show:
        target_, source_ = TARGETS.index(target), SOURCES.index(source)
        return after(show, Set("mod1_target", target_), Set("mod1_source", source_))

    show = reduce(modulated(start(ALL), "zoom", "sine"), Store(1))
    show = reduce(modulated(show, "noise", "square"), Recall(1))
    depths = {}
    for passed in (0.5, 0.99, 1.01, 1.5, 2.0):
        values = reduce(show, Tick(passed)).values
        depths[passed] = values["mod1_depth"]
        assert TARGETS[int(values["mod1_target"])] == ("noise" if passed < 1.0 else "zoom")
    assert depths[0.99] < 0.01 > depths[1.01]
    assert 0.1 < depths[0.5] == depths[1.5] < 0.25 == depths[2.0]


def test_the_hand_wins_over_a_morph() -> None:
    show = after(start(ALL), Set("zoom", 1.0), Set("noise", 0.5), Store(1))
    show = after(show, Set("zoom", 0.0), Set("noise", 0.0), Recall(1), Tick(1.0))
    show = after(show, Set("zoom", -0.5), Tick(0.5))
    assert show.values["zoom"] == -0.5
    assert 0.0 < show.values["noise"] < 0.5
    show = reduce(show, Tick(1.0))
    assert (show.values["zoom"], show.values["noise"]) == (-0.5, 0.5)


def test_a_preset_that_comes_in_meanwhile_has_its_values() -> None:
    show = after(start(ALL), Set("strength", 0.1), Set("zoom", 1.0), Store(1))
    show = after(show, Set("strength", 0.9), Set("zoom", 0.0), Recall(1), Tick(1.0))
    show = after(show, SelectPreset(1), Tick(5.0))
    assert (show.values["strength"], show.values["zoom"]) == (0.7, 1.0)


def test_one_snapshot_takes_over_from_another_where_that_stands() -> None:
    show = after(start(ALL), Set("zoom", 1.0), Store(1), Set("zoom", -1.0), Store(2))
    show = after(show, Recall(1), Tick(1.0))
    half_way = show.values["zoom"]
    assert half_way == pytest.approx(0.0)
    show = after(show, Recall(2))
    assert show.values["zoom"] == half_way
    assert reduce(show, Tick(2.0)).values["zoom"] == -1.0


def test_each_preset_has_slots_of_its_own() -> None:
    show = after(start(ALL), Set("zoom", 1.0), Store(1), SelectPreset(2), Recall(1))
    assert (show.morph, line(show)) == (None, "snapshot 1 is empty")
    show = after(show, SelectPreset(0), Set("zoom", 0.0), Recall(1), Tick(2.0))
    assert show.values["zoom"] == 1.0


def test_without_any_preset_snapshots_are_kept_too() -> None:
    show = after(start(()), Set("zoom", 1.0), Store(8), Set("zoom", 0.0), Recall(8), Tick(2.0))
    assert show.values["zoom"] == 1.0


def test_a_slot_that_is_not_there_is_told() -> None:
    for slot in (-1, 0, 9):
        show = reduce(start(ALL), Store(slot))
        assert (show.snapshots, line(show)) == (
            {},
            f"there is no snapshot {slot}: they go from 1 to 8",
        )
        assert line(reduce(show, Recall(slot))) == f"snapshot {slot} is empty"


def test_storing_changes_no_value() -> None:
    show = start(ALL)
    assert reduce(show, Store(3)).values == show.values


def test_what_the_values_lead_to_is_known_while_they_are_on_the_way() -> None:
    show = after(start(ALL), Set("zoom", 1.0), Set("noise", 0.5), Store(1), Set("zoom", 0.0))
    show = after(show, Set("noise", 0.0), Recall(1), Tick(0.5), Set("noise", 0.2))
    assert (aims(show)["zoom"], aims(show)["noise"]) == (1.0, 0.2)


def test_slots_of_earlier_shows_are_there_again_and_give_way_to_new_ones() -> None:
    show = after(start((PLAIN, CALM)), Set("zoom", 1.0), Store(2))
    kept = {"Plain": {1: {"zoom": 0.5}, 2: {"zoom": -0.5}}, "Gone": {8: {"zoom": 0.1}}}
    show = reduce(show, Snapshots(kept))
    assert show.snapshots["Plain"][1] == {"zoom": 0.5}
    assert show.snapshots["Plain"][2]["zoom"] == 1.0
    assert show.snapshots["Gone"] == {8: {"zoom": 0.1}}  # its preset may come back
    assert after(show, Recall(1), Tick(2.0)).values["zoom"] == 0.5


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["Deep sea", "1984", "off", "~", "a: b", "- c", "# d", "\x85\u2028\ufeff"]
)
banks = st.dictionaries(names, st.dictionaries(st.integers(1, SLOTS), settings), max_size=3)


@given(banks)
def test_a_file_gives_back_whatever_snapshots_were_written(
    kept: dict[str, dict[int, dict[str, float]]],
) -> None:
    assert parse(to_text(kept), "snapshots.yaml") == kept


def test_a_file_is_readable_and_may_be_written_by_hand() -> None:
    kept = {"Deep sea": {2: {"zoom": 0.5, "steps": 3.0, "mod1_target": 9.0, "quantise": 0.0}}}
    assert to_text(kept) == (
        "# Snapshots of values, by preset and slot.\n"
        "Deep sea:\n"
        "  2:\n"
        "    zoom: 0.5\n"
        "    steps: 3\n"
        f"    mod1_target: {TARGETS[9]}\n"
        "    quantise: 'off'\n"
    )
    by_hand = f"Deep sea: {{2: {{zoom: 0.5, steps: 3, mod1_target: {TARGETS[9]}, quantise: off}}}}"
    assert parse(by_hand, "x.yaml") == kept
    assert parse("", "x.yaml") == {}


def test_parameters_that_are_not_known_are_left_out_in_one_line_and_all_else_is_kept() -> None:
    lines: list[str] = []
    text = "a:\n  1: {zoom: 0.5, glow: wide}\nb: {2: {haze: 1, noise: 0.1, glow: 2}}"
    kept = parse(text, "x.yaml", lines.append)
    assert kept == {"a": {1: {"zoom": 0.5}}, "b": {2: {"noise": 0.1}}}
    assert lines == ["x.yaml: unknown entries are left out: glow, haze"]
    assert parse(text, "x.yaml") == kept


def test_where_all_is_known_there_is_no_line() -> None:
    lines: list[str] = []
    parse("a: {1: {zoom: 0.5}}", "x.yaml", lines.append)
    assert lines == []


def test_a_fault_in_a_file_names_its_line_and_field() -> None:
    for text, why in (
        ("a: 3", "x.yaml:1: a: Input should be a valid dictionary"),
        ("a:\n  9: {zoom: 0}", "x.yaml:2: a.9: Input should be less than or equal to 8"),
        ("a:\n  one: {zoom: 0}", "x.yaml:2: a.one: Input should be a valid integer"),
        ("1: {1: {zoom: 0}}", "x.yaml:1: 1: Input should be a valid string"),
        ("a:\n  1: 3", "x.yaml:2: a.1: must be a mapping of parameters to values"),
        ("a:\n  1:\n    zoom: 2", "x.yaml:3: a.1.zoom: zoom is 2; it goes from -1 to 1"),
        ("a:\n  1:\n    zoom: wide", "x.yaml:3: a.1.zoom: must be a number, not 'wide'"),
        ("a:\n  1:\n    zoom: true", "x.yaml:3: a.1.zoom: must be a number, not True"),
        ("a:\n  1:\n    mod1_in: days", "x.yaml:3: a.1.mod1_in: must be one of seconds,"),
        (f"a:\n  1:\n    hold: 1{'0' * 400}", "x.yaml:3: a.1.hold: must be a number, not 1000"),
    ):
        told: list[str] = []
        assert parse(text, "x.yaml", told.append) == {}
        (line_,) = told
        assert line_.startswith(why)
        assert line_.endswith("; this snapshot is left out")
        assert "\n" not in line_


def test_a_file_that_is_no_mapping_is_a_fault() -> None:
    for text, why in (
        ("- a", "x.yaml:1: must be a mapping of presets to slots"),
        ("a: [", "x.yaml:1: not valid YAML"),
    ):
        with pytest.raises(Fault) as caught:
            parse(text, "x.yaml")
        assert str(caught.value).startswith(why)


def test_one_bad_number_costs_its_own_slot_only() -> None:
    text = "a: {1: {zoom: 7}, 2: {zoom: 0.5}}\nb: {3: {noise: 0.1}}"
    assert parse(text, "x.yaml") == {"a": {2: {"zoom": 0.5}}, "b": {3: {"noise": 0.1}}}


def test_many_bad_slots_are_told_in_few_lines() -> None:
    told: list[str] = []
    text = "a: {" + ", ".join(f"{slot}: 1" for slot in range(1, 9)) + "}"
    assert parse(text, "x.yaml", told.append) == {}
    assert len(told) == 4
    assert told[3] == "x.yaml: 5 more snapshots are left out"
