"""Claims about the panel: every parameter has a bar beside its keys, and all can be read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise, product

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.show.parameter import CTRL, Parameter
from visualizer.show.parameters import BY_NAME, PARAMETERS
from visualizer.show.play_actions import Knob, KnobId, Recall, Set, Store
from visualizer.show.reducer import reduce
from visualizer.show.system_actions import Live, Tick
from visualizer.show.view import View
from visualizer.stage.drawing.hud_colours import ACCENT, AMBER, FILL, INK
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud import bar, panel, panel_sections, value_text
from visualizer.stage.hud.hud import Hud
from visualizer.stage.hud.panel_layout import pairs, plan

from ..shows import RUNNING, SIZES, count, picture, played, texts

SIGNED = [row for row in PARAMETERS if row.low < 0]

LOOP = [row for row in PARAMETERS if row.group == "loop" and row.keys]

NO_BAR = [row.name for row in PARAMETERS if row not in LOOP]

MODULATED = (
    *(Set(f"mod{n}_target", n) for n in (1, 2, 3, 4)),
    *(Set(f"mod{n}_source", 1) for n in (1, 2, 3, 4)),
)
"""Four modulations that are on."""


def test_every_parameter_of_the_loop_has_a_bar_within_the_panel_and_nothing_overlaps() -> None:
    for extra, modulations in (("", 0), ("tempo", 0), ("", 1), ("tempo", 4)):
        for size in SIZES:
            where = plan(size, extra, modulations)
            assert pygame.Rect((0, 0), size).contains(where.panel)
            bars = {name: place for row in where.rows for name, place in row.bars.items()}
            assert sorted(bars) == sorted(row.name for row in LOOP)
            rows = where.rows if where.extra is None else (*where.rows, where.extra)
            lines = [place.unionall([end for _, end in row.keys]) for row in rows
                     for place in list(row.bars.values())[:1]]  # fmt: skip
            order = [where.header, where.prompt, where.time, where.snapshots, *lines]
            for above, below in pairwise([*order, *where.modulations[::2], where.footer]):
                assert above.bottom <= below.top
            parts = [*(place for row in rows for place in row.bars.values())]
            parts += [place for row in rows for _, place in row.keys]
            parts += [
                where.header,
                where.prompt,
                where.time,
                where.snapshots,
                where.ctrl,
                where.footer,
            ]
            parts += where.modulations
            for number, part in enumerate(parts):
                assert where.panel.contains(part)
                assert part.collidelist(parts[number + 1 :]) == -1


def test_what_comes_and_goes_moves_no_bar_and_the_panel_is_no_larger_than_it_must_be() -> None:
    for size in SIZES:
        rest, full = plan(size), plan(size, "tempo", 4)
        assert rest.rows == full.rows
        assert rest.panel.height < plan(size, "tempo").panel.height < full.panel.height
        assert plan(size, modulations=1).panel == plan(size, modulations=2).panel


def test_a_row_has_the_keys_of_its_parameters_and_the_right_column_is_the_one_with_ctrl() -> None:
    where = plan((1280, 720))
    for row in where.rows:
        down, up = (key for key, _ in row.keys)
        for name, place in row.bars.items():
            needs_ctrl = place.left == where.ctrl.left
            held = CTRL if needs_ctrl else ""
            assert BY_NAME[name].keys == (held + down, held + up)
    assert [name for name, _ in pairs().values() if name] == [
        row.name for row in LOOP if not "".join(row.keys).startswith(CTRL)
    ]


def test_labels_and_values_fit_their_bars_even_with_a_waiting_knobs_arrow(
    letters: Lettering,
) -> None:
    for size in SIZES:
        where = plan(size)
        bars = [each for row in where.rows for each in row.bars.items()]
        for (name, place), end in product(bars, ("low", "high")):
            row = BY_NAME[name]
            value = getattr(row, end)
            shown = bar.Bar(row, value, row.text(value), waiting=(0.5,))
            surface = pygame.Surface(place.size, pygame.SRCALPHA)
            drawn = texts(letters, partial(bar.draw, surface, letters, where.unit, shown))
            assert drawn == [row.text(value), row.label]


def test_at_720p_bars_are_lettered_as_large_as_they_were_with_half_the_parameters() -> None:
    where = plan((1280, 720), "tempo", 4)
    assert {
        bar.text_size(p.height, where.unit) for row in where.rows for p in row.bars.values()
    } == {17}


def drawn(letters: Lettering, row: Parameter, value: float) -> pygame.Surface:
    """The parameter's bar alone, 200 pixels wide."""
    surface = pygame.Surface((200, 30), pygame.SRCALPHA)
    bar.draw(surface, letters, 1.0, bar.Bar(row, value, row.text(value)))
    return surface


