"""A render that is interrupted: what is left of it, and how it goes on."""

import os
import signal
import subprocess
import sys
import time
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from visualizer import cli
from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.failures import FrameError
from visualizer.engine.picture import Picture
from visualizer.offline.continuing import fingerprint
from visualizer.options import RenderOptions
from visualizer.show.lora import Lora
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.request import Request

from .renders import SMALL, stopping_after, video


class Rendering:
    """A render of a long video in a process of its own, once some frames are written."""

    def __init__(self, out: Path) -> None:
        self.out = out
        small = ["--size", "16", "--model", "colour-fields", "--prompt", "red flames"]
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
        assert f"the first {there} of 9 frames are in {parts}; --continue resumes it" in (
            capsys.readouterr().err
        )
    assert cli.main(["render", str(parts), *argv]) == 2
    assert "resume it with --continue" in capsys.readouterr().err
    assert cli.main(["render", str(parts), *argv, "--continue", "--set", "zoom=0.5"]) == 2
    assert "was started with other options" in capsys.readouterr().err
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
        card = ColourFields((32, 64))
        patch.setattr("visualizer.offline.video_making.open_now", lambda *_: card)
        assert cli.main([*argv, "--continue"]) == 2
    made, now = (f"colour-fields on cpu by no network at {size}" for size in ("64x64", "32x64"))
    assert f"it was made with {made}, and this is {now}" in capsys.readouterr().err
    os.utime(sound, (1, 1))
    assert cli.main([*argv, "--continue"]) == 2
    assert "was started with other options, presets or sound" in capsys.readouterr().err


def test_what_cant_be_continued_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = (
        ("a.mp4", None, "has no"),
        ("a", None, "has no"),
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
    assert "another render seems to be writing it" in capsys.readouterr().err
    assert unfinished.read_bytes() == written
    os.utime(unfinished, (time.time() - 90,) * 2)
    assert cli.main(["render", str(out), *SMALL, "--frames", "2"]) == 0
    assert os.listdir(tmp_path) == ["a.mp4"]


def test_a_video_whose_engine_fails_later_is_kept_as_far_as_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ColourFields.next
    calls: list[Request] = []

    def fail(card: ColourFields, request: Request) -> Picture:
        calls.append(request)
        if len(calls) > 3:
            raise FrameError("not-a-number")
        return made(card, request)

    monkeypatch.setattr("visualizer.engine.colour_fields.ColourFields.next", fail)
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

    monkeypatch.setattr("visualizer.engine.colour_fields.ColourFields.next", fail)
    assert cli.main(["render", str(tmp_path / "a.mp4"), *SMALL, "--frames", "2"]) == 1
    said = capsys.readouterr().err
    last = said.splitlines()[-1]
    assert "a.mp4: not finished: " in last
    assert last.endswith(str(error))
    assert "Traceback" not in said
    assert os.listdir(tmp_path) == []


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
