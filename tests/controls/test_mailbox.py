"""The mailbox: of a flood the newest values and all steps come through, and no note is lost."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.mailbox import Mailbox
from visualizer.show.actions import (
    Action,
    Heard,
    Knob,
    Nudge,
    Run,
    SelectPreset,
    Set,
    Sync,
    Unplugged,
)


def test_of_ten_thousand_values_the_newest_of_each_knob_is_kept() -> None:
    mailbox = Mailbox()
    for number in range(10_000):
        mailbox.put(Knob(f"x:1:{number % 2}", "strength", number / 10_000))
    assert mailbox.take() == [
        Knob("x:1:0", "strength", 0.9998),
        Knob("x:1:1", "strength", 0.9999),
    ]


def test_all_notes_and_program_changes_come_in_order_through_a_flood() -> None:
    mailbox = Mailbox()
    wanted = [SelectPreset(n) if n % 3 else Run(f"command {n}") for n in range(1000)]
    for action in wanted:
        mailbox.put(action)
        for position in range(10):
            mailbox.put(Knob("x:1:20", "blend", position / 10))
    taken = mailbox.take()
    assert [a for a in taken if not isinstance(a, Knob)] == wanted
    assert taken[-1] == Knob("x:1:20", "blend", 0.9)
    assert mailbox.dropped == 0


def test_a_knob_stands_where_its_newest_value_came() -> None:
    mailbox = Mailbox()
    knob = Knob("x:1:20", "blend", 0.1)
    mailbox.put(knob)
    mailbox.put(Unplugged("x"))
    mailbox.put(knob)
    assert mailbox.take() == [Unplugged("x"), knob]


def test_relative_steps_add_up_to_one_action() -> None:
    mailbox = Mailbox()
    for _ in range(10_000):
        mailbox.put(Nudge("seed", 1, source="midi"))
        mailbox.put(Nudge("seed", -0.5, source="midi"))
        mailbox.put(Nudge("seed", 1, fine=True, source="midi"))
    assert mailbox.take() == [
        Nudge("seed", 5000, source="midi"),
        Nudge("seed", 10_000, fine=True, source="midi"),
    ]


def test_steps_are_not_carried_across_a_note() -> None:
    mailbox = Mailbox()
    up, note = Nudge("seed", 1), SelectPreset(2)
    for action in (up, up, note, up, up, up):
        mailbox.put(action)
    assert mailbox.take() == [Nudge("seed", 2), note, Nudge("seed", 3)]


STEPS = st.builds(Nudge, st.sampled_from(["seed", "zoom"]), st.integers(-9, 9), st.booleans())
NOTES = st.builds(SelectPreset, st.integers(0, 9))
KNOBS = st.builds(Knob, st.sampled_from("ab"), st.just("zoom"), st.floats(0, 1))


@given(st.lists(STEPS | NOTES | KNOBS, max_size=60))
def test_whatever_comes_no_note_no_step_and_no_final_value_is_lost(sent: list[Action]) -> None:
    mailbox = Mailbox()
    for action in sent:
        mailbox.put(action)
    taken = mailbox.take()
    assert _notes(taken) == _notes(sent)
    assert _steps(taken) == _steps(sent)
    assert _finals(taken) == _finals(sent)
    assert mailbox.take() == []


def _notes(actions: list[Action]) -> list[Action]:
    return [a for a in actions if isinstance(a, SelectPreset)]


def _steps(actions: list[Action]) -> list[dict[tuple[str, bool], float]]:
    """The sums of steps between each two notes, but for sums over none."""
    runs = groupby((a for a in actions if not isinstance(a, Knob)), lambda a: isinstance(a, Nudge))
    sums = []
    for is_steps, run in runs:
        found: dict[tuple[str, bool], float] = {}
        for a in run:
            if is_steps and isinstance(a, Nudge):
                found[a.parameter, a.fine] = found.get((a.parameter, a.fine), 0) + a.steps
        sums.append(found)
    return sums


def _finals(actions: list[Action]) -> dict[str, float]:
    return {a.control: a.position for a in actions if isinstance(a, Knob)}


def test_of_values_that_are_set_the_newest_counts() -> None:
    mailbox = Mailbox()
    for number in range(5):
        mailbox.put(Set("zoom", number / 10, "osc"))
        mailbox.put(Set("blend", number / 10, "osc"))
    assert mailbox.take() == [Set("zoom", 0.4, "osc"), Set("blend", 0.4, "osc")]


def test_a_clocks_news_grows_old_while_it_waits() -> None:
    now = [100.0]
    mailbox = Mailbox(clock=lambda: now[0])
    mailbox.put(Sync(120.0, 3.0, ago=0.5))
    mailbox.put(Sync(120.0, 4.0, ago=0.01))
    now[0] = 100.25
    (sync,) = mailbox.take()
    assert isinstance(sync, Sync)
    assert sync.beats == 4.0
    assert sync.ago == pytest.approx(0.26)


def test_of_what_is_heard_the_newest_counts_and_onsets_add_up() -> None:
    mailbox = Mailbox()
    mailbox.put(Heard(0.5, 0.1, 0.2, 0.3, onsets=1))
    mailbox.put(Heard(0.4, 0.1, 0.2, 0.3, onsets=0))
    mailbox.put(Heard(0.3, 0.1, 0.2, 0.3, onsets=1, bpm=120.0))
    assert mailbox.take() == [Heard(0.3, 0.1, 0.2, 0.3, onsets=2, bpm=120.0)]


def test_past_the_bound_the_oldest_goes_and_is_counted() -> None:
    mailbox = Mailbox(bound=3)
    for index in range(5):
        mailbox.put(SelectPreset(index))
    assert mailbox.take() == [SelectPreset(2), SelectPreset(3), SelectPreset(4)]
    assert mailbox.dropped == 2


def test_what_was_taken_does_not_come_again() -> None:
    mailbox = Mailbox()
    mailbox.put(Run("freeze"))
    mailbox.put(Knob("x:1:20", "blend", 0.1))
    mailbox.put(Nudge("blend", 1))
    assert len(mailbox.take()) == 3
    assert mailbox.take() == []
