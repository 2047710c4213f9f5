"""What is written is whole, and nothing that was there is lost."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from visualizer import disk


def test_a_name_is_reserved_and_never_given_twice(tmp_path: Path) -> None:
    wanted = tmp_path / "new" / "a.png"
    names = [disk.reserve(wanted).name for _ in range(3)]
    assert names == ["a.png", "a-2.png", "a-3.png"]
    assert all(path.stat().st_size == 0 for path in wanted.parent.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets not everyone make links")
def test_a_link_to_nowhere_is_a_name_that_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "gone")
    assert disk.free_name(tmp_path / "a.png").name == "a-2.png"
    assert disk.reserve(tmp_path / "a.png").name == "a-2.png"
    assert not (tmp_path / "gone").exists()


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        disk.write_bytes(path, b"new")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_new_file_is_for_the_user_alone_and_an_old_one_keeps_its_permissions(
    tmp_path: Path,
) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.touch()
    old.chmod(0o644)
    reserved = disk.reserve(tmp_path / "reserved")
    for path in (new, old, reserved):
        disk.write_bytes(path, b"text")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (new, old, reserved)]
    assert modes == [0o600, 0o644, 0o600]
