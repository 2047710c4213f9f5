"""Recordings: what is in the video, in time with the sound, and what becomes of a bad end."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
import pytest

from visualizer.frame import Pixels
from visualizer.outputs import encoders
from visualizer.outputs.audio_track import RATE, HeardTrack
from visualizer.outputs.encoders import Encoder, software
from visualizer.outputs.recorder import Recorder

PATIENCE = 60.0


RED, GREEN = (200, 30, 40), (20, 180, 60)


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> Pixels:
    return np.full((size[1], size[0], 3), colour, np.uint8)


class Recording:
    """A recorder with a clock that is set by hand; at its end, its lines and its files."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.now = 0.0
        self.folder = folder
        self.recorder = Recorder(folder, clock=lambda: self.now, **{"choose": software, **options})
        self.recorder.start()

    def show(self, pixels: Pixels, at: float) -> None:
        """The wall at a time; waits until there is room, so that nothing is left out."""
        while self.recorder._jobs.qsize() > 1 and not self.recorder.off:
            time.sleep(0.001)
        self.now = at
        self.recorder.take(pixels, at)

    def hear(self, samples: np.ndarray, at: float, rate: float = RATE) -> None:
        """Samples whose last is heard at a time."""
        self.now = at
        self.recorder.hear(samples.astype(np.float32), rate)

    def end(self) -> list[str]:
        assert self.recorder.stop(PATIENCE)
        return self.recorder.drain()

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())


def pictures(path: Path) -> list[tuple[float, np.ndarray]]:
    """Times in seconds, and what is in the middle of the picture then."""
    with av.open(str(path)) as container:
        return [
            (float(frame.time or 0.0), frame.to_ndarray(format="rgb24"))
            for frame in container.decode(video=0)
        ]


