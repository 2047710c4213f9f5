"""What is heard: news come in, fall silent when they stop, and may set the tempo."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.parameters import BY_NAME
from visualizer.show.records import Sound, Tempo
from visualizer.show.sound_levels import (
    CLOCK_KEEPS,
    FADES,
    HAND_KEEPS,
    NEWS_LAST,
    ONSET_FALLS,
    aged,
    heard,
)
from visualizer.show.state import Show
from visualizer.show.system_actions import Heard

SILENCE = Heard(0.0, 0.0, 0.0, 0.0)


def later(show: Show, seconds: float) -> Show:
    return aged(replace(show, time=show.time + seconds))


def bpm(value: float) -> Heard:
    return replace(SILENCE, bpm=value)


def test_news_say_how_loud_it_is_and_where() -> None:
    show = heard(Show(time=5.0), Heard(0.5, 0.9, 0.3, 0.1))
    assert show.sound == Sound(0.5, 0.9, 0.3, 0.1, heard=5.0, aged=5.0)


def test_levels_stay_while_their_news_are_fresh_and_fade_to_silence_then() -> None:
    show = heard(Show(), Heard(1.0, 0.5, 0.0, 0.25))
    assert later(show, NEWS_LAST).sound.level == 1.0
    fading = later(show, NEWS_LAST + FADES / 2).sound
    assert (fading.level, fading.bass, fading.mid) == pytest.approx((0.5, 0.0, 0.0))
    gone = later(show, NEWS_LAST + FADES).sound
    assert (gone.level, gone.bass, gone.mid, gone.treble) == (0.0, 0.0, 0.0, 0.0)


def test_an_onset_is_there_at_once_and_falls() -> None:
    show = heard(Show(), replace(SILENCE, onsets=2))
    assert show.sound.onset == 1.0
    assert later(show, ONSET_FALLS / 2).sound.onset == pytest.approx(0.5)
    assert heard(later(show, ONSET_FALLS / 2), SILENCE).sound.onset == pytest.approx(0.5)
    assert later(show, ONSET_FALLS * 1.01).sound.onset == 0.0


@given(st.floats(0.0, 3.0), st.floats(0.0, 3.0))
def test_how_often_the_show_ticks_changes_nothing(first: float, second: float) -> None:
    show = heard(Show(), Heard(1.0, 0.8, 0.6, 0.4, onsets=1))
    often, once = later(later(show, first), second).sound, later(show, first + second).sound
    for name in ("level", "bass", "mid", "treble", "onset"):
        assert getattr(often, name) == pytest.approx(getattr(once, name), abs=1e-9)


def test_a_show_that_hears_nothing_is_left_as_it_is() -> None:
    assert later(Show(), 5.0).sound == Sound()


@given(st.builds(Heard, *[st.floats()] * 4, st.integers(), st.none() | st.floats()))
def test_whatever_an_analysis_says_levels_and_tempo_are_in_range(news: Heard) -> None:
    show = heard(Show(), news)
    for name in ("level", "bass", "mid", "treble", "onset"):
        assert 0.0 <= getattr(show.sound, name) <= 1.0
    row = BY_NAME["tempo"]
    assert row.low <= show.values["tempo"] == show.tempo.bpm <= row.high


def test_sound_sets_a_tempo_that_nobody_has_touched_and_goes_on_with_its_own() -> None:
    show = heard(Show(time=2.0), bpm(126.0))
    assert (show.values["tempo"], show.tempo.bpm, show.tempo.source) == (126.0, 126.0, "sound")
    assert heard(show, bpm(128.0)).values["tempo"] == 128.0


def test_the_beat_counter_goes_on_when_the_sounds_tempo_changes() -> None:
    show = heard(Show(time=2.0), bpm(126.0))
    assert show.tempo.beats_at(2.0) == pytest.approx(4.0)
    show = heard(replace(show, time=3.0), bpm(60.0))
    assert show.tempo.beats_at(3.0) == pytest.approx(6.1)


def test_whoever_has_set_the_tempo_keeps_it() -> None:
    for tempo in (
        Tempo(100.0, 0.0, 1.0, "tap"),
        Tempo(100.0, 0.0, 1.0, "midi clock"),
        Tempo(100.0, 0.0, 1.0, "link"),
        Tempo(100.0, 2.0, 1.0, ""),  # a hand turned the parameter
    ):
        show = Show(tempo=tempo, values={**Show().values, "tempo": 100.0}, time=5.0)
        show = heard(show, bpm(126.0))
        assert (show.tempo, show.values["tempo"]) == (tempo, 100.0)


def test_sound_leads_again_when_nobody_has_set_the_tempo_for_a_while() -> None:
    for source, keeps in (
        ("midi clock", CLOCK_KEEPS),
        ("link", CLOCK_KEEPS),
        ("tap", HAND_KEEPS),
        ("", HAND_KEEPS),
    ):
        show = Show(tempo=Tempo(100.0, 7.0, 1.0, source), values={**Show().values, "tempo": 100.0})
        soon, later_ = replace(show, time=0.9 + keeps), replace(show, time=1.0 + keeps)
        assert heard(soon, bpm(126.0)).tempo == show.tempo
        led = heard(later_, bpm(126.0))
        assert (led.tempo.bpm, led.tempo.source, led.values["tempo"]) == (126.0, "sound", 126.0)
        assert led.tempo.beats_at(led.time) == pytest.approx(show.tempo.beats_at(led.time))


def test_a_presets_tempo_stays_before_the_first_action_too() -> None:
    show = Show(values={**Show().values, "tempo": 90.0})
    assert heard(show, bpm(126.0)).values["tempo"] == 90.0


def test_a_tempo_that_is_as_good_as_the_same_sets_nothing_anew() -> None:
    show = heard(Show(time=2.0), bpm(126.0))
    assert heard(replace(show, time=3.0), bpm(126.01)).tempo is show.tempo


def test_what_is_no_tempo_of_music_is_not_taken() -> None:
    for found in (0.0, 19.0, 301.0, float("nan"), float("inf")):
        assert heard(Show(), bpm(found)).tempo == Tempo()
