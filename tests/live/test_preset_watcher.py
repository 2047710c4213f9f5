"""Presets that are rewritten, broken, emptied and removed while they play: real files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from visualizer.live.preset_watcher import PresetWatcher
from visualizer.show.actions import Action
from visualizer.show.files.preset import load_folder
from visualizer.show.play_actions import Set
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show
from visualizer.show.system_actions import Live, Say

from ..conftest import PATIENCE


class Playing:
    """A show of a folder's presets, and all that was said."""

    def __init__(self, folder: Path) -> None:
        presets, _ = load_folder(folder)
        self.folder = folder
        self.show: Show = reduce(start(presets), Live(1))
        self.said: list[str] = []
        self.watcher = PresetWatcher(folder, presets, every=0.002)
        self.watcher.start()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def until_said(self, begin: str) -> None:
        end = time.monotonic() + PATIENCE
        while not any(line.startswith(begin) for line in self.said):
            assert time.monotonic() < end, self.said
            for action in self.watcher.drain():
                self._hear(action)
            time.sleep(0.001)
        self.said.clear()

    def _hear(self, action: Action) -> None:
        if isinstance(action, Say):
            self.said.append(action.text)
        else:
            self.show = reduce(self.show, action)
            self.said += [message.text for message in self.show.messages]


@pytest.fixture
def playing(tmp_path: Path) -> Iterator[Playing]:
    (tmp_path / "a.yaml").write_text("strength: 0.5\nblend: 0.2\nprompts: [sea]")
    (tmp_path / "b.yaml").write_text("prompts: [fire]")
    playing = Playing(tmp_path)
    yield playing
    assert playing.watcher.stop(PATIENCE)


def test_the_playing_preset_follows_its_file(playing: Playing) -> None:
    playing.show = reduce(playing.show, Set("blend", 0.7))
    playing.write("a.yaml", "strength: 0.6\nblend: 0.2\nnoise: 0.1\nprompts: [a deep sea]")
    playing.until_said("preset a was reloaded from its file")
    show = playing.show
    assert show.cue.text == "a deep sea"
    assert show.cue.outgoing  # it fades in
    assert (show.values["strength"], show.values["noise"]) == (0.6, 0.1)
    assert show.values["blend"] == 0.7  # the hand's, as the file says nothing new


def test_what_is_broken_emptied_or_removed_is_said_and_plays_on(playing: Playing) -> None:
    before = playing.show
    path = playing.folder / "a.yaml"
    playing.write("a.yaml", "prompts: [sea")
    playing.until_said(f"its preset stays as it was: {path}:1: not valid YAML")
    playing.write("a.yaml", "")
    playing.until_said(f"its preset stays as it was: {path}:1: a preset is a mapping")
    path.unlink()
    playing.until_said(f"{path} is gone; its preset stays as it was")
    assert playing.show == before
    playing.write("a.yaml", "prompts: [waves]")
    playing.until_said("preset a was reloaded from its file")
    assert playing.show.cue.text == "waves"
    assert playing.show.values["strength"] == start(()).values["strength"]


def test_others_change_unseen_and_new_ones_come_last(playing: Playing) -> None:
    playing.write("b.yaml", "prompts: [ice]")
    playing.write("0.yaml", "prompts: [first]")
    playing.until_said("preset 0 was added at the end of the list")
    while playing.show.presets[1].prompts[0].text != "ice" or len(playing.show.presets) < 3:
        for action in playing.watcher.drain():
            playing._hear(action)
    assert [preset.name for preset in playing.show.presets] == ["a", "b", "0"]
    assert playing.show.cue.text == "sea"