def sound(path: Path) -> tuple[float, np.ndarray]:
    """The time of the first sample, and all of the first channel."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    assert {frame.sample_rate for frame in frames} == {RATE}
    return float(frames[0].time or 0.0), np.concatenate([frame.to_ndarray()[0] for frame in frames])


def test_a_recording_is_the_wall_at_its_times(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "new")
    times = [100.0, 100.033, 100.066, 100.2, 100.233, 101.5]
    for at in times:
        recording.show(plain(RED if at < 100.1 else GREEN), at)
    lines = recording.end()
    (path,) = recording.files
    assert lines == [
        f"recording {path} (libx264, 30 pictures a second)",
        f"recorded 0:01 to {path}",
    ]
    found = pictures(path)
    assert [at for at, _ in found] == pytest.approx([at - 100.0 for at in times], abs=1e-4)
    for (at, pixels), colour in zip(found, [RED] * 3 + [GREEN] * 3, strict=True):
        assert pixels.shape == (48, 64, 3), at
        assert abs(pixels.astype(int) - colour).max() <= 4
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        context = stream.codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace) == (1, 1, 1)
        assert context.color_range == 1
        assert not container.streams.audio


def test_the_last_row_and_column_of_odd_sides_are_cut_off(tmp_path: Path) -> None:
    recording = Recording(tmp_path)
    recording.show(plain(RED, (65, 49)), 0.0)
    recording.end()
    assert pictures(recording.files[0])[0][1].shape == (48, 64, 3)


def test_a_wall_of_another_size_goes_on_in_a_file_of_its_own(tmp_path: Path) -> None:
    """Encoders are tried out once."""
    tried: list[tuple[int, int]] = []

    def choose(width: int, height: int) -> Encoder:
        tried.append((width, height))
        return software(width, height)

    recording = Recording(tmp_path, choose=choose)
    sizes = [(64, 48), (64, 48), (96, 64), (96, 64), (64, 48), (64, 48)]
    for at, size in enumerate(sizes):
        recording.show(plain(RED, size), float(at))
    lines = recording.end()
    assert [line.split()[0] for line in lines] == ["recording", "recorded"] * 3
    written = [Path(line.removeprefix("recorded ").split(" to ")[1]) for line in lines[1::2]]
    assert sorted(written) == recording.files
    found = [pictures(path) for path in written]
    assert [[at for at, _ in each] for each in found] == [[0.0, 1.0], [0.0], [0.0]]
    assert [each[0][1].shape for each in found] == [(48, 64, 3), (64, 96, 3), (48, 64, 3)]
    assert tried == [(64, 48)]


def test_a_windows_edge_that_is_dragged_makes_one_more_file_or_none(tmp_path: Path) -> None:
    for end, files in (((96, 64), 2), ((64, 48), 1)):
        recording = Recording(tmp_path / str(files))
        sizes = [(64, 48)] * 10 + [(66 + 2 * n, 48) for n in range(30)] + [end] * 30
        for frame, size in enumerate(sizes):
            recording.show(plain(RED, size), frame / 30)
        recording.end()
        assert len(recording.files) == files
        shapes = {pixels.shape for path in recording.files for _, pixels in pictures(path)}
        assert shapes == {(48, 64, 3), (end[1], end[0], 3)}


@pytest.mark.parametrize("chosen", [software(64, 48), encoders.HARDWARE[0]])
def test_the_encoder_that_was_chosen_stays_where_the_new_size_lets_it(
    chosen: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "works", lambda encoder, width, height: width < 5000)
    assert encoders.resized(chosen, 128, 96).name == chosen.name
    assert encoders.resized(chosen, 8000, 96) == software(8000, 96)


@pytest.mark.parametrize("rate", [RATE, 44100])
@pytest.mark.parametrize("early", [0.0, 0.5])
def test_what_is_heard_is_in_time_with_what_is_seen(
    tmp_path: Path, rate: int, early: float
) -> None:
    """A flash and a click at 3 seconds. Blocks come late at random, as on a busy machine, some are
    lost on the way, and the input has begun before the recording or after it."""
    recording = Recording(tmp_path, sound=True)
    chance = np.random.default_rng(3)
    block, heard = 512, int(rate * (1.0 - early))
    for frame in range(181):
        at = frame / 30
        recording.show(plain((255, 255, 255) if frame == 90 else (0, 0, 0)), 1.0 + at)
        while (heard + block) / rate < 1.0 + at - 0.06:
            samples = np.zeros(block)
            click = int(4.0 * rate) - heard
            if 0 <= click < block:
                samples[click] = 1.0
            heard += block
            if not 2.0 < heard / rate < 2.15:
                recording.hear(samples, heard / rate + chance.exponential(0.01), rate)
                recording.now = 1.0 + at
    recording.end()
    (path,) = recording.files
    seen = [at for at, pixels in pictures(path) if pixels.mean() > 128]
    begin, samples = sound(path)
    loudest = begin + np.argmax(abs(samples)) / RATE
    assert seen == pytest.approx([3.0], abs=0.001)
    assert abs(samples).max() > 0.1
    assert loudest == pytest.approx(seen[0], abs=0.045)


def test_a_key_frame_comes_every_second_however_slow_the_wall_is(tmp_path: Path) -> None:
    recording = Recording(tmp_path)
    for frame in range(25):
        recording.show(plain(RED), frame / 5)  # with nothing that makes one by itself
    recording.end()
    with av.open(str(recording.files[0])) as container:
        keys = [
            float(packet.pts * packet.time_base)
            for packet in container.demux(video=0)
            if packet.is_keyframe and packet.pts is not None and packet.time_base is not None
        ]
    assert keys == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0], abs=1e-3)


class Kept:
    """A track that keeps its samples."""

    def __init__(self) -> None:
        self.written = 0
        self.blocks: list[np.ndarray] = []

    def write(self, samples: np.ndarray) -> None:
        self.blocks.append(samples[0])
        self.written += samples.shape[1]

    @property
    def samples(self) -> np.ndarray:
        return np.concatenate(self.blocks)


def test_sound_whose_clock_is_another_is_kept_in_step() -> None:
    """A card that is 0.1 % too fast is off by 0.2 seconds after 3 minutes."""
    for card in (0.999, 1.001):
        kept = Kept()
        heard = HeardTrack(kept)  # type: ignore[arg-type]
        for number in range(1, 17_000):
            heard.add(np.zeros(512, np.float32), RATE, number * 512 / RATE / card)
        assert kept.written / RATE == pytest.approx(number * 512 / RATE / card, abs=0.06)


def test_where_nothing_is_heard_there_is_silence_and_then_sound_in_its_place() -> None:
    kept = Kept()
    heard = HeardTrack(kept)  # type: ignore[arg-type]
    for at in (0.5, 1.5, 2.5, 4.0):
        heard.fill(at)
        assert at - kept.written / RATE <= 1.0
    heard.add(np.ones(4800, np.float32), RATE, 4.1)
    assert kept.samples[: round(3.99 * RATE)].max() == 0.0
    assert np.flatnonzero(kept.samples)[0] / RATE == pytest.approx(4.0)
    assert kept.samples.sum() == 4800


def test_an_input_that_sends_nothing_holds_no_picture_up(tmp_path: Path) -> None:
    recording = Recording(tmp_path, sound=True)
    for frame in range(120):
        recording.show(plain(RED), frame / 30)
    while recording.recorder._jobs.qsize():
        time.sleep(0.01)
    (path,) = recording.files
    recording.end()
    assert len(pictures(path)) == 120
    _, samples = sound(path)
    assert len(samples) / RATE > 2.9
    assert abs(samples).max() == 0.0


class Full(io.BytesIO):
    """A disk with room for so many bytes."""

    def __init__(self, path: Path, room: int) -> None:
        super().__init__()
        self.file = path.open("wb")
        self.room = room

    def close(self) -> None:
        self.file.close()

    def write(self, content: Any) -> int:
        self.room -= len(content)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        self.file.write(content)
        self.file.flush()
        return len(content)


def noise(frame: int) -> Pixels:
    chance = np.random.default_rng(frame)
    return np.repeat(chance.integers(0, 256, (96, 16, 3), np.uint8), 8, axis=1)


@pytest.mark.parametrize("room", [0, 300_000])
def test_a_full_disk_ends_the_recording_with_one_line(tmp_path: Path, room: int) -> None:
    def create(path: Path) -> BinaryIO:
        return Full(path, room)

    recording = Recording(tmp_path, create=create)
    for frame in range(200):
        recording.show(noise(frame), frame / 30)
        if recording.recorder.off:
            break
    assert recording.recorder.off
    lines = [line for line in recording.end() if not line.startswith("recording /")]
    assert len(lines) == 1
    assert lines[0].startswith("the recording has ended: No space left on device")
    assert len(recording.files) == (1 if room else 0)
    if room:
        assert lines[0].endswith(f"the part until then is in {recording.files[0]}")
        assert len(pictures(recording.files[0])) >= 30
    assert not recording.recorder.wants(1000.0)


def test_a_disk_that_is_taken_away_is_one_line_and_the_file_is_closed(tmp_path: Path) -> None:
    files: list[Pulled] = []

    class Pulled(io.BytesIO):
        """A file on a disk that is gone when it is written to."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path
            files.append(self)

        def write(self, content: Any) -> int:
            self.path.unlink(missing_ok=True)
            raise OSError(5, "Input/output error")

    recording = Recording(tmp_path, create=Pulled)
    recording.show(plain(RED), 0.0)
    recording.recorder.stop(PATIENCE)
    lines = [line for line in recording.end() if not line.startswith("recording /")]
    assert lines == ["the recording has ended: Input/output error"]
    assert [file.closed for file in files] == [True]
    assert recording.files == []


