"""The prompt syntax of other tools, converted to prompt mixes as far as possible. Pure.

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
from typing import NamedTuple

from visualizer.show.prompt_mix import TOGETHER, alone, weighted
from visualizer.show.prompt_tree import Choice, Tree, Weight, composed, parsed
from visualizer.show.request import Mix

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


_HAS_SYNTAX = re.compile(r"[(\[{<\\]|\bAND\b|\bBREAK\b|__|(?:^|\s)--\w")
_NEGATIVE = re.compile(r"(?:^|\s)--(?:neg|no)\s+")
_UNPLAYED = re.compile(r"<\w+:[^<>]*>|__[\w*/ -]+?__|(?:^|(?<=\s))--\w+(?:[ =]\d[\w.:]*)?")
_BELOW_0 = re.compile(r"\([^()]*:\s*-[\d.]+\s*\)")
"""A weight below 0 asks for the phrase's opposite, and is played as 0."""


def read(text: str) -> Reading:
    """The prompt mix of a prompt."""
    if not _HAS_SYNTAX.search(text):
        return Reading(alone(text))
    text, *negatives = _NEGATIVE.split(text)
    left_out = [found.strip() for found in _UNPLAYED.findall(text) + _BELOW_0.findall(text)]
    text = re.sub(r"\s*\bBREAK\b\s*", ", ", _UNPLAYED.sub(" ", text))
    mix: dict[str, float] = {}
    names: dict[str, str] = {}
    for part, share in composed(text):
        for weight, variant in _variants(parsed(part, 0)):
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
    sequences = [parsed(part, 0) for part, _ in composed(text)]
    if any(not isinstance(each, str) for sequence in sequences for each in sequence):
        left_out.append("the weights of the negative prompt")
    flat = _tidy(", ".join(_flat(sequence) for sequence in sequences))
    return flat, tuple(dict.fromkeys(left_out))


def _flat(sequence: Tree) -> str:
    """The words of a sequence without weights; of alternatives, the first that has any."""
    words = ""
    for each in sequence:
        if isinstance(each, str):
            words += each
        elif isinstance(each, Weight):
            words += _flat(each.inner) if each.weight > 0.0 else ""
        else:
            options = (_flat(option) for _, option in each.options)
            words += next((option for option in options if option.strip()), "")
    return words


def _variants(sequence: Tree) -> list[tuple[float, Tree]]:
    """A sequence without choices, once for each of their combinations, by shares that add up to
    1; the heaviest of them where there are too many."""
    variants: list[tuple[float, Tree]] = [(1.0, ())]
    for place, each in enumerate(sequence):
        if len(variants) == MOST_VARIANTS:
            rest = _heaviest(sequence[place:])
            return [(share, (*before, *rest)) for share, before in variants]
        ends: list[tuple[float, Tree]]
        if isinstance(each, Choice):
            total = sum(weight for weight, _ in each.options) or 1.0
            ends = [
                (weight / total * share, inner)
                for weight, option in each.options
                for share, inner in _variants(option)
            ]
        elif isinstance(each, Weight):
            ends = [(s, (Weight(inner, each.weight),)) for s, inner in _variants(each.inner)]
        else:
            ends = [(1.0, (each,))]
        variants = [(a * b, (*before, *after)) for a, before in variants for b, after in ends]
        variants = sorted(variants, key=lambda variant: -variant[0])[:MOST_VARIANTS]
    return variants


def _heaviest(sequence: Tree) -> Tree:
    """A sequence with the heaviest option of each choice in its place."""
    found: list[str | Weight | Choice] = []
    for each in sequence:
        if isinstance(each, Choice):
            _, option = max(each.options, key=lambda option: option[0])
            found += _heaviest(option)
        elif isinstance(each, Weight):
            found.append(Weight(_heaviest(each.inner), each.weight))
        else:
            found.append(each)
    return tuple(found)


def _emphasised(
    sequence: Tree, phrases: Sequence[tuple[str, float, Weight]]
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


def _phrases(sequence: Tree, factor: float) -> Iterator[tuple[str, float, Weight]]:
    """Phrases with weights, and where they stand. Brackets round nothing but brackets count with
    those inside; a phrase within a phrase has its own weight beside that of the whole."""
    for each in sequence:
        if isinstance(each, Weight):
            weight = factor * each.weight
            if any(isinstance(inner, str) and inner.strip() for inner in each.inner):
                yield from [(_words(each.inner), weight, each)] if weight != 1.0 else []
                weight = 1.0
            yield from _phrases(each.inner, weight)


def _words(sequence: Tree, without: Weight | None = None) -> str:
    return "".join(
        each
        if isinstance(each, str)
        else ""
        if each is without or isinstance(each, Choice)
        else _words(each.inner, without)
        for each in sequence
    )


def _tidy(text: str) -> str:
    """Without what brackets leave behind: signs of escape, double commas and blanks."""
    text = re.sub(r"\\([()\[\]{}])", r"\1", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?:\s*,)+", ",", text)
    return text.strip(" ,")
