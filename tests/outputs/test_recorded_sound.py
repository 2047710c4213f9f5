"""Sound in a recording: in time with the picture, whatever the sound card does."""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import pytest

from visualizer.outputs.audio_track import RATE, HeardTrack

from .recording import RED, Recording, pictures, plain


def sound(path: Path) -> tuple[float, np.ndarray]:
    """The time of the first sample, and all of the first channel."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    assert {frame.sample_rate for frame in frames} == {RATE}
    return float(frames[0].time or 0.0), np.concatenate([frame.to_ndarray()[0] for frame in frames])


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
