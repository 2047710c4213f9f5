"""Tempo: taps, clocks from outside, and a beat that goes on whatever comes."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from visualizer.show import durations
from visualizer.show.actions import Action
from visualizer.show.next_request import request
from visualizer.show.play_actions import Nudge, Recall, Run, Set, Store
from visualizer.show.records import Tempo
from visualizer.show.reducer import reduce, start
from visualizer.show.setup_actions import ChooseTempo
from visualizer.show.state import Show
from visualizer.show.system_actions import Heard, Sync, Tick
from visualizer.show.tempo import BAR, BOUNCE, FRESH, GAP, TAPS, led

from .shows import after, live

TAP = Run("tap")
bpms = st.floats(20.0, 300.0)
times = st.floats(0.0, 10_000.0)
tempos = st.builds(Tempo, bpms, st.floats(-1e4, 1e6), times)


def _beats(show: Show) -> float:
    return show.tempo.beats_at(show.time)


def _tapped(show: Show, *intervals: float) -> Show:
    """A tap now, and one after each of the intervals."""
    show = reduce(show, TAP)
    for interval in intervals:
        show = after(show, Tick(interval), TAP)
    return show


@given(tempos, times, st.floats(0.0, 1000.0))
def test_the_beat_counter_goes_up_at_the_tempo(tempo: Tempo, time: float, passed: float) -> None:
    beats = tempo.beats_at(time + passed) - tempo.beats_at(time)
    assert beats >= 0.0
    assert beats == pytest.approx(passed * tempo.bpm / 60.0, abs=1e-5)


@given(st.lists(st.tuples(st.floats(0.0, 60.0), bpms), max_size=20))
def test_the_beat_never_jumps_when_the_tempo_is_turned(turns: list[tuple[float, float]]) -> None:
    show = start(())
    for passed, bpm in turns:
        pace, before = show.tempo.bpm, _beats(show)
        show = reduce(show, Tick(passed))
        there = _beats(show)
        assert there == pytest.approx(before + passed * pace / 60.0)
        show = reduce(show, Set("tempo", bpm))
        assert _beats(show) == pytest.approx(there, abs=1e-9)
        assert show.tempo.bpm == show.values["tempo"] == pytest.approx(bpm)


@given(st.floats(31.0, 300.0), st.integers(2, 20), st.floats(0.0, 100.0))
def test_even_taps_are_the_tempo_and_each_tap_is_a_beat(
    bpm: float, taps: int, begun: float
) -> None:
    show = _tapped(reduce(start(()), Tick(begun)), *[60.0 / bpm] * (taps - 1))
    assert show.values["tempo"] == show.tempo.bpm == pytest.approx(bpm)
    assert _beats(show) == round(_beats(show))
    assert (_beats(show) - (taps - 1)) % BAR == 0, "the first tap was the one"
    assert show.tempo.source == "tap"


@given(st.floats(60.0, 200.0), st.integers())
def test_a_shaky_hand_and_coarse_display_frames_average_out(bpm: float, seed: int) -> None:
    chance = random.Random(seed)
    show = start(())
    for beat in range(TAPS):
        shaken = beat * 60.0 / bpm + chance.uniform(-0.01, 0.01)
        frame = math.ceil(max(shaken, 0.0) * 60.0) / 60.0
        show = after(show, Tick(max(frame - show.time, 0.0)), TAP)
    assert show.tempo.bpm == pytest.approx(bpm, rel=0.037 / 7 / (60.0 / bpm))


def test_the_slowest_and_the_fastest_taps_stay_within_the_range() -> None:
    assert _tapped(start(()), 0.11, 0.11).tempo.bpm == 300.0
    assert _tapped(start(()), GAP).tempo.bpm == 30.0


def test_a_gap_begins_a_new_series() -> None:
    show = _tapped(_tapped(start(()), 0.5, 0.5), *[])
    show = _tapped(reduce(show, Tick(GAP + 0.1)), 1.0, 1.0)
    assert show.tempo.bpm == pytest.approx(60.0)


def test_another_pace_begins_a_new_series_too() -> None:
    show = _tapped(start(()), *[0.5] * 7)
    assert after(show, Tick(0.8), TAP).tempo.bpm == pytest.approx(75.0)
    show = after(show, Tick(1.0), TAP, Tick(0.5), TAP)  # one missed, and back again
    assert show.tempo.bpm == pytest.approx(120.0)


def test_only_the_last_taps_count() -> None:
    show = _tapped(start(()), *[0.5] * 20, *[0.6] * (TAPS - 1))
    assert show.tempo.bpm == pytest.approx(100.0)


def test_a_pad_that_bounces_has_tapped_once() -> None:
    show = _tapped(start(()), 0.5, BOUNCE / 2, 0.5 - BOUNCE / 2, 0.0)
    assert show.tempo.bpm == pytest.approx(120.0)
    assert _beats(show) == 2.0


@given(st.floats(0.0, 100.0), bpms)
def test_a_single_tap_brings_the_bar_back_and_keeps_the_tempo(time: float, bpm: float) -> None:
    show = after(start(()), Set("tempo", bpm), Tick(time))
    tapped = reduce(show, TAP)
    assert tapped.tempo.bpm == show.tempo.bpm
    assert _beats(tapped) % BAR == 0
    assert abs(_beats(tapped) - _beats(show)) <= BAR / 2


@given(bpms, st.floats(0.0, 1e6), st.floats(0.0, 0.5), st.floats(1.0, 100.0))
def test_a_clock_that_runs_says_where_the_beat_is(
    bpm: float, beats: float, ago: float, time: float
) -> None:
    show = after(start(()), Tick(time), Sync(bpm, beats, ago))
    assert show.values["tempo"] == show.tempo.bpm == pytest.approx(bpm)
    assert _beats(show) == pytest.approx(beats + ago * show.tempo.bpm / 60.0)
    assert led(show)


def test_of_a_clock_that_is_stopped_only_the_tempo_counts() -> None:
    show = after(start(()), Tick(3.3), Sync(90.0, 1000.0, running=False), Tick(1.0))
    assert show.tempo.bpm == 90.0
    assert _beats(show) == pytest.approx(3.3 * 2 + 1.5)
    assert not led(show)


def test_a_stopped_clock_and_the_sound_do_not_set_the_tempo_by_turns() -> None:
    sound, stopped = Heard(0, 0, 0, 0, bpm=126.0), Sync(90.0, 0.0, running=False)
    show = reduce(start(()), sound)
    for _ in range(100):
        show = after(show, stopped, sound, Tick(10.0))
        assert show.values["tempo"] == show.tempo.bpm == 90.0
        assert show.tempo.source == ""


@pytest.mark.parametrize("hand", [Set("tempo", 140.0), Nudge("tempo", 3)])
def test_a_hand_on_the_tempo_only_gets_a_line_while_a_clock_leads(hand: Action) -> None:
    show = after(start(()), Tick(5.0), Sync(90.0, 7.0))
    turned = reduce(show, hand)
    assert (turned.tempo, turned.values) == (show.tempo, show.values)
    assert [m.text for m in turned.messages] == ["the beat follows midi clock; stop it to tap"]
    assert turned.undo.past == ()
    assert after(show, Tick(FRESH), hand).tempo.bpm != 90.0


def test_taps_bring_in_the_beat_where_the_clock_does_not() -> None:
    stopped = Sync(90.0, 0.0, running=False)
    show = _tapped(after(start(()), Tick(1.1), stopped), 0.66, 0.67)
    there = _beats(show)
    show = after(show, stopped, Tick(60.0), stopped)
    assert show.tempo.bpm == 90.0
    assert _beats(show) == pytest.approx(there + 90.0)


def test_taps_only_get_a_line_while_a_clock_leads() -> None:
    show = after(start(()), Tick(5.0), Sync(90.0, 7.0))
    tapped = _tapped(show, 0.3, 0.3)
    assert (tapped.tempo, tapped.taps) == (show.tempo, ())
    assert [m.text for m in tapped.messages] == ["the beat follows midi clock; stop it to tap"]


def test_a_clock_that_vanishes_leaves_the_tempo_running_and_the_taps_free() -> None:
    show = after(start(()), Sync(90.0, 0.0), Tick(60.0))
    assert _beats(show) == pytest.approx(90.0)
    assert _tapped(show, 0.5).tempo.bpm == pytest.approx(120.0)


def test_of_two_clocks_the_first_leads_until_it_stops() -> None:
    first, second = Sync(90.0, 0.0), Sync(130.0, 50.0, source="link")
    show = after(start(()), first, Tick(0.5), second)
    assert show.tempo.bpm == 90.0
    assert after(show, Sync(90.0, 1.0, running=False), second).tempo.source == "link"
    assert after(show, Tick(FRESH), second).tempo.source == "link"


@given(st.floats(), st.floats(), st.floats())
def test_news_that_make_no_sense_do_no_harm(bpm: float, beats: float, ago: float) -> None:
    assume(not all(abs(number) < 1e9 for number in (bpm, beats, ago)))
    show = after(start(()), Tick(1.0), Sync(bpm, beats, ago))
    assert 20.0 <= show.tempo.bpm == show.values["tempo"] <= 300.0
    assert math.isfinite(_beats(show))


def test_where_one_source_is_chosen_the_others_are_not_listened_to() -> None:
    clock, link = Sync(100.0, 1.0), Sync(90.0, 2.0, source="link")
    sound = Heard(0.5, 0.5, 0.5, 0.5, bpm=80.0)
    show = after(live(), clock, ChooseTempo("link"))
    assert (show.tempo.source, show.values["tempo"]) == ("", 100.0)
    assert after(show, clock, sound).values["tempo"] == 100.0
    assert after(show, link).tempo.source == "link"
    by_hand = after(live(), clock, ChooseTempo("tap"), clock, Run("tap"), Tick(0.5), Run("tap"))
    assert (by_hand.tempo.source, by_hand.values["tempo"]) == ("tap", 120.0)
    by_ear = after(live(), Run("tap"), ChooseTempo("sound"), clock, sound)
    assert (by_ear.tempo.source, by_ear.values["tempo"]) == ("sound", 80.0)
    assert after(by_ear, ChooseTempo(""), clock).tempo.source == "midi clock"
    wrong = after(show, ChooseTempo("the moon"))
    assert wrong.tempo_from == "link"
    assert (
        wrong.messages[-1].text
        == "the tempo source is one of tap, midi clock, link, sound, or all of them"
    )


def test_the_beat_does_not_jump_when_its_source_is_chosen() -> None:
    show = after(live(), Sync(100.0, 7.25), Tick(0.3))
    chosen = after(show, ChooseTempo("tap"))
    assert chosen.tempo.beats_at(chosen.time + 2) == pytest.approx(
        show.tempo.beats_at(show.time + 2)
    )


def test_a_crossfade_does_not_jump_when_its_length_changes() -> None:
    for passed in (1.0, 5.0):
        for change in (
            Set("tempo", 60.0),
            Sync(90.0, 3.0),
            Set("crossfade_in", 2),
            Set("crossfade", 2.5),
        ):
            show = after(live(), Set("crossfade_in", 1), Set("crossfade", 8.0))
            show = after(show, Run("next_prompt"), Tick(passed))
            changed = reduce(show, change)
            assert durations.seconds(changed, "crossfade") != durations.seconds(show, "crossfade")
            assert dict(request(changed).prompts) == pytest.approx(dict(request(show).prompts))


def test_a_crossfade_does_not_jump_while_a_snapshot_changes_its_length() -> None:
    show = after(live(), Set("crossfade", 60.0), Store(1), Set("crossfade", 6.0))
    show = after(show, Run("next_prompt"), Tick(3.0), Recall(1))
    for _ in range(60):
        before, show = dict(request(show).prompts), reduce(show, Tick(1 / 30))
        assert dict(request(show).prompts) == pytest.approx(before, abs=0.02)
