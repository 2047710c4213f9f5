"""Claims about what the HUD says of time."""

from __future__ import annotations

from dataclasses import replace

from visualizer.show import time_text
from visualizer.show.play_actions import Recall, Run, SelectPreset, Set, Store
from visualizer.show.records import Pending, Tempo
from visualizer.show.system_actions import Live, Sync, Tick

from ..stage.shows import played


def test_it_says_whose_beat_it_is() -> None:
    for source, shown in (
        ("", ""),
        ("tap", "tap"),
        ("midi clock", "MIDI clock"),
        ("link", "Link"),
        ("sound", "sound"),
    ):
        show = replace(played(), tempo=Tempo(98.5, source=source))
        assert time_text.of(show, show.tempo.bpm).source == shown
        assert time_text.of(show, show.tempo.bpm).bpm == 98.5


def test_a_clock_that_is_heard_no_more_is_lost_and_a_tap_never_is() -> None:
    heard = played(Sync(124.0, 3.0), Tick(0.5))
    assert not time_text.of(heard, 124.0).lost
    assert time_text.of(played(Sync(124.0, 3.0), Tick(5.0)), 124.0).lost
    assert not time_text.of(played(Run("tap"), Tick(5.0)), 120.0).lost


def test_beats_are_counted_round_the_bar() -> None:
    beats = [time_text.beat(replace(played(), tempo=Tempo(beats=n))) for n in range(-2, 6)]
    assert beats == [2, 3, 0, 1, 2, 3, 0, 1]


def test_what_changes_wait_for_is_named_and_nothing_where_they_do_not() -> None:
    words = [time_text.of(played(Set("quantise", n)), 120.0).quantise for n in range(4)]
    assert words == ["", "beat", "bar", "4 bars"]


def test_what_is_pending_is_told_with_when_it_comes() -> None:
    waiting: dict[str, Run | SelectPreset | Recall] = {
        "next prompt": Run("next_prompt"),
        "previous preset": Run("previous_preset"),
        "Deep sea": SelectPreset(0),
        "snapshot 3": Recall(3),
    }
    for words, action in waiting.items():

        def told(beat: float, action: Run | SelectPreset | Recall = action) -> str:
            show = replace(played(), tempo=Tempo(beats=1.5), pending=Pending(action, beat))
            return time_text.of(show, 120.0).pending

        assert told(2.0) == f"{words} on the beat"
        assert told(4.0) == f"{words} on the bar"
        assert told(16.0) == f"{words} in 15 beats"


def test_steps_that_add_up_are_told_as_such() -> None:
    waits = played(Live(1), Set("quantise", 2), Tick(0.6), Run("next_prompt"), Run("next_prompt"))
    assert time_text.of(waits, 120.0).pending == "next prompt ×2 on the bar"


def test_a_quantised_change_is_pending_until_its_beat() -> None:
    waits = played(Live(1), Store(2), Set("quantise", 2), Tick(0.6), Run("next_prompt"))
    assert time_text.of(waits, 120.0).pending == "next prompt on the bar"
    assert time_text.of(played(), 120.0).pending == ""


def test_a_snapshot_that_waits_beside_a_prompt_is_told_too() -> None:
    waits = played(Live(1), Store(2), Set("quantise", 2), Tick(0.6), Run("next_prompt"), Recall(2))
    told = time_text.of(waits, 120.0).pending
    assert told == "next prompt on the bar, snapshot 2 on the bar"
