"""The figures of `visualizer bench`."""

import json

import pytest

from visualizer import cli
from visualizer.engine.host.engine_host import EngineLost, Slots

KEYS = {
    "engine_fps", "frame_ms_median", "frame_ms_p99", "stages_ms", "peak_rss_mb",
    "model", "device", "backend", "width", "height", "steps", "versions",
}  # fmt: skip


BUILTIN = ["--model", "builtin", "--device", "cpu", "--size", "64", "--backend", "torch"]


def test_one_json_object_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", *BUILTIN, "--frames", "3", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result) == KEYS
    assert set(result["stages_ms"]) == {
        "perturb", "encode", "denoise", "decode", "blend", "copy",
    }  # fmt: skip
    assert (result["model"], result["device"]) == ("builtin", "cpu")
    assert (result["width"], result["height"]) == (64, 64)
    assert all(ms >= 0 for ms in result["stages_ms"].values())
    assert result["engine_fps"] == pytest.approx(1000 / result["frame_ms_median"], rel=0.01)
    assert 50 < result["peak_rss_mb"] < 20_000


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "--model", "colour-fields", "--size", "64", "--frames", "3"]) == 0
    printed = capsys.readouterr().out
    assert "frames a second" in printed
    assert "peak memory" in printed


def test_the_table_says_what_runs_the_networks(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", *BUILTIN, "--frames", "1"]) == 0
    assert "builtin on cpu by torch" in capsys.readouterr().out


def test_the_display_loop_is_measured_with_the_engine_idle_and_busy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # it would stand in the output
    for name, value in (("SIZES", ((96, 64), (64, 96))), ("LEAST_FRAMES", 4), ("WARM_UP", 1)):
        monkeypatch.setattr(f"visualizer.offline.bench_stage.{name}", value)
    argv = ["bench", "--stage", "--model", "colour-fields", "--size", "32", "--frames", "5"]
    assert cli.main([*argv, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["stage"]
    assert [(row["width"], row["height"], row["engine"]) for row in rows] == [
        (96, 64, "idle"), (64, 96, "idle"), (96, 64, "busy"), (64, 96, "busy"),
    ]  # fmt: skip
    for row in rows:
        assert row["frames"] == 5
        assert 0.0 < row["interval_ms_median"] <= row["interval_ms_p99"]
        assert 0 <= row["late_frames"] <= 5
        assert row["cpu_ms"] > 0.0
    assert cli.main(argv) == 0
    assert "96x64" in capsys.readouterr().out


def test_without_a_display_the_display_loop_is_not_measured_and_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["bench", "--stage", "--model", "colour-fields"]) == 2
    assert "--stage: no display can be opened" in capsys.readouterr().err


def test_an_engine_that_dies_while_the_display_loop_is_measured_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Lost:
        """An engine host that can't go on, as of a process that crashed."""

        def __init__(self, slots: Slots, picture: object) -> None:
            self.slots = slots

        def start(self) -> None:
            asked.append(self.slots.models.get())
            self.slots.frames.fail(EngineLost("the engine's process crashed (SIGSEGV)"))

        def stop(self) -> bool:
            return True

    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr("visualizer.offline.bench_stage.host", lambda where, options: Lost)
    for name, value in (("SIZES", ((96, 64),)), ("LEAST_FRAMES", 4), ("WARM_UP", 1)):
        monkeypatch.setattr(f"visualizer.offline.bench_stage.{name}", value)
    argv = ["bench", "--stage", "--model", "a/model", "--lora", "film:0.5", "--frames", "1"]
    assert cli.main(argv) == 2
    assert "visualizer: --stage: the engine's process crashed" in capsys.readouterr().err
    assert asked == ["a/model +lora film:0.5"]
