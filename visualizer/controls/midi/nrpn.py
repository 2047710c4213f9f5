"""NRPN: parameters selected by two control changes, and then set by others. Pure.

Source: MIDI 1.0 detailed specification. 99 and 98 choose the number's high and low 7 bits (127 and
127: none), 6 and 38 are the value's, 96 and 97 step it. 101 and 100 choose a registered parameter,
to which data belong from then on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

DATA, DATA_LOW, INCREMENT, DECREMENT = 6, 38, 96, 97
LOW, HIGH, REGISTERED_LOW, REGISTERED_HIGH = 98, 99, 100, 101

CHOICES = (LOW, HIGH, REGISTERED_LOW, REGISTERED_HIGH)
VALUES = (DATA, DATA_LOW, INCREMENT, DECREMENT)

NULL = 127 * 128 + 127


@dataclass(frozen=True, slots=True)
class Selected:
    """What a channel's data belong to: the halves of the number, None for not heard."""

    high: int | None = None
    low: int | None = None

    def heard(self, control: int, value: int) -> Selected:
        """What is chosen after a control change."""
        if control == HIGH:
            return replace(self, high=value)
        if control == LOW:
            return replace(self, low=value)
        return Selected() if control in (REGISTERED_LOW, REGISTERED_HIGH) else self

    @property
    def number(self) -> int | None:
        """The parameter that is chosen, 0 to 16382; None for none."""
        if self.high is None or self.low is None:
            return None
        number = self.high * 128 + self.low
        return None if number == NULL else number


NOTHING_SELECTED = Selected()
