"""Cueing: which prompts, with what weights, at this moment.

A cue is the prompt in force and the mix it fades in from. Time comes in as the cue's age, which
advances only while the show generates.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from visualizer.show.prompt_mix import faded, in_words
from visualizer.show.request import Mix

NOTHING: Mix = (("", 1.0),)
"""What a negative prompt fades in from, or out to, where there is none."""


@dataclass(frozen=True, slots=True)
class Cue:
    """parts: the prompt in force, empty for none. negative: what it leads away from, "" for
    nothing. outgoing and outgoing_negative: what was on when it came in. age: seconds since.

    stays: it was typed by hand, so it stays until the performer asks for the next; written: what
    was typed, "" for the prompt of a preset.
    """

    parts: Mix = ()
    negative: str = ""
    outgoing: Mix = ()
    outgoing_negative: Mix = ()
    age: float = 0.0
    stays: bool = False
    written: str = ""

    @property
    def text(self) -> str:
        """The prompt in force, for people; "" for none."""
        return self.written or in_words(self.parts)


def share(cue: Cue, crossfade: float) -> float:
    """How far the cue has come in, 0 to 1; 1 as well where there is nothing to fade in from.

    crossfade: its length in seconds. The fade is a smoothstep, so that it has no corner.
    """
    if not cue.outgoing or crossfade <= 0:
        return 1.0
    done = min(cue.age / crossfade, 1.0)
    return done * done * (3.0 - 2.0 * done)


def mix(cue: Cue, crossfade: float) -> Mix:
    """The prompts and weights (adding up to 1) of this moment, at most prompt_mix.MOST."""
    done = share(cue, crossfade)
    if done >= 1.0 or not cue.parts:
        return cue.parts
    return faded(cue.outgoing, cue.parts, done)


def negative_mix(cue: Cue, crossfade: float) -> Mix:
    """Likewise of the negative prompts. "" stands for nothing; empty where there is none at all."""
    if not cue.parts:
        return ()
    negative = ((cue.negative, 1.0),)
    found = faded(cue.outgoing_negative or NOTHING, negative, share(cue, crossfade))
    return () if found == NOTHING else found


def cut_to(cue: Cue, parts: Mix, negative: str, crossfade: float) -> Cue:
    """A cue that fades from what is on at this moment, so that nothing jumps."""
    return Cue(
        parts=parts,
        negative=negative,
        outgoing=mix(cue, crossfade),
        outgoing_negative=negative_mix(cue, crossfade),
    )


def aged(cue: Cue, seconds: float) -> Cue:
    """The same cue, seconds later."""
    return replace(cue, age=cue.age + seconds)


def stretched(cue: Cue, old: float, new: float) -> Cue:
    """The same cue when its crossfade lasts new seconds from now on, and lasted old until now.

    Nothing jumps: a fade under way is as far as it was, and one that is done stays done, for as
    many seconds.
    """
    if cue.age < old:
        return replace(cue, age=cue.age * new / old)
    return replace(cue, age=cue.age + new - old)


def is_over(cue: Cue, crossfade: float, hold: float, early: float = 0.0) -> bool:
    """Whether it is time for the next prompt, or will be in early seconds.

    All in seconds (lengths.seconds makes them of beats and bars); a hold of 0 never ends.
    """
    return hold > 0 and not cue.stays and cue.age + early >= crossfade + hold


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
