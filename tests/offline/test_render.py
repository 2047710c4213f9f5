"""A video or a folder of frames, without a window."""

import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from visualizer import cli
from visualizer.engine.engine import Engine
from visualizer.engine.failures import FrameError
from visualizer.engine.picture import Picture
from visualizer.engine.testcard import TestCard
from visualizer.frame import Pixels
from visualizer.offline.continuing import fingerprint
from visualizer.offline.render import frames
from visualizer.options import Options, RenderOptions
from visualizer.outputs.picture_file import encoded
from visualizer.show.files.picture_metadata import PictureMetadata
from visualizer.show.lora import Lora
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.request import Request

SMALL = ["--model", "testcard", "--size", "64"]


def video(path: Path) -> tuple[list[np.ndarray], float]:
    with av.open(str(path)) as container:
        rate = container.streams.video[0].average_rate
        assert rate is not None
        pictures = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
        return pictures, float(rate)


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

    class Card(TestCard):
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
        return TestCard(16)

    monkeypatch.setattr("visualizer.offline.render.open_now", open_now)
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

    class Card(TestCard):
        def next(self, request: Request) -> Picture:
            seen.append(request)
            return super().next(request)

    def open_now(options: Options, name: str, say: Callable[[str], None]) -> Engine:
        opened.append(name)
        return Card(16)

    monkeypatch.setattr("visualizer.offline.render.open_now", open_now)
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
        (["older"], "holds frames of another run"),
        (["a.mp4", "--prompt", " "], "empty prompt makes no frame"),
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
    monkeypatch.delattr("visualizer.offline.render.open_now")
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
    argv = ["render", str(tmp_path / "out"), "--model", "testcard", "--frames", "1", *shape]
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
    assert line.endswith("; --fallback goes on with another model")
    assert cli.main(["bench", "--model", str(broken), "--frames", "1"]) == 2
    assert not out.exists()
    monkeypatch.setattr("visualizer.engine.models.open.BUILTIN", "testcard")
    assert cli.main([*argv, "--fallback", "--size", "64"]) == 0
    assert "testcard plays instead" in capsys.readouterr().err
    assert out.is_file()


