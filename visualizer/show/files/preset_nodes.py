"""Correct how YAML reads a preset's text, before it is validated.

YAML reads many a prompt as something else than text. Rules:

- Where a preset has text, what stands in the file is the text: `on`, `No`, `1984`, `~`, dates.
- A prompt that YAML takes for a mapping or a list (`a portrait: oil`, `[cat], dog`), or can't read,
  is left out with a line that says to put it in quotes; the others play.
- A `#` that may be part of a prompt is told: one behind a single blank, or before a word. Two
  blanks before and one behind make a comment.
- Keys may have any capitals, and keys of the file that begin with "x-" are for anchors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import yaml

from visualizer.show.files import prompt_lists, yaml_faults
from visualizer.show.files.preset_schema import Modulation, PresetEntry, PromptEntry
from visualizer.show.files.yaml_faults import Fault, Loader
from visualizer.show.parameters import BY_NAME

Tell = Callable[[str], object]

FIELDS = frozenset(
    {
        *PresetEntry.model_fields,
        *PromptEntry.model_fields,
        *Modulation.model_fields,
        *BY_NAME,
    }
)
"""Keys that a preset can have, at any depth."""

PROMPT_FIELDS = frozenset({*PromptEntry.model_fields, *BY_NAME})
"""Keys that a prompt can have."""

_TEXTS = frozenset(
    {"name", "order", "loop", "model", "lora", "negative", "prompts", "source", "text"}
)
"""Keys at which text stands, or a list of texts."""

_WORDS = frozenset({"order", "loop"})
"""Keys at which a word of a few stands, in any capitals."""

_STR, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"

MOST_LEFT_OUT = 10
"""Prompts that are left out one by one before the file is given up: each has it read again."""

QUOTES = "put the prompt in quotes; it is left out"


def compose(text: str, file: str, tell: Tell) -> tuple[Loader, yaml.Node | None]:
    """A preset's text as nodes, and the loader that makes values of them. Raises Fault.

    tell: gets a line for each prompt that is left out or may be cut.
    """
    lines = text.splitlines()
    left_out = 0
    while True:
        try:
            loader, node = yaml_faults.compose("\n".join(lines), file)
            break
        except Fault as fault:
            block = _prompt_at(lines, fault.line - 1)
            if not block:
                raise
            if left_out == MOST_LEFT_OUT:
                why = f"and more than these {left_out} prompts are not valid YAML; quote them"
                raise Fault(file, fault.line, why) from None
            left_out += 1
            tell(f"{file}:{block.start + 1}: prompts: not valid YAML: {fault.problem}; {QUOTES}")
            for place in block:
                lines[place] = f"#{lines[place]}"
    if isinstance(node, yaml.MappingNode):
        node.value = [pair for pair in node.value if not _name(pair[0]).casefold().startswith("x-")]
        for scalar in _texts(node):
            _tell_of_comment(scalar, lines, file, tell)
        for key, value in node.value:
            if key.value == "prompts" and isinstance(value, yaml.SequenceNode):
                where = f"{file}:{key.start_mark.line + 1}: prompts"
                value.value = list(prompt_lists.some(value.value, where, tell))
                _leave_out(value, file, tell)
    return loader, node


def _prompt_at(lines: list[str], place: int) -> range:
    """The lines of the prompt that a line is part of; empty where it is part of none."""
    place = min(place, len(lines) - 1)
    start = place
    while start >= 0 and not lines[start].lstrip().startswith("- "):
        start -= 1
    if start < 0 or (start < place and _indent(lines[place]) <= _indent(lines[start])):
        return range(0)
    indent = _indent(lines[start])
    for line in reversed(lines[:start]):  # up to the key that the list belongs to
        begin = line.lstrip()[:1]
        if begin not in ("", "#") and (_indent(line), begin == "-") < (indent, True):
            if line.strip().partition(":")[0].casefold() != "prompts":
                return range(0)
            break
    else:
        return range(0)
    end = start + 1
    while end < len(lines) and lines[end].strip() and _indent(lines[end]) > indent:
        end += 1
    return range(start, end)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _texts(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """The scalars that stand for text, which are taken as they stand from now on."""
    seen: set[int] = set()  # an alias may lie within its own anchor

    def walk(node: yaml.Node, key: str, is_mix: bool) -> Iterator[yaml.ScalarNode]:
        if isinstance(node, yaml.ScalarNode):
            if key in _TEXTS and node.value:
                node.tag = node.tag if node.tag.startswith("!") else _STR
                node.value = node.value.casefold() if key in _WORDS else node.value
                yield node
            return
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from walk(item, key, is_mix)
        if isinstance(node, yaml.MappingNode):
            for name, inner in node.value:
                if isinstance(name, yaml.ScalarNode) and name.tag != _MERGE:
                    name.tag = _STR
                    if not is_mix and name.value.casefold() in FIELDS:
                        name.value = name.value.casefold()
                below = "" if is_mix else _name(name)
                yield from walk(inner, below, below == "text")

    yield from walk(node, "", False)


def _tell_of_comment(scalar: yaml.ScalarNode, lines: list[str], file: str, tell: Tell) -> None:
    end = scalar.end_mark
    rest = lines[end.line][end.column :] if scalar.style is None and end.line < len(lines) else ""
    found = re.match(r"(?: #|\s+#(?=\S)).*", rest)
    if found:
        cut = " ".join(found[0].split())
        why = f"'{cut}' is a comment to YAML; put the text in quotes if it belongs to it"
        tell(f"{file}:{end.line + 1}: {why}")


def _leave_out(prompts: yaml.SequenceNode, file: str, tell: Tell) -> None:
    """Without the prompts that YAML takes for something else."""
    kept = []
    for item in prompts.value:
        why = _something_else(item)
        if why:
            tell(f"{file}:{item.start_mark.line + 1}: prompts: {why}; {QUOTES}")
        else:
            kept.append(item)
    prompts.value = kept


def _something_else(item: yaml.Node) -> str:
    """What YAML takes a prompt for that is no text and has no field of a prompt; "" for none."""
    if item.tag.startswith("!"):
        return f"'{item.tag}' is a tag to YAML"
    if isinstance(item, yaml.SequenceNode):
        return "it is a list to YAML"
    if isinstance(item, yaml.MappingNode) and item.value:
        if any(_name(key) in PROMPT_FIELDS or key.tag == _MERGE for key, _ in item.value):
            return ""
        return "it is a mapping to YAML" if item.flow_style else "a colon makes a field of it"
    return ""


def _name(key: yaml.Node) -> str:
    return key.value if isinstance(key, yaml.ScalarNode) else ""
