"""Claims about MIDI learn as it is seen."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle

import pygame
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show import targets
from visualizer.show.actions import Action
from visualizer.show.play_actions import Move, Run
from visualizer.show.system_actions import Learned
from visualizer.show.targets import LEARNABLE
from visualizer.show.view import View
from visualizer.stage.drawing.hud_colours import FILL
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud import learn_list
from visualizer.stage.hud.panel_layout import plan, unit_of

from ..shows import RUNNING, SIZES, changed, count, picture, played, texts

LEARNED = Learned("strength", "cc 16", "Strength: nanoKONTROL2, cc 16")


def shown(letters: Lettering, *actions: Action, hud: bool = False) -> list[str]:
    """The words on the screen."""
    show = replace(played(*actions), hud=hud)
    return texts(letters, lambda: picture(letters, View(show, RUNNING)))


def test_the_list_is_seen_with_the_hud_off_and_goes_when_learning_ends(letters: Lettering) -> None:
    assert "MIDI learn" in shown(letters, Run("learn"))
    assert shown(letters, Run("learn"), Run("learn")) == []
    assert "MIDI learn" in shown(letters, Run("learn"), hud=True)


def test_the_help_page_stands_over_it(letters: Lettering) -> None:
    assert "arrows choose, then move a control" not in shown(letters, Run("learn"), Run("help"))


def test_what_is_chosen_stands_in_the_middle_with_its_neighbours_round_it() -> None:
    for chosen in (0, 5, len(LEARNABLE) - 1):
        rows = learn_list.rows(chosen, 9)
        assert rows[4].place == chosen
        assert [row.place for row in rows] == [
            (chosen + by) % len(LEARNABLE) for by in range(-4, 5)
        ]


def test_targets_are_called_as_the_hud_calls_them_and_say_what_to_move() -> None:
    rows = {LEARNABLE[row.place]: row for row in learn_list.rows(0, len(LEARNABLE))}
    assert (rows["seed_glide"].label, rows["seed_glide"].moves) == ("Seed glide", "knob or fader")
    assert (rows["next_prompt"].label, rows["next_prompt"].moves) == (
        "Next prompt",
        "pad or button",
    )
    assert rows["preset 3"].label == "Preset 3"
    assert rows["store 8"].label == "Store 8"
    assert all(targets.parse(name) for name in rows)


def test_moving_through_the_list_changes_what_is_shown_at_once(letters: Lettering) -> None:
    assert "Steps" in shown(letters, Run("learn"), Move(down=2))
    assert {"New seed", "Restart"} <= set(
        shown(letters, Run("learn"), Move(down=LEARNABLE.index("new_seed")))
    )


def test_what_was_learned_stands_below_the_list_with_the_keys_that_work_now(
    letters: Lettering,
) -> None:
    words = shown(letters, Run("learn"), LEARNED)
    assert LEARNED.line in words
    assert {"F2", "F3", "F4"} <= set(words)
    assert "nothing moved yet" in shown(letters, Run("learn"))


def test_a_list_at_rest_is_not_drawn_anew(letters: Lettering) -> None:
    show, place = played(Run("learn")), pygame.Rect(0, 0, 480, 420)
    assert show.learning is not None
    drawing, target = learn_list.Learn(letters), pygame.Surface((480, 420), depth=32)
    drawing.draw(target, show.learning, 1.0, place)
    assert count(target, FILL) > 1000
    assert texts(letters, lambda: drawing.draw(target, show.learning, 1.0, place)) == []  # type: ignore[arg-type]


def test_the_list_stands_on_the_screen_above_what_is_typed(letters: Lettering) -> None:
    for size, command in zip(SIZES, cycle(("prompt", "model")), strict=False):
        unit, panel = unit_of(size), plan(size).panel
        place = learn_list.place_of(size, unit, panel.right, size[1] - round(100 * unit))
        assert pygame.Rect((0, 0), size).contains(place)
        assert changed(picture(letters, View(played(Run("learn"), Run(command)), RUNNING), size))
        if size[0] / size[1] > 1.5:
            assert not place.colliderect(panel)


@given(st.integers(1, 3000), st.integers(1, 2000), st.integers(0, 2000))
def test_the_list_finds_a_place_in_any_window(width: int, height: int, beside: int) -> None:
    place = learn_list.place_of((width, height), unit_of((width, height)), beside, height)
    assert place.width > 0
    assert place.height > 0
    assert place.bottom <= height