class Rendering:
    """A render of a long video in a process of its own, once some frames are written."""

    def __init__(self, out: Path) -> None:
        self.out = out
        small = ["--size", "16", "--model", "testcard", "--prompt", "red flames"]
        command = [sys.executable, "-m", "visualizer", "render", str(out), *small]
        self.process = subprocess.Popen(
            [*command, "--frames", "1000000"], stderr=subprocess.PIPE, text=True
        )
        unfinished = out if out.suffix == "" else out.with_stem(f"{out.stem}-unfinished")
        while not (
            (unfinished.is_file() and unfinished.stat().st_size) or next(out.glob("*10.png"), None)
        ):
            assert self.process.poll() is None
            time.sleep(0.05)

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal: the exit status, and the last line."""
        self.process.send_signal(number)
        _, said = self.process.communicate()
        return self.process.returncode, said.splitlines()[-1] if said.strip() else ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_an_interrupted_video_plays_as_far_as_it_goes(
    number: int, status: int, tmp_path: Path
) -> None:
    out = tmp_path / "a.mp4"
    out.write_bytes(b"older")
    ended, said = Rendering(out).end(number)
    assert ended == status
    partial = tmp_path / "a-partial.mp4"
    assert sorted(os.listdir(tmp_path)) == ["a-partial.mp4", "a.mp4"]
    assert out.read_bytes() == b"older"
    pictures, _ = video(partial)
    assert said == (
        f"visualizer: {out}: interrupted; the first {len(pictures)} of 1000000 frames are in "
        f"{partial}"
    )


def stopping_after(frame: int, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Have TERM come while that frame (from 1) is made."""
    made, calls = TestCard.next, []

    def next_(card: TestCard, request: Request) -> Picture:
        calls.append(request)
        if len(calls) == frame:
            os.kill(os.getpid(), signal.SIGTERM)
        return made(card, request)

    monkeypatch.setattr("visualizer.engine.testcard.TestCard.next", next_)
    return monkeypatch


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_folder_that_was_interrupted_goes_on_with_the_same_frames(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = [*SMALL, "--seed", "5", "--frames", "9", "--fps", "1", "--set", "seed_interval=2"]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert cli.main(["render", str(whole), *argv]) == 0
    for frame, there in ((3, 3), (2, 5)):
        with monkeypatch.context() as patch:
            stopping_after(frame, patch)
            more = ["--continue"] if there > 3 else []
            assert cli.main(["render", str(parts), *argv, *more]) == 143
        assert f"the first {there} of 9 frames are in {parts}; --continue goes on" in (
            capsys.readouterr().err
        )
    assert cli.main(["render", str(parts), *argv]) == 2
    assert "go on with --continue" in capsys.readouterr().err
    assert cli.main(["render", str(parts), *argv, "--continue", "--set", "zoom=0.5"]) == 2
    assert "was begun with other options" in capsys.readouterr().err
    assert cli.main(["render", str(parts), *argv, "--continue"]) == 0
    names = sorted(os.listdir(whole))
    assert sorted(os.listdir(parts)) == names == [f"frame_{n:06d}.png" for n in range(1, 10)]
    for name in names:
        assert (parts / name).read_bytes() == (whole / name).read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_random_seed_is_the_same_when_a_folder_is_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of --seed -1, and those of a preset that draws one anew at each prompt."""
    preset = tmp_path / "random.yaml"
    preset.write_text(
        "seed: -1\nhold: 2\nprompts: [{text: red, seed: -1}, {text: blue, seed: -1}]\n"
    )
    for name, more in (("option", ["--seed", "-1"]), ("preset", ["--preset", str(preset)])):
        argv = [*SMALL, "--frames", "7", "--fps", "1", *more]
        whole, parts = tmp_path / f"{name}-whole", tmp_path / f"{name}-parts"
        with monkeypatch.context() as patch:
            patch.setattr("visualizer.offline.render.time.time_ns", lambda: 5)
            assert cli.main(["render", str(whole), *argv]) == 0
            stopping_after(3, patch)
            assert cli.main(["render", str(parts), *argv]) == 143
        assert cli.main(["render", str(parts), *argv, "--continue"]) == 0
        for frame in whole.iterdir():
            assert (parts / frame.name).read_bytes() == frame.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_folder_isnt_continued_with_another_model_or_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = tmp_path / "a.wav"
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))
    out = str(tmp_path / "out")
    argv = ["render", out, *SMALL, "--frames", "5", "--sound", str(sound)]
    with monkeypatch.context() as patch:
        stopping_after(2, patch)
        assert cli.main(argv) == 143
    with monkeypatch.context() as patch:
        card = TestCard((32, 64))
        patch.setattr("visualizer.offline.render.open_now", lambda *_: card)
        assert cli.main([*argv, "--continue"]) == 2
    made, now = (f"testcard on cpu by no network at {size}" for size in ("64x64", "32x64"))
    assert f"it was made with {made}, and this is {now}" in capsys.readouterr().err
    os.utime(sound, (1, 1))
    assert cli.main([*argv, "--continue"]) == 2
    assert "was begun with other options, presets or sound" in capsys.readouterr().err


def test_what_cant_be_continued_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = (
        ("a.mp4", None, "holds no"),
        ("a", None, "holds no"),
        ("b", b"x", "can't be read"),
        ("c", b"", "can't be read"),
    )
    for out, state, says in faulty:
        if state is not None:
            (tmp_path / out).mkdir()
            (tmp_path / out / "continue.npz").write_bytes(state)
        assert cli.main(["render", str(tmp_path / out), *SMALL, "--continue"]) == 2
        line = capsys.readouterr().err
        assert says in line
        assert line.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_what_a_killed_render_leaves_is_in_sight_and_cleared_by_a_later_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.mp4"
    Rendering(out).end(signal.SIGKILL)
    unfinished = tmp_path / "a-unfinished.mp4"
    assert list(tmp_path.iterdir()) == [unfinished]
    written = unfinished.read_bytes()
    assert cli.main(["render", str(out), *SMALL, "--frames", "2"]) == 2
    assert "another render seems to be making it" in capsys.readouterr().err
    assert unfinished.read_bytes() == written
    os.utime(unfinished, (time.time() - 90,) * 2)
    assert cli.main(["render", str(out), *SMALL, "--frames", "2"]) == 0
    assert os.listdir(tmp_path) == ["a.mp4"]


def test_a_video_whose_engine_fails_later_is_kept_as_far_as_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = TestCard.next
    calls: list[Request] = []

    def fail(card: TestCard, request: Request) -> Picture:
        calls.append(request)
        if len(calls) > 3:
            raise FrameError("not-a-number")
        return made(card, request)

    monkeypatch.setattr("visualizer.engine.testcard.TestCard.next", fail)
    assert cli.main(["render", str(tmp_path / "a.mp4"), *SMALL, "--frames", "9"]) == 1
    assert "the first 3 of 9 frames are in" in capsys.readouterr().err
    assert len(video(tmp_path / "a-partial.mp4")[0]) == 3


@pytest.mark.parametrize("error", [FrameError("not-a-number"), RuntimeError("out of memory")])
def test_an_engine_that_fails_is_one_line_and_no_half_video(
    error: Exception,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("visualizer.engine.testcard.TestCard.next", fail)
    assert cli.main(["render", str(tmp_path / "a.mp4"), *SMALL, "--frames", "2"]) == 1
    said = capsys.readouterr().err
    last = said.splitlines()[-1]
    assert "a.mp4: not finished: " in last
    assert last.endswith(str(error))
    assert "Traceback" not in said
    assert os.listdir(tmp_path) == []


class Adopting(TestCard):
    """A test card that keeps what it goes on from."""

    adopted: list[Pixels] = []  # noqa: RUF012

    def adopt(self, pixels: Pixels) -> None:
        self.adopted.append(pixels)


@pytest.mark.parametrize(
    ("options", "zoom", "prompt"),
    [
        ([], 0.25, "a blue fox"),
        (["--set", "zoom=-0.5"], -0.5, "a blue fox"),
        (["--prompt", "a red house"], 0.25, "a red house"),
    ],
)
def test_a_render_begins_from_a_picture_but_for_what_the_options_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    options: list[str], zoom: float, prompt: str,
) -> None:  # fmt: skip
    pixels = np.full((48, 64, 3), 200, np.uint8)
    said = PictureMetadata(
        "a blue fox", alone("a blue fox"), values={"zoom": 0.25}, seed=7, model="a/model"
    )
    path = tmp_path / "a.png"
    path.write_bytes(encoded(pixels, said))
    engine = Adopting(size=64)
    engine.adopted = []
    asked: list[Request] = []

    def next_(request: Request) -> Picture:
        asked.append(request)
        return TestCard.next(engine, request)

    monkeypatch.setattr(engine, "next", next_)
    monkeypatch.setattr("visualizer.offline.render.open_now", lambda *_: engine)
    out = tmp_path / "out"
    status = cli.main(["render", str(out), *SMALL, "--frames", "1", "--from", str(path), *options])
    assert status == 0
    assert [each.tolist() for each in engine.adopted] == [pixels.tolist()]
    assert (asked[0].zoom, asked[0].seed) == (zoom, 7)
    assert asked[0].prompts == alone(prompt)
    assert "--from a.png was made with a/model" in capsys.readouterr().err


def test_what_is_no_picture_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.png"
    path.write_text("no")
    for command in (["render", str(tmp_path / "out")], []):
        assert cli.main([*command, "--from", str(path), *SMALL]) == 2
        assert f"--from {path}: can't be read: it is no PNG" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def png_arrays(folder: Path, *more: str) -> list[np.ndarray]:
    assert cli.main(["render", str(folder), "--model", "testcard", *more]) == 0
    return [np.asarray(Image.open(path)) for path in sorted(folder.iterdir())]


def test_a_plain_render_is_the_engines_very_pictures(tmp_path: Path) -> None:
    show = start((Preset("one", (Cued(alone("red flames"), NO_VALUES),)),), settings={"seed": 3})
    made = frames(show, TestCard((48, 32)), Fraction(24), range(3))
    engines = [frame.pixels for frame, _, _ in made if frame is not None]
    asked = ["--prompt", "red flames", "--seed", "3", "--size", "48x32", "--frames", "3"]
    written = png_arrays(tmp_path / "out", *asked)
    assert len(written) == 3
    for engine, picture in zip(engines, written, strict=True):
        assert (engine == picture).all()


def test_a_render_has_the_looks_and_the_strobe_of_the_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--size", "32", "--frames", "6", "--fps", "12", "--seed", "3"]
    plain = png_arrays(tmp_path / "plain", *asked)
    grey = png_arrays(tmp_path / "grey", *asked, "--set", "saturation=0", "--set", "strobe=20")
    assert "strobe is held to 3 flashes a second" in capsys.readouterr().err
    assert [bool(picture.any()) for picture in grey] == [True, True, False, False, True, True]
    assert np.ptp(plain[0], axis=2).max() > 30
    assert np.ptp(grey[0], axis=2).max() <= 1
    faster = ["--set", "strobe=6", "--strobe-limit", "6"]
    flashing = png_arrays(tmp_path / "flashing", *asked, *faster)
    assert [bool(picture.any()) for picture in flashing] == [True, False] * 3


def test_between_fewer_engine_frames_the_wall_fades_and_two_runs_are_the_same(
    tmp_path: Path,
) -> None:
    asked = [
        "--size",
        "32",
        "--wall",
        "48x48",
        "--frames",
        "13",
        "--seed",
        "3",
        "--set",
        "zoom=0.5",
    ]
    rates = ["--fps", "12", "--engine-fps", "3", "--set", "seed_interval=1"]
    first = png_arrays(tmp_path / "a", *asked, *rates)
    again = png_arrays(tmp_path / "b", *asked, *rates)
    assert all((one == other).all() for one, other in zip(first, again, strict=True))
    steps = [abs(b.astype(int) - a).mean() for a, b in pairwise(first)]
    assert min(steps[4:]) > 0.1, "the wall moves between the engine's frames too"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--engine-fps", "30"], "--engine-fps 30: more than the video's 24 frames a second"),
        (["--engine-fps", "12", "--continue"], "not with --engine-fps"),
    ],
)
def test_rates_that_do_not_go_together_are_one_line(
    more: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["render", str(tmp_path / "out"), *SMALL, *more]) == 2
    assert says in capsys.readouterr().err.splitlines()[-1]


def test_files_of_presets_and_loras_tell_whether_a_folder_can_be_continued(tmp_path: Path) -> None:
    names = ["given.mp4", "preset.mp4", "given.safetensors", "preset.safetensors"]
    files = [tmp_path / name for name in names]
    for file in files:
        file.write_bytes(b"x")
    prompt = Cued((("a", 1.0),), NO_VALUES)
    one = Preset("one", (prompt,), loras=(Lora(str(files[3])), Lora("owner/repo")))
    other = Preset("other", (prompt,), source=str(files[1]))
    options = RenderOptions(out=tmp_path, source=str(files[0]), lora=(Lora(str(files[2])),))
    show = start((one, other, replace(other, source="camera:0")))
    prints = [fingerprint(options, show)]
    assert fingerprint(options, show) == prints[0]
    for file in files:
        os.utime(file, (1, 1))
        prints.append(fingerprint(options, show))
    assert len(set(prints)) == 5
