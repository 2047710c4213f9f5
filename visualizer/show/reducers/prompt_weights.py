"""Change the weights of the current prompt mix, and add a text to it. Pure.

A weight is a share of the whole, so the others are scaled to the rest. A changed weight takes
effect at once; an added text comes in with the crossfade.
"""

from __future__ import annotations

from dataclasses import replace

from visualizer.show.notices import say
from visualizer.show.prompt_mix import TOGETHER, weighted
from visualizer.show.prompt_syntax import read
from visualizer.show.records import NO_VALUES, Cued
from visualizer.show.reducers import navigation
from visualizer.show.state import Show

SMALLEST = 0.02
"""Share that a text keeps: at none it would be gone, and its slider with it."""

JOINS_WITH = 0.5
"""Share of a text that joins."""


def weighed(show: Show, text: str, share: float) -> Show:
    """One text of the prompt at a share of the whole; one that is not in it changes nothing."""
    weights = dict(show.cue.parts)
    if text not in weights or len(weights) < 2 or share != share:
        return show
    share = min(max(share, SMALLEST), 1.0 - SMALLEST * (len(weights) - 1))
    others = 1.0 - weights[text]
    left = 1.0 - share
    for name, weight in weights.items():
        even = 1.0 / (len(weights) - 1)
        weights[name] = max(left * (weight / others if others > 0.0 else even), SMALLEST)
    weights[text] = share
    cue = replace(show.cue, parts=weighted(weights), written=show.cue.text)
    return replace(show, cue=cue)


def joined(show: Show, text: str) -> Show:
    """A text beside those of the prompt, half of the whole; the lightest make room for it. The
    negative prompt in force stays."""
    reading = read(text[: navigation.LONGEST])
    if not (reading.mix and show.cue.parts):  # nothing to mix, which is said there
        return navigation.to_text(show, text)
    if len(text) > navigation.LONGEST:
        show = say(show, navigation.cut_line(text))
    negative = () if reading.negative is None else (f"--neg {reading.negative}",)
    if line := reading._replace(left_out=(*reading.left_out, *negative)).line:
        show = say(show, line)
    on, coming = dict(show.cue.parts), dict(reading.mix)
    kept = [name for name in sorted(on, key=lambda name: -on[name]) if name not in coming]
    kept, lightest = kept[: TOGETHER - len(coming)], kept[TOGETHER - len(coming) :]
    if lightest:
        show = say(show, f"a mix has at most {TOGETHER} texts; left out: {', '.join(lightest)}")
    total = sum(on[name] for name in kept)
    weights = {name: (1.0 - JOINS_WITH) * on[name] / total for name in kept}
    for name, weight in coming.items():
        weights[name] = (JOINS_WITH if kept else 1.0) * weight
    return navigation.to_own(show, Cued(weighted(weights), NO_VALUES, show.cue.negative), "")
