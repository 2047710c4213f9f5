"""Models of published shape, shrunk until a test can play them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from benchmarks.subject import Subject, subject


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tests share the machine with whatever else runs there."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session", params=["sd-turbo", "sdxl-turbo"])
def small(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """Each of the two in turn, 64 pixels wide."""
    with subject(f"{request.param}-architecture", "cpu", 64, shrink=10, backend="torch") as model:
        yield model


@pytest.fixture
def pipeline(small: Subject) -> Any:
    """Its pipeline as diffusers loads it."""
    return small.pipeline()
