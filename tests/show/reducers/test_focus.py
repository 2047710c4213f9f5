"""Focus: what was played last, or was chosen, is what one hand on the keypad plays."""

from __future__ import annotations

import pytest

from visualizer.show.actions import Action
from visualizer.show.parameters import PARAMETERS
from visualizer.show.play_actions import Digit, Drop, Knob, KnobId, Nudge, Run, Set, Type
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers import focus

from ..shows import ALL, after

KNOB = KnobId("nano", 1, "cc 1")


@pytest.mark.parametrize("action", [Nudge("zoom", 1), Knob(KNOB, "zoom", 0.9, pickup="none")])
def test_what_was_played_last_is_in_focus(action: Action) -> None:
    assert reduce(start(ALL), action).focus == "zoom"


def test_a_knob_that_only_waits_has_not_been_played() -> None:
    show = after(start(ALL), Nudge("noise", 1), Knob(KNOB, "zoom", 0.9))
    assert show.focus == "noise"
    assert reduce(show, Knob(KNOB, "zoom", 0.4)).focus == "zoom"  # it crosses the value
    assert reduce(show, Knob(KNOB, "zoom", float("nan"))).focus == "noise"


def test_what_a_program_sets_does_not_take_the_focus_from_a_hand() -> None:
    show = after(start(ALL), Nudge("zoom", 1), Set("noise", 0.1, "osc"))
    assert show.focus == "zoom"


def test_the_focus_can_be_played_without_a_name() -> None:
    show = after(start(ALL), Nudge("guidance", 1), Nudge("", 2))
    assert show.values["guidance"] == start(ALL).values["guidance"] + 1.5
    assert show.focus == "guidance"


def test_it_goes_through_all_parameters_round_and_round() -> None:
    show = start(ALL)
    seen = []
    for _ in PARAMETERS:
        seen.append(show.focus)
        show = reduce(show, Run("focus_next"))
    assert seen == [row.name for row in PARAMETERS]
    assert show.focus == seen[0]
    assert reduce(show, Run("focus_previous")).focus == seen[-1]


def test_an_unknown_name_is_never_in_focus() -> None:
    assert focus.touched(start(ALL), "glow") == start(ALL)


def test_while_a_number_is_typed_it_stays_and_with_a_prompt_it_does_not() -> None:
    typing = after(start(ALL), Nudge("zoom", 1), Digit("1"))
    assert after(typing, Nudge("noise", 1), Run("focus_next")).focus == "zoom"
    assert after(typing, Drop(), Nudge("noise", 1)).focus == "noise"
    assert after(start(ALL), Run("prompt"), Type("a"), Nudge("noise", 1)).focus == "noise"
