"""Cameras: what they are called on each system, and what is said where none is there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from visualizer.engine.source.capture import Capture, Device, device_of
from visualizer.engine.source.clip import SourceError
from visualizer.engine.source.fitting import fitted
from visualizer.engine.source.open_source import open_source

from ...clips import GREEN, RED, is_colour, write_clip


def test_each_system_has_a_name_for_a_camera() -> None:
    assert device_of(2, "linux") == Device("/dev/video2", "v4l2")
    assert device_of(1, "darwin").file == "1:none"
    assert device_of(1, "darwin").format == "avfoundation"


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_a_camera_that_is_not_there_is_one_line_that_says_what_to_do(platform: str) -> None:
    with pytest.raises(SourceError) as caught:
        Capture("camera:97", device_of(97, platform))
    line = str(caught.value)
    assert line.startswith("source camera:97: no such camera, or in use elsewhere (")
    assert "plug it in" in line
    assert "\n" not in line


def test_a_name_that_is_no_cameras_is_said() -> None:
    with pytest.raises(SourceError, match="source camera:front: must be a file, or camera:N"):
        open_source("camera:front")


@pytest.mark.skipif(sys.platform != "linux", reason="opens a device of Linux")
def test_the_camera_of_a_number_is_opened_by_its_name() -> None:
    with pytest.raises(SourceError, match="/dev/video97"):
        open_source("camera:97")


def test_frames_come_one_after_the_other_until_it_is_pulled(tmp_path: Path) -> None:
    """A file stands in for the device: it is read through the same demuxer."""
    path = write_clip(tmp_path / "clip.mp4", [RED, GREEN])
    camera = Capture("camera:0", Device(str(path), "mp4"))
    for colour in (RED, GREEN):
        assert is_colour(fitted(camera.at(0.0), (16, 16)), colour)
    with pytest.raises(SourceError, match="camera:0: no more pictures: it was unplugged"):
        camera.at(0.0)
    camera.close()
