"""A video or a folder of frames, without a window."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visualizer import cli
from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.engine import Engine
from visualizer.engine.picture import Picture
from visualizer.offline.render import frames
from visualizer.options import Options
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.request import Request

from .renders import SMALL, video


def test_a_video_has_the_frames_the_rate_and_the_size_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "a.mp4"
    assert cli.main(["render", str(out), *SMALL, "--frames", "12", "--fps", "10"]) == 0
    pictures, rate = video(out)
    assert (len(pictures), rate, pictures[0].shape) == (12, 10.0, (64, 64, 3))
    assert os.listdir(out.parent) == ["a.mp4"]


def test_a_wall_is_filled_and_what_juts_out_is_cut_off(tmp_path: Path) -> None:
    pictures = {}
    for name, wall in (("plain", []), ("wide", ["160x90"]), ("high", ["90x160"])):
        out, more = tmp_path / name, ["--wall", *wall] if wall else []
        assert cli.main(["render", str(out), *SMALL, "--frames", "1", *more]) == 0
        with Image.open(out / "frame_000001.png") as picture:
            pictures[name] = picture.resize((160, 160)) if name == "plain" else picture.copy()
    assert (pictures["wide"].size, pictures["high"].size) == ((160, 90), (90, 160))
    whole = np.asarray(pictures["plain"], dtype=float)
    assert abs(whole[:, 35:125] - np.asarray(pictures["high"])).mean() < 6.0
    assert abs(whole[35:125] - np.asarray(pictures["wide"])).mean() < 6.0


def test_without_a_display_a_video_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("visualizer.offline.render.SECONDS", 0.25)
    for name in ("show.mp4", "show-2.mp4"):
        assert cli.main(SMALL) == 0
        said = capsys.readouterr()
        assert said.out.strip() == str(tmp_path / name)
        assert "no display" in said.err
        pictures, _ = video(tmp_path / name)
        assert (len(pictures), pictures[0].shape) == (6, (720, 1280, 3))


def test_a_wall_that_is_none_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for wall, says in (
        *((wall, f"'{wall}' is not WIDTHxHEIGHT") for wall in ("1280", "axb", "1280x")),
        *((wall, f"{wall} pixels: it goes from 16 to 8192") for wall in ("0x720", "720x9000")),
    ):
        with pytest.raises(SystemExit):
            cli.main(["render", "out.mp4", *SMALL, "--wall", wall])
        assert says in capsys.readouterr().err


def test_a_folder_gets_png_frames(tmp_path: Path) -> None:
    assert cli.main(["render", str(tmp_path / "out"), *SMALL, "--frames", "3"]) == 0
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert names == ["frame_000001.png", "frame_000002.png", "frame_000003.png"]


def png_frames(folder: Path, *more: str) -> list[bytes]:
    assert cli.main(["render", str(folder), *SMALL, "--frames", "4", *more]) == 0
    return [Image.open(p).tobytes() for p in sorted(folder.iterdir())]


def test_the_same_seed_gives_the_same_frames_and_another_seed_others(tmp_path: Path) -> None:
    first = png_frames(tmp_path / "a", "--seed", "5")
    assert first == png_frames(tmp_path / "b", "--seed", "5")
    assert first != png_frames(tmp_path / "c", "--seed", "6")


def test_a_prompt_of_ones_own_takes_the_place_of_the_presets(tmp_path: Path) -> None:
    assert png_frames(tmp_path / "a", "--prompt", "red flames") != png_frames(tmp_path / "b")


def test_motion_goes_by_the_videos_own_time() -> None:
    times: list[float] = []

    class Card(ColourFields):
        def next(self, request: Request) -> Picture:
            times.append(request.time)
            return super().next(request)

    show = start((Preset("one", (Cued(alone("red flames"), NO_VALUES),)),))
    assert len(list(frames(show, Card(16), fps=10.0, numbers=range(3)))) == 3
    assert times == pytest.approx([0.0, 0.1, 0.2])


def test_the_model_of_the_preset_plays_unless_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = tmp_path / "own.yaml"
    preset.write_text("model: from/preset\nprompts: [red flames]\n")
    opened: list[str] = []

    def open_now(options: Options, name: str, say: Callable[[str], None]) -> Engine:
        opened.append(name)
        return ColourFields(16)

    monkeypatch.setattr("visualizer.offline.video_making.open_now", open_now)
    for number, named in enumerate(([], ["--model", "builtin"])):
        out = str(tmp_path / f"{number}")
        assert cli.main(["render", out, "--preset", str(preset), "--frames", "1", *named]) == 0
    assert opened == ["from/preset", "builtin"]


def test_a_prompt_of_ones_own_leaves_a_named_presets_model_and_negative_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = tmp_path / "own.yaml"
    preset.write_text("model: from/preset\nnegative: blurry\nguidance: 2\nprompts: [a, b]\n")
    opened: list[str] = []
    seen: list[Request] = []

    class Card(ColourFields):
        def next(self, request: Request) -> Picture:
            seen.append(request)
            return super().next(request)

    def open_now(options: Options, name: str, say: Callable[[str], None]) -> Engine:
        opened.append(name)
        return Card(16)

    monkeypatch.setattr("visualizer.offline.video_making.open_now", open_now)
    out, named = str(tmp_path / "out"), ["--preset", str(preset), "--prompt", "red flames"]
    assert cli.main(["render", out, *named, "--frames", "1"]) == 0
    assert opened == ["from/preset"]
    wanted = seen[0]
    assert (wanted.prompts, wanted.guidance) == ((("red flames", 1.0),), 2.0)
    assert wanted.negative == (("blurry", 1.0),)


def test_a_faulty_run_leaves_the_older_video_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.mp4"
    out.write_bytes(b"older")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("visualizer.offline.writers._Video.write", full)
    assert cli.main(["render", str(out), *SMALL, "--frames", "2"]) == 1
    assert out.read_bytes() == b"older"
    assert os.listdir(tmp_path) == ["a.mp4"]
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith("a.mp4: can't be written: No space left on device")
    )


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["a.gif"], ".mp4"),
        (["older"], "has frames of another run"),
        (["a.mp4", "--prompt", " "], "empty prompt generates no frame"),
    ],
)
def test_what_cant_be_rendered_is_one_line(
    argv: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "frame_000001.png").touch()
    assert cli.main(["render", str(tmp_path / argv[0]), *argv[1:], *SMALL]) == 2
    assert says in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("file/a.mp4", "there is a file where its folder should be"),
        ("file/frames", "there is a file where its folder should be"),
        ("x" * 300 + ".mp4", "File name too long"),
        ("folder.mp4", "is a folder"),
    ],
)
def test_an_output_that_cant_be_written_is_refused_before_a_model_is_opened(
    name: str,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr("visualizer.offline.video_making.open_now")
    (tmp_path / "file").touch()
    (tmp_path / "folder.mp4").mkdir()
    assert cli.main(["render", str(tmp_path / name), *SMALL]) == 2
    assert says in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("shape", "sides"),
    [
        (["--size", "96x64"], (96, 64)),
        (["--size", "64X256"], (64, 256)),
        (["--aspect", "16:9"], (512, 288)),
        (["--aspect", "1:4"], (192, 768)),
    ],
)
def test_a_picture_has_the_shape_that_is_asked_for(
    shape: list[str], sides: tuple[int, int], tmp_path: Path
) -> None:
    argv = ["render", str(tmp_path / "out"), "--model", "colour-fields", "--frames", "1", *shape]
    assert cli.main(argv) == 0
    with Image.open(tmp_path / "out" / "frame_000001.png") as picture:
        assert picture.size == sides


def test_a_folders_name_may_have_a_dot(tmp_path: Path) -> None:
    out = tmp_path / "show_1.5"
    assert cli.main(["render", str(out), *SMALL, "--frames", "1"]) == 0
    assert os.listdir(out) == ["frame_000001.png"]


def test_a_pixel_that_a_video_cuts_off_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "a video's sides are even: of 161x90, the last row or column is cut off\n"
    for name, cut in (("a.mp4", True), ("a", False)):
        out = str(tmp_path / name)
        assert cli.main(["render", out, *SMALL, "--frames", "2", "--wall", "161x90"]) == 0
        assert capsys.readouterr().err.count(line) == cut


def test_a_model_that_cant_be_loaded_makes_no_video_unless_a_fallback_is_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    out = tmp_path / "a.mp4"
    argv = ["render", str(out), "--model", str(broken), "--frames", "1", "--prompt", "a"]
    assert cli.main(argv) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert "no model_index.json in" in line
    assert line.endswith("; --fallback continues with another model")
    assert cli.main(["bench", "--model", str(broken), "--frames", "1"]) == 2
    assert not out.exists()
    monkeypatch.setattr("visualizer.engine.models.fallbacks.BUILTIN", "colour-fields")
    assert cli.main([*argv, "--fallback", "--size", "64"]) == 0
    assert "colour-fields plays instead" in capsys.readouterr().err
    assert out.is_file()
