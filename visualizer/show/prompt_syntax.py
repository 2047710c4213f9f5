"""The prompt syntax of other tools, played as prompt mixes as far as that goes. Pure.

    (word) ((word)) (word:1.3) [word]   emphasis of AUTOMATIC1111, {word} of NovelAI: w above 1
                                        adds the word alone with w - 1, below 1 the rest without it
    {a|b} {2::a|b}                      alternatives of dynamic prompts, by their weights: a mix
    [a|b] [a:b:0.3] [a::0.3] [a:0.3]    alternation and editing by steps: a mix of the stages
    a AND b :0.5                        composition: a mix
    a --neg b                           deforum's negative prompt
    BREAK, \\( \\)                        a comma; brackets as they are
    <lora:name:1> __list__ --ar 16:9    (and weights below 0) can't be played: left out and named

Brackets that don't match are text. A mix has prompt_mix.TOGETHER texts at most; what of the others
weighs least is left out and named, too. A negative prompt is one text: its words without weights,
and the first of alternatives, which is named where it leaves something out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from visualizer.show.prompt_mix import TOGETHER, alone, weighted
from visualizer.show.request import Mix

UP, UP_NOVELAI = 1.1, 1.05
"""Weights of a pair of brackets without a number; [ ] has the inverse of the first."""

DEEPEST = 8
"""Brackets within brackets that mean something."""

MOST_VARIANTS = 32
"""Texts that alternatives are multiplied out to; of further ones the heaviest is taken."""

MOST_PHRASES = 8
"""Phrases of a text that are emphasised: those whose weights are farthest from 1."""


class Reading(NamedTuple):
    """mix: empty where nothing is left. negative: None where the prompt says none. left_out: what
    can't be played, as it was written."""

    mix: Mix
    negative: str | None = None
    left_out: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """What is left out, for people; "" for nothing."""
        return f"left out of the prompt: {', '.join(self.left_out)}" if self.left_out else ""


class _Weight(NamedTuple):
    inner: _Sequence
    weight: float


class _Choice(NamedTuple):
    options: tuple[tuple[float, _Sequence], ...]


_Sequence: TypeAlias = "tuple[str | _Weight | _Choice, ...]"

_HAS_SYNTAX = re.compile(r"[(\[{<\\]|\bAND\b|\bBREAK\b|__|(?:^|\s)--\w")
_NEGATIVE = re.compile(r"(?:^|\s)--(?:neg|no)\s+")
_UNPLAYED = re.compile(r"<\w+:[^<>]*>|__[\w*/ -]+?__|(?:^|(?<=\s))--\w+(?:[ =]\d[\w.:]*)?")
_BELOW_0 = re.compile(r"\([^()]*:\s*-[\d.]+\s*\)")
"""A weight below 0 would want the phrase's opposite; it is played as 0."""
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_NUMBER = r"\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*"


def read(text: str) -> Reading:
    """What a prompt comes to."""
    if not _HAS_SYNTAX.search(text):
        return Reading(alone(text))
    text, *negatives = _NEGATIVE.split(text)
    left_out = [found.strip() for found in _UNPLAYED.findall(text) + _BELOW_0.findall(text)]
    text = re.sub(r"\s*\bBREAK\b\s*", ", ", _UNPLAYED.sub(" ", text))
    mix: dict[str, float] = {}
    names: dict[str, str] = {}
    for part, share in _composed(text):
        for weight, variant in _variants(_parsed(part, 0)):
            phrases = sorted(_phrases(variant, 1.0), key=lambda each: -abs(each[1] - 1.0))
            if len(phrases) > MOST_PHRASES:
                left_out.append(f"the emphasis of more than {MOST_PHRASES} phrases")
            for words, heavy, phrase in _emphasised(variant, phrases[:MOST_PHRASES]):
                if (words := _tidy(words)) and heavy > 0.0:
                    mix[words] = mix.get(words, 0.0) + share * weight * heavy
                    if phrase is None:
                        names[words] = words
                    else:  # its words are played all the same, in the whole
                        names.setdefault(words, f"the emphasis of {_tidy(phrase)}")
    heaviest = sorted(mix, key=lambda words: -mix[words])
    left_out += [names[words] for words in heaviest[TOGETHER:]]
    kept = {words: mix[words] for words in heaviest[:TOGETHER]}
    negative = None
    if negatives:
        negative, not_read = read_negative(" ".join(negatives))
        left_out += not_read
    return Reading(weighted(kept) if kept else (), negative, tuple(dict.fromkeys(left_out)))


