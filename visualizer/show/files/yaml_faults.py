"""Faults in YAML files as one line for people: file:line: field: why.

Presets (show/files/preset.py) and MIDI maps (controls/midi/map_text.py) are read through this
module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Place = tuple[int | str, ...]
"""The way to a field: keys of mappings, and indices (from 0) into lists."""


MOST_ALIASED = 10_000
"""Values that a file's aliases may add to those that stand in it. Ten lines of aliases to aliases
make ten thousand million."""

MOST_CHARACTERS = 300
"""Characters of a line about a fault, so that it fits on the HUD."""


class Fault(Exception):
    """A text that can't be used; str() is file:line: why. problem: why, in YAML's words."""

    def __init__(self, file: str, line: int, why: str, problem: str = "") -> None:
        super().__init__(f"{file}:{line}: {_clipped(why)}")
        self.line = line
        self.problem = problem


class FaultyFile(Exception):
    """A file that can't be used. lines: its first faults, each in one line for people:
    file:line: field: why; str() is the first, and how many more there are."""

    most = 20
    """Faults that are told one by one."""

    def __init__(self, *lines: str) -> None:
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        super().__init__(f"{lines[0]}{more}")
        if (left := len(lines) - self.most) > 0:
            lines = (*lines[: self.most], f"and {left} more faults in this file")
        self.lines = lines


class FieldError(ValueError):
    """A validation error that knows which field it is about: its key, or its index in a list."""

    def __init__(self, field: str | int, why: str) -> None:
        super().__init__(why)
        self.field = field


class Loader(yaml.SafeLoader):
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
    loader, node = compose(text, file)
    if node is not None and (faults := twice(node)):
        raise Fault(file, *faults[0])
    return node, construct(loader, node, file)


def compose(text: str, file: str) -> tuple[Loader, yaml.Node | None]:
    """The text as nodes, and the loader that makes values of them. Raises Fault."""
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        if node is not None:
            _check_aliases(node, file)
        return loader, node
    except (yaml.YAMLError, RecursionError) as error:
        raise _not_valid(error, file) from None


def _check_aliases(root: yaml.Node, file: str) -> None:
    """Raises Fault where aliases multiply what stands in the file."""
    sizes: dict[int, int] = {}  # of each node with all below; 0 while it is being counted

    def size(node: yaml.Node) -> int:
        if id(node) in sizes:
            return sizes[id(node)]
        sizes[id(node)] = 0
        below: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            below = node.value
        elif isinstance(node, yaml.MappingNode):
            below = [each for pair in node.value for each in pair]
        sizes[id(node)] = 1 + sum(map(size, below))
        return sizes[id(node)]

    if size(root) > len(sizes) + MOST_ALIASED:
        line = root.start_mark.line + 1
        raise Fault(file, line, f"its aliases expand to more than {MOST_ALIASED} values")


def construct(loader: Loader, node: yaml.Node | None, file: str) -> Any:
    """Nodes as plain values. Raises Fault."""
    try:
        return None if node is None else loader.construct_document(node)
    except (yaml.YAMLError, RecursionError) as error:
        raise _not_valid(error, file) from None


def _not_valid(error: Exception, file: str) -> Fault:
    if not isinstance(error, yaml.MarkedYAMLError):  # a control character, depth: no mark
        return Fault(file, 1, f"not valid YAML: {' '.join(str(error).split())}")
    mark = error.problem_mark
    if error.context_mark and re.search("flow|quoted", error.context or ""):
        mark = error.context_mark  # what is never closed goes wrong far below
    problem = error.problem or ""
    hint = "; put a text with a colon in quotes" if problem.startswith("mapping values") else ""
    return Fault(file, mark.line + 1 if mark else 1, f"not valid YAML: {problem}{hint}", problem)


def twice(node: yaml.Node) -> list[tuple[int, str]]:
    """Keys that a mapping has twice, of which only the last would count: line and why."""
    faults: list[tuple[int, str]] = []
    seen: set[int] = set()
    nodes = [node]
    while nodes:
        node = nodes.pop()
        if id(node) in seen or isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
            continue
        lines: dict[tuple[str, str], int] = {}
        for key, inner in node.value:
            nodes.append(inner)
            if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
                continue
            name, line = (key.tag, key.value), key.start_mark.line + 1
            if name in lines:
                why = f"appears twice, in line {lines[name]} and in line {line}"
                faults.append((line, f"{' '.join(key.value.split())}: {why}"))
            lines.setdefault(name, line)
    return sorted(faults)


def detail(place: Place, why: str) -> InitErrorDetails:
    """A fault as pydantic takes it."""
    return InitErrorDetails(
        type=PydanticCustomError("fault", "{why}", {"why": why}), loc=place, input=None
    )


def details(error: ValidationError, place: Place = ()) -> list[InitErrorDetails]:
    """The faults that were found at a place, as pydantic takes them."""
    found = error.errors(include_url=False)
    return [detail((*place, *fault["loc"]), fault["msg"]) for fault in found]


def faults_of(error: ValidationError, node: yaml.Node | None) -> list[tuple[int, str]]:
    """All faults, as line and field: why."""
    found: dict[tuple[int, str], None] = {}
    for fault in error.errors(include_url=False):
        cause = fault.get("ctx", {}).get("error")
        place: Place = fault["loc"]
        why = fault["msg"]
        if isinstance(cause, FieldError):
            place, why = (*place, cause.field), str(cause)
        found[line_of(node, place), _clipped(f"{_field(node, place)}: {why}")] = None
    return list(found)


def _clipped(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


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
