"""Mixes of texts (request.Mix): build, crossfade and describe them.

Plain sums of weights; cueing.py decides when a fade begins and how far it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from visualizer.show.request import Mix

MOST = 6
"""Most texts in one mix: more can't be told apart, and each costs the engine an encoding."""

TOGETHER = 4
"""Most texts in one prompt. Fewer than MOST, so that of any mix that is on something always
stays while a prompt comes in (see faded)."""


def alone(text: str) -> Mix:
    """The mix of one text; a blank text is no prompt, so its mix is empty."""
    text = text.strip()
    seen = any(sign.isprintable() and not sign.isspace() for sign in text)
    return ((text, 1.0),) if seen else ()


def weighted(weights: Mapping[str, float]) -> Mix:
    """Texts by weights above 0 of any scale, the heaviest first."""
    total = sum(weights.values())
    return _sorted({text: weight / total for text, weight in weights.items()})


def in_words(mix: Mix) -> str:
    """The mix for people: its texts, the heaviest first."""
    return " + ".join(text for text, _ in _sorted(dict(mix)))


def faded(old: Mix, new: Mix, share: float) -> Mix:
    """The mix that lies share (0 to 1) of the way from old to new, the heaviest first.

    Neither may be empty; old has at most MOST texts and new at most TOGETHER. The result has at
    most MOST and moves without a jump as share moves, for any old and new.
    """
    weights = {text: weight * (1.0 - share) for text, weight in old}
    for text, weight in new:
        weights[text] = weights.get(text, 0.0) + weight * share
    for leaving, coming in _rivals(old, new):
        # Only the stronger of the two is heard, by as much as it is stronger: one is gone before
        # the other begins. Together they take away 4/5 at most, as new has few enough texts.
        room = min(weights[leaving], weights[coming])
        weights[leaving] -= room
        weights[coming] -= room
    return weighted({text: weight for text, weight in weights.items() if weight > 0})


def _rivals(old: Mix, new: Mix) -> Iterator[tuple[str, str]]:
    """The weakest texts that leave and that come, paired: as many pairs as there are too many."""
    olds, news = dict(old), dict(new)
    leaving = sorted(olds.keys() - news.keys(), key=lambda text: (olds[text], text))
    coming = sorted(news.keys() - olds.keys(), key=lambda text: (news[text], text))
    too_many = max(len(olds | news) - MOST, 0)
    return zip(leaving[:too_many], coming[:too_many], strict=True)


def _sorted(weights: Mapping[str, float]) -> Mix:
    return tuple(sorted(weights.items(), key=lambda item: -item[1]))
