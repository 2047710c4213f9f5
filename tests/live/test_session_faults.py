"""What goes wrong with a session on disk: broken files, a full disk, and folders that are none."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from visualizer.disk import write_text
from visualizer.live.session_store import SessionStore
from visualizer.show.play_actions import Run, Set, Store
from visualizer.show.reducers import remember, snapshots
from visualizer.show.system_actions import Offer, Say

from ..conftest import PATIENCE
from ..show.shows import after
from .sessions import begun, lines, played, until_said


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"preset: [", "state.yaml:1: not valid YAML"),
        (b"values: {zoom: 7}", "state.yaml:1: values.zoom: zoom is 7; it goes from -1 to 1"),
        (b"", "state.yaml:1: must be a mapping"),
        (b"preset: caf\xe9", "state.yaml: is not UTF-8 text"),
    ],
)
def test_a_broken_file_is_one_line_and_moved_aside(
    keeper: SessionStore, folder: Path, content: bytes, why: str
) -> None:
    folder.mkdir(parents=True)
    (folder / "state.yaml").write_bytes(content)
    (folder / "state-broken.yaml").write_bytes(b"an older one")
    _, found = begun(keeper)
    (line,) = lines(found)
    assert len(found) == 1
    assert line.startswith(f"{folder / why}")
    assert line.endswith("; moved to state-broken-2.yaml")
    assert "\n" not in line
    assert (folder / "state-broken-2.yaml").read_bytes() == content
    assert (folder / "state-broken.yaml").read_bytes() == b"an older one"
    assert not (folder / "state.yaml").exists()


def test_one_broken_file_does_not_cost_the_other(keeper: SessionStore, folder: Path) -> None:
    last = played(folder, Set("zoom", 0.5), Store(3))
    (folder / "snapshots.yaml").write_text("Plain: {9: ")
    _, found = begun(keeper)
    assert found[1:] == [Offer(remember.remember(last))]
    assert lines(found)[0].endswith("moved to snapshots-broken.yaml")


def test_a_folder_in_a_files_place_is_moved_aside_like_a_broken_file(
    keeper: SessionStore, folder: Path
) -> None:
    (folder / "state.yaml").mkdir(parents=True)
    show, found = begun(keeper)
    assert lines(found)[0].endswith("; moved to state-broken.yaml")
    keeper.keep(show)
    assert keeper.stop(PATIENCE)
    assert (folder / "state.yaml").is_file()


def test_what_can_not_be_moved_aside_is_left_and_not_written_over(
    keeper: SessionStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(parents=True)
    (folder / "state.yaml").write_text("preset: [")
    refuse(monkeypatch, errno.EACCES)
    show, found = begun(keeper)
    assert "nothing is saved there, as it can't be moved: Permission denied" in lines(found)[0]
    monkeypatch.undo()
    keeper.keep(show)
    assert keeper.stop(PATIENCE)
    assert (folder / "state.yaml").read_text() == "preset: ["


def refuse(monkeypatch: pytest.MonkeyPatch, why: int) -> None:
    """No file can be put in its place any more."""

    def refused(*_: object) -> None:
        raise OSError(why, os.strerror(why))

    monkeypatch.setattr(os, "replace", refused)


def test_a_full_disk_is_said_once_and_leaves_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(folder, Set("zoom", 0.5))
    before = (folder / "state.yaml").read_bytes()
    keeper = SessionStore(folder, every=0.0)
    show, _ = begun(keeper)
    show = after(show, Run("resume"))
    refuse(monkeypatch, errno.ENOSPC)
    for seed in range(3):
        keeper.keep(replace(show, seed=seed))
    assert keeper.stop(PATIENCE)
    why = "No space left on device"
    assert lines(keeper.drain()) == [f"the session can't be saved in {folder}: {why}"]
    assert (folder / "state.yaml").read_bytes() == before
    assert [name for name in os.listdir(folder) if name.startswith(".")] == []


def test_each_snapshot_that_a_full_disk_costs_is_said_and_kept_when_there_is_room(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = SessionStore(folder, every=0.0)
    show, _ = begun(keeper)
    refuse(monkeypatch, errno.ENOSPC)
    said: list[str] = []
    for slot in (1, 2):
        show = after(show, Store(slot))
        keeper.keep(show)
        until_said(keeper, said, f"snapshot {slot} can't be saved and is lost when the show ends: ")
    assert not any(line.endswith(" stored") for line in said)
    monkeypatch.undo()
    keeper.keep(show)
    until_said(keeper, said, "snapshot 2 stored")
    assert "snapshot 1 stored" in said
    assert keeper.stop(PATIENCE)
    text = (folder / "snapshots.yaml").read_text(encoding="utf-8")
    assert snapshots.parse(text, "snapshots.yaml") == show.snapshots


def test_one_bad_slot_costs_no_other_and_the_file_as_it_was_is_kept(folder: Path) -> None:
    folder.mkdir(parents=True)
    text = "Plain: {1: {zoom: 7}, 2: {zoom: 0.5}}"
    (folder / "snapshots.yaml").write_text(text)
    keeper = SessionStore(folder, every=0.0)
    show, found = begun(keeper)
    assert found[0] == Say(
        f"{folder / 'snapshots.yaml'}:1: Plain.1.zoom: zoom is 7; it goes from -1 to 1; "
        "this snapshot is left out",
        "disk",
    )
    assert show.snapshots == {"Plain": {2: {"zoom": 0.5}}}
    keeper.keep(after(show, Store(3)))
    assert keeper.stop(PATIENCE)
    assert (folder / "snapshots-broken.yaml").read_text() == text
    again = SessionStore(folder)
    show, found = begun(again)
    assert lines(found) == []
    assert {slot for slots in show.snapshots.values() for slot in slots} == {2, 3}
    assert again.stop(PATIENCE)


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    keeper = SessionStore(tmp_path / "file" / "visualizer")
    show, found = begun(keeper)
    keeper.keep(show)
    assert keeper.stop(PATIENCE)
    (line,) = lines(found + keeper.drain())
    assert "Not a directory" in line


def test_a_file_is_there_whole_or_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    write_text(path, "old")

    def torn(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", torn)
    with pytest.raises(OSError, match="Input/output error"):
        write_text(path, "new and longer")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.yaml"]
