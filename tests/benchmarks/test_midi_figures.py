"""What is made of messages and floods: rows, goals, and what counts as reaching them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import midi
from benchmarks.midi import ENDLESS, FLOODED, FRAME, NOTE, Flood
from benchmarks.setup import Setup
from benchmarks.subject import Subject

pytestmark = pytest.mark.xdist_group("jack")

NONE_LOST = {"final values": 0.0, "relative steps": 0.0, "notes": 0.0}


def flood(lost: dict[str, float] = NONE_LOST, quiet: int = 3, late: int = 3) -> Flood:
    return Flood(
        sent=100_000, missing=0, seconds=10.0, lost=dict(lost), quiet=quiet, late=late, pictures=600
    )


def test_a_message_waits_for_the_first_request_that_has_its_value_or_a_later_one() -> None:
    changes = [(0.5, 9 / 127), (1.5, 1 / 127), (3.75, 3 / 127)]  # 2 was gone before it was seen
    assert midi.waited([1.0, 2.0, 3.0], [1, 2, 3], changes) == [0.5, 1.75, 0.75]
    with pytest.raises(RuntimeError, match="1 of 3 messages never arrived"):
        midi.waited([1.0, 2.0, 3.0], [1, 2, 3], [*changes[:2], (2.5, 2 / 127)])


def test_the_wait_is_judged_in_display_frames() -> None:
    waits = [0.5 * FRAME] * 990 + [1.4 * FRAME] * 10
    good = midi.result(waits, [flood()])
    assert good.rows[1].met
    assert "8.3 ms" in good.rows[0].value
    assert not midi.result([*waits, *[1.6 * FRAME] * 20], [flood()]).rows[1].met


@pytest.mark.parametrize("what", NONE_LOST)
def test_nothing_may_be_lost_in_a_flood(what: str) -> None:
    assert midi.result([FRAME], [flood(), flood()]).rows[2].met
    assert not midi.result([FRAME], [flood(), flood({**NONE_LOST, what: 1.0})]).rows[2].met


@pytest.mark.parametrize(("quiet", "late", "met"), [(10, 12, True), (0, 1, True), (10, 40, False)])
def test_late_pictures_may_be_more_by_chance_alone(quiet: int, late: int, met: bool) -> None:
    assert midi.result([FRAME], [flood(quiet=quiet, late=late)]).rows[3].met is met


def test_the_numbers_are_kept_as_json() -> None:
    kept = json.loads(json.dumps(midi.result([FRAME], [flood()]).numbers))
    assert kept["floods"][0]["pictures"] == 600


def test_a_flood_is_ten_thousand_control_changes_a_second_with_steps_and_notes_among_them() -> None:
    messages = midi._flood(2.0)
    kinds = Counter(message[0] for _, message in messages)
    assert kinds == {0xB0: 20_000, 0x90: 100}
    numbers = Counter(message[1] for _, message in messages)
    assert numbers[ENDLESS] == 2000
    assert numbers.keys() == {ENDLESS, NOTE, *FLOODED}
    assert messages[-1][0] < 2.0


def test_without_jack_a_row_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.jack.shutil.which", lambda program: None)
    subject = Subject("x", "x", "x", "cpu", 64)
    made = midi.measure(subject, quick(), lambda _: None)
    assert "jackd is not installed" in made.rows[0].value


def quick() -> Setup:
    return Setup((1,), 1, 1, 1, 1, 1.0, (), Path(), Path(), quick=True)
