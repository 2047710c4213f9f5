"""Videos that are made with a source in them: each frame has its own picture, on any machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visualizer import cli
from visualizer.frame import Pixels
from visualizer.offline.source_pictures import SourcePictures
from visualizer.show.request import Request

from ..clips import BLUE, GREEN, GREY, RATE, RED, is_colour, write_clip
from ..engine.conftest import request

COLOURS = [RED, GREEN, BLUE, GREY]


def at(time: float, source: str, **changes: float) -> Request:
    """A request for a source at a show time."""
    return request(**{"source": source, "source_time": time, "source_mix": 0.5, **changes})


def test_each_frame_has_the_picture_of_its_time(tmp_path: Path) -> None:
    name = str(write_clip(tmp_path / "clip.mp4", COLOURS))
    lines: list[str] = []
    with SourcePictures(lines.append) as pictures:
        for number in (*range(9), 3, 1):
            pixels = pictures.over(at(number / RATE, name), (16, 24)).source_pixels
            assert pixels is not None
            assert pixels.shape == (16, 24, 3)
            assert is_colour(pixels, COLOURS[number % 4]), number
        silent = at(0.0, name, source_mix=0.0)
        assert pictures.over(silent, (16, 24)) is silent
    assert lines == []


def test_a_presets_source_that_can_not_be_read_is_said_once_and_left_out(tmp_path: Path) -> None:
    lines: list[str] = []
    with SourcePictures(lines.append) as pictures:
        for name in (str(tmp_path / "gone.mp4"), "camera:0"):
            for time in (0.0, 0.1):
                wanted = at(time, name)
                assert pictures.over(wanted, (16, 16)) is wanted
    assert len(lines) == 2
    assert "gone.mp4: no such file" in lines[0]
    assert "camera:0: a camera is for the live show" in lines[1]


def frames_of(folder: Path) -> list[Pixels]:
    return [np.asarray(Image.open(path)) for path in sorted(folder.glob("*.png"))]


def render(out: Path, *more: str) -> list[Pixels]:
    """Frames of a render with colour fields."""
    given = ["render", str(out), "--model", "colour-fields", "--size", "64", "--frames", "6"]
    given += ["--prompt", "red"]  # without a preset's looks
    assert cli.main([*given, "--fps", str(RATE), "--seed", "1", *more]) == 0
    return frames_of(out)


def test_the_same_source_makes_the_same_video_and_another_mix_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = ["--source", str(write_clip(tmp_path / "clip.mp4", COLOURS))]
    once, twice = (render(tmp_path / name, *source) for name in ("once", "twice"))
    assert all(map(np.array_equal, once, twice))
    alone = render(tmp_path / "alone", *source, "--set", "source_mix=1")
    for number, pixels in enumerate(alone):
        assert is_colour(pixels, COLOURS[number % 4]), number
    none = render(tmp_path / "none")
    off = render(tmp_path / "off", *source, "--set", "source_mix=0")
    assert all(map(np.array_equal, none, off))
    assert not np.array_equal(none[3], once[3])


def test_a_video_goes_round_in_so_many_beats(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four colours in two beats of half a second: one goes by every quarter of a second."""
    source = ["--source", str(write_clip(tmp_path / "clip.mp4", COLOURS))]
    beat = ["--set", "source_beats=2", "--set", "tempo=120", "--set", "source_mix=1"]
    found = render(tmp_path / "out", *source, *beat)
    assert [is_colour(pixels, RED) for pixels in found] == [True] * 3 + [False] * 3
    assert all(is_colour(pixels, GREEN) for pixels in found[3:5])


@pytest.mark.parametrize("source", ["camera:0", "gone.mp4", "."])
def test_a_source_that_can_not_be_read_ends_a_render_before_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    out = tmp_path / "out"
    for command in (["render", str(out)], ["bench"]):
        assert cli.main([*command, "--model", "colour-fields", "--source", source]) == 2
        line = capsys.readouterr().err.strip().splitlines()[-1]
        assert line.startswith(f"visualizer: --source {source}: ")
    assert not out.exists()


def test_a_name_that_is_no_source_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--source", "camera:front"])
    assert "'camera:front': must be a file, or camera:N" in capsys.readouterr().err
