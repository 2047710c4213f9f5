"""What is made of late pictures with and without recording."""

from __future__ import annotations

import json

import pytest

from benchmarks import recording
from benchmarks.recording import Stretch


@pytest.mark.parametrize(("late", "met"), [(3, True), (7, True), (60, False)])
def test_late_pictures_are_compared_with_those_without_a_recording(late: int, met: bool) -> None:
    off = [Stretch(late, pictures=600, busy=1.2) for late in (3, 5, 3)]
    on = [Stretch(late=late, pictures=500, busy=2.0, recorded=330)] * 3
    result = recording.result(off, on, 10.0)
    assert result.rows[0].value == f"{late / 5:.1f} % while recording; without, 0.5 %"
    assert result.rows[1].what == "late of 3300 pictures"
    assert result.rows[1].value == f"{3 * late} while recording; without, 11"
    assert result.rows[1].met is met
    assert result.rows[2].value == "50.0 while recording; without, 60.0"
    assert result.rows[3].value == "4.0 ms while recording; without, 2.0"
    assert result.rows[4].value == "about 30"
    kept = json.loads(json.dumps(result.numbers))
    assert kept["on"][0] == {"late": late, "pictures": 500, "busy": 2.0, "recorded": 330}
