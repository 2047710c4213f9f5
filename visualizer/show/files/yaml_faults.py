"""Faults in YAML files as one line for people: file:line: field: why.

Presets (show/files/preset.py) and MIDI maps (controls/midi/map_text.py) are read through this
module.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError

Place = tuple[int | str, ...]
"""The way to a field: keys of mappings, and indices (from 0) into lists."""


class Fault(Exception):
    """A text that can't be used; str() is file:line: why."""


class FieldError(ValueError):
    """A validation error that knows which field it is about."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


class _Loader(yaml.SafeLoader):
    """SafeLoader whose faults have a line too where Python's own fail, as for a 13th month."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (yaml.YAMLError, RecursionError):
            raise
        except Exception as error:  # PyYAML lets ValueError, KeyError, OverflowError … through
            why = f"can't be read: {error}"
            raise yaml.constructor.ConstructorError(None, None, why, node.start_mark) from None


def read(text: str, file: str) -> tuple[yaml.Node | None, Any]:
    """The text as nodes (which know their lines) and as plain values. Raises Fault."""
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Fault(f"{file}:{line}: not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:  # a control character, depth: no mark
        raise Fault(f"{file}:1: not valid YAML: {' '.join(str(error).split())}") from None


def describe(error: ValidationError, node: yaml.Node | None, file: str) -> str:
    """The first fault as file:line: field: why."""
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    place: Place = first["loc"]
    why = first["msg"]
    if isinstance(cause, FieldError):
        place, why = (*place, cause.field), str(cause)
    return f"{file}:{line_of(node, place)}: {_field(node, place)}: {why}"


def line_of(node: yaml.Node | None, place: Place) -> int:
    """The line (from 1) of the innermost node along place that the file really has."""
    line = 1
    for key, inner in _along(node, place):
        line = (key or inner).start_mark.line + 1
    return line


def _field(node: yaml.Node | None, place: Place) -> str:
    """The place as people write it: prompts[2].strength, lists counted from 1."""
    # pydantic puts "[key]" behind a key that is at fault itself
    place = tuple(step for step in place if step != "[key]")
    parents = [node, *(inner for _, inner in _along(node, place))]
    written = ""
    for depth, step in enumerate(place):
        in_list = depth < len(parents) and isinstance(parents[depth], yaml.SequenceNode)
        written += f"[{int(step) + 1}]" if in_list else f".{step}"
    return " ".join(written.lstrip(".").split())  # a key may have line breaks in it


def _along(node: yaml.Node | None, place: Place) -> Iterator[tuple[yaml.Node | None, yaml.Node]]:
    """The nodes on the way to place as far as it leads, each with its key in a mapping."""
    for step in place:
        key = None
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == str(step)]
            if not found:
                return
            key, node = found[-1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
        else:
            return
        yield key, node
