"""The last show is taken up: on the start screen, later, or by --resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pygame
import pytest

from visualizer.live.app import LiveShow
from visualizer.live.session_store import STATE
from visualizer.show.files import session
from visualizer.show.reducer import start
from visualizer.show.reducers import remember

from .rig import TWO, Wall, key, show_on, until


@pytest.fixture
def last(tmp_path: Path) -> Path:
    """The folder of a last show."""
    kept = start(TWO, 1, {"zoom": 0.5, "blend": 0.25, "seed": 77}, model="colour-fields")
    (tmp_path / STATE).write_text(session.to_text(remember.remember(kept)), encoding="utf-8")
    return tmp_path


F9 = key(pygame.KEYDOWN, pygame.K_F9)


def test_f9_takes_the_last_show_up_on_the_start_screen(
    wall: Wall, live: LiveShow, last: Path
) -> None:
    show = show_on(wall, TWO, model=None, state=last)
    with show:
        until(show, lambda: show.show.offer is not None)
        assert show.show.asks_model
        wall.coming = [F9]
        show.step(0.0)
        assert not show.show.asks_model, "the last show's model is the answer"
        assert (show.show.preset, show.show.values["zoom"]) == (1, 0.5)
        assert show.show.model.in_force == "colour-fields"  # a fast machine has it running by now
        until(show, lambda: bool(wall.frames))


def test_a_letter_that_takes_the_last_show_up_is_a_letter_on_the_start_screen(
    wall: Wall, live: LiveShow, last: Path
) -> None:
    (last / "keys.yaml").write_text("keys: {r: resume}\n")
    show = show_on(wall, TWO, model=None, state=last, maps=last)
    with show:
        until(show, lambda: show.show.offer is not None)
        wall.coming = [
            key(pygame.KEYDOWN, pygame.K_r, "r"),
            pygame.event.Event(pygame.TEXTINPUT, text="r"),
        ]
        show.step(0.0)
        assert show.show.asks_model
        assert show.show.entry is not None
        assert show.show.entry.text == "r"
        assert show.show.offer is not None


def test_f9_takes_the_last_show_up_later_too(wall: Wall, live: LiveShow, last: Path) -> None:
    show = show_on(wall, TWO, state=last)
    with show:
        until(show, lambda: show.show.offer is not None and bool(wall.frames))
        assert show.show.values["zoom"] == 0.0
        wall.coming = [F9]
        show.step(0.0)
        assert (show.show.preset, show.show.values["zoom"]) == (1, 0.5)


def resumed(wall: Wall, last: Path, **options: Any) -> LiveShow:
    """A show with --resume, when it has taken up what there was."""
    show = show_on(wall, TWO, state=last, resume=True, **options)
    with show:
        until(show, lambda: show.session_store.read.is_set())
        show.step(0.0)
    return show


def test_resume_takes_the_last_show_up_by_itself(wall: Wall, live: LiveShow, last: Path) -> None:
    show = resumed(wall, last).show
    assert (show.preset, show.offer) == (1, None)
    assert [show.values[name] for name in ("zoom", "blend", "seed")] == [0.5, 0.25, 77]


@pytest.mark.parametrize(
    ("options", "preset", "zoom", "blend", "seed"),
    [
        ({"settings": {"zoom": -0.5, "seed": 5.0}}, 1, -0.5, 0.25, 5),
        ({"preset": "one"}, 0, 0.5, 0.25, 77),
        ({"preset": "two"}, 1, 0.5, 0.5, 77),
        ({"preset": "two", "settings": {"blend": 0.75}}, 1, 0.5, 0.75, 77),
    ],
)
def test_what_the_options_name_stands_over_what_is_resumed(
    wall: Wall,
    live: LiveShow,
    last: Path,
    options: dict[str, Any],
    preset: int,
    zoom: float,
    blend: float,
    seed: int,
) -> None:
    show = resumed(wall, last, **options).show
    assert (show.preset, show.cue.text) == (preset, show.presets[preset].prompts[0].text)
    assert [show.values[name] for name in ("zoom", "blend", "seed")] == [zoom, blend, seed]


def test_resume_with_nothing_to_resume_is_one_line(
    wall: Wall, live: LiveShow, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show = resumed(wall, tmp_path)
    line = "--resume: there is no last show to resume"
    assert [message.text for message in show.show.messages].count(line) == 1
    assert capsys.readouterr().err == f"visualizer: {line}\n"
