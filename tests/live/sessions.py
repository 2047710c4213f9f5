"""Shows whose session is stored: what is found on disk, what is kept there, and what is said."""

from __future__ import annotations

import time
from pathlib import Path

from visualizer.live.session_store import SessionStore
from visualizer.show.actions import Action
from visualizer.show.reducer import start
from visualizer.show.state import Show
from visualizer.show.system_actions import Say

from ..conftest import PATIENCE
from ..show.shows import ALL, after


def begun(keeper: SessionStore, show: Show | None = None) -> tuple[Show, list[Action]]:
    """The show with what the keeper found on disk, and that."""
    keeper.start()
    assert keeper.read.wait(PATIENCE)
    found = keeper.drain()
    return after(show or start(ALL), *found), found


def played(folder: Path, *actions: Action) -> Show:
    """A whole show that is kept; as it ended."""
    keeper = SessionStore(folder)
    show, _ = begun(keeper)
    show = after(show, *actions)
    keeper.keep(show)
    assert keeper.stop(PATIENCE)
    assert all(line.endswith(" stored") for line in lines(keeper.drain()))
    return show


def lines(found: list[Action]) -> list[str]:
    return [action.text for action in found if isinstance(action, Say)]


def until_said(keeper: SessionStore, said: list[str], begin: str) -> None:
    end = time.monotonic() + PATIENCE
    while not any(line.startswith(begin) for line in said):
        assert time.monotonic() < end, said
        said += lines(keeper.drain())
        time.sleep(0.001)
