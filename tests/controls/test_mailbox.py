"""The mailbox: of a flood the newest values and all steps come through, and no note is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.mailbox import Mailbox
from visualizer.show.actions import Action
from visualizer.show.play_actions import Knob, KnobId, Nudge, Prompt, Run, SelectPreset, Set, Store
from visualizer.show.reducer import start
from visualizer.show.state import Show
from visualizer.show.system_actions import Heard, Sync, Unplugged

from ..show.shows import CALM, PLAIN, after

KNOB = KnobId("x", 1, "cc 20")


def test_of_ten_thousand_values_the_newest_of_each_knob_is_kept() -> None:
    mailbox = Mailbox()
    for number in range(10_000):
        mailbox.put(Knob(KnobId("x", 1, f"cc {number % 2}"), "strength", number / 10_000))
    assert mailbox.take() == [
        Knob(KnobId("x", 1, "cc 0"), "strength", 0.9998),
        Knob(KnobId("x", 1, "cc 1"), "strength", 0.9999),
    ]


def test_all_notes_and_program_changes_come_in_order_through_a_flood() -> None:
    mailbox = Mailbox()
    wanted = [SelectPreset(n) if n % 3 else Run(f"command {n}") for n in range(1000)]
    for action in wanted:
        mailbox.put(action)
        for position in range(10):
            mailbox.put(Knob(KNOB, "blend", position / 10))
    taken = mailbox.take()
    assert [a for a in taken if not isinstance(a, Knob)] == wanted
    assert taken[-1] == Knob(KNOB, "blend", 0.9)
    assert mailbox.dropped == 0


def test_a_knob_stands_where_its_newest_value_came() -> None:
    first, other, last = (
        Knob(KNOB, "blend", 0.1),
        Knob(KnobId("x", 1, "cc 21"), "zoom", 0.5),
        Knob(KNOB, "blend", 0.3),
    )
    assert emptied(first, other, last) == [[other, last]]
    assert emptied(first, Unplugged("x"), last) == [[first, Unplugged("x"), last]]


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


def test_what_bears_on_one_another_stays_in_order() -> None:
    orders: tuple[list[Action], ...] = (
        [Nudge("zoom", 1), Set("zoom", 0.5), Nudge("zoom", 1)],
        [Nudge("zoom", 1), Knob(KNOB, "zoom", 0.5), Nudge("zoom", 1)],
        [Set("zoom", 0.2), Nudge("zoom", 1), Set("zoom", 0.9)],
        [Set("zoom", 0.2), Store(1), Set("zoom", 0.9)],
        [Knob(KNOB, "zoom", 0.2), Store(1), Knob(KNOB, "zoom", 0.9)],
        [Prompt("a"), Set("zoom", 0.2), Prompt("b")],
    )
    for sent in orders:
        assert emptied(*sent) == [sent]


def test_of_prompts_that_follow_one_another_the_newest_is_enough() -> None:
    sent: list[Action] = [Prompt("a"), Prompt("b"), Run("next_prompt"), Prompt("c"), Prompt("d")]
    assert emptied(*sent) == [[Prompt("b"), Run("next_prompt"), Prompt("d")]]


def test_a_stroke_that_is_over_before_it_was_taken_is_seen_all_the_same() -> None:
    stroke, release = Knob(KNOB, "zoom", 0.8), Knob(KNOB, "zoom", 0.0)
    assert emptied(stroke, release) == [[stroke], [release]]
    assert emptied(release, stroke) == [[stroke]]
    assert emptied(stroke, release, stroke, release) == [[stroke], [release]]
    assert emptied(stroke, release, Store(1)) == [[stroke, release, Store(1)]]


def emptied(*sent: Action) -> list[list[Action]]:
    """What a mailbox gives until it is empty."""
    mailbox = Mailbox()
    for action in sent:
        mailbox.put(action)
    taken = []
    while letters := mailbox.take():
        taken.append(letters)
    return taken


# Far from the ends of their ranges, where a sum of steps is more than the steps one by one; and
# held by knobs at once, as a knob that has to pick up knows its way there.
NAMES = st.sampled_from(["hold", "tempo"])
STEPS = st.builds(Nudge, NAMES, st.integers(-1, 1), st.booleans())
NOTES = st.builds(SelectPreset, st.integers(0, 1)) | st.builds(Store, st.integers(1, 8))
KNOBS = st.builds(
    lambda control, name, position: Knob(KnobId(control, 1, name), name, position, pickup="none"),
    st.sampled_from("ab"), NAMES, st.floats(0.4, 0.6),
)  # fmt: skip
SETS = st.builds(Set, NAMES, st.integers(140, 200))


@given(st.lists(STEPS | NOTES | KNOBS | SETS, max_size=60))
def test_the_show_is_what_it_were_if_nothing_had_been_merged(sent: list[Action]) -> None:
    show = after(start((PLAIN, CALM)), Set("hold", 300))
    taken = [action for letters in emptied(*sent) for action in letters]
    merged, whole = after(show, *taken), after(show, *sent)
    assert merged.values == pytest.approx(whole.values)
    assert _snapshots(merged) == pytest.approx(_snapshots(whole))
    assert [a for a in taken if isinstance(a, SelectPreset)] == [
        a for a in sent if isinstance(a, SelectPreset)
    ]


def _snapshots(show: Show) -> dict[tuple[str, int, str], float]:
    return {
        (preset, slot, name): value
        for preset, slots in show.snapshots.items()
        for slot, values in slots.items()
        for name, value in values.items()
    }


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
    mailbox.put(Knob(KNOB, "blend", 0.1))
    mailbox.put(Nudge("blend", 1))
    assert len(mailbox.take()) == 3
    assert mailbox.take() == []
