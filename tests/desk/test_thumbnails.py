"""Thumbnails: of what is on the wall while a prompt plays, and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from visualizer.desk import thumbnails
from visualizer.desk.thumbnails import RIPE, Thumbnails
from visualizer.show.actions import Action
from visualizer.show.play_actions import Prompt, Run, Set, Switch, Weigh
from visualizer.show.prompt_mix import weighted
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show
from visualizer.show.status import Phase, Status
from visualizer.show.system_actions import Live, Reread, Tick
from visualizer.show.view import View

from .rig import PRESETS, STATUS

RED = np.full((360, 640, 3), (220, 20, 20), np.uint8)


def show(*actions: Action) -> Show:
    """A show whose first prompt has been on for as long as it takes."""
    made = start(PRESETS, settings={"hold": 0.0, "crossfade": 1.0})
    for action in (Live(7), Tick(1.0 + RIPE), *actions):
        made = reduce(made, action)
    return made


def ripe(kept: Thumbnails, show: Show, status: Status = STATUS, fps: float = 7.3) -> bool:
    return kept.ripe(View(show, status, fps))


def test_a_picture_is_taken_once_in_each_turn_when_the_prompt_is_on_by_itself() -> None:
    kept = Thumbnails(None)
    assert not ripe(kept, reduce(start(PRESETS), Live(7)))
    assert ripe(kept, show())
    kept.take(show(), RED)
    assert not ripe(kept, show())
    turned = show(Run("next_prompt"))
    assert not ripe(kept, turned)
    assert ripe(kept, reduce(turned, Tick(1.0 + RIPE)))
    assert set(kept.of(PRESETS)) == {"1.1"}
    (jpeg,) = kept.pictures.values()
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (135, 240, 3)
    assert picture[60, 60].tolist() == pytest.approx([20, 20, 220], abs=12)


def test_what_the_wall_does_not_show_is_no_picture_of_the_prompt() -> None:
    for action in (
        Switch("blackout", True),
        Switch("freeze", True),
        Switch("test_card", True),
        Switch("generation", False),
        Set("strobe", 2.0),
        Prompt("a lamp"),
    ):
        assert not ripe(Thumbnails(None), reduce(show(action), Tick(9.0)))
    loading = replace(STATUS, phase=Phase.LOADING)
    assert not ripe(Thumbnails(None), show(), loading)
    assert not ripe(Thumbnails(None), show(), fps=0.0)  # the wall holds the picture before


def test_a_prompt_with_other_weights_or_another_text_in_its_file_is_not_pictured() -> None:
    mixed = Preset("mixed", (Cued(weighted({"a": 1, "b": 1}), NO_VALUES),))
    playing = show(Reread((mixed,)), Tick(1.0 + RIPE))
    assert ripe(Thumbnails(None), playing)
    assert not ripe(Thumbnails(None), reduce(playing, Weigh("a", 0.9)))


def test_a_new_picture_has_a_new_name_and_all_outlast_the_show(tmp_path: Path) -> None:
    kept = Thumbnails(tmp_path)
    kept.take(show(), RED)()
    first = kept.of(PRESETS)["1.1"]
    kept.take(show(), RED // 2)()
    assert list(kept.pictures) == [kept.of(PRESETS)["1.1"]] != [first]
    (tmp_path / "notes.jpg").write_bytes(b"x" * (thumbnails.MOST_BYTES + 1))
    again = Thumbnails(tmp_path)
    assert set(again.of(PRESETS)) == {"1.1"}
    assert again.pictures == kept.pictures  # named by what they hold: a page need not load anew
    assert again.of(PRESETS[1:]) == {}


def test_no_more_are_kept_than_the_bound_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "MOST", 2)
    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(b"x" * number)
    kept = Thumbnails(tmp_path)
    assert len(kept.pictures) == len(list(tmp_path.glob("*.jpg"))) == 2
    kept.take(show(), RED)()
    assert len(kept.pictures) == 2


def test_a_picture_that_two_prompts_share_goes_with_the_last_of_them() -> None:
    kept = Thumbnails(None)
    kept.take(show(), RED)
    kept.take(show(Run("next_prompt")), RED)
    assert len(set(kept.of(PRESETS).values())) == len(kept.pictures) == 1
    kept.take(show(), RED // 2)
    assert set(kept.of(PRESETS).values()) == set(kept.pictures)
    assert len(kept.pictures) == 2


def test_a_folder_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Thumbnails(tmp_path / "file" / "thumbnails")
    kept.take(show(), RED)()
    assert kept.fault.startswith("desk: thumbnails can't be saved: ")
    assert set(kept.of(PRESETS)) == {"1.1"}
