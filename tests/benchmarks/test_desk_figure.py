"""What the stretches with desks and without come to."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.desk import (
    ALONE,
    ENGINE,
    LATE,
    MADE,
    P99,
    PREVIEWS,
    SECONDS,
    Figures,
    _next_previews,
    result,
)
from visualizer.show.next_request import place
from visualizer.show.status import NextPreview

from ..desk.rig import STATUS, Playing, desk, until


def stretch(engine: float, made: float | None = None) -> Figures:
    figures = {ENGINE: engine, P99: 17.0, LATE: 0.5, SECONDS: 20.0}
    return figures if made is None else {**figures, MADE: made}


def test_the_frames_that_a_preview_takes_are_those_that_are_missing_round_by_round() -> None:
    found = {
        ALONE: [stretch(12.0), stretch(10.0), stretch(11.0)],
        "4 desks": [stretch(12.0)] * 3,
        PREVIEWS: [stretch(8.0, 10.0), stretch(6.0, 8.0), stretch(9.0, 0.0)],
    }
    rows = {row.what: row.value for row in result(found).rows}
    assert rows[ENGINE].startswith("alone 11.0 (10.0 to 12.0); 4 desks 12.0 (12.0 to 12.0); ")
    (lost,) = (value for what, value in rows.items() if "preview" in what)
    assert lost == "median 9.0 (8.0 to 10.0)"


def test_previews_are_asked_for_one_after_the_other_and_counted() -> None:
    with Playing(desk()) as playing, _next_previews(playing.desk.port or 0) as counted:
        for number, jpeg in enumerate((b"one", b"another"), 1):
            until(lambda: playing.show.previews >= number)  # noqa: B023
            here = place(playing.show)
            assert here is not None
            playing.status = replace(STATUS, next_preview=NextPreview(here, jpeg))
            until(lambda: counted[MADE] == number)  # noqa: B023
