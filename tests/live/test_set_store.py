"""Set lists on disk: saved where it is asked for, and never over a shipped file."""

from __future__ import annotations

from pathlib import Path

import pytest

from visualizer.live.set_store import SetStore
from visualizer.options import LiveOptions, find_presets, find_sets, own_sets, shipped_presets
from visualizer.show.actions import Action
from visualizer.show.files import set_file
from visualizer.show.play_actions import Run
from visualizer.show.reducer import reduce, start
from visualizer.show.set_list import SetEntry, SetList
from visualizer.show.setup_actions import SetLength
from visualizer.show.state import Show
from visualizer.show.system_actions import Say, SetLists, SetSaved

from ..show.shows import ALL, SET, after


def saved(folder: Path, show: Show) -> list[Action]:
    """What comes of saving a show's set list."""
    store = SetStore(folder)
    store.keep(show.sets)
    store.save_all()
    return store.drain()


def lines(actions: list[Action]) -> list[str]:
    return [action.text for action in actions if isinstance(action, Say)]


@pytest.fixture
def show() -> Show:
    """One whose set list was changed and is to be saved."""
    made = after(start(ALL), SetLists((SET,)), SetLength(0, 9.0, "bars"))
    assert made.sets.changed
    return reduce(made, Run("save_set"))


def test_it_is_saved_once_each_time_and_counts_as_its_file_then(tmp_path: Path, show: Show) -> None:
    folder = tmp_path / "new" / "sets"
    store = SetStore(folder)
    for _ in range(3):
        store.keep(show.sets)
    store.save_all()
    done = store.drain()
    (path,) = folder.iterdir()
    assert lines(done) == [f"set list Night is saved: {path}"]
    assert set_file.load(path) == show.sets.now
    for action in done:
        show = reduce(show, action)
    assert not show.sets.changed


def test_what_lay_there_before_stays_beside_it(tmp_path: Path, show: Show) -> None:
    written = tmp_path / "mine.yaml"
    written.write_text("# by hand\nname: Night\npresets: [Plain]\n", encoding="utf-8")
    (tmp_path / "night.yaml").write_text("no: set list\n", encoding="utf-8")
    store = SetStore(tmp_path)
    assert show.sets.now is not None
    for _ in range(2):  # the second save is of what the first one wrote
        store._save(show.sets.now)
    assert set_file.load(written) == show.sets.now
    assert "# by hand" in (tmp_path / "mine.yaml.bak").read_text(encoding="utf-8")
    assert (tmp_path / "night.yaml").read_text(encoding="utf-8") == "no: set list\n"


def test_a_new_name_takes_a_file_that_is_free(tmp_path: Path, show: Show) -> None:
    (tmp_path / "night.yaml").write_text("no: set list\n", encoding="utf-8")
    saved(tmp_path, show)
    assert set_file.load(tmp_path / "night-2.yaml") == show.sets.now


def test_a_folder_that_can_not_be_written_is_one_line(tmp_path: Path, show: Show) -> None:
    (tmp_path / "file").write_text("")
    done = saved(tmp_path / "file" / "sets", show)
    assert not any(isinstance(action, SetSaved) for action in done)
    (line,) = lines(done)
    assert line.startswith("set list Night can't be saved in ")


def test_one_of_ones_own_takes_the_place_of_a_shipped_one_that_stays_as_it_is(
    tmp_path: Path,
) -> None:
    options = LiveOptions(maps=tmp_path / "maps")
    folder = own_sets(options)
    assert folder == own_sets(LiveOptions(maps=tmp_path / "maps", presets=shipped_presets()))
    assert tmp_path in folder.parents
    presets, _, _ = find_presets(options)
    (shipped, *_), _, _ = find_sets(options, presets)
    own = SetList(shipped.name, (SetEntry("Bloom", 3.0), SetEntry("1", 2.5, "bars")), True)
    for each in (own, SetList("Ünï: #1", own.entries)):
        show = after(start(ALL), SetLists((each,)), Run("save_set"))
        saved(folder, show)
    found, _, faults = find_sets(options, presets)
    assert (found[0], found[-1].name) == (own, "Ünï: #1")
    assert faults == ()


def test_the_thread_saves_what_was_asked_for_before_its_end(tmp_path: Path, show: Show) -> None:
    store = SetStore(tmp_path)
    store.start()
    store.keep(show.sets)
    assert store.stop(20.0)
    assert len(lines(store.drain())) == 1