def read_negative(text: str) -> tuple[str, tuple[str, ...]]:
    """A negative prompt as the one text that it is played as, and what is left out of it."""
    if not _HAS_SYNTAX.search(text):
        return text.strip(), ()
    left_out = [found.strip() for found in _UNPLAYED.findall(text) + _BELOW_0.findall(text)]
    text = re.sub(r"\s*\bBREAK\b\s*", ", ", _UNPLAYED.sub(" ", _BELOW_0.sub(" ", text)))
    sequences = [_parsed(part, 0) for part, _ in _composed(text)]
    if any(not isinstance(each, str) for sequence in sequences for each in sequence):
        left_out.append("the weights of the negative prompt")
    flat = _tidy(", ".join(_flat(sequence) for sequence in sequences))
    return flat, tuple(dict.fromkeys(left_out))


def _flat(sequence: _Sequence) -> str:
    """The words of a sequence without weights; of alternatives, the first that has any."""
    words = ""
    for each in sequence:
        if isinstance(each, str):
            words += each
        elif isinstance(each, _Weight):
            words += _flat(each.inner) if each.weight > 0.0 else ""
        else:
            options = (_flat(option) for _, option in each.options)
            words += next((option for option in options if option.strip()), "")
    return words


def _composed(text: str) -> Iterator[tuple[str, float]]:
    """The parts of a composition with their weights."""
    parts = re.split(r"\bAND\b", text)
    for part in parts:
        found = re.search(rf":{_NUMBER}$", part) if len(parts) > 1 else None
        if found is None:
            yield part, 1.0
        else:
            yield part[: found.start()], max(float(found[1]), 0.0)


def _parsed(text: str, depth: int) -> _Sequence:
    """A text as words, weights and choices."""
    ends = _pairs(text) if depth < DEEPEST else {}
    sequence: list[str | _Weight | _Choice] = []
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
    """Where brackets open and close; those that don't match are left out."""
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


def _bracket(kind: str, inner: str, depth: int) -> _Weight | _Choice:
    """What a pair of brackets means."""
    options = _split(inner, "|")
    if kind == "{":
        options[0] = re.sub(r"^\s*[\d-]*\$\$(?:[^|]*\$\$)?", "", options[0])
        if len(options) > 1:
            return _Choice(tuple(_weighed(option, depth) for option in options))
        return _Weight(_parsed(inner, depth), UP_NOVELAI)
    if kind == "[":
        if len(options) > 1:
            return _Choice(tuple((1.0, _parsed(option, depth)) for option in options))
        stages = _split(inner, ":")
        if len(stages) in (2, 3) and (when := re.fullmatch(_NUMBER, stages[-1])):
            first = stages[0] if len(stages) == 3 else ""
            share = float(when[1])
            share = share if 0.0 <= share <= 1.0 else 0.5  # in steps: how many there are is open
            both = (share, _parsed(first, depth)), (1.0 - share, _parsed(stages[-2], depth))
            return _Choice(both)
        return _Weight(_parsed(inner, depth), 1.0 / UP)
    found = re.search(rf":{_NUMBER}$", inner)
    if found is None:
        return _Weight(_parsed(inner, depth), UP)
    return _Weight(_parsed(inner[: found.start()], depth), max(float(found[1]), 0.0))


