"""Troubles that last: each is said once, and again only after it had gone."""

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
