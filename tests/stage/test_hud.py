"""Claims about what the performer reads: all of the tables is there, and nothing sticks out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.show.actions import COMMANDS, Action, Knob, Live, Run, Say, Set, Take, Tick, Type
from visualizer.show.parameters import PARAMETERS
from visualizer.show.preset import Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show
from visualizer.show.status import Phase, Status
from visualizer.show.view import Question, View
from visualizer.stage import cue_text, entry, help, panel, shapes
from visualizer.stage.hud import Hud
from visualizer.stage.lettering import Lettering
from visualizer.stage.palette import ACCENT, AMBER
from visualizer.stage.splash import Splash, background

SIZES = [(1280, 720), (1920, 1080), (960, 720), (640, 480), (1080, 1920)]
NONE = MappingProxyType[str, float]({})
SEA = Preset("Deep sea", (Cued("coral", NONE), Cued("whale", NONE), Cued("kelp", NONE)))
RUNNING = Status(Phase.RUNNING, model="tiny", device="cpu")


def played(*actions: Action) -> Show:
    """A show with the HUD on, after some actions."""
    show = replace(start((SEA,)), hud=True)
    for action in actions:
        show = reduce(show, action)
    return show


def picture(
    letters: Lettering, view: View, size: tuple[int, int] = (1280, 720), splash: bool = False
) -> pygame.Surface:
    """The HUD over middle grey."""
    target = pygame.Surface(size, depth=32)
    target.fill((90, 90, 90))
    Hud(letters).draw(target, view, splash=splash)
    return target


def changed(surface: pygame.Surface) -> int:
    """How many pixels are no longer the grey."""
    return int((pygame.surfarray.array3d(surface) != 90).any(axis=2).sum())


def count(surface: pygame.Surface, colour: tuple[int, int, int, int]) -> int:
    """How many pixels have exactly this colour."""
    pixels = pygame.surfarray.array3d(surface)
    return int((pixels == np.array(colour[:3])).all(axis=2).sum())


@pytest.mark.parametrize("size", SIZES)
def test_every_parameter_has_a_row_within_the_panel_and_none_overlap(size: tuple[int, int]) -> None:
    plan = panel.layout(size)
    assert list(plan.rows) == [row.name for row in PARAMETERS]
    assert pygame.Rect((0, 0), size).contains(plan.panel)
    sections = [plan.header, plan.prompt, *plan.rows.values(), plan.footer]
    for section in sections:
        assert plan.panel.contains(section)
    for above, below in pairwise(sections):
        assert above.bottom <= below.top


@pytest.mark.parametrize("size", SIZES)
def test_labels_values_and_keys_of_a_row_fit_beside_one_another(
    size: tuple[int, int], letters: Lettering
) -> None:
    plan = panel.layout(size)
    for row in PARAMETERS:
        height = plan.rows[row.name].height
        text = min(max(1, round(17 * plan.unit)), round(height * 0.62))
        figures = max(letters.width(row.text(v), text) for v in (row.low, row.high))
        bar = plan.rows[row.name].width - 2 * (36 * plan.unit) - 22 * plan.unit
        assert letters.width(row.label, text) + figures + 2 * text < bar
        for key in row.keys:
            assert shapes.key_width(letters, key, height) <= max(height, 30 * plan.unit) + 1


@pytest.mark.parametrize("size", SIZES)
def test_help_shows_every_command_and_parameter_within_the_screen(
    size: tuple[int, int], letters: Lettering
) -> None:
    page = help.layout(size, letters)
    names = [place.entry.name for place in page.placed]
    assert names == [*(c.name for c in COMMANDS), *(p.name for p in PARAMETERS)]
    whole = pygame.Rect((0, 0), size)
    for place in page.placed:
        assert whole.contains(place.rect)
        assert " ".join(place.lines) == place.entry.text
        text = max(5, round(help.TEXT * page.unit))
        for line in place.lines:
            assert place.indent + letters.width(line, text, bold=False) <= place.rect.width
        for key in place.keys:
            assert key.right <= place.rect.left + place.indent
    for one in page.placed:
        assert [p.entry.name for p in page.placed if p.rect.colliderect(one.rect)] == [
            one.entry.name
        ]


def test_help_is_large_enough_to_read_at_720p(letters: Lettering) -> None:
    assert help.layout((1280, 720), letters).unit * help.TEXT >= 14


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 4000), st.integers(1, 2500))
def test_layouts_are_found_for_any_window(width: int, height: int) -> None:
    pygame.font.init()
    help.layout((width, height), Lettering())
    panel.layout((width, height))
    assert entry.field((width, height), panel.unit_of((width, height))).bottom <= height


def test_with_the_hud_off_nothing_is_drawn(letters: Lettering) -> None:
    show = replace(played(Say("hello"), Run("freeze")), hud=False)
    assert changed(picture(letters, View(show, replace(RUNNING, phase=Phase.FAILED)))) == 0


@pytest.mark.parametrize(
    "actions", [(Run("prompt"),), (Run("quit"),), (Run("help"),)], ids=["entry", "quit", "help"]
)
def test_what_asks_for_an_answer_is_seen_with_the_hud_off(
    letters: Lettering, actions: tuple[Action, ...]
) -> None:
    show = replace(played(*actions), hud=False)
    assert changed(picture(letters, View(show, RUNNING))) > 1000


def test_the_quit_line_goes_after_its_time(letters: Lettering) -> None:
    show = replace(played(Run("quit"), Tick(2.1)), hud=False)
    assert changed(picture(letters, View(show, RUNNING))) == 0


def test_a_waiting_knob_is_marked_amber_until_it_takes_hold(letters: Lettering) -> None:
    waiting = played(Set("strength", 0.9), Knob("x:1:20", "strength", 0.3))
    assert count(picture(letters, View(waiting, RUNNING)), AMBER) > 50
    held = reduce(waiting, Knob("x:1:20", "strength", 0.95))
    assert count(picture(letters, View(held, RUNNING)), AMBER) == 0


@pytest.mark.parametrize("command", ["generation", "freeze", "blackout"])
def test_states_are_chips_beside_the_panel(letters: Lettering, command: str) -> None:
    plain = picture(letters, View(played(), RUNNING))
    chipped = picture(letters, View(played(Run(command)), RUNNING))
    beside = pygame.Rect(panel.layout((1280, 720)).panel.right + 10, 0, 600, 60)
    assert changed(plain.subsurface(beside)) == 0
    assert changed(chipped.subsurface(beside)) > 1000


def test_a_failed_engine_says_so_in_amber_and_a_loading_one_shows_a_bar(letters: Lettering) -> None:
    failed = View(played(), Status(Phase.FAILED, "out of memory"))
    assert count(picture(letters, failed), AMBER) > 50
    loading = View(played(), Status(Phase.LOADING, "loading", 0.5))
    assert count(picture(letters, loading), ACCENT) > count(
        picture(letters, View(played(), RUNNING)), ACCENT
    )


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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("text", ["", "a", "word " * 200, "…" * 300, "\x00\n\t", "静かな海 🐋"])
def test_any_text_can_be_typed_and_prompted(
    letters: Lettering, size: tuple[int, int], text: str
) -> None:
    show = replace(played(Run("prompt")), hud=True, cue=replace(played().cue, text=text))
    show = replace(reduce(show, Type(text)), entry=text)
    picture(letters, View(show, Status(Phase.FAILED, text, model=text, device=text)), size)


def test_the_end_of_a_long_entry_stays_in_sight(letters: Lettering) -> None:
    place = pygame.Rect(10, 10, 300, 30)
    for text in ("short", "long " * 50):
        target = pygame.Surface((400, 50), depth=32)
        entry.typed_line(target, letters, place, text, "", caret=True)
        lit = pygame.surfarray.array3d(target).max(axis=(1, 2))
        columns = np.flatnonzero(lit)
        assert columns.min() >= place.left - 1
        assert columns.max() < place.right + 1


@given(st.text(max_size=60), st.integers(5, 40), st.integers(1, 500))
@settings(deadline=None, max_examples=60)
def test_shortened_and_wrapped_text_fits(text: str, size: int, width: int) -> None:
    pygame.font.init()
    letters = Lettering()
    assert letters.width(letters.shorten(text, size, width), size) <= width
    lines = letters.wrap(text, size, width)
    assert len(lines) <= 2
    assert all(letters.width(line, size) <= width for line in lines)


def test_the_caches_are_bounded(letters: Lettering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualizer.stage.lettering.MOST", 5)
    for number in range(30):
        letters.line(str(number), 8)
        letters.width(str(number), 8)
    assert len(letters._lines) <= 5
    assert len(letters._widths) <= 20


def test_the_cue_text_tells_of_a_fade_then_of_what_comes() -> None:
    fading = cue_text.of(played(Live(1), Run("next_prompt"), Tick(2.0)), 100)
    assert (fading.text, fading.fading, fading.filled) == ("whale", True, 50)
    assert (fading.caption, fading.other, fading.place) == ("From", "coral", "2 / 3")
    resting = cue_text.of(played(Live(1), Run("next_prompt"), Tick(14.0)), 100)
    assert (resting.fading, resting.filled) == (False, 50)
    assert (resting.caption, resting.other) == ("Next in 10 s", "kelp")


def test_the_cue_text_of_no_preset_and_of_a_typed_prompt() -> None:
    assert cue_text.of(Show(), 100).preset == "No preset"
    typed = played(Run("prompt"), Type("a fox"))
    typed = reduce(reduce(typed, Take()), Tick(10.0))
    seen = cue_text.of(typed, 100)
    assert (seen.text, seen.place) == ("a fox", "typed")
    assert (seen.caption, seen.other) == ("Next", "whale")  # it stays: no countdown


def test_the_splash_moves_slowly_and_is_never_black_or_glaring() -> None:
    now, then, later = background(0.0), background(1 / 60), background(20.0)
    assert now.shape == (144, 256, 3)
    assert now.dtype == np.uint8
    assert np.abs(now.astype(int) - then).max() <= 3
    assert np.abs(now.astype(int) - later).max() > 20
    for moment in range(0, 200, 7):
        assert background(float(moment)).max(axis=2).min() >= 15


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("status", "question"),
    [
        (Status(), None),
        (Status(Phase.ASKING, default="tiny", reason="no GPU"), Question("", 5.0)),
        (Status(Phase.ASKING, default="tiny", reason="no GPU"), Question("x" * 300, 0.0)),
        (Status(Phase.LOADING, "loading", None), None),
        (Status(Phase.LOADING, "loading", 2.0), None),
        (Status(Phase.FAILED, "the network is down " * 40), None),
    ],
)
def test_the_splash_covers_the_screen(
    letters: Lettering, size: tuple[int, int], status: Status, question: Question | None
) -> None:
    target = pygame.Surface(size, depth=32)
    target.fill((255, 0, 255))
    for moment in (0.0, 1.0, 2.5):
        Splash(letters).draw(target, View(Show(), status, question=question), moment)
    assert count(target, (255, 0, 255, 255)) == 0


def test_the_splash_shows_messages_but_values_only_when_asked_for(letters: Lettering) -> None:
    show = replace(played(), hud=None)
    assert changed(picture(letters, View(show, Status()), splash=True)) == 0
    assert changed(picture(letters, View(reduce(show, Say("hi")), Status()), splash=True)) > 100
    assert changed(picture(letters, View(played(), Status()), splash=True)) > 100_000
