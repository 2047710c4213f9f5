"""A show with a desk, for the tests of the desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .rig import Playing, desk


@pytest.fixture
def playing() -> Iterator[Playing]:
    """A show whose desk listens on this machine alone."""
    with Playing(desk()) as playing:
        yield playing
