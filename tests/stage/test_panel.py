"""Claims about the panel: every parameter has a bar beside its keys, and all can be read."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.show.actions import Action, Knob, Set
from visualizer.show.parameters import BY_NAME, PARAMETERS, Parameter
from visualizer.show.reducer import reduce
from visualizer.show.view import View
from visualizer.stage import bar, shapes
from visualizer.stage.hud import Hud
from visualizer.stage.lettering import Lettering
from visualizer.stage.palette import AMBER, FILL
from visualizer.stage.plan import pairs, plan

from .shows import RUNNING, SIZES, count, picture, played, texts

SIGNED = [row for row in PARAMETERS if row.low < 0]


@pytest.mark.parametrize("size", SIZES)
def test_every_parameter_has_a_bar_within_the_panel_and_nothing_overlaps(
    size: tuple[int, int],
) -> None:
    where = plan(size)
    assert pygame.Rect((0, 0), size).contains(where.panel)
    bars = {name: place for row in where.rows for name, place in row.bars.items()}
    assert sorted(bars) == sorted(BY_NAME)
    rows = [place.unionall([end for _, end in row.keys]) for row in where.rows
            for place in list(row.bars.values())[:1]]  # fmt: skip
    for above, below in pairwise([where.header, where.prompt, where.ctrl, *rows, where.footer]):
        assert above.bottom <= below.top
    parts = [*bars.values(), *(place for row in where.rows for _, place in row.keys)]
    parts += [where.header, where.prompt, where.ctrl, where.footer]
    for number, part in enumerate(parts):
        assert where.panel.contains(part)
        assert part.collidelist(parts[number + 1 :]) == -1


def test_a_row_has_the_keys_of_its_parameters_and_the_right_column_is_the_one_with_ctrl() -> None:
    where = plan((1280, 720))
    for row in where.rows:
        (down, _), (up, _) = row.keys
        for name, place in row.bars.items():
            needs_ctrl = place.left == where.ctrl.left
            held = shapes.CTRL if needs_ctrl else ""
            assert BY_NAME[name].keys == (held + down, held + up)
    assert [name for name, _ in pairs().values() if name] == [
        row.name for row in PARAMETERS if not row.keys[0].startswith(shapes.CTRL)
    ]


@pytest.mark.parametrize("size", SIZES)
def test_labels_and_values_fit_their_bars_even_with_a_waiting_knobs_arrow(
    size: tuple[int, int], letters: Lettering
) -> None:
    where = plan(size)
    for row in where.rows:
        for name, place in row.bars.items():
            parameter = BY_NAME[name]
            for value in (parameter.low, parameter.high):
                surface = pygame.Surface(place.size, pygame.SRCALPHA)

                def draw(
                    to: pygame.Surface = surface, p: Parameter = parameter, v: float = value
                ) -> None:
                    bar.draw(to, letters, where.unit, p, v, waiting=(0.5,))

                assert texts(letters, draw) == [parameter.text(value), parameter.label]


def test_at_720p_bars_are_lettered_as_large_as_they_were_with_half_the_parameters() -> None:
    where = plan((1280, 720))
    assert {
        bar.text_size(p.height, where.unit) for row in where.rows for p in row.bars.values()
    } == {17}


def drawn(letters: Lettering, row: Parameter, value: float) -> pygame.Surface:
    """The parameter's bar alone, 200 pixels wide."""
    surface = pygame.Surface((200, 30), pygame.SRCALPHA)
    bar.draw(surface, letters, 1.0, row, value)
    return surface


@pytest.mark.parametrize("row", SIGNED, ids=lambda row: row.name)
def test_a_bar_that_goes_below_0_grows_from_the_middle(letters: Lettering, row: Parameter) -> None:
    for value, left, right in ((row.low / 2, 50, 100), (row.high / 2, 100, 150)):
        pixels = pygame.surfarray.array3d(drawn(letters, row, value))
        filled = (pixels == np.array(FILL[:3])).all(axis=2).sum(axis=1) > 5
        columns = np.flatnonzero(filled)
        assert abs(columns.min() - left) <= 2
        assert abs(columns.max() - right) <= 2
    assert count(drawn(letters, row, 0.0), FILL) == 0


def test_a_bar_from_0_up_grows_from_the_left(letters: Lettering) -> None:
    pixels = pygame.surfarray.array3d(drawn(letters, BY_NAME["strength"], 0.5))
    filled = np.flatnonzero((pixels == np.array(FILL[:3])).all(axis=2).any(axis=1))
    assert filled.min() <= 2
    assert abs(filled.max() - 99) <= 2


@settings(max_examples=40)
@given(st.sampled_from(PARAMETERS), st.floats(0, 1), st.integers(1, 300), st.integers(1, 60))
def test_a_bar_of_any_size_can_be_drawn(
    row: Parameter, position: float, width: int, height: int
) -> None:
    pygame.font.init()
    surface = pygame.Surface((width, height), pygame.SRCALPHA)
    bar.draw(surface, Lettering(), height / 30, row, row.at(position), (0.0, position, 1.0))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [("zoom", -0.2, "-0.20 /s"), ("rotate", 33.0, "33.00 °/s"), ("hold", 20.0, "20.00 s")],
)
def test_values_have_their_units(letters: Lettering, name: str, value: float, shown: str) -> None:
    view = View(played(Set(name, value)), RUNNING)
    assert shown in texts(letters, lambda: picture(letters, view))


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("strength", (Set("strength", 0.9), Knob("x:1:20", "strength", 0.3))),
        ("rotate", (Knob("x:1:103", "rotate", 0.3),)),
    ],
)
def test_a_waiting_knob_is_marked_amber_until_it_takes_hold(
    letters: Lettering, name: str, moves: tuple[Action, ...]
) -> None:
    waiting = played(*moves)
    assert count(picture(letters, View(waiting, RUNNING)), AMBER) > 50
    held = reduce(waiting, Knob(f"x:1:{BY_NAME[name].cc}", name, 0.95))
    assert count(picture(letters, View(held, RUNNING)), AMBER) == 0


def test_a_panel_at_rest_is_not_drawn_anew(
    letters: Lettering, monkeypatch: pytest.MonkeyPatch
) -> None:
    hud, view = Hud(letters), View(played(), RUNNING)
    target = pygame.Surface((1280, 720), depth=32)
    hud.draw(target, view)
    first = pygame.surfarray.array3d(target)
    target.fill((0, 0, 0))

    def fail(*_: object, **__: object) -> pygame.Surface:
        raise AssertionError("drawn anew")

    monkeypatch.setattr(letters, "line", fail)
    hud.draw(target, view)
    assert first.any()
    assert (pygame.surfarray.array3d(target) == first).all()
