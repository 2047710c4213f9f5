"""Memory: what of a show is kept for the next one, as a frozen value that goes to disk and back.

Pure; the file is written by keeping.py. What was learned of MIDI controllers has files of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from visualizer.show import kept_values, models, moves, snapshots, yaml_lines
from visualizer.show.entry import HISTORY
from visualizer.show.kept_values import Values, tell_unknown, unsaid
from visualizer.show.messages import say
from visualizer.show.parameters import BY_NAME
from visualizer.show.state import Show

NO_VALUES: Mapping[str, float] = MappingProxyType({})

SETTLED = 30.0
"""Seconds after its first frame that a show takes the place of one that was offered and not taken
up: who starts the program, sees the offer and stumbles over a key has not lost it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """values: of all parameters by name. preset: its name, "" for none. turn: within it. visits:
    how often a preset had been chosen, which makes the order of one that is shuffled. prompt: one
    typed by hand that was on, "" for none. seed: the one in force. history: of typed prompts, the
    oldest first."""

    values: Mapping[str, float] = field(default_factory=lambda: NO_VALUES)
    preset: str = ""
    turn: int = 0
    visits: int = 1
    prompt: str = ""
    seed: int | None = None
    model: str = ""
    fullscreen: bool = True
    fill: bool = True
    history: tuple[str, ...] = ()


def remember(show: Show) -> Memory:
    """What to keep of the show at this moment.

    A tempo that the sound has found is the music's, and is found anew.
    """
    values = dict(snapshots.aims(show))  # a morph under way does not end half way
    if show.tempo.source == "sound":
        del values["tempo"]
    return Memory(
        values=MappingProxyType(values),
        preset=preset.name if (preset := show.preset_now) else "",
        turn=show.turn,
        visits=show.visits,
        prompt=show.cue.text if show.cue.stays else "",
        seed=show.seed,
        model=models.in_force(show),
        fullscreen=show.fullscreen,
        fill=show.fill,
        history=show.history,
    )


def settled(show: Show) -> bool:
    """Whether the show may take the place of the last one's memory on disk."""
    if show.offer is None:
        return True
    return show.live_since is not None and show.time - show.live_since >= SETTLED


def resumed(show: Show) -> Show:
    """The offered show taken up (command resume): its prompt fades in, its values are there.

    What is not there any more, a preset, is said and left out; the rest comes all the same.
    """
    memory = show.offer
    if memory is None:
        return say(show, "there is no last show to take up")
    show = replace(show, offer=None, fullscreen=memory.fullscreen, fill=memory.fill)
    names = [preset.name for preset in show.presets]
    if memory.preset in names:
        show = replace(show, visits=memory.visits - 1)  # choosing it is a visit
        show = moves.to_preset(show, names.index(memory.preset))
        if memory.turn != show.turn:
            show = moves.to_turn(show, memory.turn)
    elif memory.preset:
        show = say(show, f"preset {memory.preset} is not there any more")
    if memory.prompt:
        show = moves.to_text(show, memory.prompt)
    if memory.model and memory.model != models.in_force(show):
        show = models.ask(show, memory.model)
    # Their layers know what lies under the preset's and the prompt's values, and lift those that
    # still show; what a hand had set over them stays, as it would have.
    values = dict(memory.values)
    if memory.seed is not None:
        values["seed"] = BY_NAME["seed"].clamp(memory.seed)
    history = tuple(dict.fromkeys((*memory.history, *show.history)))[-HISTORY:]
    show = replace(show.with_values(values), morph=None, history=history)
    return say(show, "the last show goes on")


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    preset: str = ""
    turn: int = 0
    visits: Annotated[int, Field(ge=0)] = 1
    prompt: str = ""
    seed: Annotated[int, Field(ge=BY_NAME["seed"].low, le=BY_NAME["seed"].high)] | None = None
    model: str = ""
    fullscreen: bool = True
    fill: bool = True
    history: list[str] = []
    values: Values = Field(default_factory=lambda: NO_VALUES)


def to_text(memory: Memory) -> str:
    """The memory as the text of a file."""
    content = {name: getattr(memory, name) for name in _File.model_fields}
    content["history"] = list(memory.history)
    content["values"] = kept_values.plain(memory.values)
    return kept_values.to_yaml(content, "The state of the last show, for visualizer --resume.")


def parse(text: str, file: str, tell: Callable[[str], object] = unsaid) -> Memory:
    """The memory in a file's text. Raises yaml_lines.Fault.

    tell: gets a line where there were fields or parameters that this version does not know.
    """
    node, content = yaml_lines.read(text, file)
    if not isinstance(content, dict):
        raise yaml_lines.Fault(f"{file}:1: must be a mapping with the fields of a show's state")
    content = {str(key): value for key, value in content.items()}
    unknown = content.keys() - _File.model_fields.keys()
    try:
        read = _File.model_validate(content, context=unknown)
    except ValidationError as error:
        raise yaml_lines.Fault(yaml_lines.describe(error, node, file)) from None
    tell_unknown(unknown, file, tell)
    fields = {name: getattr(read, name) for name in _File.model_fields}
    return Memory(**{**fields, "history": tuple(read.history)})
