"""Pictures and recordings of the wall, at a command."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from visualizer.live.app import LiveShow
from visualizer.options import LiveOptions, find_picture, with_picture
from visualizer.show.play_actions import Prompt, Run, Set
from visualizer.show.reducer import start

from .rig import TWO, Wall, show_on, until


def test_a_picture_of_the_wall_is_saved_and_a_show_begins_from_it(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_PICTURES_DIR", str(tmp_path))
    pixels = np.full((36, 64, 3), 99, np.uint8)

    def shown() -> None:
        if (take := getattr(wall, "on_wall", None)) is not None:
            take(pixels)

    with live:
        until(live, lambda: live.show.model.running == "colour-fields")
        until(live, lambda: live.show.live_since is not None)
        live.do(Set("zoom", 0.5))
        live.do(Prompt("a green sea"))
        wall.fault = shown
        live.do(Run("picture"))
        until(live, lambda: "picture saved" in str(live.show.messages))
        assert getattr(wall, "on_wall", None) is None  # one wish, one picture
    (path,) = (tmp_path / "Visualizer").iterdir()
    found = find_picture(path)
    assert found is not None
    assert (found.pixels == pixels).all()
    assert found.lines == (f"--from {path.name} was made with colour-fields",)
    options = LiveOptions(settings={"blend": 0.5})
    show = with_picture(start(TWO, 1, options.settings), found, options)
    assert [show.values[name] for name in ("zoom", "blend")] == [0.5, 0.5]
    assert show.cue.text == "a green sea"
    named = LiveOptions(preset="two")
    show = with_picture(start(TWO, 1), found, named)
    assert [show.values[name] for name in ("zoom", "blend")] == [0.5, 0.5]
    assert show.cue.text == "red"


class Camera:
    """Shows its wall to whoever wants it, all of one grey."""

    def __init__(self, wall: Wall) -> None:
        self.wall, self.count = wall, 0
        wall.fault = self

    def __call__(self) -> None:
        if (take := getattr(self.wall, "on_wall", None)) is not None:
            self.count += 1
            take(np.full((36, 64, 3), 99, np.uint8))


@pytest.fixture
def videos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_VIDEOS_DIR", str(tmp_path))
    return tmp_path / "Visualizer"


def frames_of(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_a_recording_goes_on_until_the_command_is_given_again(
    live: LiveShow, wall: Wall, videos: Path
) -> None:
    camera = Camera(wall)
    with live:
        for number in (1, 2):
            live.do(Run("record"))
            until(live, lambda number=number: camera.count >= 3 * number)  # type: ignore[misc]
            live.do(Run("record"))
            live.step(0.0)
            assert getattr(wall, "on_wall", None) is None
            until(live, lambda: "recorded 0:0" in str(live.show.messages[-1:]))
    assert live.ended
    assert sum(frames_of(path) for path in videos.iterdir()) == camera.count
    assert len(list(videos.iterdir())) == 2


def test_quitting_ends_a_recording_and_says_where_it_is(
    live: LiveShow, wall: Wall, videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = Camera(wall)
    with live:
        live.do(Run("record"))
        until(live, lambda: camera.count >= 5)
    assert live.ended
    (path,) = videos.iterdir()
    assert frames_of(path) == camera.count
    assert f"visualizer: recorded 0:00 to {path}" in capsys.readouterr().err


def test_a_recording_that_fails_turns_itself_off_and_the_show_goes_on(
    live: LiveShow, wall: Wall, videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    videos.write_text("no folder")
    Camera(wall)
    with live:
        live.do(Run("record"))
        until(live, lambda: live.show.recording is None)
        until(live, lambda: bool(wall.frames))
        live.step(0.0)
    assert live.outputs._recorder is None
    assert capsys.readouterr().err.count("the recording has ended") == 1


def test_what_is_heard_is_recorded(wall: Wall, live: LiveShow, videos: Path) -> None:
    show = show_on(wall, sound="")
    camera = Camera(wall)
    sound = show.inputs.sound
    assert sound is not None
    show.outputs.start()
    assert sound.tap is None
    show.do(Run("record"))
    show.step(0.0)
    assert sound.tap is not None
    until(show, lambda: camera.count >= 2)
    sound.tap(np.ones(4800, np.float32), 48000.0)
    until(show, lambda: camera.count >= 4)
    show.do(Run("record"))
    show.step(0.0)
    assert sound.tap is None
    assert show.outputs.stop(60.0)
    (path,) = videos.iterdir()
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
