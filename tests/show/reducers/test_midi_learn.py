"""MIDI learn in the core: choosing a target, what is told, and wishes to forget."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.play_actions import Move, Nudge, Run
from visualizer.show.records import Learning
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers.midi_learn import AGAIN_WITHIN
from visualizer.show.setup_actions import LearnTarget
from visualizer.show.state import Show
from visualizer.show.system_actions import Learned, Say, Tick
from visualizer.show.targets import LEARNABLE

from ..shows import ALL, after

HEARD = Learned("zoom", "cc 20", "cc 20 of nano plays zoom")


def choosing(*names: str) -> Show:
    """Learning, begun after these parameters were played."""
    return after(start(ALL), *(Nudge(name, 1) for name in names), Run("learn"))


def chosen(show: Show) -> Learning:
    assert show.learning is not None
    return show.learning


def test_it_begins_with_the_parameter_in_focus() -> None:
    assert chosen(choosing()).target == "strength"
    assert chosen(choosing("zoom", "noise")).target == "noise"


def test_the_same_key_and_escape_end_it() -> None:
    for command in ("learn", "quit"):
        show = reduce(choosing(), Run(command))
        assert show.learning is None
        assert not show.quit_pending


def test_arrows_choose_among_all_that_can_be_learned_round_and_round() -> None:
    show = choosing()
    seen = []
    for _ in LEARNABLE:
        seen.append(chosen(show).target)
        show = reduce(show, Move(down=1))
    assert seen == list(LEARNABLE)
    assert chosen(show).target == seen[0]
    assert chosen(after(show, Move(down=-1))).target == seen[-1]


@given(st.lists(st.integers(-500, 500), max_size=5))
def test_a_target_is_chosen_however_far_one_goes(rows: list[int]) -> None:
    show = after(choosing(), *(Move(down=by) for by in rows))
    assert chosen(show).target == LEARNABLE[sum(rows) % len(LEARNABLE)]


def test_what_was_learned_is_told_beside_the_target_until_another_is_chosen() -> None:
    show = reduce(choosing("zoom"), HEARD)
    assert (chosen(show).target, chosen(show).line) == ("zoom", HEARD.line)
    assert chosen(reduce(show, Move(across=1))).line == HEARD.line
    assert chosen(reduce(show, Move(down=1))).line == ""


def test_what_is_learned_without_the_list_is_told_among_the_messages() -> None:
    assert reduce(start(ALL), HEARD).messages == reduce(start(ALL), Say(HEARD.line)).messages


def test_what_is_chosen_can_be_forgotten() -> None:
    show = after(choosing("zoom"), Run("forget"), Run("forget"))
    assert (show.forgets.count, show.forgets.all_count) == (2, 0)


def test_what_is_to_be_forgotten_is_what_was_chosen_then() -> None:
    show = after(choosing("zoom"), Run("forget"), Move(down=1), Run("learn"))
    assert (show.forgets.count, show.forgets.target) == (1, "zoom")


@pytest.mark.parametrize(("seconds", "forgotten"), [(AGAIN_WITHIN, 1), (AGAIN_WITHIN + 0.1, 0)])
def test_all_is_forgotten_when_asked_for_twice_in_a_row(seconds: float, forgotten: int) -> None:
    once = reduce(choosing(), Run("forget_all"))
    assert once.forgets.all_count == 0
    assert "again" in chosen(once).line
    twice = after(once, Tick(seconds), Run("forget_all"))
    assert twice.forgets.all_count == forgotten


def test_going_on_to_another_target_takes_the_first_asking_back() -> None:
    show = after(choosing(), Run("forget_all"), Move(down=1), Run("forget_all"))
    assert show.forgets.all_count == 0


@pytest.mark.parametrize("command", ["forget", "forget_all"])
def test_without_the_list_nothing_is_forgotten(command: str) -> None:
    assert after(start(ALL), Run(command), Run(command)) == start(ALL)


def test_learning_begins_with_a_target_that_is_named_and_goes_to_another() -> None:
    show = after(start(ALL), Run("mapping"), LearnTarget("blackout"))
    assert (chosen(show).target, show.mapping) == ("blackout", None)
    assert chosen(after(show, HEARD, LearnTarget("preset 2"))) == Learning(
        LEARNABLE.index("preset 2")
    )
    refused = after(start(ALL), LearnTarget("quit"))  # no pad should end a show by chance
    assert refused.learning is None
    assert "no target is named 'quit'" in refused.messages[-1].text
