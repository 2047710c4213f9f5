"""A show on the colour fields, on a stage without a window; a session store and its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.models.catalogue import Choice
from visualizer.live.app import LiveShow
from visualizer.live.session_store import SessionStore

from ..conftest import PATIENCE
from .rig import Wall, opens, show_on


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def live(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> LiveShow:
    """A show on the colour fields; `with live:` runs its threads."""
    opens(monkeypatch, lambda name, report: ColourFields(size=32))
    choice = Choice("colour-fields", "it is a test", ("builtin", "a/model"))
    monkeypatch.setattr("visualizer.openers.choose", lambda device, named: choice)
    return show_on(wall)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "visualizer"


@pytest.fixture
def keeper(folder: Path) -> Iterator[SessionStore]:
    keeper = SessionStore(folder, every=0.0)
    yield keeper
    assert keeper.stop(PATIENCE)
