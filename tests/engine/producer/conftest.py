"""A producer on a test bench for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..rig import Rig, running_rig


@pytest.fixture
def rig() -> Iterator[Rig]:
    with running_rig() as rig:
        yield rig
