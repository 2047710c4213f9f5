"""Preset files: their form, their parsing, and errors that name file, line and field.

A preset is YAML::

    name: Deep sea
    order: shuffled          # or: in turn
    hold: 20                 # any parameter may stand here ...
    strength: 0.55
    prompts:
      - coral reef at night, glowing blue
      - text: whale in turquoise light
        strength: 0.7        # ... and beside a prompt's text, for that prompt alone

The parameters' names and ranges come from the table in show/parameters.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from visualizer.show.parameters import BY_NAME, check

NO_VALUES: Mapping[str, float] = MappingProxyType({})
"""No parameter values of one's own."""


class PresetError(Exception):
    """A preset file that can't be used; str() is one line for people: file:line: field: why."""


@dataclass(frozen=True, slots=True)
class Cued:
    """One prompt of a preset with the parameter values that come with it."""

    text: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Preset:
    """A named list of prompts with parameter values for all of them."""

    name: str
    prompts: tuple[Cued, ...]
    order: str = "in turn"
    values: Mapping[str, float] = field(default_factory=lambda: NO_VALUES)


class _Entry(BaseModel):
    """Parameters beside other fields: every extra field must be a row of the table."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    @model_validator(mode="after")
    def _extras_are_parameters(self) -> _Entry:
        for name, value in (self.__pydantic_extra__ or {}).items():
            if name not in BY_NAME:
                known = ", ".join([*type(self).model_fields, *BY_NAME])
                raise _FieldError(name, f"no such field; there are {known}")
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise _FieldError(name, f"must be a number, not {value!r}")
            try:
                check(name, value)
            except ValueError as error:
                raise _FieldError(name, str(error)) from None
        return self

    @property
    def values(self) -> Mapping[str, float]:
        """The parameter values given, by name."""
        extra = self.__pydantic_extra__ or {}
        return MappingProxyType({name: float(value) for name, value in extra.items()})


class _PromptEntry(_Entry):
    text: str = Field(min_length=1)


class _PresetEntry(_Entry):
    name: str | None = Field(default=None, min_length=1)
    order: Literal["in turn", "shuffled"] = "in turn"
    prompts: list[_PromptEntry] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _plain_prompts_are_texts(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("prompts"), list):
            prompts = [{"text": p} if isinstance(p, str) else p for p in value["prompts"]]
            return {**value, "prompts": prompts}
        return value


class _FieldError(ValueError):
    """A validation error that knows which field it is about."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


def parse(text: str, file: str) -> Preset:
    """Read a preset from YAML text. file is its path, for messages and as its name's fallback.

    Raises PresetError.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PresetError(f"{file}:{line}: not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:  # e.g. a control character: no mark
        raise PresetError(f"{file}:1: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise PresetError(f"{file}:1: a preset is a mapping with a list 'prompts'")
    content = {str(key): value for key, value in content.items()}
    try:
        entry = _PresetEntry.model_validate(content)
    except ValidationError as error:
        raise PresetError(_line_for_people(error, node, file)) from None
    return Preset(
        name=entry.name or Path(file).stem.replace("_", " ").replace("-", " "),
        prompts=tuple(Cued(prompt.text, prompt.values) for prompt in entry.prompts),
        order=entry.order,
        values=entry.values,
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


def _line_for_people(error: ValidationError, node: yaml.Node | None, file: str) -> str:
    """The first fault as file:line: field: why."""
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    place: tuple[int | str, ...] = first["loc"]
    why = first["msg"]
    if isinstance(cause, _FieldError):
        place, why = (*place, cause.field), str(cause)
    field = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")
    return f"{file}:{_line(node, place)}: {field}: {why}"


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """The line (from 1) of the innermost node along place that the file really has."""
    line = 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == str(step)]
            if not found:
                break
            key, node = found[-1]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return int(line)
