"""Keeping: real files, a real thread, and what goes wrong with them."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from visualizer.disk import write_text
from visualizer.live import session_store
from visualizer.live.session_store import SessionStore, usual_folder
from visualizer.show.actions import Action
from visualizer.show.files import session
from visualizer.show.play_actions import Recall, Run, Set, Store
from visualizer.show.reducer import start
from visualizer.show.reducers import remember, snapshots
from visualizer.show.state import Show
from visualizer.show.system_actions import Live, Offer, Say, Snapshots, Tick

from ..conftest import PATIENCE
from ..show.shows import ALL, after


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "visualizer"


@pytest.fixture
def keeper(folder: Path) -> Iterator[SessionStore]:
    keeper = SessionStore(folder, every=0.0)
    yield keeper
    assert keeper.stop(PATIENCE)


def begun(keeper: SessionStore, show: Show | None = None) -> tuple[Show, list[Action]]:
    """The show with what the keeper found on disk, and that."""
    keeper.start()
    assert keeper.read.wait(PATIENCE)
    found = keeper.drain()
    return after(show or start(ALL), *found), found


def played(folder: Path, *actions: Action) -> Show:
    """A whole show that is kept; as it ended."""
    keeper = SessionStore(folder)
    show, _ = begun(keeper)
    show = after(show, *actions)
    keeper.keep(show)
    assert keeper.stop(PATIENCE)
    assert all(line.endswith(" kept") for line in lines(keeper.drain()))
    return show


def lines(found: list[Action]) -> list[str]:
    return [action.text for action in found if isinstance(action, Say)]


def test_the_first_show_finds_nothing(keeper: SessionStore, folder: Path) -> None:
    _, found = begun(keeper)
    assert found == []
    assert not folder.exists()


def test_a_show_is_offered_to_the_next_one_with_its_snapshots(
    keeper: SessionStore, folder: Path
) -> None:
    last = played(folder, Set("zoom", 0.5), Store(3))
    _, found = begun(keeper)
    assert found == [Snapshots(last.snapshots), Offer(remember.remember(last))]


def test_what_is_stored_while_the_wall_is_frozen_is_kept_and_comes_back(
    keeper: SessionStore, folder: Path
) -> None:
    last = played(folder, Run("freeze"), Set("zoom", 0.5), Store(3))
    assert last.frozen
    show, found = begun(keeper)
    assert found[0] == Snapshots(last.snapshots)
    show = after(show, Set("morph", 0.0), Run("freeze"), Recall(3))
    assert (show.values["zoom"], show.frozen) == (0.5, True), "freeze is no part of it"


def test_a_show_without_snapshots_has_no_file_for_them(folder: Path) -> None:
    played(folder, Set("zoom", 0.5))
    assert os.listdir(folder) == ["state.yaml"]


def test_the_last_state_is_kept_however_soon_the_show_ends(folder: Path) -> None:
    keeper = SessionStore(folder, every=PATIENCE)
    show, _ = begun(keeper)
    for zoom in (0.1, 0.2, 0.3):
        show = after(show, Set("zoom", zoom))
        keeper.keep(show)
    assert keeper.stop(PATIENCE)
    kept = session.parse((folder / "state.yaml").read_text(encoding="utf-8"), "state.yaml")
    assert kept.values["zoom"] == 0.3


def test_nothing_is_written_before_the_show_has_what_was_found(folder: Path) -> None:
    played(folder, Set("zoom", 0.5), Store(3))
    before = (folder / "snapshots.yaml").read_bytes()
    keeper = SessionStore(folder)
    keeper.keep(start(ALL))  # it knows nothing of slot 3 yet
    keeper.start()
    keeper.keep(start(ALL))
    assert keeper.stop(PATIENCE)
    assert (folder / "snapshots.yaml").read_bytes() == before


def test_an_offered_show_is_not_written_over_by_one_that_has_just_begun(folder: Path) -> None:
    last = played(folder, Set("zoom", 0.5))
    played(folder, Live(1), Set("zoom", -1.0), Tick(remember.SETTLED / 2))
    keeper = SessionStore(folder)
    _, found = begun(keeper)
    assert found == [Offer(remember.remember(last))]
    assert keeper.stop(PATIENCE)


@pytest.mark.parametrize("taken_up", [True, False])
def test_the_show_before_stays_on_disk_when_this_one_takes_its_place(
    folder: Path, taken_up: bool
) -> None:
    played(folder, Set("zoom", 0.5))
    first = (folder / "state.yaml").read_bytes()
    settles: list[Action] = [Run("resume")] if taken_up else [Live(1), Tick(remember.SETTLED)]
    show = played(folder, *settles, Set("zoom", -1.0))
    assert (folder / "state-before.yaml").read_bytes() == first
    now = session.parse((folder / "state.yaml").read_text(encoding="utf-8"), "state.yaml")
    assert now == remember.remember(show)


def test_snapshots_are_kept_at_once_even_while_a_show_is_offered(folder: Path) -> None:
    played(folder, Set("zoom", 0.5))
    show = played(folder, Set("zoom", -1.0), Store(8))
    text = (folder / "snapshots.yaml").read_text(encoding="utf-8")
    assert snapshots.parse(text, "snapshots.yaml") == show.snapshots


def test_what_has_not_changed_is_not_written_again(
    keeper: SessionStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, _ = begun(keeper)
    written: list[str] = []
    monkeypatch.setattr(session_store, "write_text", lambda path, text: written.append(path.name))
    keeper.keep(show)
    keeper.keep(replace(show, time=5.0))
    keeper.keep(after(show, Store(1)))
    assert keeper.stop(PATIENCE)
    assert sorted(written) == ["snapshots.yaml", "state.yaml"]


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


def test_a_snapshot_is_on_disk_at_once_and_said_to_be_kept_only_then(folder: Path) -> None:
    keeper = SessionStore(folder, every=PATIENCE)  # its next look is far away
    show, _ = begun(keeper)
    keeper.keep(show)
    show = after(show, Store(3))
    keeper.keep(show)
    assert told(keeper) == "snapshot 3 kept"
    text = (folder / "snapshots.yaml").read_text(encoding="utf-8")
    assert snapshots.parse(text, "snapshots.yaml") == show.snapshots
    keeper.keep(after(show, Store(3)))  # the same again is an answer, too
    assert told(keeper) == "snapshot 3 kept"
    assert keeper.stop(PATIENCE)


def told(keeper: SessionStore) -> str:
    """The next line."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := lines(keeper.drain()):
            (line,) = found
            return line
        time.sleep(0.001)
    raise AssertionError("nothing was said")


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
    assert not any(line.endswith(" kept") for line in said)
    monkeypatch.undo()
    keeper.keep(show)
    until_said(keeper, said, "snapshot 2 kept")
    assert "snapshot 1 kept" in said
    assert keeper.stop(PATIENCE)
    text = (folder / "snapshots.yaml").read_text(encoding="utf-8")
    assert snapshots.parse(text, "snapshots.yaml") == show.snapshots


