"""What stretches with desks and without come to."""

from __future__ import annotations

from benchmarks.desk import ALONE, ENGINE, LATE, P99, Figures, result


def stretch(engine: float) -> Figures:
    return {ENGINE: engine, P99: 17.0, LATE: 0.5}


def test_each_figure_is_told_for_each_kind_of_stretch_with_its_spread() -> None:
    found = {ALONE: [stretch(12.0), stretch(10.0), stretch(11.0)], "4 desks": [stretch(12.0)] * 3}
    rows = {row.what: row.value for row in result(found).rows}
    assert rows[ENGINE] == "alone 11.0 (10.0 to 12.0); 4 desks 12.0 (12.0 to 12.0)"
