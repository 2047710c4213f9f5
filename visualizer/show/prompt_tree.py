"""The brackets of a prompt as a tree of words, weights and choices (see prompt_syntax.py). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

UP, UP_NOVELAI = 1.1, 1.05
"""Weights of a pair of brackets without a number; [ ] has the inverse of the first."""

DEEPEST = 8
"""Levels of nested brackets that are parsed; deeper ones are text."""


class Weight(NamedTuple):
    inner: Tree
    weight: float


class Choice(NamedTuple):
    options: tuple[tuple[float, Tree], ...]


Tree: TypeAlias = "tuple[str | Weight | Choice, ...]"

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_NUMBER = r"\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*"


def composed(text: str) -> Iterator[tuple[str, float]]:
    """The parts of a composition with their weights."""
    parts = re.split(r"\bAND\b", text)
    for part in parts:
        found = re.search(rf":{_NUMBER}$", part) if len(parts) > 1 else None
        if found is None:
            yield part, 1.0
        else:
            yield part[: found.start()], max(float(found[1]), 0.0)


def parsed(text: str, depth: int) -> Tree:
    """Parse a text into words, weights and choices."""
    ends = _pairs(text) if depth < DEEPEST else {}
    sequence: list[str | Weight | Choice] = []
    place = plain = 0
    while place < len(text):
        if place in ends:
            sequence.append(text[plain:place])
            sequence.append(_bracket(text[place], text[place + 1 : ends[place]], depth + 1))
            place = plain = ends[place] + 1
        else:
            place += 2 if text[place] == "\\" else 1
    return (*sequence, text[plain:])


def _pairs(text: str) -> dict[int, int]:
    """Positions of opening brackets and of their closing ones; unmatched brackets are left out."""
    ends: dict[int, int] = {}
    open_: list[int] = []
    place = 0
    while place < len(text):
        sign = text[place]
        if sign in _BRACKETS:
            open_.append(place)
        elif open_ and sign == _BRACKETS[text[open_[-1]]]:
            ends[open_.pop()] = place
        place += 2 if sign == "\\" else 1
    return ends


def _bracket(kind: str, inner: str, depth: int) -> Weight | Choice:
    """The node of a pair of brackets."""
    options = _split(inner, "|")
    if kind == "{":
        options[0] = re.sub(r"^\s*[\d-]*\$\$(?:[^|]*\$\$)?", "", options[0])
        if len(options) > 1:
            return Choice(tuple(_weighed(option, depth) for option in options))
        return Weight(parsed(inner, depth), UP_NOVELAI)
    if kind == "[":
        if len(options) > 1:
            return Choice(tuple((1.0, parsed(option, depth)) for option in options))
        stages = _split(inner, ":")
        if len(stages) in (2, 3) and (when := re.fullmatch(_NUMBER, stages[-1])):
            first = stages[0] if len(stages) == 3 else ""
            share = float(when[1])
            share = share if 0.0 <= share <= 1.0 else 0.5  # in steps: how many there are is open
            both = (share, parsed(first, depth)), (1.0 - share, parsed(stages[-2], depth))
            return Choice(both)
        return Weight(parsed(inner, depth), 1.0 / UP)
    found = re.search(rf":{_NUMBER}$", inner)
    if found is None:
        return Weight(parsed(inner, depth), UP)
    return Weight(parsed(inner[: found.start()], depth), max(float(found[1]), 0.0))


def _weighed(option: str, depth: int) -> tuple[float, Tree]:
    found = re.match(rf"{_NUMBER}::", option)
    if found is None:
        return 1.0, parsed(option, depth)
    return max(float(found[1]), 0.0), parsed(option[found.end() :], depth)


def _split(text: str, sign: str) -> list[str]:
    """Split a text at a sign, outside nested brackets."""
    ends = _pairs(text)
    parts, begin, place = [], 0, 0
    while place < len(text):
        if text[place] == sign:
            parts.append(text[begin:place])
            begin = place + 1
        place = ends.get(place, place) + 1
    return [*parts, text[begin:]]