def test_a_bar_that_goes_below_0_grows_from_there(letters: Lettering) -> None:
    for row in SIGNED:
        for value in (row.low / 2, row.high / 2):
            left, right = sorted(200 * row.position(end) for end in (0.0, value))
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
    shown = bar.Bar(row, row.at(position), "1", (0.0, position, 1.0), focus=True)
    bar.draw(surface, Lettering(), height / 30, shown)
    bar.mark(surface, surface.get_rect(), height / 30, position)


def test_values_have_their_units(letters: Lettering) -> None:
    for name, value, shown in (
        ("zoom", -0.2, "-0.20 /s"),
        ("rotate", 33.0, "33.00 °/s"),
        ("hold", 20.0, "20 s"),
    ):
        view = View(played(Set(name, value)), RUNNING)
        assert shown in texts(letters, partial(picture, letters, view))


def test_a_waiting_knob_is_marked_amber_until_it_takes_hold(letters: Lettering) -> None:
    for name, moves in (
        ("strength", (Set("strength", 0.9), Knob(KnobId("x", 1, "cc 20"), "strength", 0.3))),
        ("rotate", (Knob(KnobId("x", 1, "cc 103"), "rotate", 0.3),)),
        ("tempo", (Knob(KnobId("x", 1, "cc 109"), "tempo", 0.3),)),
    ):
        waiting = replace(played(*moves), focus=name)  # which gives each a bar
        assert count(picture(letters, View(waiting, RUNNING)), AMBER) > 50
        held = reduce(waiting, Knob(KnobId("x", 1, f"cc {BY_NAME[name].cc}"), name, 0.95))
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


def test_no_more_is_kept_however_often_the_window_changes_its_size(letters: Lettering) -> None:
    drawn, show = panel.Panel(letters), played(*MODULATED)
    kept = []
    for height in range(600, 660, 10):
        drawn.draw(pygame.Surface((1280, height), depth=32), View(show, RUNNING))
        kept.append(len(drawn._kept._kept))
    assert len(set(kept)) == 1


def white(surface: pygame.Surface, place: pygame.Rect) -> int:
    """How many pixels of the focus frame's colour stand within place."""
    return count(surface.subsurface(place), INK)


def test_the_parameter_in_focus_is_framed_and_no_other(letters: Lettering) -> None:
    bars = {name: place for each in plan((1280, 720)).rows for name, place in each.bars.items()}
    hud = Hud(letters)
    for row in LOOP:
        target = pygame.Surface((1280, 720), depth=32)
        hud.draw(target, View(replace(played(), focus=row.name), RUNNING))
        framed = [
            name for name, place in bars.items()
            if white(target, pygame.Rect(place.left + 12, place.top, place.width - 24, 2)) > 50
        ]  # fmt: skip
        assert framed == [row.name]


def test_a_parameter_with_no_bar_has_one_while_it_is_in_focus_with_the_keys_that_play_it(
    letters: Lettering,
) -> None:
    rest = texts(letters, partial(picture, letters, View(played(), RUNNING)))
    for name in NO_BAR:
        show = replace(played(), focus=name)
        seen = texts(letters, partial(picture, letters, View(show, RUNNING)))
        assert BY_NAME[name].label in seen
        assert value_text.value(show, name) in seen
        assert {"C", "V"} <= set(seen)
        assert BY_NAME[name].label not in rest


