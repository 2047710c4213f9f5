"""argv becomes options; what is wrong in it is one clear line."""

from pathlib import Path
from typing import Any

import pytest

from visualizer import cli
from visualizer.options import BenchOptions, LiveOptions, Options, RenderOptions


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the commands were called with, in place of running them."""
    calls: list[Any] = []

    def take(options: Options) -> int:
        calls.append(options)
        return 0

    monkeypatch.setattr("visualizer.live.app.run", take)
    monkeypatch.setattr("visualizer.offline.render.render", take)
    monkeypatch.setattr("visualizer.offline.bench.bench", take)
    return calls


def live(**given: Any) -> LiveOptions:
    """Options of the live show as the command line has them where it is told no more."""
    return LiveOptions(**{"osc": "9000", **given})


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        ([], live()),
        (["--windowed", "--display", "2"], live(windowed=True, display=2)),
        (["--midi", "nano", "--offline"], live(midi="nano", offline=True)),
        (["--no-midi", "-v"], live(no_midi=True, verbose=True)),
        (["--set", "strength=0.4", "--set", "hold=3"], live(
            settings={"strength": 0.4, "hold": 3.0})),
        (["--osc", "0.0.0.0:8000", "--link"], LiveOptions(osc="0.0.0.0:8000", link=True)),
        (["--no-osc", "--sound", "default", "--resume"], LiveOptions(sound="", resume=True)),
        (["--sound", "line", "--maps", "m"], live(sound="line", maps=Path("m"))),
        (["--set", "quantise=bar"], live(settings={"quantise": 2.0})),
        (["render", "a.mp4", "--sound", "a.wav"], RenderOptions(
            out=Path("a.mp4"), sound=Path("a.wav"))),
        (["--tiny-vae", "on"], live(tiny_vae="on")),
        (["--tiny-vae", "off", "bench"], BenchOptions(tiny_vae="off")),
        (["--seed", "7"], live(settings={"seed": 7.0})),
        (["render", "a.mp4"], RenderOptions(out=Path("a.mp4"))),
        (["render", "a.mp4", "--seconds", "2", "--fps", "10"], RenderOptions(
            out=Path("a.mp4"), frames=20, fps=10.0)),
        (["render", "a", "--frames", "3", "--prompt", "sea"], RenderOptions(
            out=Path("a"), frames=3, prompt="sea")),
        (["--model", "m", "render", "a.mp4", "--size", "64"], RenderOptions(
            out=Path("a.mp4"), model="m", size=64)),
        (["--set", "hold=3", "bench", "--set", "steps=2", "--json"], BenchOptions(
            settings={"hold": 3.0, "steps": 2.0}, json=True)),
    ],
)  # fmt: skip
def test_argv_becomes_options(argv: list[str], options: Options, called: list[Any]) -> None:
    assert cli.main(argv) == 0
    assert called == [options]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--set", "strenth=1"], "no parameter 'strenth'"),
        (["--set", "strength=2"], "it goes from 0 to 1"),
        (["--set", "strength=half"], "must be a number, not 'half'"),
        (["--set", "strength"], "NAME=VALUE"),
        (["--tiny-vae", "maybe"], "invalid choice: 'maybe'"),
        (["--size", "-4"], "whole number above 0"),
        (["render", "a.mp4", "--fps", "0"], "number above 0"),
        (["render", "a.mp4", "--fps", "0.1"], "it goes from 1 to 240"),
        (["render", "a.mp4", "--seconds", "inf"], "number above 0"),
        (["render", "a.mp4", "--frames", "3", "--seconds", "3"], "not allowed with"),
    ],
)
def test_a_wrong_argument_is_named(
    argv: list[str], says: str, called: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(argv)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err.splitlines()[-1]
    assert called == []


def test_an_option_that_cant_be_followed_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--presets", "/nowhere", "render", "a.mp4"]) == 2
    assert capsys.readouterr().err == "visualizer: --presets /nowhere: no such folder of presets\n"


def test_presets_are_listed_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.yaml").write_text("prompts: [a blue tunnel]\n")
    assert cli.main(["presets", str(tmp_path)]) == 0
    assert "a blue tunnel" in capsys.readouterr().out
    (tmp_path / "bad.yaml").write_text("prompts:\n  - text: a\n    strenth: 1\n")
    assert cli.main(["presets", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert "a blue tunnel" in printed.out
    assert f"{tmp_path / 'bad.yaml'}:3: prompts[1].strenth: no such field" in printed.err


def test_without_a_folder_the_shipped_presets_are_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["presets"]) == 0
    assert "Deep sea" in capsys.readouterr().out


def test_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models"]) == 0
    printed = capsys.readouterr().out
    assert "builtin" in printed
    assert "stabilityai/sdxl-turbo" in printed
