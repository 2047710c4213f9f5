"""Preset files: their form, their parsing, and errors that name file, line and field.

A preset is YAML::

    name: Deep sea
    order: shuffled          # or: in turn
    hold: 20                 # any parameter may stand here ...
    strength: 0.55
    negative: blurry         # what to lead away from, where guidance is above 1
    loop: own                # or: reference, the values of the app that this one grew out of
    model: builtin           # a model to change to when the preset is chosen
    prompts:
      - coral reef at night, glowing blue
      - text: whale in turquoise light
        strength: 0.7        # ... and beside a prompt's text, for that prompt alone
      - text: {coral reef at night: 2, golden mandala: 1}    # a mix, by weights

The parameters' names and ranges come from the table in show/parameters.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from visualizer.show import yaml_lines
from visualizer.show.mixes import TOGETHER, alone, in_words, weighted
from visualizer.show.parameters import BY_NAME, REFERENCE, check
from visualizer.show.request import Mix
from visualizer.show.yaml_lines import FieldError

NO_VALUES: Mapping[str, float] = MappingProxyType({})
"""No parameter values of one's own."""

LIGHTEST, HEAVIEST = 0.001, 1000.0
"""Weights of a mix: wide enough for any proportion, and far from where floats run out."""


class PresetError(Exception):
    """A preset file that can't be used; str() is one line for people: file:line: field: why."""


@dataclass(frozen=True, slots=True)
class Cued:
    """One prompt of a preset: its texts by weight (adding up to 1, mixes.TOGETHER at most), the
    parameter values that come with it, and what it leads away from ("" for nothing)."""

    parts: Mix
    values: Mapping[str, float]
    negative: str = ""

    @property
    def text(self) -> str:
        """The prompt for people."""
        return in_words(self.parts)


@dataclass(frozen=True, slots=True)
class Preset:
    """A named list of prompts with parameter values for all of them.

    negative: that of a prompt typed while the preset is on; its own prompts have theirs. model:
    the one to change to when the preset is chosen, "" where it leaves the model alone.
    """

    name: str
    prompts: tuple[Cued, ...]
    order: str = "in turn"
    values: Mapping[str, float] = field(default_factory=lambda: NO_VALUES)
    negative: str = ""
    model: str = ""


class _Entry(BaseModel):
    """Parameters beside other fields: every extra field must be a row of the table."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, str_strip_whitespace=True)

    @model_validator(mode="after")
    def _extras_are_parameters(self) -> _Entry:
        for name, value in (self.__pydantic_extra__ or {}).items():
            if name not in BY_NAME:
                known = ", ".join([*type(self).model_fields, *BY_NAME])
                raise FieldError(name, f"no such field; there are {known}")
            _check_number(name, value)
            try:
                check(name, value)
            except (ValueError, OverflowError) as error:  # overflow: a whole number past float
                raise FieldError(name, str(error)) from None
        return self

    @property
    def values(self) -> Mapping[str, float]:
        """The parameter values given, by name."""
        extra = self.__pydantic_extra__ or {}
        return MappingProxyType({name: float(value) for name, value in extra.items()})


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldError(name, f"must be a number, not {value!r}")


def _parts(value: Any) -> Mix:
    """What stands at "text": one text, or several with their weights."""
    if isinstance(value, str):
        if not value.strip():
            raise PydanticCustomError("text", "must not be empty")
        return alone(value)
    if not isinstance(value, dict) or not 1 <= len(value) <= TOGETHER:
        why = f"must be text, or up to {TOGETHER} texts with weights, as {{coral: 2, whale: 1}}"
        raise PydanticCustomError("text", "{why}", {"why": why})
    weights: dict[str, float] = {}
    for text, weight in value.items():
        name = str(text)
        if not isinstance(text, str) or not text.strip():
            raise FieldError(name, "must be text")
        _check_number(name, weight)
        if not LIGHTEST <= weight <= HEAVIEST:
            raise FieldError(name, f"its weight goes from {LIGHTEST:g} to {HEAVIEST:g}")
        if text.strip() in weights:
            raise FieldError(name, "stands twice; give it one weight")
        weights[text.strip()] = float(weight)
    return weighted(weights)


class _PromptEntry(_Entry):
    text: Annotated[Mix, PlainValidator(_parts)]
    negative: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_text_is_a_prompt(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"text": value}
        if not isinstance(value, dict):
            raise PydanticCustomError("prompt", "must be text, or a mapping with a text")
        return value


class _PresetEntry(_Entry):
    name: str | None = Field(default=None, min_length=1)
    order: Literal["in turn", "shuffled"] = "in turn"
    loop: Literal["own", "reference"] = "own"
    model: str = ""
    negative: str = ""
    prompts: list[_PromptEntry] = Field(min_length=1)

    def cued(self, prompt: _PromptEntry) -> Cued:
        """A prompt as the show plays it."""
        negative = self.negative if prompt.negative is None else prompt.negative
        return Cued(prompt.text, prompt.values, negative)


def parse(text: str, file: str) -> Preset:
    """Read a preset from YAML text. file is its path, for messages and as its name's fallback.

    Raises PresetError.
    """
    try:
        node, content = yaml_lines.read(text, file)
    except yaml_lines.Fault as fault:
        raise PresetError(str(fault)) from None
    if not isinstance(content, dict):
        raise PresetError(f"{file}:1: a preset is a mapping with a list 'prompts'")
    content = {str(key): value for key, value in content.items()}
    try:
        entry = _PresetEntry.model_validate(content)
    except ValidationError as error:
        raise PresetError(yaml_lines.describe(error, node, file)) from None
    base = REFERENCE if entry.loop == "reference" else NO_VALUES
    return Preset(
        name=entry.name or Path(file).stem.replace("_", " ").replace("-", " "),
        prompts=tuple(entry.cued(prompt) for prompt in entry.prompts),
        order=entry.order,
        values=MappingProxyType({**base, **entry.values}),
        negative=entry.negative,
        model=entry.model,
    )


def load(path: Path) -> Preset:
    """Read one preset file. Raises PresetError, also where the file can't be read."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise PresetError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PresetError(f"{path}: is not UTF-8 text") from None


def load_folder(folder: Path) -> tuple[tuple[Preset, ...], tuple[PresetError, ...]]:
    """All presets of a folder in the order of their file names, and the faults of the others.

    Raises PresetError where there is no such folder.
    """
    if not folder.is_dir():
        raise PresetError(f"{folder}: no such folder of presets")
    presets: list[Preset] = []
    faults: list[PresetError] = []
    for path in sorted(p for p in folder.iterdir() if p.suffix in {".yaml", ".yml"}):
        try:
            presets.append(load(path))
        except PresetError as error:
            faults.append(error)
    return tuple(presets), tuple(faults)