def until_said(keeper: SessionStore, said: list[str], begin: str) -> None:
    end = time.monotonic() + PATIENCE
    while not any(line.startswith(begin) for line in said):
        assert time.monotonic() < end, said
        said += lines(keeper.drain())
        time.sleep(0.001)


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


@pytest.mark.skipif(os.name != "posix", reason="Windows has no locks on folders")
def test_two_shows_on_one_folder_share_snapshots_and_keep_a_state_each(folder: Path) -> None:
    shows = [SessionStore(folder, every=0.0) for _ in range(2)]
    first, second = (begun(keeper)[0] for keeper in shows)
    said: list[str] = []
    first = after(first, Set("zoom", 0.1), Store(1))
    shows[0].keep(first)
    until_said(shows[0], said, "snapshot 1 kept")
    end = time.monotonic() + PATIENCE
    while not (folder / "state.yaml").exists():  # the folder is the first show's from now on
        assert time.monotonic() < end
    second = after(second, Set("zoom", 0.2), Store(2))
    shows[1].keep(second)
    end = time.monotonic() + PATIENCE
    found: list[Action] = []
    while len(lines(found)) < 2:  # of the snapshot, and of the other show
        assert time.monotonic() < end
        found += shows[1].drain()
    assert Snapshots(first.snapshots) in found  # the second show has the first one's, too
    assert shows[0].stop(PATIENCE)
    assert shows[1].stop(PATIENCE)
    said = lines([*found, *shows[1].drain()])
    assert "snapshot 2 kept" in said
    assert [line for line in said if line.startswith("another show uses")] == [
        f"another show uses {folder}: this one's state goes to state-2.yaml; snapshots are shared"
    ]
    text = (folder / "snapshots.yaml").read_text(encoding="utf-8")
    kept = snapshots.parse(text, "snapshots.yaml")
    assert [slots.keys() for slots in kept.values()] == [{1, 2}]
    for name, show in (("state.yaml", first), ("state-2.yaml", second)):
        text = (folder / name).read_text(encoding="utf-8")
        assert session.parse(text, name) == remember.remember(show)


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    keeper = SessionStore(tmp_path / "file" / "visualizer")
    show, found = begun(keeper)
    keeper.keep(show)
    assert keeper.stop(PATIENCE)
    (line,) = lines(found + keeper.drain())
    assert "Not a directory" in line


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_performer_can_read_what_was_typed(folder: Path) -> None:
    played(folder, Set("zoom", 0.5))
    assert stat.S_IMODE((folder / "state.yaml").stat().st_mode) == 0o600


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


def test_a_keeper_that_never_started_ends(folder: Path) -> None:
    assert SessionStore(folder).stop()


def test_the_usual_folder_is_the_users_own() -> None:
    assert usual_folder().name == "visualizer"
    assert usual_folder().is_absolute()
