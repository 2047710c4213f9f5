"""The soak: what its hands send, how its samples are judged, and that it runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

from benchmarks import hands
from benchmarks.soak import Samples, Soak, Stretch, Wall, plays, result
from visualizer.controls.osc.osc_messages import PREFIX
from visualizer.desk import desk_messages
from visualizer.live.rehearsal import Soaked
from visualizer.show import random_hands
from visualizer.show.parameters import DEFAULTS
from visualizer.show.play_actions import Nudge, Run


def hour(**samples: list[float]) -> Soak:
    seconds = [60.0 * minute for minute in range(61)]
    flat = {"memory": [500.0] * 61, "handles": [50] * 61, "threads": [20] * 61}
    soak = Soak(Samples(seconds=seconds, **{**flat, **samples}))  # type: ignore[arg-type]
    soak.hands, soak.quiet, soak.looks = Stretch(2880, 172800, 10), Stretch(720, 43200, 2), 18000
    return soak


def missed(soak: Soak) -> list[str]:
    return [row.what for row in result(soak).rows if row.met is False]


def test_growth_darkness_and_faults_are_missed_goals() -> None:
    assert missed(hour()) == []
    leak = [500.0 + minute for minute in range(61)]
    assert missed(hour(memory=leak)) == ["memory: slope over 60 minutes"]
    assert missed(hour(memory=[900.0] * 6 + [500.0] * 55)) == [], "caches may fill and settle"
    assert missed(hour(handles=[50.0 + minute // 10 for minute in range(61)])) != []
    dark = hour()
    dark.black, dark.faults = [{"seconds": 12.0}], ["ValueError: x"]
    assert missed(dark) == ["black pictures", "faults of the frame loop"]


def test_hands_send_what_plays_and_nothing_that_ends_or_darkens_the_show() -> None:
    chance = Random(0)
    left = random_hands.LEFT_ALONE | random_hands.DARKENS
    for _ in range(300):
        assert all(0 <= byte < 256 for byte in hands.midi(chance))
        address = hands.osc(chance).split(b"\0")[0].decode().removeprefix(PREFIX)
        assert address not in left
        message = json.loads(hands.desk(chance))
        desk_messages.made(message)
        assert not {message.get("parameter"), message.get("command")} & left
    assert not plays(Run("quit"))
    assert not plays(Nudge("wall_brightness", 1))
    assert plays(Nudge("zoom", 1))


def test_a_wall_that_a_preset_darkens_is_no_fault() -> None:
    assert not random_hands.darkened(DEFAULTS)
    assert not random_hands.darkened({**DEFAULTS, "edge_glow": 0.2})
    assert random_hands.darkened({**DEFAULTS, "invert": 1.0})
    assert random_hands.darkened({**DEFAULTS, "posterise": 2.0})
    assert not random_hands.darkened({**DEFAULTS, "posterise": 16.0})
    assert random_hands.darkened({**DEFAULTS, "wall_brightness": -1.0})


@pytest.mark.parametrize("darkened", [False, True])
def test_a_look_that_is_black_counts_by_the_looks_of_that_very_picture(darkened: bool) -> None:
    # A preset may have inverted the picture with this display frame.
    now = False
    wall = Wall(lambda: now, lambda: {"preset": "Op art"})
    soaked = Soaked(darkened=lambda: now)
    now = darkened
    for pixels in (np.full((32, 32, 3), 40, np.uint8), np.zeros((32, 32, 3), np.uint8)):
        wall.take(pixels, 3.0)
        soaked.take(pixels, 3.0)
    assert wall.black == ([] if darkened else [{"seconds": 3.0, "preset": "Op art"}])
    assert soaked.black == (not darkened)
    assert wall.looks == soaked.looks == 2


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb on this machine")
def test_a_soak_of_some_seconds_plays_on_all_controls(tmp_path: Path) -> None:
    # In a process of its own: JACK's library can't follow a server that goes away.
    given = ["--minutes", "0.12", "--model", "colour-fields", "--out", str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", *given],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    (file,) = tmp_path.glob("*/soak.json")
    kept = json.loads(file.read_text())
    numbers = kept["numbers"]
    assert (numbers["faults"], numbers["black"]) == ([], []), ended.stderr
    assert numbers["looks"]
    assert numbers["keys"]
    assert numbers["sent"]["OSC packets"]
    assert numbers["sent"]["desk messages"]
    assert numbers["quiet"]["pictures"]
    assert "memory: slope" in {row["what"].partition(" over")[0] for row in kept["rows"]}
