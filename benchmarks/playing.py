"""What is asked of a loop while it is measured: Requests as a show makes them, frame by frame.

Show time goes on by 1 / FPS a frame, however fast the machine is, so that a figure means the same
on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from visualizer.show.files.preset import load, parse
from visualizer.show.next_request import request
from visualizer.show.parameters import REFERENCE
from visualizer.show.records import NO_VALUES, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.request import Request
from visualizer.show.system_actions import Live, Tick

FPS = 16.0
"""Frames to a second of show time; a power of two, so that seconds add up to whole cycles."""

PROMPT = "a golden mandala"
"""The one prompt, where there is one."""

CYCLED = Path(__file__).parents[1] / "presets" / "07-liquid.yaml"
"""The preset whose prompts are cycled through: each has colours of its own. Its values are left
out: all are at default but HOLD, which is short, so that each prompt comes up several times."""

HOLD = 4.0
"""Seconds that a prompt stays while prompts cycle, besides the crossfade of default length."""


@dataclass(frozen=True, slots=True)
class Script:
    """A show to be played. cycle: frames until its first prompt begins again; 0 for one prompt."""

    name: str
    preset: Preset
    cycle: int = 0

    def requests(self) -> Iterator[Request]:
        """What is wanted, frame by frame, for ever."""
        show = start((self.preset,))
        while True:
            yield request(show)
            show = reduce(show, Live(0))
            show = reduce(show, Tick(1.0 / FPS))

    def first(self) -> Request:
        """What is wanted for the first frame."""
        return next(self.requests())

    def stepped(self, steps: int) -> Iterator[Request]:
        """The same with another number of steps."""
        return (replace(wanted, steps=steps) for wanted in self.requests())


def one_prompt() -> Script:
    """PROMPT for ever, everything at default."""
    return Script("one prompt", parse(f"prompts: [{PROMPT}]", "one prompt"))


def cycling() -> Script:
    """Prompt after prompt, in turn."""
    preset = load(CYCLED)
    prompts = tuple(replace(cued, values=NO_VALUES) for cued in preset.prompts)
    preset = replace(preset, order="in turn", prompts=prompts, values={"hold": HOLD})
    values = start((preset,)).values
    seconds = len(prompts) * (values["hold"] + values["crossfade"])
    return Script("prompts cycling", preset, round(seconds * FPS))


def as_there(wanted: Request) -> Request:
    """The same at the values that the reference app starts with."""
    return replace(
        wanted,
        strength=REFERENCE["strength"],
        steps=int(REFERENCE["steps"]),
        guidance=REFERENCE["guidance"],
    )


def fading(wanted: Request) -> bool:
    """Whether one prompt is melting into another."""
    return len(wanted.prompts) > 1
