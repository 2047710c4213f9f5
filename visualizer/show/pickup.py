"""Pickup (soft takeover): how a knob takes over a parameter whose value differs from its position.

After a preset or a key has changed a value, the physical knob is somewhere else. If its first
movement took effect, the value would jump. Three ways, as in Ableton Live:

- "pickup": the knob waits until it equals or *crosses* the value: equality alone misses fast turns.
- "scaling": the value moves at once, by as much of its own way to the end as the knob moves of its
  own, so that both arrive there together.
- "none": the value jumps to the knob.

There is nothing to re-arm: a knob holds its parameter exactly as long as the parameter still has
the value that this knob gave it.
"""

from __future__ import annotations

from dataclasses import dataclass

NEAR = 1.5 / 127
"""How close counts as equal: one and a half steps of a 7-bit control."""

PICKUPS = ("pickup", "scaling", "none")


@dataclass(frozen=True, slots=True)
class Grip:
    """What is known of one physical knob.

    position: where it was last seen (0 to 1), None if never. wrote: the value that it last gave
    its parameter, in the parameter's unit; None if it has not taken hold yet. at: the same as a
    position, which differs from the knob's own while it is scaled.
    """

    parameter: str
    position: float | None = None
    wrote: float | None = None
    at: float | None = None


def taken_to(grip: Grip, position: float, value: float, at: float, way: str) -> float | None:
    """Where the parameter goes as the knob moves to position, both 0 to 1; None: it stays.

    value: the parameter's value, at: the same as a position.
    """
    if way == "none":
        return position
    last = grip.position
    if way == "scaling" and last is not None:
        # What the knob gave it last is known more exactly than a whole number tells.
        held = grip.at if grip.at is not None and grip.wrote == value else at
        return position if abs(last - held) <= NEAR else _scaled(held, last, position)
    if abs(position - at) <= NEAR or (grip.wrote is not None and grip.wrote == value):
        return position
    crosses = last is not None and min(last, position) <= at <= max(last, position)
    return position if crosses else None


def _scaled(at: float, last: float, position: float) -> float:
    """at, moved towards the end that the knob moves to by the same share of the way there."""
    if position > last:
        return at + (1.0 - at) * (position - last) / (1.0 - last)
    if position < last:
        return at * position / last
    return at
