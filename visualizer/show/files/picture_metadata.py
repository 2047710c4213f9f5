"""Metadata of a picture of the wall, how it was made: a frozen value, as JSON in the PNG and back.

Pure; the file is written and read by outputs/picture_file.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from visualizer.show.files import stored_values
from visualizer.show.files.stored_values import Loras, Values, tell_unknown, unsaid
from visualizer.show.files.yaml_faults import FieldError
from visualizer.show.lora import Lora
from visualizer.show.parameters import BY_NAME
from visualizer.show.prompt_mix import TOGETHER, alone, weighted
from visualizer.show.records import NO_VALUES
from visualizer.show.request import Mix

LONGEST = 100_000
"""Most characters of JSON that are read: a hundred times what is written."""


@dataclass(frozen=True, slots=True)
class PictureMetadata:
    """prompt: for people, as it was typed if it was; "" for none. mix: its texts by weight.
    negative: what it leads away from. values: of all parameters by name. seed: the one in force.
    model: what made the picture, loras: with what beside it. source: what was mixed in, by its name
    without folders. version: of this program."""

    prompt: str = ""
    mix: Mix = ()
    negative: str = ""
    values: Mapping[str, float] = field(default_factory=lambda: NO_VALUES)
    seed: int | None = None
    model: str = ""
    loras: tuple[Lora, ...] = ()
    source: str = ""
    version: str = ""

    @property
    def made_with(self) -> str:
        """The model, and what else has made the picture as options have it; "" for no word of it.
        None of it comes with the picture."""
        options = (*(f"--lora {lora}" for lora in self.loras), f"--source {self.source}")
        return ", ".join(filter(None, (self.model, *options[: None if self.source else -1])))


_Weight = Annotated[float, Field(gt=0.0, le=100.0)]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    version: str = ""
    model: str = ""
    loras: Loras = ()
    source: str = ""
    prompt: str = ""
    mix: Annotated[dict[str, _Weight], Field(max_length=TOGETHER)] = {}
    negative: str = ""
    seed: Annotated[int, Field(ge=BY_NAME["seed"].low, le=BY_NAME["seed"].high)] | None = None
    parameters: Values = Field(default_factory=lambda: NO_VALUES)


def to_text(metadata: PictureMetadata) -> str:
    """The metadata as JSON."""
    content = {name: getattr(metadata, name, None) for name in _File.model_fields}
    content["loras"] = [str(lora) for lora in metadata.loras]
    content["mix"] = dict(metadata.mix)
    content["parameters"] = stored_values.plain(metadata.values)
    return json.dumps(content)


def parse(text: str, file: str, tell: Callable[[str], object] = unsaid) -> PictureMetadata:
    """The metadata in a picture's JSON. Raises ValueError with a line for people.

    tell: gets a line where there were fields or parameters that this version does not know.
    """
    if len(text) > LONGEST:
        raise ValueError(f"{file}: its metadata is too long: {len(text)} characters")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file}: its metadata can't be read: {_one_line(error)}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{file}: its metadata can't be read: it is not a JSON object")
    unknown = content.keys() - _File.model_fields.keys()
    try:
        read = _File.model_validate(content, context=unknown)
    except ValidationError as error:
        raise ValueError(f"{file}: its metadata can't be used: {_first(error)}") from None
    tell_unknown(unknown, file, tell)
    mix = {words: weight for words, weight in read.mix.items() if alone(words)}
    return PictureMetadata(
        prompt=read.prompt,
        mix=weighted(mix) if mix else (),
        negative=read.negative,
        values=read.parameters,
        seed=read.seed,
        model=read.model,
        loras=read.loras,
        source=read.source,
        version=read.version,
    )


def _first(error: ValidationError) -> str:
    """The first fault, in one line."""
    fault: Any = error.errors(include_url=False)[0]
    cause = fault.get("ctx", {}).get("error")
    place = [str(key)[:40] for key in fault["loc"]]
    if isinstance(cause, FieldError):
        return _one_line(f"{'.'.join([*place, str(cause.field)])}: {cause}")
    return _one_line(f"{'.'.join(place)}: {fault['msg']}")


def _one_line(text: object) -> str:
    return " ".join(str(text).split())[:300]
