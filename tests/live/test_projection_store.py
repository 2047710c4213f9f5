"""Projections and masks on disk: read, written, edited by hand while the show runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visualizer.live.projection_store import ProjectionStore
from visualizer.show.files.projection_file import parse
from visualizer.show.projection import Projection
from visualizer.show.system_actions import Projections, Say

from ..conftest import PATIENCE

TURNED, FLIPPED = Projection(rotate=90), Projection(flip_h=True)


class Show:
    """What a show makes of a store's actions, frame by frame."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = ProjectionStore(path, every=0.005)
        self.projections: Mapping[str, Projection] = {}
        self.lines: list[str] = []
        self.store.start()

    def until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not done():
            self.frame()
            assert time.monotonic() < end, "it never came to that"
            time.sleep(0.002)

    def frame(self) -> None:
        for action in self.store.drain():
            if isinstance(action, Projections):
                self.projections = action.kept
            elif isinstance(action, Say):
                self.lines.append(action.text)
        self.store.keep(self.projections)

    def on_disk(self) -> Mapping[str, Projection]:
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        return parse(text, str(self.path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "mapping.yaml"


@pytest.fixture
def show(path: Path) -> Iterator[Show]:
    made = Show(path)
    yield made
    assert made.store.stop(PATIENCE)


def write(path: Path, text: str) -> None:
    """As an editor does: beside it, then in its place."""
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def test_what_the_mode_changes_is_written_and_read_by_the_next_show(show: Show) -> None:
    show.projections = {"left": TURNED}
    show.until(lambda: show.on_disk() == {"left": TURNED})
    show.projections = {"left": FLIPPED}
    show.frame()
    assert show.store.stop(PATIENCE)  # writes what was kept last
    assert show.on_disk() == {"left": FLIPPED}
    following = Show(show.path)
    following.until(lambda: dict(following.projections) == {"left": FLIPPED})
    assert following.store.stop(PATIENCE)
    assert show.lines == following.lines == []


def test_a_file_is_not_written_over_before_it_was_seen(path: Path) -> None:
    write(path, "left: {rotate: 90}\n")
    show = Show(path)
    time.sleep(0.05)
    show.store.keep({})  # before what was read has reached the show
    show.until(lambda: dict(show.projections) == {"left": TURNED})
    assert show.store.stop(PATIENCE)
    assert path.read_text(encoding="utf-8") == "left: {rotate: 90}\n"


def test_a_file_edited_by_hand_is_read_again_and_that_is_said(show: Show) -> None:
    show.projections = {"left": TURNED}
    show.until(lambda: show.on_disk() == {"left": TURNED})
    write(show.path, "left: {flip_h: true}\n")
    show.until(lambda: dict(show.projections) == {"left": FLIPPED})
    show.until(lambda: show.lines == ["mapping.yaml was changed and reloaded"])


def test_a_faulty_file_is_one_line_changes_nothing_and_is_not_written_over(show: Show) -> None:
    write(show.path, "left: {rotate: 90}\n")
    show.until(lambda: dict(show.projections) == {"left": TURNED})
    faulty = "left: {rotate: 90}\nright: {rotate: 91}\n"
    write(show.path, faulty)
    show.until(lambda: bool(show.lines))
    assert show.lines[0].startswith(f"{show.path}:2: right.rotate: ")
    show.projections = {"left": FLIPPED}
    for _ in range(20):
        show.frame()
        time.sleep(0.005)
    assert show.path.read_text(encoding="utf-8") == faulty
    assert len(show.lines) == 1
    write(show.path, "left: {rotate: 90}\n\n")
    show.until(lambda: dict(show.projections) == {"left": TURNED})


def test_masks_are_grey_or_opacity_and_one_that_is_missing_is_said_with_its_line(
    path: Path,
) -> None:
    path.parent.mkdir()
    grey = np.array([[0, 100], [200, 255]], np.uint8)
    Image.fromarray(grey).save(path.parent / "grey.png")
    clear = np.zeros((3, 5, 4), np.uint8)
    clear[0, :, 3] = 255
    Image.fromarray(clear).save(path.parent / "clear.png")
    write(path, "a: {mask: grey.png}\nb: {mask: clear.png}\nc:\n  mask: gone.png\n")
    show = Show(path)
    show.until(lambda: bool(show.lines))
    assert show.lines[0].startswith(f"{path}:4: mask: gone.png can't be read")
    assert {*show.store.masks} == {"grey.png", "clear.png"}
    assert (show.store.masks["grey.png"] == grey).all()
    assert (show.store.masks["clear.png"] == clear[..., 3]).all()
    Image.fromarray(255 - grey).save(path.parent / "grey.png")  # repainted
    show.until(lambda: bool((show.store.masks["grey.png"] == 255 - grey).all()))
    assert show.store.stop(PATIENCE)


def test_a_disk_that_can_not_be_written_is_said_once(path: Path) -> None:
    path.parent.mkdir()
    (path.parent / "file").touch()
    show = Show(path.parent / "file" / "mapping.yaml")
    show.projections = {"left": TURNED}
    show.until(lambda: bool(show.lines))
    time.sleep(0.05)
    show.frame()
    assert len(show.lines) == 1
    assert "can't be kept" in show.lines[0]
    assert show.store.stop(PATIENCE)
