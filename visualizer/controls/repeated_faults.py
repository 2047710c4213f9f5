"""Limit the reports of repeated faults: a lasting one is reported once, and again only if it
returns; those from outside are limited in number."""

from __future__ import annotations

from collections.abc import Callable


class Troubles:
    """say_line: tells the performer a line."""

    def __init__(self, say_line: Callable[[str], None]) -> None:
        self._say_line = say_line
        self._lasting: set[str] = set()

    def say(self, kind: str, line: str) -> None:
        """Say a line, unless this kind of trouble was said before and still lasts."""
        if kind not in self._lasting:
            self._lasting.add(kind)
            self._say_line(line)

    def over(self, kind: str) -> None:
        """It has gone."""
        self._lasting.discard(kind)


class RateLimit:
    """Lines about what comes from outside, in bounded number: a token bucket.

    A line is said at once, and again after AGAIN seconds where its cause still lasts. Of many
    different ones BURST are said at once, then one every EVERY seconds. The others are counted, and
    the next line says how many. say_line: tells the performer a line. clock: seconds.
    """

    AGAIN, BURST, EVERY = 60.0, 16, 4.0

    def __init__(self, say_line: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._say_line, self._clock = say_line, clock
        self._said: dict[str, float] = {}
        self._tokens = float(self.BURST)
        self._filled_at = clock()
        self._left_out = 0

    def say(self, line: str) -> None:
        """Say a line, unless it was said a short while ago or too many were."""
        now = self._clock()
        self._said = {line: at for line, at in self._said.items() if now - at < self.AGAIN}
        if line in self._said:
            return
        filled = self._tokens + (now - self._filled_at) / self.EVERY
        self._tokens, self._filled_at = min(filled, float(self.BURST)), now
        if self._tokens < 1.0:
            self._left_out += 1
            return
        self._tokens -= 1.0
        self._said[line] = now
        more = " (more follow, a few at a time)" if self._tokens < 1.0 else ""
        self._say_line(line + (f" ({self._left_out} not shown)" if self._left_out else more))
        self._left_out = 0
