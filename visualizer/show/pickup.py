"""Pickup (soft takeover): a knob moves its parameter only once it has met the value.

After a preset or a key has changed a value, the physical knob stands elsewhere. Were it obeyed
at its first touch, the value would jump. So it waits until it equals or *crosses* the value:
equality alone misses fast turns.

There is nothing to re-arm: a knob holds its parameter exactly as long as the parameter still has
the value that this knob gave it.
"""

from __future__ import annotations

from dataclasses import dataclass

NEAR = 1.5 / 127
"""How close counts as equal: one and a half steps of a 7-bit control."""


@dataclass(frozen=True, slots=True)
class Grip:
    """What is known of one physical knob.

    position: where it was last seen (0 to 1). wrote: the value that it last gave its parameter,
    in the parameter's unit; None if it has not taken hold yet.
    """

    parameter: str
    position: float
    wrote: float | None = None


def takes_hold(
    last: float | None, wrote: float | None, position: float, value: float, at: float
) -> bool:
    """Whether a knob that moved from last to position may set its parameter now.

    value: the parameter's value, at: the same as a position in [0, 1]. last is None for a knob
    never seen before.
    """
    if wrote is not None and wrote == value:
        return True
    if abs(position - at) <= NEAR:
        return True
    return last is not None and min(last, position) <= at <= max(last, position)