def _weighed(option: str, depth: int) -> tuple[float, _Sequence]:
    found = re.match(rf"{_NUMBER}::", option)
    if found is None:
        return 1.0, _parsed(option, depth)
    return max(float(found[1]), 0.0), _parsed(option[found.end() :], depth)


def _split(text: str, sign: str) -> list[str]:
    """A text at a sign, where that is in no brackets of its own."""
    ends = _pairs(text)
    parts, begin, place = [], 0, 0
    while place < len(text):
        if text[place] == sign:
            parts.append(text[begin:place])
            begin = place + 1
        place = ends.get(place, place) + 1
    return [*parts, text[begin:]]


def _variants(sequence: _Sequence) -> list[tuple[float, _Sequence]]:
    """A sequence without choices, once for each of their combinations, by shares that add up to
    1; the heaviest of them where there are too many."""
    variants: list[tuple[float, _Sequence]] = [(1.0, ())]
    for place, each in enumerate(sequence):
        if len(variants) == MOST_VARIANTS:
            rest = _heaviest(sequence[place:])
            return [(share, (*before, *rest)) for share, before in variants]
        ends: list[tuple[float, _Sequence]]
        if isinstance(each, _Choice):
            total = sum(weight for weight, _ in each.options) or 1.0
            ends = [
                (weight / total * share, inner)
                for weight, option in each.options
                for share, inner in _variants(option)
            ]
        elif isinstance(each, _Weight):
            ends = [(s, (_Weight(inner, each.weight),)) for s, inner in _variants(each.inner)]
        else:
            ends = [(1.0, (each,))]
        variants = [(a * b, (*before, *after)) for a, before in variants for b, after in ends]
        variants = sorted(variants, key=lambda variant: -variant[0])[:MOST_VARIANTS]
    return variants


def _heaviest(sequence: _Sequence) -> _Sequence:
    """A sequence with the heaviest option of each choice in its place."""
    found: list[str | _Weight | _Choice] = []
    for each in sequence:
        if isinstance(each, _Choice):
            _, option = max(each.options, key=lambda option: option[0])
            found += _heaviest(option)
        elif isinstance(each, _Weight):
            found.append(_Weight(_heaviest(each.inner), each.weight))
        else:
            found.append(each)
    return tuple(found)


def _emphasised(
    sequence: _Sequence, phrases: Sequence[tuple[str, float, _Weight]]
) -> Iterator[tuple[str, float, str | None]]:
    """The texts that a sequence without choices comes to, with weights, and the phrase that each
    is there for: None for the whole."""
    less = sum(1.0 - weight for _, weight, _ in phrases if weight < 1.0)
    whole = max(1.0 - less, 0.0)
    yield _words(sequence), whole, None
    for phrase, weight, path in phrases:
        if weight > 1.0:
            yield phrase, weight - 1.0, phrase
        else:
            yield _words(sequence, without=path), (1.0 - weight) / max(less, 1.0), phrase


def _phrases(sequence: _Sequence, factor: float) -> Iterator[tuple[str, float, _Weight]]:
    """Phrases with weights, and where they stand. Brackets round nothing but brackets count with
    those inside; a phrase within a phrase has its own weight beside that of the whole."""
    for each in sequence:
        if isinstance(each, _Weight):
            weight = factor * each.weight
            if any(isinstance(inner, str) and inner.strip() for inner in each.inner):
                yield from [(_words(each.inner), weight, each)] if weight != 1.0 else []
                weight = 1.0
            yield from _phrases(each.inner, weight)


def _words(sequence: _Sequence, without: _Weight | None = None) -> str:
    return "".join(
        each
        if isinstance(each, str)
        else ""
        if each is without or isinstance(each, _Choice)
        else _words(each.inner, without)
        for each in sequence
    )


def _tidy(text: str) -> str:
    """Without what brackets leave behind: signs of escape, double commas and blanks."""
    text = re.sub(r"\\([()\[\]{}])", r"\1", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?:\s*,)+", ",", text)
    return text.strip(" ,")
