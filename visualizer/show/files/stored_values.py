"""Parameter values in stored files (the last show's state, snapshots): readable, and checked when
they are loaded.

Choices are stored by their names, and whole numbers without a point.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias

import yaml
from pydantic import PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from visualizer.show.files.yaml_faults import FieldError
from visualizer.show.lora import Lora
from visualizer.show.lora import parse as parse_lora
from visualizer.show.parameter import Parameter
from visualizer.show.parameters import BY_NAME, check

_ONE_LINE = 2**20
"""Characters to a line: a prompt is never folded."""

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""Ten times as fast where PyYAML has it: the show runs on beside it."""


def plain(values: Mapping[str, float]) -> dict[str, float | str]:
    """Values by name as a file has them."""
    return {name: _plain(BY_NAME[name], value) for name, value in values.items()}


def read(content: Any, info: ValidationInfo) -> Mapping[str, float]:
    """Values by name from what a file has; raises FieldError.

    A parameter that the file has no word of is left out: it may be newer than the file. So is one
    that the file alone knows, as the file may be newer, too; its name goes into info.context, a
    set.
    """
    if not isinstance(content, dict):
        raise PydanticCustomError("values", "must be a mapping of parameters to values")
    values: dict[str, float] = {}
    for key, value in content.items():
        name = str(key)
        if name not in BY_NAME:
            _unknown(info).add(name)
        else:
            values[name] = _value(BY_NAME[name], value)
    return MappingProxyType(values)


Values: TypeAlias = Annotated[Mapping[str, float], PlainValidator(read)]
"""Values by name as a field of a pydantic model."""


def read_loras(content: Any) -> tuple[Lora, ...]:
    """LoRAs from a file's list of their texts."""
    if not isinstance(content, list) or not all(isinstance(text, str) for text in content):
        raise PydanticCustomError("loras", "must be a list of LoRAs, such as film.safetensors:0.8")
    try:
        return tuple(map(parse_lora, content))
    except ValueError as error:
        raise PydanticCustomError("loras", "{why}", {"why": str(error)}) from None


Loras: TypeAlias = Annotated[tuple[Lora, ...], PlainValidator(read_loras)]
"""LoRAs as a field of a pydantic model."""


def unsaid(line: str) -> None:
    """Whom to tell of what was left out, where there is no listener."""


def tell_unknown(names: Collection[str], file: str, tell: Callable[[str], object]) -> None:
    """Tell of the names in a file that this version does not know, in one line if any."""
    if names:
        line = ", ".join(sorted(names))
        tell(" ".join(f"{file}: unknown entries are left out: {line}".split()))


def to_yaml(content: Any, comment: str) -> str:
    """The text of a kept file: its comment, then its content in the order given."""
    text = yaml.dump(content, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=_ONE_LINE)
    return f"# {comment}\n{text}"


def _unknown(info: ValidationInfo) -> set[str]:
    """The names that were left out so far."""
    assert isinstance(info.context, set)
    return info.context


def _plain(row: Parameter, value: float) -> float | str:
    if row.choices:
        return row.choices[int(value)]
    return int(value) if row.whole else value


def _value(row: Parameter, value: Any) -> float:
    try:
        return check(row.name, row.parse(value))
    except ValueError as error:
        raise FieldError(row.name, str(error)) from None
