"""What holds for tests of hosts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = str(Path(__file__).parents[3])


@pytest.fixture(scope="session", autouse=True)
def importable() -> Iterator[None]:
    """Processes that tests start can import what these have given them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        assert sys.path[0] == ROOT
        yield
