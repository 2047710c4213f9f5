"""The mailbox: a flood of knobs leaves the newest value, and no note is lost or out of order."""

from __future__ import annotations

from visualizer.controls.mailbox import Mailbox
from visualizer.show.actions import Knob, Run, SelectPreset, Unplugged


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
    assert len(mailbox.take()) == 2
    assert mailbox.take() == []
