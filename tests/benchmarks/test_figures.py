"""What is made of the numbers: rows, goals, and what counts as reaching them."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from benchmarks import drift, latency, memory, motion, resume, takeover
from benchmarks.measures import NAMES
from benchmarks.playing import as_there, cycling, fading, one_prompt
from benchmarks.results import Result, Row, machine, save, slug, table, today
from benchmarks.series import Series, recorded
from benchmarks.stats import Slope
from visualizer.frame import Pixels
from visualizer.show.request import Request


class Counting:
    """A loop whose pictures get one level brighter a frame."""

    def __init__(self) -> None:
        self.level = -1

    def next(self, request: Request) -> Pixels:
        self.level += 1
        return np.full((4, 4, 3), self.level, dtype=np.uint8)


def series(values: np.ndarray, change: np.ndarray | None = None, fades: str = "") -> Series:
    """One whose measures are all alike."""
    change = np.zeros(len(values)) if change is None else change
    marks = np.array([float(mark == "#") for mark in fades or "." * len(values)])
    return Series(dict.fromkeys(NAMES, values), change, marks)


def test_a_loop_is_recorded_frame_by_frame(tmp_path: Path) -> None:
    made = recorded(Counting(), itertools.islice(one_prompt().requests(), 5))
    assert made.measures["mean"] == pytest.approx(np.arange(5) / 255)
    assert made.change == pytest.approx(np.array([0, 1, 1, 1, 1]) / 255)
    assert not made.fades.any()
    made.save(tmp_path / "kept" / "one.npz")
    kept = Series.load(tmp_path / "kept" / "one.npz")
    assert np.array_equal(kept.change, made.change)
    assert kept.measures.keys() == made.measures.keys()
    assert kept.made == made.made == today()


def test_a_recording_without_its_date_is_still_read(tmp_path: Path) -> None:
    values = np.arange(3.0)
    columns: dict[str, Any] = dict.fromkeys((*NAMES, "change", "fades"), values)
    np.savez_compressed(tmp_path / "old.npz", **columns)
    assert Series.load(tmp_path / "old.npz").made is None


def test_one_prompt_stays_for_ever_at_default_values() -> None:
    asked = list(itertools.islice(one_prompt().requests(), 1000))
    assert len({request.prompts for request in asked}) == 1
    assert asked[-1].time == pytest.approx(999 / 16)


def test_cycling_prompts_come_round_after_a_cycle_with_fades_between() -> None:
    script = cycling()
    asked = list(itertools.islice(script.requests(), 3 * script.cycle))
    once, again = asked[script.cycle : 2 * script.cycle], asked[2 * script.cycle :]
    assert [request.prompts for request in once] == [request.prompts for request in again]
    assert len({request.prompts[0][0] for request in once}) == len(script.preset.prompts)
    # Half of the time: 4 seconds of 8.
    assert np.mean([fading(request) for request in once]) == pytest.approx(0.5, abs=0.02)


def test_the_reference_is_asked_at_the_values_that_its_app_starts_with() -> None:
    asked = as_there(one_prompt().first())
    assert (asked.strength, asked.steps, asked.guidance) == (1.0, 2, 1.0)


def test_drift_counts_from_where_the_picture_has_settled() -> None:
    values = np.concatenate([np.full(200, 9.0), np.full(4800, 1.0)])
    found = drift.deviations(series(values), 0)["mean"]
    assert found == pytest.approx({"mean": 1.0, "single": 0.0, "running": 0.0})


def test_a_flash_is_a_deviation_of_single_frames_and_a_climb_of_running_means() -> None:
    flash = np.ones(5000)
    flash[3000] = 2.0
    found = drift.deviations(series(flash), 0)["mean"]
    assert (found["single"], found["running"]) == pytest.approx((1.0, 0.01))
    climb = np.ones(5000)
    climb[1000:] = np.linspace(1.0, 1.5, 4000)
    assert drift.deviations(series(climb), 0)["mean"]["running"] == pytest.approx(0.49, abs=0.01)


def test_prompts_that_come_round_are_no_drift() -> None:
    waves = 1.0 + 0.5 * np.sin(np.arange(5000) / 500 * 2 * math.pi)
    found = drift.deviations(series(waves), 500)["mean"]
    assert found["running"] < 1e-6
    assert found["single"] == pytest.approx(0.5, abs=0.01)


def test_a_jump_is_counted_against_what_is_usual_outside_of_fades() -> None:
    change = np.array([9.0, 9.0, 1.0, 1.0, 3.0, 2.0] + 16 * [2.0] + [1.0])
    fades = "....##" + 17 * "."
    assert motion.largest_jump(series(change, change, fades), 2) == 3.0
    assert motion.largest_jump(series(change, 0 * change, fades), 2) is None
    assert motion.largest_jump(series(change, change), 2) is None


def test_the_second_after_a_fade_is_still_counted_as_of_it() -> None:
    change = np.array(3 * [1.0] + 16 * [2.0] + 5 * [1.0])
    assert motion.largest_jump(series(change, change, "..#" + 21 * "."), 1) == 2.0


def test_motion_is_told_from_neighbours() -> None:
    change = np.linspace(0.0, 1.0, 101)
    found = motion.motion(series(np.arange(101.0) * 0.1, change), 1)
    assert found.low < found.median < found.high
    assert found.median == pytest.approx(0.505)
    assert found.flicker == pytest.approx(0.1)


def test_waits_are_told_in_periods_and_judged_by_frames() -> None:
    met = latency.result(0.05, [0.06, 0.08, 0.09], [1, 2, 2])
    assert "median 1.60" in met.rows[2].value
    assert "longest 1.80" in met.rows[2].value
    assert met.rows[1].met
    assert not latency.result(0.05, [0.06, 0.11], [1, 3]).rows[1].met


@pytest.mark.parametrize(
    ("value", "error", "leaks"),
    [(0.05, 0.001, False), (0.5, 0.01, True), (0.5, 0.4, False), (-3.0, 0.1, False)],
)
def test_memory_leaks_where_it_grows_by_more_than_chance(
    value: float, error: float, leaks: bool
) -> None:
    assert memory.leaks(Slope(value, error)) is leaks


def test_memorys_slope_leaves_out_the_first_tenth() -> None:
    times = [float(second) for second in range(600)]
    sizes = [900.0 if second < 50 else 1000.0 for second in range(600)]
    found = memory.result(times, sizes, 1100.0)
    assert found.numbers["slope"]["value"] == pytest.approx(0.0, abs=1e-9)
    assert found.rows[-1].met


def test_a_result_is_kept_as_json_with_what_it_was_measured_with(tmp_path: Path) -> None:
    result = Result("speed", (Row("ours", "20 frames/s", "at least 15", True),), {"fps": 20.0})
    save(result, tmp_path / "here" / "speed.json", model="builtin", size=256)
    kept = json.loads((tmp_path / "here" / "speed.json").read_text())
    assert kept["rows"] == [
        {"what": "ours", "value": "20 frames/s", "goal": "at least 15", "met": True}
    ]
    assert (kept["figure"], kept["model"], kept["numbers"]) == ("speed", "builtin", {"fps": 20.0})
    assert {"python", "torch", "diffusers", "visualizer"} == kept["versions"].keys()


def test_the_table_says_what_is_met_and_what_is_missed() -> None:
    rows = (Row("a", "1", "2", False), Row("b", "3", "2", True), Row("c", "4"))
    console = Console(width=100)
    with console.capture() as captured:
        console.print(table("builtin", "a laptop", [Result("speed", rows)]))
    lines = captured.get().splitlines()
    assert any("missed" in line and " a " in line for line in lines)
    assert any("met" in line and " b " in line for line in lines)


def test_a_machines_name_makes_a_folders() -> None:
    assert slug("Intel(R) Xeon(R) Processor, 2 cores") == "intel-xeon-processor-2-cores"
    assert slug("NVIDIA H100 80GB HBM3") == "nvidia-h100-80gb-hbm3"
    assert slug(machine("cpu")).endswith("cores")


def test_a_resume_has_missed_its_goal_where_one_show_took_longer() -> None:
    assert [row.met for row in resume.result([0.7, 0.9], [0.5, 0.5]).rows] == [True, None]
    assert resume.result([0.7, 0.9, 1.1], [0.5]).rows[0].met is False


def test_a_takeover_has_missed_its_goal_where_it_took_longer_once() -> None:
    one, other = takeover.result({"killed": [0.1, 1.9], "stopped": [0.3, 2.1, 0.2]}).rows
    assert (one.met, other.met) == (True, False)
    assert other.value == "0.30 s (0.20 to 2.10)"
