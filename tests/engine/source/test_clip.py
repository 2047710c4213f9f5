"""Videos and stills as sources: the frame that is due, round and round, whatever is asked first."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from visualizer.engine.source.clip import MOST_SIDE, Clip, SourceError
from visualizer.engine.source.fitting import fitted
from visualizer.engine.source.open_source import open_source

from ...clips import BLUE, GREEN, GREY, RATE, RED, is_colour, write_clip

LONG = [RED, GREEN, BLUE, GREY] * 6


def colour_at(clip: Clip, position: float, most: int | None = None) -> tuple[int, ...]:
    """The colour of the frame at a position."""
    pixels = fitted(clip.at(position, most), (8, 8))
    return tuple(int(value) for value in pixels[4, 4])


def near(colour: tuple[int, ...], wanted: tuple[int, int, int]) -> bool:
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 12


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.gif", "gif"), ("a.avi", "mpeg4")],
)
def test_each_position_has_its_frame(tmp_path: Path, name: str, codec: str) -> None:
    clip = Clip(write_clip(tmp_path / name, LONG, codec=codec))
    assert clip.seconds == pytest.approx(len(LONG) / RATE, abs=0.05)
    for number, colour in enumerate(LONG):
        found = colour_at(clip, (number + 0.5) / RATE)
        assert max(abs(a - b) for a, b in zip(found, colour, strict=True)) <= 40, number
    clip.close()


def test_the_frame_at_a_position_is_the_same_whatever_was_asked_before(tmp_path: Path) -> None:
    """Forwards, backwards, with leaps and at the very time that a frame begins."""
    clip = Clip(write_clip(tmp_path / "clip.mp4", LONG))
    places = [*range(len(LONG))] * 2
    random.Random(1).shuffle(places)
    for number in places:
        assert near(colour_at(clip, number / RATE), LONG[number]), number
    clip.close()


def test_a_heavy_video_is_shown_late_rather_than_never(tmp_path: Path) -> None:
    clip = Clip(write_clip(tmp_path / "clip.mp4", LONG))
    assert near(colour_at(clip, 0.9, most=2), LONG[2])
    assert clip.behind
    for _ in range(4):
        last = colour_at(clip, 0.9, most=2)
    assert near(last, LONG[9])
    assert not clip.behind
    clip.close()


def test_a_still_is_one_frame_of_no_length(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    Image.new("RGB", (30, 20), BLUE).save(path)
    still = Clip(path)
    assert still.seconds == 0.0
    assert still.at(0.0) is still.at(5.0, most=1)
    assert is_colour(fitted(still.at(0.0), (16, 16)), BLUE, 1)
    still.close()


def test_a_still_is_turned_as_its_camera_was_and_lies_on_black(tmp_path: Path) -> None:
    path = tmp_path / "still.jpg"
    image = Image.new("RGB", (40, 20), RED)
    image.paste(BLUE, (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter: its left is up
    image.save(path, exif=exif, quality=95)
    pixels = fitted(Clip(path).at(0.0), (40, 20))
    assert is_colour(pixels[:16], BLUE)
    assert is_colour(pixels[-16:], RED)
    clear = tmp_path / "clear.png"
    Image.new("RGBA", (8, 8), (255, 255, 255, 0)).save(clear)
    assert is_colour(fitted(Clip(clear).at(0.0), (8, 8)), (0, 0, 0), 0)


def test_what_can_not_be_read_is_one_line_that_names_it(tmp_path: Path) -> None:
    text, cut, folder = tmp_path / "notes.mp4", tmp_path / "cut.png", tmp_path / "folder.mp4"
    text.write_text("not a video\n" * 50)
    Image.effect_noise((64, 64), 50).save(cut)
    cut.write_bytes(cut.read_bytes()[:1500])
    folder.mkdir()
    sound = tmp_path / "sound.wav"
    with av.open(str(sound), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        silence.sample_rate = 8000
        container.mux([*stream.encode(silence), *stream.encode(None)])
    for path, why in (
        (text, "can't be read as a video or a picture"),
        (cut, "can't be read as a video or a picture"),
        (folder, "a folder"),
        (sound, "contains no picture"),
        (tmp_path / "gone.mp4", "no such file"),
    ):
        with pytest.raises(SourceError) as caught:
            open_source(str(path))
        assert str(path) in str(caught.value)
        assert why in str(caught.value)
        assert "\n" not in str(caught.value)


def test_no_file_has_another_program_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow would hand PostScript to Ghostscript, whatever the file's name says."""
    path = tmp_path / "picture.png"
    path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\nshowpage\n%%EOF\n")
    started: list[object] = []
    for name in ("Popen", "run", "call", "check_call", "check_output"):
        monkeypatch.setattr(subprocess, name, lambda *given, **_: started.append(given))
    with pytest.raises(SourceError, match=r"picture\.png: "):
        Clip(path)
    assert started == []


@pytest.mark.parametrize("name", ["12:00.mp4", "pipe:0"])
def test_a_files_name_is_never_taken_for_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if sys.platform == "win32":
        pytest.skip("no colon in names on this system")
    write_clip(tmp_path / "clip.mp4", LONG).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    clip = Clip(Path(name))
    assert near(colour_at(clip, 0.05), RED)
    clip.close()


def test_a_file_that_says_its_length_is_not_read_to_its_end_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MKV and WebM have a length for the whole, and none for the video in it."""
    path = write_clip(tmp_path / "clip.mkv", LONG)
    with av.open(str(path)) as container:
        assert container.streams.video[0].duration is None
    monkeypatch.setattr(Clip, "_seek", lambda clip, position: None)
    clip = Clip(path)
    assert clip._container is not None
    assert clip.seconds == pytest.approx(len(LONG) / RATE)
    first = next(clip._container.demux(clip._stream))
    assert first.pts == 0, "nothing has been read of it yet"
    clip.close()


@pytest.mark.parametrize("side", [MOST_SIDE + 8, 16384])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(
    tmp_path: Path, side: int
) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (side, side if side > MOST_SIDE + 8 else 8)).save(path)
    with pytest.raises(SourceError, match=f"huge.png: .*scale it to {MOST_SIDE}"):
        Clip(path)


def test_a_damaged_piece_is_passed_over_and_a_file_cut_off_plays_what_there_is(
    tmp_path: Path,
) -> None:
    whole = write_clip(tmp_path / "clip.mkv", LONG).read_bytes()
    damaged, cut = tmp_path / "damaged.mkv", tmp_path / "cut.mkv"
    middle = len(whole) // 2
    damaged.write_bytes(whole[:middle] + b"\xff" * 200 + whole[middle + 200 :])
    cut.write_bytes(whole[:middle])
    for path in (damaged, cut):
        clip = Clip(path)
        assert near(colour_at(clip, 0.05), RED)
        assert clip.at(2.35) is not None
        assert near(colour_at(clip, 0.05), RED)
        clip.close()


def test_a_file_that_is_removed_while_it_plays_plays_on(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", LONG)
    clip = Clip(path)
    with suppress(PermissionError):  # Windows keeps a file that is open
        path.unlink()
    for position, colour in ((0.25, BLUE), (2.35, GREY), (0.05, RED)):
        assert near(colour_at(clip, position), colour)
    clip.close()
