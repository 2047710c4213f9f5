"""A show with a desk, for the tests of the desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .rig import Browser, Playing, desk


@pytest.fixture
def playing() -> Iterator[Playing]:
    """A show whose desk listens on this machine alone."""
    with Playing(desk()) as playing:
        yield playing


@pytest.fixture
def browser(playing: Playing) -> Iterator[Browser]:
    """A desk that is connected to it."""
    browser = playing.connect()
    yield browser
    browser.close()
