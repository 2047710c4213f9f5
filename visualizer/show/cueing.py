"""Cueing: which prompts, with what weights, at this moment.

A cue is the prompt in force and the mix it fades in from. Time comes in as the cue's age, which
advances only while the show generates.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from visualizer.show.request import Mix

MOST = 4
"""Most prompts in one mix: more can't be told apart, and each costs the engine an encoding."""


@dataclass(frozen=True, slots=True)
class Cue:
    """text: the prompt in force. outgoing: what was on when it came in. age: seconds since.

    stays: it was typed by hand, so it stays until the performer asks for the next.
    """

    text: str = ""
    outgoing: Mix = ()
    age: float = 0.0
    stays: bool = False


def mix(cue: Cue, crossfade: float) -> Mix:
    """The prompts and weights (adding up to 1) of this moment.

    crossfade: its length in seconds. The fade is a smoothstep, so that it has no corner.
    """
    if not cue.text.strip():
        return ()
    share = min(cue.age / crossfade, 1.0) if crossfade > 0 else 1.0
    share = share * share * (3.0 - 2.0 * share)
    if share >= 1.0 or not cue.outgoing:
        return ((cue.text, 1.0),)
    weights = {text: weight * (1.0 - share) for text, weight in cue.outgoing}
    weights[cue.text] = weights.get(cue.text, 0.0) + share
    if len(weights) > MOST:
        # The weakest makes room before the new one comes in; dropping it at once would jump.
        weakest = min(weights.keys() - {cue.text}, key=lambda text: (weights[text], text))
        room = min(weights[weakest], share)
        weights[weakest] -= room
        weights[cue.text] -= room
    strongest = sorted(weights.items(), key=lambda item: -item[1])
    total = sum(weights.values())
    return tuple((text, weight / total) for text, weight in strongest if weight > 0)


def cut_to(cue: Cue, text: str, crossfade: float) -> Cue:
    """A cue that fades from whatever is on at this moment to text, so that nothing jumps."""
    return Cue(text=text, outgoing=mix(cue, crossfade))


def aged(cue: Cue, seconds: float) -> Cue:
    """The same cue, seconds later."""
    return replace(cue, age=cue.age + seconds)


def is_over(cue: Cue, crossfade: float, hold: float) -> bool:
    """Whether it is time for the next prompt; a hold of 0 stays for ever."""
    return hold > 0 and not cue.stays and cue.age >= crossfade + hold


def position(order: str, count: int, turn: int, salt: str) -> int:
    """Index (0 to count - 1) of the prompt at a turn; turns may be negative (going back).

    order "in turn" counts through; "shuffled" draws each round without repeats, and a round
    never begins with the prompt that ended the last. salt (the preset's name) makes presets
    differ; the same salt and turn always give the same prompt, so going back works.
    """
    round_, place = divmod(turn, count)
    if order != "shuffled" or count < 3:
        return place
    bag = _bag(count, round_, salt)
    if bag[0] == _bag(count, round_ - 1, salt)[-1]:
        bag[0], bag[1] = bag[1], bag[0]
    return bag[place]


def _bag(count: int, round_: int, salt: str) -> list[int]:
    bag = list(range(count))
    random.Random(f"{salt}:{round_}").shuffle(bag)
    return bag
