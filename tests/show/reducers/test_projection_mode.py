"""The mapping mode: corners, turns and flips of the display that the wall is on."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given

from visualizer.show.play_actions import Run, Switch
from visualizer.show.projection import PLAIN, SQUARE, Projection, is_convex
from visualizer.show.records import Learning
from visualizer.show.setup_actions import (
    ChooseCorner,
    GrabCorner,
    MoveCorner,
    PlaceCorner,
    Reproject,
)
from visualizer.show.state import Show
from visualizer.show.system_actions import OnDisplay, Projections, Tick

from ..shows import after, performances

MODE = after(Show(), OnDisplay("left"), Run("mapping"))


def test_nothing_is_moved_while_the_mode_is_off() -> None:
    show = after(Show(), OnDisplay("left"))
    assert after(show, ChooseCorner(2), GrabCorner(1.0, 1.0), MoveCorner(0.1, 0.1)) == show
    for action in (PlaceCorner(2, 0.9, 0.9), Reproject("rotate")):  # a program's, by the desk
        told = after(show, action)
        assert told.messages[-1].text.endswith("in the mapping mode, which is off")
        assert replace(told, messages=()) == show


def test_a_corner_is_placed_and_is_the_one_to_move_but_never_folds_the_wall() -> None:
    show = after(MODE, PlaceCorner(2, 0.9, 0.8))
    assert show.projection.corners[2] == pytest.approx((0.9, 0.8))
    assert show.mapping is not None
    assert show.mapping.corner == 2
    folded = after(show, PlaceCorner(2, 0.1, 0.1))
    assert folded.projection == show.projection
    assert "would fold" in folded.messages[-1].text


def test_the_mode_takes_the_place_of_midi_learn_and_quit_leaves_it() -> None:
    show = after(replace(Show(), learning=Learning()), Run("mapping"))
    assert show.learning is None
    assert show.mapping is not None
    left = after(show, Run("quit"))
    assert left.mapping is None
    assert left.quit_asked is None
    assert after(show, Switch("mapping", False)).mapping is None


def test_the_chosen_corner_moves_and_tab_goes_round() -> None:
    show = after(MODE, ChooseCorner(2), MoveCorner(-0.1, -0.2))
    assert show.projection.corners == (SQUARE[0], SQUARE[1], (0.9, 0.8), SQUARE[3])
    show = after(show, ChooseCorner(-1), MoveCorner(0.1, 0.0), ChooseCorner(-1))
    assert show.projection.corners[3] == (0.1, 1.0)
    assert show.mapping is not None
    assert show.mapping.corner == 0
    show = after(show, GrabCorner(0.85, 0.7), ChooseCorner(7))
    assert show.mapping is not None
    assert show.mapping.corner == 2


def test_a_corner_does_not_go_where_the_wall_would_fold_and_that_is_said() -> None:
    for move in (MoveCorner(0.9, 0.9), MoveCorner(-1.2, 0.0)):
        show = after(MODE, move)
        assert show.projection == PLAIN
        assert "corner 1 can't go there" in show.messages[-1].text


def test_rotation_goes_by_quarters_and_flips_go_back_and_forth() -> None:
    seen = [after(MODE, *[Reproject("rotate")] * n).projection.rotate for n in range(5)]
    assert seen == [0, 90, 180, 270, 0]
    show = after(MODE, Reproject("flip_h"), Reproject("flip_v"))
    assert (show.projection.flip_h, show.projection.flip_v) == (True, True)
    assert after(show, Reproject("flip_h"), Reproject("flip_v")).projection == PLAIN


def test_a_reset_must_come_twice_and_leaves_what_was_written_by_hand() -> None:
    byhand = Projection(blend=(0.0, 0.0, 0.2, 0.0), mask="arch.png")
    show = after(MODE, Projections(MappingProxyType({"left": byhand})))
    show = after(show, MoveCorner(0.1, 0.1), Reproject("rotate"), Reproject("flip_v"))
    once = after(show, Reproject("reset"))
    assert once.projection == show.projection
    assert after(once, Tick(3.0), Reproject("reset")).projection == show.projection
    assert after(once, Tick(1.0), Reproject("reset")).projection == byhand


def test_each_display_has_its_own_and_a_plain_one_needs_no_entry() -> None:
    show = after(MODE, MoveCorner(0.1, 0.0), OnDisplay("right"))
    assert show.projection == PLAIN
    show = after(show, Reproject("flip_h"))
    assert {*show.projections} == {"left", "right"}
    assert {*after(show, Reproject("flip_h")).projections} == {"left"}
    assert after(show, OnDisplay("left")).projection.corners[0] == pytest.approx((0.1, 0.0))


@given(performances)
def test_whatever_is_played_the_wall_can_be_drawn(acts: list[object]) -> None:
    show = after(MODE, *acts)  # type: ignore[arg-type]
    assert is_convex(show.projection.corners)
