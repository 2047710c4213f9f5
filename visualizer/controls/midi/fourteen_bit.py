"""14-bit values, sent as two messages: a high half and a low half. Pure.

What makes it hard is that the halves come one by one, and that controllers differ:

- High first, as the MIDI specification has it. Between the halves the value is known to a 128th;
  it is taken to be the nearest to the last one, so that a steady turn never jumps back.
- Low first. The first half that is heard tells it, and the value is complete with the high half.
- Low alone while the high half stays the same. Two low halves in a row tell that high comes first.
- High alone, and never a low one: 7 bits, spread over the whole range.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST = 16383
"""The highest value of 14 bits."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What is known of one control's value, 0 to MOST.

    high, low: the newest halves, None for not heard. low_first: their order. low_last: whether
    the half heard last was a low one. ready: the value may be used.
    """

    high: int | None = None
    low: int | None = None
    value: int = 0
    low_first: bool = False
    low_last: bool = False
    ready: bool = False

    @property
    def position(self) -> float:
        """The value as a knob's position, 0 to 1."""
        return self.value / MOST

    def heard(self, half: int, *, low: bool) -> Pair:
        """What is known after a half, 0 to 127."""
        if not low:
            return replace(self, high=half, value=self._at_high(half), low_last=False, ready=True)
        first = self.high is None and self.low is None
        low_first = first or (self.low_first and not self.low_last)
        pair = replace(self, low=half, low_first=low_first, low_last=True)
        if low_first or self.high is None:
            return replace(pair, ready=False)
        return replace(pair, value=self.high * 128 + half, ready=True)

    def _at_high(self, high: int) -> int:
        if self.low is None:
            return high * 129  # 127 becomes MOST
        if self.low_first:
            return high * 128 + self.low
        return min(max(self.value, high * 128), high * 128 + 127)


NOTHING_HEARD = Pair()
