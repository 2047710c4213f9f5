"""What goes wrong with recordings: full and missing disks, slow encoders, and kill -9."""

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

import numpy as np
import pytest

from visualizer.frame import Pixels
from visualizer.outputs.encoders import software
from visualizer.outputs.recorder import Recorder

from .recording import PATIENCE, RED, Recording, pictures, plain


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
    assert lines[1] == "recording: the encoder is too slow, and some pictures are dropped"
    assert [line.partition(";")[2] for line in lines if line.startswith("recorded")] == [
        " 10 pictures were dropped", ""
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