def test_the_mark_of_a_modulated_value_moves_while_its_bar_and_its_figure_stay(
    letters: Lettering, monkeypatch: pytest.MonkeyPatch
) -> None:
    at: list[float] = []
    mark = bar.mark

    def noted(to: pygame.Surface, place: pygame.Rect, unit: float, position: float) -> None:
        at.append(position)
        mark(to, place, unit, position)

    monkeypatch.setattr(bar, "mark", noted)
    show = played(Live(1), Set("mod1_target", 1), Set("mod1_source", 1), Set("strength", 0.5))
    hud, target = Hud(letters), pygame.Surface((1280, 720), depth=32)
    hud.draw(target, View(show, RUNNING))
    for _ in range(5):
        show = reduce(show, Tick(0.05))
        assert "0.50" not in texts(letters, partial(hud.draw, target, View(show, RUNNING)))
    assert len(set(at)) == 6
    assert at[1:] == pytest.approx([0.5 + 0.25 * np.sin(np.pi * 0.05 * n) for n in range(1, 6)])


def test_without_a_modulation_there_is_no_mark(
    letters: Lettering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bar, "mark", None)
    picture(letters, View(played(Set("mod1_target", 1), Set("mod1_source", 0)), RUNNING))


def test_each_modulation_that_is_on_has_a_line(letters: Lettering) -> None:
    show = played(*MODULATED, Set("mod2_source", 7), Set("mod2_depth", -0.4), Set("mod3_in", 2),
                  Set("mod3_every", 1), Set("mod4_source", 0))  # fmt: skip
    assert value_text.modulations(show) == (
        ("Strength", "~ sine 4 beats 25 %"),
        ("Guidance", "~ bass −40 %"),
        ("Seed glide", "~ sine 1 bar 25 %"),
    )
    seen = texts(letters, lambda: picture(letters, View(show, RUNNING)))
    assert {words for _, words in value_text.modulations(show)} <= set(seen)


def test_a_row_of_snapshots_tells_which_are_kept_and_which_comes_in(letters: Lettering) -> None:
    kept = played(Live(1), Store(2), Set("strength", 0.9), Store(5))
    coming = reduce(reduce(kept, Recall(2)), Tick(0.1))
    cells = panel._cells(coming)
    assert [cell.slot for cell in cells] == list(range(1, 9))
    assert [cell.slot for cell in cells if cell.stored] == [2, 5]
    assert [cell.slot for cell in cells if cell.coming] == [2]
    assert not any(cell.coming for cell in panel._cells(kept))
    place = plan((1280, 720)).snapshots
    lit = [
        count(picture(letters, View(show, RUNNING)).subsurface(place), ACCENT)
        for show in (kept, coming)
    ]
    assert lit[0] == 0
    assert lit[1] > 50


def test_the_footer_names_the_controllers_and_what_else_plays_along(letters: Lettering) -> None:
    view = View(played(), RUNNING, ports=("LPD8", "MIDImix"), inputs=("OSC 9000", "Link"))
    seen = texts(letters, lambda: picture(letters, view))
    assert {"LPD8, MIDImix", "OSC 9000 · Link"} <= set(seen)
    assert "no controller" in texts(letters, lambda: picture(letters, View(played(), RUNNING)))


def test_only_the_dot_of_the_beat_is_drawn_anew_from_beat_to_beat(letters: Lettering) -> None:
    hud, place = Hud(letters), plan((1280, 720)).time
    bright = []
    for number in range(5):
        target = pygame.Surface((1280, 720), depth=32)
        show = reduce(played(), Tick(0.5 * number + 0.1))
        seen = texts(letters, partial(hud.draw, target, View(show, RUNNING)))
        assert number == 0 or not {"120.0", "BPM"} & set(seen)
        dots = [target.get_at(panel_sections.beat_dot(place, 1.0, n).center)[:3] for n in range(4)]
        bright.append([n for n, colour in enumerate(dots) if colour in (INK[:3], ACCENT[:3])])
    assert bright == [[0], [1], [2], [3], [0]]
