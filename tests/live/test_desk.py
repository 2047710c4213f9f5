"""The desk of the running show."""

from __future__ import annotations

from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from visualizer.desk.preview import Preview
from visualizer.engine.colour_fields import ColourFields
from visualizer.frame import Pixels
from visualizer.live.app import LiveShow
from visualizer.live.wall_outputs import WallOutputs

from ..conftest import PATIENCE
from .rig import Wall, opens, show_on


def test_the_wall_is_taken_only_while_a_desk_looks_on_and_12_times_a_second() -> None:
    preview = Preview()
    outputs = WallOutputs(takers=(preview,))
    assert outputs.taker(1.0) is None
    preview.watchers = 1
    taken = 0
    for display_frame in range(61):
        at = 10.0 + display_frame / 60
        take = outputs.taker(at)
        if take is not None:
            take(np.zeros((4, 4, 3), np.uint8))
            taken += 1
    assert taken == 13  # at both ends of the second
    preview.watchers = 0
    assert outputs.taker(99.0) is None


def test_a_preview_is_small_and_in_the_walls_colours() -> None:
    preview = Preview()
    assert preview.newest() is None
    wall: Pixels = np.empty((900, 1600, 3), np.uint8)
    wall[:] = (250, 60, 10)
    preview.take(wall, 0.0)
    jpeg = preview.newest()
    assert jpeg is not None
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    assert picture.shape == (360, 640, 3)
    assert np.abs(picture.mean((0, 1)) - (250, 60, 10)).max() < 4
    assert preview.newest() is None  # each is encoded once


def test_what_a_desk_plays_reaches_the_frames(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opens(monkeypatch, lambda name, report: ColourFields(size=32))
    wall = Wall()
    live: LiveShow = show_on(wall, desk="9001", state=tmp_path)
    desk = live.inputs.desk
    assert desk is not None
    desk._wanted_port = 0  # a free one
    with live, httpx.Client(timeout=PATIENCE) as http:
        for _ in range(200_000):
            live.step(0.0)
            if wall.frames and desk.port:
                break
        url = f"http://{desk.address}/api"
        assert http.put(f"{url}/parameters/seed", json={"value": 77}).status_code == 204
        for _ in range(200_000):
            live.step(0.0)
            if wall.frames[-1].request.seed == 77:
                break
        assert wall.frames[-1].request.seed == 77
        assert http.get(f"{url}/state").json()["values"]["seed"] == 77
        assert f"desk {desk.address}" in wall.views[-1].inputs
