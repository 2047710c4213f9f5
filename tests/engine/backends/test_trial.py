"""The trial: which way to compute is taken, by what is measured."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from visualizer.engine.backends import trial
from visualizer.engine.backends.networks import Conditions, Parts
from visualizer.engine.backends.trial import CHOICE, Choice, candidates, choose, measured
from visualizer.engine.backends.variants import AS_IT_COMES, VARIANTS, Sample, fits
from visualizer.engine.models.pipelines import load

from ..conftest import SIDE, unheard

SAMPLE = Sample(*(torch.zeros(1),) * 3, Conditions(torch.zeros(1)))


class Slow:
    """Parts whose every call takes the next of these seconds, by the clock of the test."""

    def __init__(self, clock: list[float], seconds: list[float]) -> None:
        self.clock, self.calls = clock, 0
        self._seconds = self._turns(seconds)

    def encode(self, image: Tensor) -> Tensor:
        self.calls += 1
        self.clock[0] += next(self._seconds)
        return image

    def predict(self, latents: Tensor, timestep: Tensor, conditions: Conditions) -> Tensor:
        return self.encode(latents)

    def decode(self, latents: Tensor) -> Tensor:
        return self.encode(latents)

    def forget(self) -> None:
        """Nothing is kept."""

    @staticmethod
    def _turns(seconds: list[float]) -> Iterator[float]:
        while True:
            yield from seconds


@pytest.mark.parametrize(
    ("milliseconds", "chosen"),
    [
        ([50, 40, 45, 38], "openvino float32"),
        ([50, 49, 48, 47], "torch float32"),  # none gains a tenth
        ([50, 46, 45, 44], "torch bfloat16"),
        ([50, 46, None, 44], "openvino bfloat16"),
        ([50, 40, 20, 10], "openvino bfloat16"),
        ([50, 40, 90, 60], "openvino float32"),
        ([50, None, 30, None], "torch bfloat16"),
        ([50, None, None, None], "torch float32"),
    ],
)
def test_a_less_exact_way_is_taken_only_where_it_gains_a_tenth(
    milliseconds: list[float | None], chosen: str
) -> None:
    times = zip(VARIANTS, milliseconds, strict=True)
    assert choose({way: ms for way, ms in times if ms is not None}) == chosen


def test_the_least_of_all_rounds_counts_for_each_network() -> None:
    clock = [0.0]
    # Each network meets one bad moment in its 4 rounds.
    ways: dict[str, Parts] = {
        "torch float32": Slow(clock, [9.0, 0.010, 0.011, 0.012]),
        "torch bfloat16": Slow(clock, [0.020, 9.0, 0.021, 0.022]),
    }
    found = measured(ways, SAMPLE, lambda: clock[0], rounds=4)
    assert found == pytest.approx({"torch float32": 30.0, "torch bfloat16": 60.0})


def test_a_hopeless_way_is_given_up() -> None:
    clock = [0.0]
    good, bad = Slow(clock, [0.01]), Slow(clock, [5.0])
    found = measured({"torch float32": good, "torch bfloat16": bad}, SAMPLE, lambda: clock[0])
    assert (good.calls, bad.calls) == (3 * trial.ROUNDS, 3 * 2)
    assert found["torch bfloat16"] == pytest.approx(15_000)


def test_a_choice_is_read_as_it_was_written(tmp_path: Path) -> None:
    choice = Choice("torch bfloat16", {"torch bfloat16": 1.5}, {"openvino float32": "why"})
    choice.write(tmp_path)
    assert Choice.read(tmp_path) == choice


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '{"variant": "magic"}', '{"variant": "torch float32", "more": 1}', "\x00"],
)
def test_a_choice_without_sense_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / CHOICE).write_text(text)
    assert Choice.read(tmp_path) is None
    assert Choice.read(tmp_path / "absent") is None


def test_a_way_that_cant_be_had_is_left_out_with_its_reason(
    sd_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    pipeline = load(str(sd_folder), "cpu", True, unheard)
    found, faults = candidates(pipeline, SIDE, tmp_path, VARIANTS)
    assert sorted(found) == ["torch bfloat16", "torch float32"]
    assert sorted(faults) == ["openvino bfloat16", "openvino float32"]
    assert "openvino" in faults["openvino float32"]


def test_a_way_that_makes_other_pictures_is_left_out(
    sd_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = load(str(sd_folder), "cpu", True, unheard)
    monkeypatch.setattr("visualizer.engine.backends.variants.ALIKE", 1e-9)
    found, faults = candidates(pipeline, SIDE, tmp_path, (AS_IT_COMES, "torch bfloat16"))
    assert sorted(found) == [AS_IT_COMES]
    assert faults == {
        "torch bfloat16": "RuntimeError: torch bfloat16 makes other pictures than torch"
    }


def test_only_small_models_of_sd_on_the_processor_go_other_ways(pipeline: Any) -> None:
    assert fits(pipeline) == ("XL" not in type(pipeline).__name__)
    pipeline.to(torch.float16)
    assert not fits(pipeline)


def test_a_large_model_is_left_alone(sd_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = load(str(sd_folder), "cpu", True, unheard)
    monkeypatch.setattr("visualizer.engine.backends.variants.SMALL", 100)
    assert not fits(pipeline)


def test_the_process_ends_with_the_one_that_started_it(sd_folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", trial.__name__, str(sd_folder), str(SIDE), str(tmp_path)]
    done = subprocess.run([*command, AS_IT_COMES], stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == []
