"""What holds a cluster for the show: one process, for as long as the show lasts."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from visualizer.engine.host.ray_holder import FOLDER, HOLDER, NoCluster, address, hold

from ...conftest import PATIENCE
from ...live.patience import comes_to

MODULE = "tests.engine.host.held"


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A process for a show, and a folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()
    assert comes_to(lambda: not list(tmp_path.glob(f"{FOLDER}*/{HOLDER}")))


def holders(folder: Path) -> list[int]:
    return [int(file.read_text()) for file in folder.glob(f"{FOLDER}*/{HOLDER}")]


def test_one_is_held_for_all_processes_of_the_show_and_ends_with_it(
    show: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    hold(show.pid, MODULE)
    assert address(show.pid, PATIENCE) == "127.0.0.1:1"
    (first,) = holders(tmp_path)
    hold(show.pid, MODULE)
    assert holders(tmp_path) == [first]
    psutil.Process(first).kill()  # then another is begun
    psutil.Process(first).wait(PATIENCE)
    hold(show.pid, MODULE)
    assert address(show.pid, PATIENCE) == "127.0.0.1:1"
    (second,) = holders(tmp_path)
    assert second != first
    show.kill()
    show.wait(PATIENCE)
    assert comes_to(lambda: not list(tmp_path.iterdir())), "nothing is left"


def test_one_that_can_not_be_had_says_why(
    show: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELD_FAULT", "Ray does not start (no room)")
    hold(show.pid, MODULE)
    with pytest.raises(NoCluster, match="no room"):
        address(show.pid, PATIENCE)


def test_one_whose_holder_fails_says_why(
    show: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELD_CRASH", "a library is missing")
    hold(show.pid, MODULE)
    with pytest.raises(NoCluster, match=r"Ray does not start: .*a library is missing"):
        address(show.pid, PATIENCE)


def test_one_that_is_not_there_in_time_is_said(show: subprocess.Popen[bytes]) -> None:
    with pytest.raises(NoCluster, match="is not running"):
        address(show.pid, 0.0)
