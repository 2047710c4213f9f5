"""Texts about the current prompts, for HUD and desk. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from visualizer.show import cueing, durations
from visualizer.show.parameters import LENGTHS
from visualizer.show.prompt_mix import in_words
from visualizer.show.state import Show
from visualizer.show.tempo import BAR


@dataclass(frozen=True, slots=True)
class CueText:
    """preset (with the set list that plays) and place ("2 / 8") as they stand; text: the prompt in
    force.

    filled: pixels of the bar, which shows the crossfade while fading, else the hold. caption and
    other: the line below it, "From" and what fades out, or "Next in 12 s" (in beats or bars where
    hold is counted in them) and what comes.
    """

    preset: str
    place: str
    text: str
    fading: bool
    filled: int
    caption: str
    other: str


def of(show: Show, width: int) -> CueText:
    """The texts of this moment; width: the bar's, in pixels."""
    cue, preset = show.cue, show.preset_now
    crossfade = durations.seconds(show, "crossfade")
    share, before = cueing.share(cue, crossfade), in_words(cue.outgoing)
    fading = share < 1.0 and before != cue.text
    place = ""
    if preset is not None:
        own = preset.prompts[show.prompt_index].text == cue.text
        place = f"{show.prompt_index + 1} / {len(preset.prompts)}" if own else "typed"
    if fading:
        caption, other = "From", before
    else:
        share, caption, other = ahead(show)
    return CueText(
        preset=_named(show, preset.name) if preset else "No preset",
        place=place,
        text=cue.text,
        fading=fading,
        filled=round(min(max(share, 0.0), 1.0) * width),
        caption=caption,
        other=other,
    )


def _named(show: Show, preset: str) -> str:
    """A preset's name, with its place where a set list plays."""
    sets, now = show.sets, show.sets.now
    if now is None or sets.play is None:
        return preset
    return f"{now.name} {sets.play.place + 1}/{len(now.entries)} · {preset}"


class Ahead(NamedTuple):
    """share: of the hold, that is over. caption: when it comes. text: the prompt that comes, ""
    where there is none."""

    share: float
    caption: str
    text: str


def ahead(show: Show) -> Ahead:
    """What comes next."""
    preset = show.preset_now
    if preset is None or len(preset.prompts) < 2:
        return Ahead(0.0, "Enter types a prompt", "")
    crossfade, hold = durations.seconds(show, "crossfade"), durations.seconds(show, "hold")
    text = preset.prompts[show.index_at(show.turn + 1)].text
    if hold <= 0 or show.cue.stays:
        return Ahead(0.0, "Next", text)
    left = max(crossfade + hold - show.cue.age, 0.0)
    return Ahead(1.0 - min(left / hold, 1.0), f"Next in {_counted(show, left)}", text)


def _counted(show: Show, seconds: float) -> str:
    """A time that is left, in what hold is counted in."""
    counts = LENGTHS[int(show.values["hold_in"])]
    if counts == "seconds":
        return f"{seconds:.0f} s"
    beats = seconds * show.tempo.bpm / 60.0
    left = math.ceil(beats / BAR if counts == "bars" else beats)
    return f"{left} {counts.removesuffix('s') if left == 1 else counts}"
