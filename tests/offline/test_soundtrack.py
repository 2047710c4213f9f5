"""A sound file under a video: decoded frame by frame, heard, and muxed."""

from __future__ import annotations

import re
import wave
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from visualizer.engine.colour_fields import ColourFields
from visualizer.offline.render import frames, render
from visualizer.offline.soundtrack import Soundtrack, mono
from visualizer.options import OptionError, RenderOptions
from visualizer.outputs.audio_track import RATE
from visualizer.show import next_request
from visualizer.show.reducer import start
from visualizer.show.request import Request
from visualizer.show.state import Show


def film(out: Path, sound: Path | None = None, frames: int | None = None) -> int:
    """Render ten frames a second of colour fields."""
    return render(
        RenderOptions(
            "colour-fields", size=(64, 64), out=out, frames=frames, fps=Fraction(10), sound=sound
        )
    )


def write_wav(path: Path, samples: NDArray[np.float64], rate: int = 44100) -> Path:
    """A 16 bit file of samples, shape (n,) or (n, channels)."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def tone(seconds: float, hertz: float = 440.0, rate: int = 44100) -> NDArray[np.float64]:
    return np.asarray(0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate))


def clicks(bpm: float, seconds: float, rate: int = 44100) -> NDArray[np.float64]:
    samples = np.zeros(int(seconds * rate))
    burst = np.random.default_rng(0).uniform(-0.8, 0.8, int(0.01 * rate))
    for beat in range(int(seconds * bpm / 60)):
        at = int(beat * 60 / bpm * rate)
        samples[at : at + len(burst)] = burst[: len(samples) - at]
    return samples


def tracks(path: Path) -> tuple[int, NDArray[np.float32]]:
    """A video's count of frames, and its sound, shape (2, n)."""
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
        pictures = len(list(container.decode(video=0)))
    with av.open(str(path)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
        sound = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return pictures, np.concatenate(sound, axis=1).astype(np.float32)


def test_a_file_is_cut_into_a_block_for_each_frame(tmp_path: Path) -> None:
    sound = Soundtrack(write_wav(tmp_path / "a.wav", tone(1.0)))
    assert sound.seconds == pytest.approx(1.0, abs=0.001)
    lengths = [block.shape for block in islice(sound.blocks(29.97), 30)]
    assert set(lengths) == {(2, 1601), (2, 1602)}
    assert sum(length for _, length in lengths) == round(30 * RATE / 29.97)


def test_the_blocks_are_the_sound_and_silence_after_it(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(1.0, rate=RATE), RATE)
    blocks = list(islice(Soundtrack(path).blocks(24.0), 48))
    whole = np.concatenate([mono(block) for block in blocks])
    assert whole[:RATE] == pytest.approx(tone(1.0, rate=RATE), abs=1e-3)
    assert not whole[RATE:].any()


def test_both_sides_are_heard_as_one(tmp_path: Path) -> None:
    sides = np.stack([tone(0.5), np.zeros(22050)], axis=1)
    block = next(Soundtrack(write_wav(tmp_path / "a.wav", sides)).blocks(10.0))
    assert abs(block[0]).max() > 0.4
    assert abs(block[1]).max() < 0.01
    assert abs(mono(block)).max() == pytest.approx(0.25, abs=0.01)


def test_a_video_is_as_long_as_its_sound_and_has_it(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", np.append(np.zeros(44100), tone(1.5)))
    out = tmp_path / "a.mp4"
    assert film(out, path) == 0
    count, sound = tracks(out)
    assert count == 25
    assert sound.shape[1] / RATE == pytest.approx(2.5, abs=0.05)
    assert abs(sound[:, : int(0.9 * RATE)]).max() < 0.01
    assert abs(sound[:, int(1.1 * RATE) : int(2.4 * RATE)]).max() == pytest.approx(0.5, abs=0.05)
    start_of_tone = int(np.argmax(abs(sound[0]) > 0.1)) / RATE
    assert start_of_tone == pytest.approx(1.0, abs=0.01), "pictures and sound keep together"


@pytest.mark.parametrize("count", [10, 30])
def test_a_length_that_is_asked_for_cuts_the_sound_or_adds_silence(
    count: int, tmp_path: Path
) -> None:
    out = tmp_path / "a.mp4"
    assert film(out, write_wav(tmp_path / "a.wav", tone(2.0)), count) == 0
    pictures, sound = tracks(out)
    assert pictures == count
    assert sound.shape[1] / RATE == pytest.approx(count / 10.0, abs=0.05)


def test_a_folder_of_frames_follows_the_sound_too(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.5))
    assert film(tmp_path / "out", path) == 0
    assert len(list((tmp_path / "out").iterdir())) == 5


def shows(sound: Soundtrack, count: int, monkeypatch: pytest.MonkeyPatch) -> list[Show]:
    """The show at each frame of a video."""
    seen: list[Show] = []

    def request(show: Show) -> Request:
        seen.append(show)
        return next_request.request(show)

    monkeypatch.setattr("visualizer.offline.render.request", request)
    list(frames(start(()), ColourFields(16), 24.0, range(count), sound))
    return seen


def test_a_click_is_in_the_show_at_the_frame_in_which_it_sounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = Soundtrack(write_wav(tmp_path / "a.wav", clicks(60, 3.0)))
    seen = shows(sound, 72, monkeypatch)
    onsets = [i for i, show in enumerate(seen) if show.sound.onset == 1.0]
    assert onsets == [0, 24, 48]


def test_the_same_sound_gives_the_same_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_wav(tmp_path / "a.wav", clicks(120, 1.0))
    assert shows(Soundtrack(path), 24, monkeypatch) == shows(Soundtrack(path), 24, monkeypatch)


def compressed(path: Path, samples: NDArray[np.float64]) -> Path:
    """An MP2 file, which has no head: whatever is whole in it can be played."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mp2", rate=44100, layout="mono")
        whole = (samples * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_compressed_sound_is_read(tmp_path: Path) -> None:
    sound = Soundtrack(compressed(tmp_path / "a.mp2", tone(1.0)))
    assert sound.seconds == pytest.approx(1.0, abs=0.1)
    assert abs(mono(next(sound.blocks(4.0)))[RATE // 8 :]).max() == pytest.approx(0.5, abs=0.1)


def test_damage_in_the_middle_is_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = compressed(tmp_path / "a.mp2", tone(2.0))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
    path.write_bytes(data)
    sound = Soundtrack(path)
    assert 1.0 < sound.seconds < 2.1
    assert film(tmp_path / "a.mp4", path) == 0
    pieces = f"{sound.damaged} damaged pieces are left out"
    assert pieces in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("missing.wav", None, "can't be read: No such file"),
        (".", None, "can't be read: Is a directory"),
        ("text.wav", b"hello", "can't be read: Invalid data"),
        ("empty.mp3", b"", "can't be read: Invalid data"),
    ],
)
def test_what_is_no_sound_is_one_line_before_anything_is_made(
    name: str, data: bytes | None, says: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    out = tmp_path / "deep" / "a.mp4"
    with pytest.raises(OptionError, match=re.escape(f"--sound {path}: {says}")):
        film(out, path)
    assert not out.parent.exists()


def test_a_video_without_sound_and_a_file_of_no_length_have_no_sound(tmp_path: Path) -> None:
    silent = tmp_path / "silent.mp4"
    assert film(silent, frames=2) == 0
    for path in (silent, write_wav(tmp_path / "none.wav", np.zeros(0))):
        with pytest.raises(OptionError, match="there is no sound in it"):
            Soundtrack(path)


def test_a_video_with_sound_can_lend_it(tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    path = write_wav(tmp_path / "a.wav", tone(0.5))
    assert film(out, path) == 0
    assert Soundtrack(out).seconds == pytest.approx(0.5, abs=0.05)
