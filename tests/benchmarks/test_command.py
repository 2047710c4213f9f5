"""The whole command, at a size at which its numbers mean nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command

RUN = """
import sys
from pathlib import Path
from benchmarks import __main__ as command
command.HERE = Path(sys.argv[1])
sys.exit(command.main(sys.argv[2:]))
"""
"""The command with another folder for what it records."""


def test_all_figures_of_the_builtin_model_make_a_table_json_and_pictures(tmp_path: Path) -> None:
    # In a process of its own, as it is run: windows and servers that other tests have closed leave
    # traces in SDL, and a fault there would take all other tests with it.
    given = [str(tmp_path), "--quick", "--device", "cpu", "--loop", "ours"]
    ended = subprocess.run([sys.executable, "-c", RUN, *given], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    (folder,) = (tmp_path / "runs" / "quick").iterdir()
    figures = {
        name: json.loads((folder / f"builtin-64-{name}.json").read_text())
        for name in command.FIGURES
    }
    assert all(kept["rows"] and kept["numbers"] for kept in figures.values())
    assert figures["speed"]["device"] == "cpu"
    speed = figures["speed"]["numbers"]
    assert (speed["1 step"]["evaluations"], speed["2 steps"]["evaluations"]) == (1, 2)
    assert speed["1 step"]["frames_a_second"].keys() == {"ours", "a", "b"}
    for picture in ("one-prompt", "prompts-cycling"):
        assert (folder / f"builtin-64-drift-{picture}.png").read_bytes().startswith(b"\x89PNG")
    assert all(name in ended.stdout for name in command.FIGURES)


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
