"""Modulation: what is played lies round the values, in time, and within every range."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.modulation import SHAPES, held, played, reshaped, toggled
from visualizer.show.parameters import BY_NAME, LENGTHS, SLOTS, SOURCES, TARGETS
from visualizer.show.records import Sound, Tempo
from visualizer.show.state import Show

MOVED = TARGETS[1:]
HEARD = ("level", "bass", "mid", "treble", "onset")


def moved(
    show: Show,
    target: str,
    source: str,
    depth: float,
    *,
    every: float = 4.0,
    unit: str = "beats",
    slot: int = 1,
) -> Show:
    """The show with a modulation."""
    new = {
        f"mod{slot}_target": float(TARGETS.index(target)),
        f"mod{slot}_source": float(SOURCES.index(source)),
        f"mod{slot}_depth": depth,
        f"mod{slot}_every": every,
        f"mod{slot}_in": float(LENGTHS.index(unit)),
    }
    return replace(show, values=MappingProxyType({**show.values, **new}))


def valued(show: Show, **values: float) -> Show:
    return replace(show, values=MappingProxyType({**show.values, **values}))


def source_of(show: Show, slot: int = 1) -> str:
    return SOURCES[int(show.values[f"mod{slot}_source"])]


def line(show: Show) -> str:
    return show.messages[-1].text


def test_where_nothing_moves_the_values_themselves_are_played() -> None:
    show = Show()
    assert played(show) is show.values
    for still in (
        moved(show, "none", "sine", 0.5),
        moved(show, "zoom", "off", 0.5),
        moved(show, "zoom", "sine", 0.0),
        moved(show, "zoom", "bass", 1.0),  # and nothing is heard
    ):
        later = replace(still, time=0.7)
        assert played(later) is later.values


def test_a_shape_swings_by_its_depth_round_the_value() -> None:
    """zoom goes from -1 to 1, so that a depth of 0.1 is 0.2 of it. 120 BPM: two beats a second."""
    for source, offsets in (
        ("sine", (0.0, 1.0, 0.0, -1.0)),
        ("triangle", (0.0, 1.0, 0.0, -1.0)),
        ("saw", (-1.0, -0.5, 0.0, 0.5)),
        ("square", (1.0, 1.0, -1.0, -1.0)),
    ):
        show = moved(Show(), "zoom", source, 0.1, every=4.0)
        seen = [played(replace(show, time=quarter / 2))["zoom"] for quarter in range(4)]
        assert seen == pytest.approx([0.2 * offset for offset in offsets])


@pytest.mark.parametrize("shape", SHAPES)
@given(phase=st.floats(0.0, 1.0))
def test_a_shape_stays_within_its_swing(shape: str, phase: float) -> None:
    assert -1.0 <= SHAPES[shape](phase) <= 1.0


def test_a_round_is_counted_in_seconds_beats_or_bars() -> None:
    for unit, every, seconds in (("seconds", 3.0, 3.0), ("beats", 3.0, 2.0), ("bars", 1.5, 4.0)):
        show = moved(
            replace(Show(), tempo=Tempo(90.0)), "zoom", "triangle", 0.1, every=every, unit=unit
        )
        round_ = [played(replace(show, time=t * seconds / 16))["zoom"] for t in range(33)]
        assert round_[:17] == pytest.approx(round_[16:])
        assert max(round_[:16]) == pytest.approx(round_[4])
        assert min(round_[:16]) == pytest.approx(round_[12])


def test_a_round_of_beats_begins_on_the_beat_and_follows_the_beat_counter() -> None:
    on_the_beat = replace(Show(), tempo=Tempo(120.0, beats=7.0, at=3.25), time=3.25)
    show = moved(on_the_beat, "zoom", "square", 0.1, every=1.0)
    assert played(show)["zoom"] > 0
    assert played(replace(show, time=3.24))["zoom"] < 0


def test_what_takes_a_while_to_be_seen_is_asked_for_ahead_of_its_beat() -> None:
    show = moved(replace(Show(), time=0.9, period=0.1), "zoom", "square", 0.1, every=2.0)
    assert played(show)["zoom"] > 0
    assert played(replace(show, period=0.0))["zoom"] < 0
    by_seconds = moved(show, "zoom", "square", 0.1, every=1.0, unit="seconds")
    assert played(by_seconds)["zoom"] < 0


def test_a_negative_depth_goes_the_other_way() -> None:
    up, down = (moved(Show(time=0.3), "zoom", "sine", depth) for depth in (0.1, -0.1))
    assert played(up)["zoom"] == -played(down)["zoom"] != 0.0


def test_the_swing_is_even_along_a_knobs_travel() -> None:
    """noise has half its travel below a quarter of its range."""
    row = BY_NAME["noise"]
    show = valued(moved(Show(), "noise", "square", 0.2, every=2.0), noise=row.at(0.5))
    ups, downs = played(show)["noise"], played(replace(show, time=0.5))["noise"]
    assert (ups, downs) == pytest.approx((row.at(0.7), row.at(0.3)))


def test_random_holds_a_value_for_a_round_and_takes_another_for_the_next() -> None:
    show = moved(Show(), "zoom", "random", 0.3, every=2.0)
    seen = [played(replace(show, time=t / 10))["zoom"] for t in range(40)]
    rounds = [set(seen[i : i + 10]) for i in range(0, 40, 10)]
    assert all(len(values) == 1 for values in rounds)
    assert len(set(seen)) == 4
    other = moved(Show(), "zoom", "random", 0.3, every=2.0, slot=2)
    assert played(other)["zoom"] != seen[0]


@given(st.integers(-(10**6), 10**6))
def test_random_is_the_same_in_each_show_and_spread_over_the_swing(round_: int) -> None:
    values = [held(1, round_ + i) for i in range(200)]
    held.cache_clear()
    assert values == [held(1, round_ + i) for i in range(200)]
    assert -1.0 <= min(values) < -0.7
    assert 0.7 < max(values) <= 1.0


def test_what_is_heard_pushes_one_way_by_as_much_as_is_heard() -> None:
    for source in HEARD:
        show = replace(moved(Show(), "zoom", source, 0.25), sound=Sound(**{source: 0.5}))
        assert played(show)["zoom"] == pytest.approx(0.25)
        assert played(valued(show, mod1_depth=-0.25))["zoom"] == pytest.approx(-0.25)


def test_modulations_of_one_parameter_add_up_and_the_sum_is_clamped() -> None:
    loud = replace(Show(), sound=Sound(level=1.0, bass=1.0))
    both = moved(moved(loud, "strength", "level", 0.3), "strength", "bass", -0.2, slot=4)
    assert played(both)["strength"] == pytest.approx(0.7)
    over = valued(both, mod1_depth=1.0)
    assert played(over)["strength"] == 1.0  # 0.6 + 1.0 - 0.2: the sum is clamped, not its parts
    assert played(over)["zoom"] == 0.0


slots = st.tuples(
    st.sampled_from(TARGETS),
    st.sampled_from(SOURCES),
    st.floats(-1.0, 1.0),
    st.floats(0.05, 64.0),
    st.sampled_from(LENGTHS),
)
levels = st.floats(0.0, 1.0)


@given(
    st.lists(slots, min_size=4, max_size=4),
    st.floats(0.0, 1e6),
    st.builds(Tempo, st.floats(20.0, 300.0), st.floats(-1e6, 1e6), st.floats(0.0, 1e6)),
    st.builds(Sound, levels, levels, levels, levels, levels),
)
def test_whatever_moves_all_that_is_played_is_in_its_range(
    modulations: list[tuple[str, str, float, float, str]], time: float, tempo: Tempo, sound: Sound
) -> None:
    show = replace(Show(), time=time, tempo=tempo, sound=sound)
    for slot, (target, source, depth, every, unit) in zip(SLOTS, modulations, strict=True):
        show = moved(show, target, source, depth, every=every, unit=unit, slot=slot)
    now = played(show)
    targets = {target for target, *_ in modulations}
    for name, value in now.items():
        assert BY_NAME[name].low <= value <= BY_NAME[name].high
        assert name in targets or value == show.values[name]


def test_modulate_moves_the_focus_by_a_sine_and_again_lets_it_rest() -> None:
    show = toggled(replace(Show(time=0.3), focus="zoom"))
    assert (source_of(show), line(show)) == ("sine", "Zoom is modulated by sine, every 4 beats")
    assert played(show)["zoom"] > 0
    show = toggled(show)
    assert played(show) is show.values
    assert line(show) == "Zoom is no longer modulated"


def test_each_focus_takes_a_slot_of_its_own_until_there_is_none() -> None:
    show = Show(time=0.3)
    for name in MOVED[:4]:
        show = toggled(replace(show, focus=name))
    assert [TARGETS[int(show.values[f"mod{n}_target"])] for n in SLOTS] == list(MOVED[:4])
    full = toggled(replace(show, focus=MOVED[4]))
    assert full.values == show.values
    assert line(full) == "all 4 modulations are in use"
    show = toggled(replace(show, focus=MOVED[1]))
    show = toggled(replace(show, focus=MOVED[4]))
    assert TARGETS[int(show.values["mod2_target"])] == MOVED[4]


def test_modulate_never_switches_on_what_does_not_move() -> None:
    show = valued(Show(focus="zoom", time=0.3), mod1_depth=0.0, mod1_source=0.0)
    assert played(toggled(show))["zoom"] > 0


def test_a_slot_that_is_only_switched_off_is_taken_last() -> None:
    show = toggled(replace(moved(Show(), "noise", "off", 0.2), focus="zoom"))
    assert TARGETS[int(show.values["mod1_target"])] == "noise"
    assert TARGETS[int(show.values["mod2_target"])] == "zoom"


def test_a_shape_is_there_again_when_the_modulation_is() -> None:
    show = reshaped(toggled(Show(focus="zoom")))
    assert source_of(toggled(toggled(show))) == source_of(show) == "triangle"


def test_shapes_go_round_through_all_that_can_move_a_parameter() -> None:
    show = toggled(Show(focus="zoom"))
    seen = []
    for _ in SOURCES[1:]:
        seen.append(source_of(show))
        show = reshaped(show)
    assert seen == list(SOURCES[1:])
    assert source_of(show) == "sine"


def test_a_focus_on_the_depth_stands_for_what_the_modulation_moves() -> None:
    show = replace(toggled(Show(focus="zoom")), focus="mod1_depth")
    assert source_of(reshaped(show)) == "triangle"
    off = toggled(show)
    assert played(off) is off.values
    assert off.focus == "zoom"  # so that the next press brings it back
    assert toggled(off).values == show.values


def test_what_has_nothing_to_swing_is_left_alone_with_a_line() -> None:
    for name in ("hold", "tempo", "mod2_depth", "morph"):
        show = Show(focus=name)
        for done in (toggled(show), reshaped(show)):
            assert done.values == show.values
        assert line(toggled(show)) == f"{BY_NAME[name].label} can't be modulated"
        assert line(reshaped(show)) == f"{BY_NAME[name].label} is not modulated yet"


def test_whole_numbers_stay_whole_while_they_swing() -> None:
    show = moved(Show(), "steps", "saw", 1.0, every=1.0)
    seen = {played(replace(show, time=t / 100))["steps"] for t in range(100)}
    assert len(seen) > 10
    assert all(steps == int(steps) and 1 <= steps <= 50 for steps in seen)


def test_a_sine_has_no_jump_at_the_end_of_its_round() -> None:
    show = moved(Show(), "zoom", "sine", 0.5, every=1.0)
    seen = [played(replace(show, time=t / 1000))["zoom"] for t in range(2000)]
    assert max(abs(b - a) for a, b in pairwise(seen)) < 0.02
