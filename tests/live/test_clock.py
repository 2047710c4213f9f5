"""The system's clock may jump, as when it is set from the network: a show that plays goes on as it
was, since it asks clocks that only go on."""

from __future__ import annotations

import ast
import time
from itertools import cycle
from pathlib import Path

import pytest

import visualizer
from visualizer.live import last_picture
from visualizer.live.session_store import STATE
from visualizer.show.files import session
from visualizer.show.play_actions import Run, Set

from .rig import Wall, show_on

HERE = Path(visualizer.__file__).parent

MAY_ASK = {
    "engine/backends/converted.py": "how long ago a file was used, by any process",
    "live/run.py": "a number that chance begins with",
    "live/keep_alive.py": "the date of a crash report",
    "live/opening.py": "seconds since the process began, for --verbose alone",
    "offline/render.py": "a number that chance begins with",
    "offline/writers.py": "how long ago a file was written, by any process",
}
"""Modules that may ask what time it is, and what for: none of it moves a show."""

ASKS = {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow")}


def test_only_dates_and_the_age_of_files_come_from_the_systems_clock() -> None:
    found = set()
    for path in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                of = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                if (of, node.attr) in ASKS:
                    found.add(path.relative_to(HERE).as_posix())
            if isinstance(node, ast.ImportFrom) and node.module in ("time", "datetime"):
                assert not {each.name for each in node.names} & {"time", "time_ns", "datetime"}
    assert found == set(MAY_ASK)


def test_a_show_plays_on_evenly_while_the_systems_clock_jumps_by_an_hour(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real, jumps = time.time, cycle((0.0, 3600.0, -3600.0, 7200.0))
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
    monkeypatch.setattr(time, "time_ns", lambda: int(time.time() * 1e9))
    wall, begin = Wall(), time.monotonic()
    live = show_on(wall, state=tmp_path)

    def shown() -> None:
        live.do(Set("zoom", 0.25))
        kept = (tmp_path / STATE).exists() and last_picture.read(tmp_path) is not None
        if len(wall.frames) > 30 and kept:
            live.do(Run("quit"))
            live.do(Run("quit"))
        time.sleep(0.005)

    with live:
        wall.fault = shown
        live.play()
    times = [view.show.time for view in wall.views]
    assert times == sorted(times)
    assert times[-1] <= time.monotonic() - begin
    text = (tmp_path / STATE).read_text(encoding="utf-8")
    assert session.parse(text, STATE).values["zoom"] == 0.25
    assert "fault" not in capsys.readouterr().err
