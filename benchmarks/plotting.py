"""Pictures of figures. matplotlib is imported here only: pip install 'visualizer[benchmarks]'."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.loops import LOOPS
from benchmarks.measures import NAMES
from benchmarks.series import Series
from benchmarks.stats import running_mean

BAND, LINE = "#cfe8cf", "#0072b2"


def drift(
    found: Mapping[str, Series], title: str, band: float, base: slice, window: int, file: Path
) -> None:
    """Each measure over the frames, a column for each loop: single frames thin, running means
    thick, and the band round the mean of base, which is grey."""
    figure = Figure(figsize=(4 + 4 * len(found), 10), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(f"{title}: frames, running means over {window}, and ±{band:.0%} round the mean")
    panels = figure.subplots(len(NAMES), len(found), sharex=True, sharey="row", squeeze=False)
    for column, (loop, series) in enumerate(found.items()):
        panels[0, column].set_title(LOOPS[loop])
        panels[-1, column].set_xlabel("frame")
        for row, name in enumerate(NAMES):
            panel, values = panels[row, column], series.measures[name]
            mean = float(values[base].mean())
            means = running_mean(values, window)
            first = (len(values) - len(means)) // 2
            panel.axvspan(base.start, base.stop, color="0.93", lw=0, zorder=0)
            panel.axhspan(mean * (1 - band), mean * (1 + band), color=BAND, lw=0, zorder=1)
            panel.plot(values, color=LINE, lw=0.4, alpha=0.5)
            panel.plot(range(first, first + len(means)), means, color=LINE, lw=2)
            if column == 0:
                panel.set_ylabel(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=90)
