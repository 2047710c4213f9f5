"""Lists of prompts that other tools have, as presets: their forms, and faults that name file and
line. Pure.

- Text: a prompt a line; blank lines, and those that begin with "#", are passed over.
- JSON of deforum: {"0": "a prompt --neg what to avoid", "60": …}, by frame, or its whole settings
  with that under "prompts" or "animation_prompts". A prompt stays until the frame of the next, at
  the settings' "fps", else at FPS; the last one as long as hold says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from visualizer.show import prompt_syntax
from visualizer.show.parameters import BY_NAME
from visualizer.show.records import NO_VALUES, Cued

FPS = 15.0
"""Frames a second of deforum's videos, where its settings don't say."""

FADE = 4.0
"""Most seconds of a prompt's time that its crossfade takes, and half of it at most."""

MOST_PROMPTS = 2000
"""Prompts of a preset: hours of them, read in a second."""

T = TypeVar("T")

Tell = Callable[[str], object]
Fault = tuple[int, str]
"""Line (0 for none known) and why."""


def cued(
    text: str,
    where: str,
    tell: Tell,
    values: Mapping[str, float] = NO_VALUES,
    negative: str = "",
) -> Cued | None:
    """A prompt of a file; None where nothing of it can be played.

    where: file and line for what tell gets. negative: where the prompt has none of its own.
    """
    reading = prompt_syntax.read(text)
    if reading.line:
        tell(f"{where}: {reading.line}")
    if not reading.mix:
        return None
    return Cued(reading.mix, values, negative if reading.negative is None else reading.negative)


def some(found: Sequence[T], where: str, tell: Tell) -> Sequence[T]:
    """As many prompts as a preset plays; a line tells of the others."""
    if len(found) > MOST_PROMPTS:
        tell(f"{where}: the first {MOST_PROMPTS} of {len(found)} prompts play")
    return found[:MOST_PROMPTS]


def from_lines(text: str, file: str, tell: Tell) -> list[Cued]:
    """The prompts of a text file."""
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    found = [cued(line, f"{file}:{number}", tell) for number, line in some(lines, file, tell)]
    return [prompt for prompt in found if prompt is not None]


def from_json(text: str, file: str, tell: Tell) -> tuple[list[Cued], list[Fault]]:
    """The prompts of deforum's JSON, in the order of their frames, and what is wrong with it."""
    faults: list[Fault] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = {name for name in names if names.count(name) > 1} if len(names) < 10_000 else set()
        faults.extend((_line(text, name), f"{name}: appears twice") for name in sorted(twice))
        return dict(pairs)

    try:
        content = json.loads(text, object_pairs_hook=once, strict=False)
    except json.JSONDecodeError as error:
        return [], [(error.lineno, f"not valid JSON: {error.msg}")]
    except ValueError as error:  # a number of more digits than Python reads
        return [], [(1, f"not valid JSON: {error}")]
    except RecursionError:
        return [], [(1, "not valid JSON: it is nested too deeply")]
    settings = content if isinstance(content, dict) else {}
    tables = settings.get("prompts"), settings.get("animation_prompts"), settings
    table = next(each for each in tables if isinstance(each, dict))
    if not isinstance(content, dict) or not table:
        return [], [*faults, (1, 'must be prompts by frame, as {"0": "sea", "60": "fire"}')]
    frames: dict[int, str] = {}
    written: dict[int, str] = {}
    for name, prompt in table.items():
        if not (name.strip().isascii() and name.strip().isdigit() and len(name) < 12):
            faults.append((_line(text, name), f"{name[:40]}: must be a frame, a whole number"))
        elif not isinstance(prompt, str) or not prompt.strip():
            faults.append((_line(text, name), f"{name}: must be a prompt, in quotes"))
        elif int(name) in frames:
            why = f"appears twice, as {written[int(name)]} and as {name}"
            faults.append((_line(text, name), f"{int(name)}: {why}"))
        else:
            frames[int(name)], written[int(name)] = prompt, name
    fps = settings.get("fps")
    fps = float(fps) if isinstance(fps, int | float) and 0 < fps < 1000 else FPS
    order = some(sorted(frames), file, tell)
    found = []
    for here, after in zip(order, [*order[1:], None], strict=True):
        where = f"{file}:{_line(text, written[here])}"
        seconds = None if after is None else (after - here) / fps
        found.append(cued(frames[here], where, tell, _lasting(seconds, where, tell)))
    return [prompt for prompt in found if prompt is not None], faults


def _lasting(seconds: float | None, where: str, tell: Tell) -> Mapping[str, float]:
    """The lengths that have a prompt stay so long, from its frame to the next one's."""
    if seconds is None:
        return NO_VALUES
    fade = min(FADE, seconds / 2)
    lengths = {"crossfade": fade, "hold": seconds - fade}
    longest = BY_NAME["hold"].high
    if lengths["hold"] > longest:
        tell(f"{where}: a hold of {lengths['hold']:.0f} s is cut to {longest:.0f} s, the longest")
    return {name: BY_NAME[name].clamp(length) for name, length in lengths.items()} | {
        "crossfade_in": 0.0,
        "hold_in": 0.0,
    }


def _line(text: str, name: str) -> int:
    """The line of a key, as far as it can be found."""
    place = text.find(json.dumps(name))
    return text.count("\n", 0, place) + 1 if place >= 0 else 1


def name_of(file: str) -> str:
    """What a preset without a name of its own is called."""
    return Path(file).stem.replace("_", " ").replace("-", " ")
