"""Measure the connection to a remote engine: latency from request to frame, and data rate.

Pure, no clock: now is in seconds.
"""

from __future__ import annotations

from collections import deque
from statistics import median

USUAL = 9
"""Frames whose median is the latency that is shown."""

KEPT = 600
"""Requests that may be on their way: ten seconds of them."""

WINDOW = 2.0
"""Seconds over which bytes are counted."""


class WireMeter:
    """Told what goes out and comes in."""

    def __init__(self) -> None:
        self._asked: deque[tuple[float, float]] = deque(maxlen=KEPT)
        self._latencies: deque[float] = deque(maxlen=USUAL)
        self._sizes: deque[tuple[float, int]] = deque()

    def sent(self, show_time: float, size: int, now: float) -> None:
        """A request of a moment of the show went out, with so many bytes of a picture."""
        self._asked.append((show_time, now))
        self._add(size, now)

    def came(self, show_time: float, size: int, now: float) -> None:
        """A frame of so many bytes came that was made from the request of that moment. Only the
        first one of a request counts."""
        self._add(size, now)
        while self._asked and self._asked[0][0] < show_time:
            self._asked.popleft()
        if self._asked and self._asked[0][0] == show_time:
            self._latencies.append(now - self._asked.popleft()[1])

    def latency(self) -> float | None:
        """Seconds from a request to its frame, the making included; None where none is known."""
        return median(self._latencies) if self._latencies else None

    def rate(self, now: float) -> float:
        """Bytes of pictures a second, both ways."""
        self._forget(now)
        return sum(size for _, size in self._sizes) / WINDOW

    def _add(self, size: int, now: float) -> None:
        self._forget(now)  # here too: the rate may not be asked for hours
        self._sizes.append((now, size))

    def _forget(self, now: float) -> None:
        while self._sizes and self._sizes[0][0] < now - WINDOW:
            self._sizes.popleft()

    def text(self, now: float) -> str:
        """For the HUD, such as "84 ms, 640 kB/s"."""
        latency = self.latency()
        figures = [] if latency is None else [f"{latency * 1000:.0f} ms"]
        return ", ".join([*figures, f"{self.rate(now) / 1000:.0f} kB/s"])
