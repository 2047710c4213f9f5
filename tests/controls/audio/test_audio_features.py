"""What is heard in synthesised sound: tones land in their bands, clicks have their tempo."""

from __future__ import annotations

from itertools import cycle, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from visualizer.controls.audio.audio_features import AudioFeatures
from visualizer.controls.audio.tempo_estimate import tempo
from visualizer.show.files.performance_file import action_text
from visualizer.show.system_actions import Heard

RATE = 48000
BLOCK = 512


def tone(hertz: float, amplitude: float = 0.3, seconds: float = 2.0) -> NDArray[np.float32]:
    time = np.arange(int(seconds * RATE)) / RATE
    return (amplitude * np.sin(2.0 * np.pi * hertz * time)).astype(np.float32)


def noise(amplitude: float, seconds: float, seed: int = 0) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    return (amplitude * random.standard_normal(int(seconds * RATE))).astype(np.float32)


def clicks(
    bpm: float, seconds: float, *, between: float = 0.0, loud: float = 0.5, rate: int = RATE
) -> NDArray[np.float32]:
    """A short burst of noise on each beat; between: how loud those between are beside it."""
    random = np.random.default_rng(0)
    length = int(0.02 * rate)
    shape = np.exp(-np.arange(length) / (0.004 * rate))
    samples = np.zeros(int(seconds * rate) + length)
    for half in range(int(seconds * bpm / 30.0)):
        at = int(half * 30.0 / bpm * rate)
        strength = loud * (between if half % 2 else 1.0)
        samples[at : at + length] += strength * shape * random.standard_normal(length)
    return samples[: int(seconds * rate)].astype(np.float32)


def hear(samples: NDArray[np.float32], rate: int = RATE, block: int = BLOCK) -> list[Heard]:
    ear = AudioFeatures(rate)
    return [ear.hear(samples[at : at + block]) for at in range(0, len(samples), block)]


def onsets(heard: list[Heard]) -> int:
    return sum(now.onsets for now in heard)


def test_a_tone_lands_in_its_band_however_loud_it_is() -> None:
    tones = ((50, 0), (80, 0), (400, 1), (1000, 1), (3000, 2), (10000, 2))
    for (hertz, band), amplitude in product(tones, (0.9, 0.03, 0.005)):
        last = hear(tone(hertz, amplitude))[-1]
        bands = (last.bass, last.mid, last.treble)
        assert last.level > 0.9
        assert bands[band] > 0.9
        assert max(bands[:band] + bands[band + 1 :]) < 0.3


def test_features_are_no_longer_than_a_line_of_the_performance_log_wants() -> None:
    heard = hear(clicks(123.4, 8.0))
    assert len({now.level for now in heard}) > 100
    assert any(now.bpm for now in heard)
    for now in heard:
        assert len(action_text(now, 12345.67891)) < 140


def test_silence_gives_nothing() -> None:
    assert set(hear(np.zeros(RATE, np.float32))) == {Heard(0.0, 0.0, 0.0, 0.0)}


def test_the_hiss_of_an_open_input_is_silence_whatever_its_offset() -> None:
    heard = hear(noise(1e-4, 1.0) + np.float32(0.2))
    last = heard[-1]
    assert max(last.level, last.bass, last.mid, last.treble) < 0.01


def test_a_quieter_passage_is_seen_as_such_and_comes_back_to_its_place() -> None:
    loud, soft = tone(400, 0.4), tone(400, 0.1)
    heard = hear(np.concatenate((loud, soft, loud)))
    third = len(heard) // 3
    assert heard[2 * third - 1].level == pytest.approx(0.25, abs=0.05)
    assert heard[-1].level > 0.95


def test_one_crack_does_not_make_the_rest_look_quiet() -> None:
    music = tone(400, 0.1)
    music[RATE : RATE + 200] = 1.0
    assert hear(music)[-1].level > 0.8


def test_clicks_have_their_tempo_within_half_a_beat_a_minute() -> None:
    for bpm, rate in zip((70, 90, 120, 128, 150, 174), cycle((44100, 48000)), strict=False):
        heard = hear(clicks(bpm, 8.0, rate=rate), rate)
        assert heard[-1].bpm == pytest.approx(bpm, abs=0.5)


@pytest.mark.parametrize("loud", [0.5, 0.01])
def test_each_click_is_one_onset_however_loud(loud: float) -> None:
    assert onsets(hear(clicks(120, 10.0, loud=loud))) == 20
    assert onsets(hear(clicks(120, 10.0, loud=loud) + noise(loud / 50, 10.0))) == 20


def test_soft_clicks_between_the_beats_do_not_double_the_tempo() -> None:
    assert hear(clicks(90, 8.0, between=0.2))[-1].bpm == pytest.approx(90, abs=0.5)


def test_a_tempo_that_changes_is_followed() -> None:
    heard = hear(np.concatenate((clicks(100, 8.0), clicks(140, 9.0))))
    assert heard[-1].bpm == pytest.approx(140, abs=0.5)


def test_what_has_no_beat_has_no_tempo() -> None:
    for samples in (tone(400, seconds=8.0), noise(0.3, 8.0), noise(0.01, 8.0, seed=1)):
        heard = hear(samples)
        assert onsets(heard) <= 1, "where it begins"
        assert heard[-1].bpm is None


def test_the_tempo_is_gone_some_seconds_after_the_music() -> None:
    heard = hear(np.concatenate((clicks(120, 6.0), np.zeros(4 * RATE, np.float32))))
    assert heard[-1].bpm is None


def test_a_burst_of_hiss_is_one_onset() -> None:
    assert onsets(hear(np.concatenate((np.zeros(RATE, np.float32), noise(0.2, 2.0))))) == 1


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=30))
def test_how_sound_is_cut_into_blocks_changes_nothing(sizes: list[int]) -> None:
    samples = clicks(120, 1.0)[: sum(sizes)]
    ear = AudioFeatures(RATE)
    cut = [ear.hear(block) for block in np.split(samples, np.cumsum(sizes))]
    whole = AudioFeatures(RATE).hear(samples)
    assert onsets(cut) == whole.onsets
    assert (cut[-1].level, cut[-1].bass, cut[-1].treble) == (whole.level, whole.bass, whole.treble)


@given(
    hnp.arrays(np.float32, st.integers(0, 600), elements=st.floats(width=32, allow_nan=True)),
    st.sampled_from([8000, 22050, 44100, 96000, 192000]),
)
def test_no_sample_does_harm(samples: NDArray[np.float32], rate: int) -> None:
    ear = AudioFeatures(rate)
    for block in (samples, tone(400, seconds=0.1), samples, tone(400, seconds=0.1)):
        now = ear.hear(block)
        assert all(0.0 <= value <= 1.0 for value in (now.level, now.bass, now.mid, now.treble))


def test_a_clipped_tone_is_a_loud_tone() -> None:
    last = hear(tone(80, 5.0).clip(-1.0, 1.0))[-1]
    assert last.level > 0.9
    assert last.bass > 0.9


@given(hnp.arrays(np.float64, st.integers(40, 800), elements=st.floats(0.0, 1e6)))
def test_a_tempo_is_one_that_is_looked_for_or_none(rises: NDArray[np.float64]) -> None:
    found = tempo(rises, 93.75)
    assert found is None or 60.0 <= found <= 200.0