def test_a_real_full_device_is_one_line(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    recording = Recording(tmp_path, create=lambda path: open("/dev/full", "wb"))  # noqa: SIM115
    for frame in range(100):
        recording.show(noise(frame), frame / 30)
    lines = [line for line in recording.end() if "has ended" in line]
    assert len(lines) == 1
    assert "No space left on device" in lines[0]


def test_a_folder_that_cant_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    recording = Recording(tmp_path / "file" / "folder")
    recording.show(plain(RED), 0.0)
    recording.recorder.join(PATIENCE)
    lines = recording.end()
    assert lines == ["the recording has ended: Not a directory"]


def test_an_encoder_that_is_too_slow_leaves_pictures_out_and_says_how_many(tmp_path: Path) -> None:
    recorder = Held(tmp_path, choose=software)
    recorder.start()
    wall = np.zeros((1080, 1920, 3), np.uint8)
    recorder.take(wall, 0.0)
    assert recorder.wrote.wait(PATIENCE)
    for frame in range(1, 21):
        recorder.take(wall, frame / 30)
    recorder.may.set()
    small = plain(RED)
    for at in (1.0, 2.0):
        while recorder._jobs.qsize():
            time.sleep(0.001)
        recorder.take(small, at)
    assert recorder.stop(PATIENCE)
    lines = recorder.drain()
    assert recorder.dropped == 10
    assert lines[1] == "recording: the encoder is too slow, and some pictures are left out"
    assert [line.partition(";")[2] for line in lines if line.startswith("recorded")] == [
        " 10 pictures were left out", ""
    ]  # fmt: skip
    assert sorted(len(pictures(path)) for path in tmp_path.iterdir()) == [1, 11]


def test_what_comes_while_the_encoder_is_chosen_is_not_its_fault(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, choose=software)
    wall = np.zeros((1080, 1920, 3), np.uint8)
    for frame in range(20):  # it is not even started
        recorder.take(wall, frame / 30)
    recorder.start()
    assert recorder.stop(PATIENCE)
    assert [line.split()[0] for line in recorder.drain()] == ["recording", "recorded"]
    assert recorder.dropped == 0
    (path,) = tmp_path.iterdir()
    assert len(pictures(path)) == 10


class Held(Recorder):
    """Writes one picture, and no more before it may."""

    def __init__(self, folder: Path, **options: Any) -> None:
        super().__init__(folder, **options)
        self.wrote, self.may = threading.Event(), threading.Event()

    def write(self, pixels: Pixels, at: float) -> None:
        super().write(pixels, at)
        self.wrote.set()
        self.may.wait(PATIENCE)


RUN = """
import sys, time
from pathlib import Path
import numpy as np
from visualizer.outputs.encoders import software
from visualizer.outputs.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]), sound=True, choose=software)
recorder.start()
for frame in range(1_000_000):
    while recorder._jobs.qsize() > 2:
        time.sleep(0.001)
    recorder.take(np.full((96, 128, 3), frame % 256, np.uint8), frame / 30)
    while recorder._jobs.qsize():
        time.sleep(0.001)
    print(frame, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
def test_what_was_written_plays_after_kill_9(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 200:
                os.kill(process.pid, signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    (path,) = tmp_path.iterdir()
    found = pictures(path)
    # A second of pictures is not whole yet, sound that is awaited takes another; x264 holds some.
    assert len(found) >= 200 - 30 - 30 - 20
    for number, (at, pixels) in enumerate(found):
        assert at == pytest.approx(number / 30, abs=1e-4)
        assert abs(pixels.mean() - number % 256) < 3
