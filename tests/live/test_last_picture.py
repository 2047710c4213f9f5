"""The newest picture on disk, and a window that opens with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest

from visualizer.frame import Pixels
from visualizer.live import last_picture, opening
from visualizer.live.app import LiveShow
from visualizer.live.last_picture import FILE
from visualizer.live.session_store import STATE, SessionStore
from visualizer.options import LiveOptions
from visualizer.show.files import session
from visualizer.show.files.session import Session
from visualizer.show.parameters import DEFAULTS
from visualizer.show.play_actions import Run
from visualizer.show.reducer import reduce, start
from visualizer.show.system_actions import Offer
from visualizer.stage.stage import Stage

from .rig import Wall, show_on, until


@pytest.fixture
def clouds() -> Pixels:
    """A soft picture, as the loop makes."""
    x, y = np.meshgrid(np.linspace(0, 1, 64), np.linspace(0, 1, 64))
    return (np.stack([x, y, 1 - x], axis=2) * 200 + 40).astype(np.uint8)


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SDL's driver without a screen."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    yield
    pygame.display.quit()


def test_a_picture_comes_back_as_it_was_to_the_eye(tmp_path: Path, clouds: Pixels) -> None:
    last_picture.write(tmp_path, clouds)
    back = last_picture.read(tmp_path)
    assert back is not None
    assert not back.flags.writeable
    assert np.abs(back.astype(int) - clouds).mean() < 1.5


def test_what_is_no_picture_is_none(tmp_path: Path) -> None:
    assert last_picture.read(tmp_path) is None
    (tmp_path / FILE).write_bytes(b"\xff\xd8\xff no picture")
    assert last_picture.read(tmp_path) is None
    (tmp_path / FILE).unlink()
    if sys.platform != "win32":
        os.mkfifo(tmp_path / FILE)  # it would block
        assert last_picture.read(tmp_path) is None


def test_the_picture_is_kept_with_the_state_and_not_over_one_that_may_be_taken_up(
    tmp_path: Path, clouds: Pixels
) -> None:
    def kept(show_is_offered: bool, **how: bool) -> bool:
        (tmp_path / FILE).unlink(missing_ok=True)
        keeper = SessionStore(tmp_path, every=0.01, **how)
        keeper.start()
        assert keeper.read.wait(30.0)
        keeper.drain()
        show = start(())
        show = reduce(show, Offer(Session())) if show_is_offered else show
        keeper.keep(show, clouds)
        keeper.keep(replace(show, seed=3))
        assert keeper.stop(30.0)
        return (tmp_path / FILE).exists()

    assert kept(show_is_offered=False)
    assert not kept(show_is_offered=True)
    assert kept(show_is_offered=True, kept_alive=True)


def test_a_show_that_shares_the_folder_leaves_the_picture_alone(
    tmp_path: Path, clouds: Pixels
) -> None:
    first, second = SessionStore(tmp_path, every=0.01), SessionStore(tmp_path, every=0.01)
    for keeper, pixels in ((first, clouds), (second, clouds // 2)):
        keeper.start()
        assert keeper.read.wait(30.0)
        keeper.drain()
        keeper.keep(start(()), pixels)
        while not (tmp_path / STATE).exists():
            pass
    assert second.stop(30.0)
    assert first.stop(30.0)
    back = last_picture.read(tmp_path)
    assert back is not None
    assert abs(back.mean() - clouds.mean()) < 2.0


def test_while_the_wall_is_frozen_the_picture_on_it_is_the_one_that_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wall = Wall()
    live = show_on(wall)
    kept: list[Pixels | None] = []
    monkeypatch.setattr(live.session_store, "keep", lambda show, seen: kept.append(seen))
    with live:
        until(live, lambda: len(wall.frames) > 1)
        live.do(Run("freeze"))
        made = len(wall.frames)
        kept.clear()
        until(live, lambda: len(wall.frames) > made + 1)
        assert kept == [None] * len(kept), "the loop goes on behind it"
        live.do(Run("freeze"))
        until(live, lambda: kept[-1] is not None)
        assert kept[-1] is wall.frames[-1].pixels


@pytest.fixture
def shown(unseen: None, monkeypatch: pytest.MonkeyPatch) -> list[Pixels]:
    """What was on the walls of stages that are opened."""
    shown: list[Pixels] = []
    init = Stage.__init__

    def watched(stage: Stage, **given: object) -> None:
        init(stage, **given)  # type: ignore[arg-type]
        stage.on_wall = lambda pixels: shown.append(pixels.copy())

    monkeypatch.setattr(Stage, "__init__", watched)
    return shown


def test_the_window_opens_with_the_last_picture_as_it_was_on_the_wall(
    tmp_path: Path, clouds: Pixels, shown: list[Pixels]
) -> None:
    options = LiveOptions(state=tmp_path, maps=tmp_path / "maps", windowed=True, resume=True)
    assert opening.reopened(options) is None
    last_picture.write(tmp_path, clouds)
    memory = Session(values={**DEFAULTS, "saturation": 0.0}, fit="stretch", display="gone")
    (tmp_path / STATE).write_text(session.to_text(memory), encoding="utf-8")
    reopened = opening.reopened(options)
    assert reopened is not None
    try:
        (wall,) = shown
        assert wall.std(axis=2).mean() < 1.0, "the look of the last show is on it"
        grey = wall.mean(axis=2)
        assert abs(grey.mean() - clouds.mean()) < 12.0
        assert grey.std() > 10.0
        assert reopened.stage.chosen_display == "gone", "it goes there when that is back"
    finally:
        reopened.stage.close()


def test_a_show_that_died_in_a_blackout_is_dark_from_its_first_moment_on(
    tmp_path: Path, clouds: Pixels, shown: list[Pixels]
) -> None:
    last_picture.write(tmp_path, clouds)
    memory = Session(values=DEFAULTS, blackout=True)
    (tmp_path / STATE).write_text(session.to_text(memory), encoding="utf-8")
    for restarted in (True, False):
        options = LiveOptions(
            state=tmp_path,
            maps=tmp_path / "maps",
            windowed=True,
            resume=True,
            restarted=restarted,
            model="colour-fields",
            no_midi=True,
            no_log=True,
        )
        reopened = opening.reopened(options)
        assert reopened is not None
        with LiveShow(options, reopened.stage, start(()), reopened=reopened) as live:
            until(live, lambda: live.show.offer is None and live.session_store.read.is_set())
            for _ in range(5):
                live.step(0.02)
            assert live.show.blackout == restarted
        assert any(wall.any() for wall in shown) != restarted
        shown.clear()
