"""Claims about what the performer is asked: a prompt, a model, whether to quit."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, product

import pygame
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.actions import Action
from visualizer.show.parameters import BY_NAME
from visualizer.show.play_actions import Compose, Digit, Move, Nudge, Run, Set, Take, Type
from visualizer.show.reducer import reduce
from visualizer.show.status import Phase, Status
from visualizer.show.system_actions import Engine, Say, Tick
from visualizer.show.view import View
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud import entry_box
from visualizer.stage.hud.panel_layout import plan, unit_of

from ..shows import RUNNING, SIZES, changed, picture, played, texts

MODELS = ("builtin", "stabilityai/sd-turbo", "stabilityai/sdxl-turbo")


def test_what_asks_for_an_answer_is_seen_with_the_hud_off(letters: Lettering) -> None:
    for name in ("prompt", "model", "number", "quit", "help", "learn"):
        show = replace(played(Run(name)), hud=False)
        assert changed(picture(letters, View(show, RUNNING))) > 1000, name


def test_the_quit_line_goes_after_its_time(letters: Lettering) -> None:
    show = replace(played(Run("quit"), Tick(2.1)), hud=False)
    assert changed(picture(letters, View(show, RUNNING))) == 0


def test_the_quit_line_covers_neither_the_panel_nor_messages_nor_the_field(
    letters: Lettering, cards: list[tuple[int, int]]
) -> None:
    size = (1280, 720)
    for actions in ((), (Run("prompt"),)):
        calm = played(*actions, Say("hello"))
        asking = reduce(calm, Run("quit"))
        pictures = [picture(letters, View(show, RUNNING), size) for show in (calm, asking)]
        panel, unit = plan(size).panel, unit_of(size)
        field = entry_box.field(asking, size, unit, panel.right)
        same = [panel, field] if actions else [panel]
        for place in same:
            was, now = (pygame.image.tobytes(each.subsurface(place), "RGB") for each in pictures)
            assert was == now
    for (_, free), (_, above) in (cards[:2], cards[2:]):
        assert above < free


def asked(letters: Lettering, *actions: Action) -> list[str]:
    """The words on the screen with the HUD off."""
    show = replace(played(*actions), hud=False)
    return texts(letters, lambda: picture(letters, View(show, RUNNING)))


def test_a_prompt_is_asked_for_as_a_prompt(letters: Lettering) -> None:
    assert asked(letters, Run("prompt"))[0] == "Prompt"
    assert "What should it show?" in asked(letters, Run("prompt"))


def test_a_model_is_asked_for_as_a_model_with_those_on_this_machine(letters: Lettering) -> None:
    words = asked(letters, Engine("builtin", MODELS), Run("model"))
    assert words[0] == "Model"
    assert "A name on Hugging Face, or a folder" in words
    assert f"On this machine: {', '.join(MODELS)}" in words


def test_the_models_that_a_typed_name_can_mean_stand_below_it() -> None:
    fetched = "Not on this machine yet: it is downloaded, then takes over"
    no_name = "Not on this machine; on Hugging Face a name is OWNER/MODEL"
    notes = {
        "": "On this machine: builtin, stabilityai/sd-turbo, stabilityai/sdxl-turbo",
        " TURBO": "On this machine: stabilityai/sd-turbo, stabilityai/sdxl-turbo",
        "xl": "On this machine: stabilityai/sdxl-turbo",
        "./models/night": "A folder",
        "someone/else": fetched,
        "stabilityai/sd": fetched,
        "stabilityai/sd-turbo": "On this machine: stabilityai/sd-turbo",
        "abc": no_name,
        "a/b/c": no_name,
    }
    assert {typed: entry_box.model_note(typed, MODELS) for typed in notes} == notes
    assert entry_box.model_note("", ()) == ""


def test_any_text_can_be_typed_and_prompted(letters: Lettering) -> None:
    """Each text in each field, and both in windows of each size."""
    texts = ("", "a", "word " * 200, "…" * 300, "\x00\n\t", "静かな海 🐋")
    commands = ("prompt", "model", "number")
    for size, (text, command) in zip(cycle(SIZES), product(texts, commands), strict=False):
        show = played(Engine(text, (text,) * 30), Run(command))
        assert show.entry is not None
        show = replace(show, entry=replace(show.entry, text=text, caret=len(text)))
        show = replace(show, cue=replace(show.cue, parts=((text, 1.0),)))
        picture(letters, View(show, Status(Phase.FAILED, text, model=text, device=text)), size)


def test_the_field_stands_on_the_screen_beside_the_panel_where_there_is_room() -> None:
    for size, command in product(SIZES, ("prompt", "model", "number")):
        panel, unit = plan(size).panel, unit_of(size)
        place = entry_box.field(played(Run(command)), size, unit, panel.right)
        assert pygame.Rect((0, 0), size).contains(place)
        if size[0] / size[1] > 1.5:
            assert not place.colliderect(panel)


@given(st.integers(1, 4000), st.integers(1, 2500))
def test_a_field_is_found_in_any_window(width: int, height: int) -> None:
    size = (width, height)
    assert entry_box.field(played(Run("model")), size, unit_of(size)).bottom <= height


def put(name: str, value: float) -> tuple[Action, ...]:
    """A parameter at a value, by hand: it is in focus then."""
    return Nudge(name, 0), Set(name, value)


def test_a_value_is_asked_for_by_name_with_what_it_is_and_what_it_can_be(
    letters: Lettering,
) -> None:
    for name, value, words in (
        ("zoom", 0.2, {"Zoom", "0.20 /s", "−1 to 1 /s: " + BY_NAME["zoom"].help}),
        ("steps", 4.0, {"Steps", "4", "1 to 50: " + BY_NAME["steps"].help}),
        ("quantise", 1.0, {"Quantise", "beat", "One of off, beat, bar, 4 bars"}),
        ("hold", 20.0, {"Hold", "20 s", "0 to 600: " + BY_NAME["hold"].help}),
        ("mod2_target", 1.0, {"Mod 2 target", "Strength"}),
    ):
        assert words <= set(asked(letters, *put(name, value), Run("number")))


def test_a_number_begins_with_the_digit_that_opened_it(letters: Lettering) -> None:
    words = asked(letters, *put("zoom", 0.0), Digit("0"), Digit("."), Digit("7"))
    assert {"Zoom", "0.7"} <= set(words)


def test_earlier_prompts_are_hinted_at_where_there_are_any(letters: Lettering) -> None:
    first = (Run("prompt"), Type("a fox"), Take())
    assert "history" not in asked(letters, Run("prompt"))
    assert "history" in asked(letters, *first, Run("prompt"))
    assert "1 of 1" in asked(letters, *first, Run("prompt"), Move(down=-1))
    assert "history" not in asked(letters, *first, Run("model"))


def test_a_line_is_cut_where_the_caret_stands(letters: Lettering) -> None:
    words = asked(letters, Run("prompt"), Type("silver fox"), Move(-3), Compose("new"))
    assert {"silver new", "fox"} <= set(words)
