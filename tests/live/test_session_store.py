"""Storing the session: what one show leaves on disk, and what the next one finds."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from visualizer.live import session_store
from visualizer.live.session_store import SessionStore, usual_folder
from visualizer.show.actions import Action
from visualizer.show.files import session
from visualizer.show.play_actions import Recall, Run, Set, Store
from visualizer.show.reducer import start
from visualizer.show.reducers import remember, snapshots
from visualizer.show.system_actions import Live, Offer, Snapshots, Tick

from ..conftest import PATIENCE
from ..show.shows import ALL, after
from .sessions import begun, lines, played, until_said


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


def test_a_snapshot_is_on_disk_at_once_and_said_to_be_kept_only_then(folder: Path) -> None:
    keeper = SessionStore(folder, every=PATIENCE)  # its next look is far away
    show, _ = begun(keeper)
    keeper.keep(show)
    show = after(show, Store(3))
    keeper.keep(show)
    assert told(keeper) == "snapshot 3 stored"
    text = (folder / "snapshots.yaml").read_text(encoding="utf-8")
    assert snapshots.parse(text, "snapshots.yaml") == show.snapshots
    keeper.keep(after(show, Store(3)))  # the same again is an answer, too
    assert told(keeper) == "snapshot 3 stored"
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


@pytest.mark.skipif(os.name != "posix", reason="Windows has no locks on folders")
def test_two_shows_on_one_folder_share_snapshots_and_keep_a_state_each(folder: Path) -> None:
    shows = [SessionStore(folder, every=0.0) for _ in range(2)]
    first, second = (begun(keeper)[0] for keeper in shows)
    said: list[str] = []
    first = after(first, Set("zoom", 0.1), Store(1))
    shows[0].keep(first)
    until_said(shows[0], said, "snapshot 1 stored")
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
    assert "snapshot 2 stored" in said
    assert [line for line in said if line.startswith("another show uses")] == [
        f"another show uses {folder}: this one's state goes to state-2.yaml; snapshots are shared"
    ]
    text = (folder / "snapshots.yaml").read_text(encoding="utf-8")
    kept = snapshots.parse(text, "snapshots.yaml")
    assert [slots.keys() for slots in kept.values()] == [{1, 2}]
    for name, show in (("state.yaml", first), ("state-2.yaml", second)):
        text = (folder / name).read_text(encoding="utf-8")
        assert session.parse(text, name) == remember.remember(show)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_performer_can_read_what_was_typed(folder: Path) -> None:
    played(folder, Set("zoom", 0.5))
    assert stat.S_IMODE((folder / "state.yaml").stat().st_mode) == 0o600


def test_a_keeper_that_never_started_ends(folder: Path) -> None:
    assert SessionStore(folder).stop()


def test_the_usual_folder_is_the_users_own() -> None:
    assert usual_folder().name == "visualizer"
    assert usual_folder().is_absolute()
