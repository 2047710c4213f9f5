"""The whole command, at a size at which its numbers mean nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def ran(monkeypatch: pytest.MonkeyPatch, folder: Path, *argv: str) -> dict[str, Any]:
    """What --quick leaves behind, by file name."""
    monkeypatch.setattr(command, "HERE", folder)
    assert command.main(["--quick", "--device", "cpu", *argv]) == 0
    (made,) = (folder / "runs" / "quick").iterdir()
    return {
        path.name: json.loads(path.read_text()) if path.suffix == ".json" else path.read_bytes()
        for path in made.iterdir()
    }


def test_all_figures_of_the_builtin_model_make_a_table_json_and_pictures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = ran(monkeypatch, tmp_path, "--loop", "ours")
    figures = {name: made[f"builtin-64-{name}.json"] for name in command.FIGURES}
    assert all(kept["rows"] and kept["numbers"] for kept in figures.values())
    assert figures["speed"]["device"] == "cpu"
    speed = figures["speed"]["numbers"]
    assert (speed["1 step"]["evaluations"], speed["2 steps"]["evaluations"]) == (1, 2)
    assert speed["1 step"]["frames_a_second"].keys() == {"ours", "a", "b"}
    assert made["builtin-64-drift-one-prompt.png"].startswith(b"\x89PNG")
    assert made["builtin-64-drift-prompts-cycling.png"].startswith(b"\x89PNG")
    printed = capsys.readouterr().out
    assert all(name in printed for name in command.FIGURES)


def test_a_figure_that_is_not_there_is_named_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        command.main(["--only", "speed,beauty"])
    assert "beauty: there are" in capsys.readouterr().err


def test_a_number_that_is_none_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for option, value in (
        ("--steps", "x"),
        ("--steps", "0"),
        ("--shrink", "0"),
        ("--frames", "9"),
        ("--minutes", "0"),
    ):
        with pytest.raises(SystemExit):
            command.main([option, value])
        assert f"argument {option}: {value}: " in capsys.readouterr().err.splitlines()[-1]


def test_a_model_that_can_not_be_had_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--model", "beauty-architecture", "--device", "cpu"]) == 1
    assert capsys.readouterr().err == (
        "benchmarks: beauty-architecture: there are sd-turbo and sdxl-turbo\n"
    )
