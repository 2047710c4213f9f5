"""What all threads that bring actions in do: say what was lost, and end whether begun or not."""

from __future__ import annotations

from visualizer.controls.input_thread import InputThread
from visualizer.controls.mailbox import Mailbox
from visualizer.show.play_actions import Run
from visualizer.show.system_actions import Say


def test_what_is_lost_to_the_bound_is_said_once() -> None:
    mailbox = Mailbox(4)
    source = InputThread("osc", mailbox)
    for _ in range(2):
        for _ in range(10):
            mailbox.put(Run("tap", "osc"))
    lines = [action for _ in range(2) for action in source.drain() if isinstance(action, Say)]
    assert lines == [Say("osc: too many messages; some were dropped", "osc")]


def test_nothing_is_said_where_nothing_is_lost() -> None:
    source = InputThread("osc", Mailbox(4))
    assert source.drain() == []


def test_one_that_never_began_has_ended() -> None:
    assert InputThread("osc").stop()
