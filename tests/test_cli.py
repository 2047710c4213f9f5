"""argv becomes options; what is wrong in it is one clear line."""

import sys
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import pytest

from visualizer import cli
from visualizer.options import BenchOptions, LiveOptions, Options, RenderOptions
from visualizer.show.lora import Lora


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the commands were called with, in place of running them."""
    calls: list[Any] = []

    def take(options: Options, *_: object) -> int:
        calls.append(options)
        return 0

    monkeypatch.setattr("visualizer.live.run.run", take)
    monkeypatch.setattr("visualizer.live.opening.reopened", lambda options: None)
    monkeypatch.setattr("visualizer.offline.render.render", take)
    monkeypatch.setattr("visualizer.offline.bench.bench", take)
    return calls


def live(**given: Any) -> LiveOptions:
    """Options of the live show as the command line has them where it is told no more."""
    return LiveOptions(**{"osc": "9000", "desk": "9001", **given})


def test_argv_becomes_options(called: list[Any]) -> None:
    for argv, options in (
        ([], live()),
        (["--windowed", "--display", "2"], live(windowed=True, display=2)),
        (["--display", "2", "--display", "1"], live(display=2, also=(1,))),
        (["--walls", "3"], live(display=0, also=(1, 2), walls=3)),
        (["--display", "1", "--walls", "3"], live(display=1, also=(0, 2), walls=3)),
        (
            ["--display", "1", "--display", "3", "--walls", "2"],
            live(display=1, also=(3,), walls=2),
        ),
        (["--midi", "nano", "--offline"], live(midi="nano", offline=True)),
        (["--no-midi", "-v"], live(no_midi=True, verbose=True)),
        (
            ["--set", "strength=0.4", "--set", "hold=3"],
            live(settings={"strength": 0.4, "hold": 3.0}),
        ),
        (["--osc", "0.0.0.0:8000", "--link"], live(osc="0.0.0.0:8000", link=True)),
        (
            ["--no-osc", "--no-desk", "--sound", "default", "--resume"],
            LiveOptions(sound="", resume=True),
        ),
        (["--desk", "0.0.0.0:9002"], live(desk="0.0.0.0:9002")),
        (
            ["--record", "--output", "ndi:Left wall", "--output", "camera", "--from", "a.png"],
            live(
                record=True,
                output=(("ndi", "Left wall"), ("camera", "")),
                from_picture=Path("a.png"),
            ),
        ),
        (
            ["--from", "a.png", "render", "a.mp4"],
            RenderOptions(out=Path("a.mp4"), from_picture=Path("a.png")),
        ),
        (
            ["render", "a.mp4", "--from", "a.png"],
            RenderOptions(out=Path("a.mp4"), from_picture=Path("a.png")),
        ),
        (["--sound", "line", "--maps", "m"], live(sound="line", maps=Path("m"))),
        (
            ["--lora", "film.safetensors:0.8", "--lora", "a/b"],
            live(
                lora=(Lora("film.safetensors", 0.8), Lora("a/b")),
            ),
        ),
        (
            ["--lora", "a/b", "bench", "--lora", "c/d:2"],
            BenchOptions(
                lora=(Lora("a/b"), Lora("c/d", 2.0)),
            ),
        ),
        (["--set", "quantise=bar"], live(settings={"quantise": 2.0})),
        (
            ["render", "a.mp4", "--sound", "a.wav"],
            RenderOptions(out=Path("a.mp4"), sound=Path("a.wav")),
        ),
        (["--tiny-vae", "on"], live(tiny_vae="on")),
        (["--tiny-vae", "off", "bench"], BenchOptions(tiny_vae="off")),
        (["--size", "1024x256"], live(size=(1024, 256))),
        (["--aspect", "16:10"], live(aspect=1.6)),
        (["--aspect", "0.5"], live(aspect=0.5)),
        (["--seed", "7"], live(settings={"seed": 7.0})),
        (["render", "a.mp4"], RenderOptions(out=Path("a.mp4"))),
        (
            ["render", "a.mp4", "--seconds", "2", "--fps", "10"],
            RenderOptions(out=Path("a.mp4"), frames=20, fps=Fraction(10)),
        ),
        (
            ["render", "a", "--frames", "3", "--prompt", "sea"],
            RenderOptions(out=Path("a"), frames=3, prompt="sea"),
        ),
        (
            ["--model", "m", "render", "a.mp4", "--size", "64"],
            RenderOptions(out=Path("a.mp4"), model="m", size=(64, 64)),
        ),
        (
            ["--set", "hold=3", "bench", "--set", "steps=2", "--json"],
            BenchOptions(settings={"hold": 3.0, "steps": 2.0}, json=True),
        ),
    ):
        assert cli.main(argv) == 0
        assert [called.pop(), *called] == [options]


def test_a_wrong_argument_is_named(called: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    for argv, says in (
        (["--set", "strenth=1"], "no parameter 'strenth'"),
        (["--set", "strength=2"], "it goes from 0 to 1"),
        (["--set", "strength=half"], "must be a number, not 'half'"),
        (["--set", "strength"], "NAME=VALUE"),
        (["--lora", "film:9"], "a LoRA's weight goes from -4 to 4"),
        (["--tiny-vae", "maybe"], "invalid choice: 'maybe'"),
        (["--persets", "a"], "there is no option --persets; nearest: --presets"),
        (["--framez=3", "render", "a.mp4"], "there is no option --framez; nearest: --frames"),
        (["rendr", "a.mp4"], "invalid choice: 'rendr' (choose from 'render'"),
        (["--size", "-4"], "whole number above 0"),
        (["--size", "1"], "1x1 pixels: it goes from 16 to 8192"),
        (["--size", "512x"], "'512x' is not WIDTHxHEIGHT"),
        (["--size", "512x8"], "512x8 pixels: it goes from 16 to 8192"),
        (["render", "a.mp4", "--wall", "1280x99999"], "it goes from 16 to 8192"),
        (["--size", "512x9000"], "it goes from 16 to 8192"),
        (["--aspect", "0:9"], "'0:9' is not an aspect ratio, such as 16:9"),
        (["--aspect", "100:1"], "(1:16 to 16:1)"),
        (["--aspect", "nan"], "is not an aspect ratio"),
        (["--aspect", "16:9", "--size", "64"], "not allowed with"),
        (["--size", "64", "render", "a.mp4", "--aspect", "16:9"], "not allowed with"),
        (["--aspect", "16:9", "bench", "--size", "64"], "--aspect: not allowed with"),
        (["--size", "1000000"], "it goes from 16 to 8192"),
        (["render", "a.mp4", "--fps", "0"], "it goes from 1 to 240"),
        (["render", "a.mp4", "--fps", "1/0"], "'1/0' is not a rate, such as 25 or 30000/1001"),
        (["render", "a.mp4", "--fps", "1e999999999"], "is not a rate"),
        (["--set", "\x1b[2J=1"], "no parameter '\ufffd[2J'"),
        (["render", "a.mp4", "--fps", "0.1"], "it goes from 1 to 240"),
        (["render", "a.mp4", "--seconds", "inf"], "number above 0"),
        (["render", "a.mp4", "--frames", "3", "--seconds", "3"], "not allowed with"),
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main(argv)
        assert ended.value.code == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert says in line
        assert called == []


def test_a_rate_is_what_is_meant(called: list[Any]) -> None:
    for text, rate in (
        ("30000/1001", Fraction(30000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("29,97", Fraction(30000, 1001)),
        ("23.976", Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("30", Fraction(30)),
        ("30.0", Fraction(30)),
        ("12.5", Fraction(25, 2)),
        ("50/2", Fraction(25)),
    ):
        assert cli.main(["render", "a.mp4", "--fps", text]) == 0
        assert called.pop().fps == rate


def test_options_of_the_show_that_another_command_ignores_are_named(
    called: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--windowed", "--sound", "line", "--seed", "1", "render", "a.mp4"]) == 0
    line = "visualizer: --sound, --windowed: only for the live show; render ignores it\n"
    assert capsys.readouterr().err == line


def test_an_option_that_cant_be_followed_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--presets", "/nowhere", "render", "a.mp4"]) == 2
    assert capsys.readouterr().err == "visualizer: --presets /nowhere: no such folder of presets\n"


def test_each_fault_of_a_preset_is_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset = tmp_path / "a.yaml"
    preset.write_text("prompts:\n  - text: a\n    strenth: 1\n    zooom: 1\n")
    assert cli.main(["--preset", str(preset), "render", str(tmp_path / "a.mp4")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(": no such field")[0] for line in lines] == [
        f"visualizer: --preset {preset}:3: prompts[1].strenth",
        f"visualizer: --preset {preset}:4: prompts[1].zooom",
    ]


def test_presets_are_listed_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.yaml").write_text("prompts: [a blue tunnel]\n")
    assert cli.main(["presets", str(tmp_path)]) == 0
    assert "a blue tunnel" in capsys.readouterr().out
    (tmp_path / "bad.yaml").write_text("prompts:\n  - text: a\n    strenth: 1\n")
    assert cli.main(["presets", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert "a blue tunnel" in printed.out
    assert f"{tmp_path / 'bad.yaml'}:3: prompts[1].strenth: no such field" in printed.err


def test_set_lists_are_listed_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sea.yaml").write_text("prompts: [a whale]")
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "night.yaml").write_text("length: 8 bars\nloop: true\npresets: [sea]")
    assert cli.main(["presets", str(tmp_path)]) == 0
    assert "Set list night, looped\n    sea  8 bars\n" in capsys.readouterr().out
    (tmp_path / "sets" / "night.yaml").write_text("presets:\n  - sea\n  - see\n")
    assert cli.main(["presets", str(tmp_path)]) == 1
    assert "night.yaml:3: presets[2]: no preset is named 'see'" in capsys.readouterr().err


def test_the_folder_of_presets_is_given_as_anywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.yaml").write_text("prompts: [a blue tunnel]\n")
    listed = []
    for argv in (
        ["presets", str(tmp_path)],
        ["presets", "--presets", str(tmp_path)],
        ["--presets", str(tmp_path), "presets"],
    ):
        assert cli.main(argv) == 0
        listed.append(capsys.readouterr().out)
    assert listed == [listed[0]] * 3
    assert "a blue tunnel" in listed[0]


def test_presets_are_listed_in_words_and_can_do_nothing_to_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text(
        'name: "wild\\e[2J\\nname"\nhold: 16 beats\nquantise: bar\n'
        "modulate:\n  - {parameter: zoom, by: sine, depth: 0.1, every: 1 bar}\n"
        f'prompts:\n  - text: "two\\nlines {"long " * 30}"\n    zoom: 0.5\n'
    )
    assert cli.main(["presets", str(tmp_path)]) == 0
    assert capsys.readouterr().out == (
        "1 wild\ufffd[2J name  in turn, hold 16 beats, quantise bar, "
        "zoom by sine +0.1 every 1 bar\n"
        f"    two lines {'long ' * 29}long  zoom 0.5\n"
    )


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


def test_a_show_begins_from_one_thing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--resume", "--from", "a.png"])
    assert "--from: not allowed with argument --resume" in capsys.readouterr().err


def test_a_kind_of_output_that_is_none_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--output", "beamer"])
    assert "'beamer' is not one of camera, ndi, spout, syphon" in capsys.readouterr().err


def test_a_show_that_is_kept_alive_is_run_by_its_own_command_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[list[str]] = []

    def keep(command: list[str], folder: Path) -> int:
        kept.append(command)
        return 0

    monkeypatch.setattr("visualizer.live.keep_alive.keep_alive", keep)
    argv = ["--keep-alive", "--preset", "3", "--resume"]
    assert cli.main(argv) == 0
    assert kept == [[sys.executable, "-m", "visualizer", *argv]]


def test_a_show_that_is_restarted_goes_on_and_begins_from_no_picture(
    called: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[IO[str]] = []
    monkeypatch.setattr("faulthandler.enable", told.append)
    monkeypatch.setattr("faulthandler.register", lambda number, file: None, raising=False)
    crash = tmp_path / "crash"
    cli.main(["--from", "x.png", "--keep-alive", "--crash-file", str(crash), "--restarted"])
    (options,), (file,) = called, told
    file.close()
    assert options.restarted
    assert options.resume
    assert options.from_picture is None
    assert Path(file.name) == crash


def test_keep_alive_is_only_for_the_live_show(
    called: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["--keep-alive", "render", "x.mp4"])
    assert "--keep-alive: only for the live show; render ignores it" in capsys.readouterr().err
