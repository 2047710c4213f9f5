"""The figures of `visualizer bench`."""

import json

import pytest

from visualizer import cli

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
    assert cli.main(["bench", "--model", "testcard", "--size", "64", "--frames", "3"]) == 0
    printed = capsys.readouterr().out
    assert "frames a second" in printed
    assert "peak memory" in printed


def test_the_table_says_what_runs_the_networks(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", *BUILTIN, "--frames", "1"]) == 0
    assert "builtin on cpu by torch" in capsys.readouterr().out
