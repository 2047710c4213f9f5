"""The performance log on a real disk, by a real thread."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from pathlib import Path

import pytest

from visualizer.live import performance_log
from visualizer.live.performance_log import MOST_KEPT, PerformanceLog
from visualizer.show.actions import Action
from visualizer.show.files import performance_file
from visualizer.show.files.performance_file import Done, Header
from visualizer.show.play_actions import Set, Type
from visualizer.show.system_actions import Heard, Live, Say, Tick

from ..conftest import PATIENCE

AT = time.struct_time((2026, 5, 1, 21, 30, 5, 4, 121, 0))
NAME = "2026-05-01T21-30-05.jsonl"
HEADER = Header("1.0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "performances"


def logged(folder: Path, *actions: Action, file: Path | None = None, at: float = 1.5) -> list[str]:
    """Log actions; what was said."""
    log = PerformanceLog(HEADER, folder, file, every=0.01, now=lambda: AT)
    log.start()
    for action in actions:
        log.note(at, action)
    assert log.stop(PATIENCE)
    return [action.text for action in log.drain() if isinstance(action, Say)]


def read(path: Path) -> list[performance_file.Event]:
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    assert performance_file.parse_header(first) == HEADER
    return list(performance_file.events(rest))


def test_actions_and_ticks_are_in_the_file_in_their_order(folder: Path) -> None:
    heard = Heard(0.5, 0.1, 0.2, 0.3)
    done = Tick(1.0), Tick(0.5), heard, Say("not this"), Live(7, 0.1, 1.5), Tick(0.25)
    assert logged(folder, *done) == []
    assert os.listdir(folder) == [NAME]
    assert read(folder / NAME) == [1.0, 0.5, Done(heard, 3), Done(Live(7, 0.1, 1.5), 4), 0.25]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_the_user_may_read_it(folder: Path) -> None:
    logged(folder, Live(1))
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600


def test_a_show_without_a_picture_leaves_no_log(folder: Path) -> None:
    assert logged(folder, Tick(1.0), Set("zoom", 0.1)) == []
    assert not folder.exists()


def test_half_a_pair_of_surrogates_harms_no_other_line(folder: Path) -> None:
    assert logged(folder, Type("\ud83d"), Live(1)) == []
    assert Done(Live(1), 3) in read(folder / NAME)


def test_the_newest_fifty_stay_and_what_is_not_ours_too(folder: Path) -> None:
    folder.mkdir(parents=True)
    names = [f"2025-01-01T00-00-{n:02}.jsonl" for n in range(MOST_KEPT + 3)]
    for name in (*names, "best night.jsonl", "0000-notes.txt"):
        (folder / name).touch()
    logged(folder, Live(1))
    kept = {*names[4:], NAME, "best night.jsonl", "0000-notes.txt"}
    assert {path.name for path in folder.iterdir()} == kept


def test_large_logs_make_room_as_many_do_and_one_that_must_stay_ends_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performance_log, "MOST_BYTES", 2500)
    folder.mkdir(parents=True)
    names = [f"2025-01-01T00-00-{n:02}.jsonl" for n in range(4)]
    for name in names[1:]:
        (folder / name).write_bytes(b"x" * 1000)
    (folder / names[0]).mkdir()  # can't be deleted as a file
    assert logged(folder, Live(1)) == []
    assert {path.name for path in folder.iterdir()} == {names[0], *names[2:], NAME}
    assert Done(Live(1), 2) in read(folder / NAME)


def test_a_file_that_was_asked_for_is_written_and_none_overwritten(
    folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "new" / "set.jsonl"
    assert logged(folder, Live(1), file=file) == []
    first = file.read_bytes()
    (line,) = logged(folder, Live(2), file=file)
    assert line == f"{file} exists; the performance log is set-2.jsonl"
    assert file.read_bytes() == first
    assert Done(Live(2), 2) in read(file.with_name("set-2.jsonl"))
    assert not folder.exists()


def test_a_folder_that_cant_be_made_is_one_line_and_the_show_goes_on(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    (line,) = logged(tmp_path / "state" / "performances", Live(1), Set("zoom", 0.1))
    assert "the performance log ends here" in line


@pytest.fixture
def full() -> Path:
    path = Path("/dev/full")
    if not path.exists():
        pytest.skip("this system has no /dev/full")
    return path


def test_a_full_disk_is_one_line_and_nothing_is_held_in_memory(
    full: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = PerformanceLog(HEADER, folder, every=0.01, now=lambda: AT)
    monkeypatch.setattr(log, "_opened", lambda: full.open("w"))
    log.start()
    log.note(0.0, Live(1))
    log.join(PATIENCE)
    assert not log.is_alive()
    log.note(0.0, Live(2))
    assert log._coming.empty()
    (said,) = log.drain()
    assert isinstance(said, Say)
    assert os.strerror(errno.ENOSPC) in said.text
    assert log.stop(PATIENCE)
