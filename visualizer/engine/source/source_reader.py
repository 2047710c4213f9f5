"""The thread that reads one source while the show runs: the newest picture wins.

It receives the request of each display frame, finds the frame that is due by the show's clock, and
puts it into a slot; nothing queues up, and late frames are decoded but not shown. If the source
can't be opened or read, a line gives the reason, there is no picture, and it is retried. A source
that is not shown is closed, which releases a camera.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visualizer import terminal
from visualizer.engine.failures import one_line
from visualizer.engine.source.clip import SourceError
from visualizer.engine.source.fitting import fitted
from visualizer.engine.source.open_source import Source, open_source, position
from visualizer.frame import Pixels
from visualizer.latest import Closed, Latest
from visualizer.show.request import Request
from visualizer.worker import Worker

PAUSES = (2.0, 4.0, 8.0, 15.0)
"""Seconds until a source that failed is tried again; the last again and again."""

DECODED = 2
"""Most frames that are decoded between two pictures: what is too heavy plays slower."""

LATE = 3.0
"""Seconds of show time that a video may lag behind before a line says so."""

LINGER = 10.0
"""Seconds of show time that a source stays open with its mix at 0: a hand may bring it back."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A display frame's request, and the (height, width) of the loop's picture."""

    request: Request
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The answer. pixels: of the wanted size, None for no picture. line: what is wrong, "" for
    nothing. failed: whether there is no picture for that."""

    pixels: Pixels | None = None
    line: str = ""
    failed: bool = False


class SourceReader(Worker):
    """name: of the source. Runs until wanted is closed. pauses: see PAUSES."""

    def __init__(
        self,
        name: str,
        wanted: Latest[Wanted],
        readings: Latest[Reading],
        *,
        opens: Callable[[str], Source] = open_source,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        super().__init__("source")
        self._source_name = name
        self._wanted, self._readings = wanted, readings
        self._opens = opens
        self._pauses = pauses
        self._last: Wanted | None = None
        self._failures = 0
        self._source: Source | None = None
        self._shown: tuple[object, ...] = ()
        self._pixels: Pixels | None = None
        self._seen_at: float | None = None
        self._late_since: float | None = None
        self._line = ""

    def run(self) -> None:
        """The thread's life."""
        try:
            while not self._wanted.closed:
                try:
                    self._read()
                except Closed:
                    return
                except SourceError as error:
                    self._fail(str(error))
                except Exception as error:
                    if not self._failures:
                        terminal.trace(error)
                    self._fail(f"source {self._source_name}: {one_line(error)}")
        finally:
            self._close()

    def _rouse(self) -> None:
        self._wanted.close()

    def _read(self) -> None:
        """Answer what is wanted, once. Raises Closed at the end."""
        lags = self._source is not None and self._source.behind
        self._last = wanted = self._wanted.wait(0.0 if lags else None) or self._last
        assert wanted is not None
        request = wanted.request
        if not self._is_seen(request):
            self._close()
            self._readings.put(Reading())
            return
        if self._source is None:
            self._source = self._opens(self._source_name)
        where = position(request, self._source.seconds)
        frame = self._source.at(where, most=DECODED)
        shown = (frame, request.source_zoom, request.source_mirror, wanted.size)
        if not self._shown or shown[0] is not self._shown[0] or shown[1:] != self._shown[1:]:
            self._shown = shown
            self._pixels = fitted(
                frame,
                wanted.size,
                request.source_zoom,
                request.source_mirror,
                self._source.pixel_aspect,
            )
        self._failures = 0
        self._note_lag(request.time)
        self._readings.put(Reading(self._pixels, self._line))

    def _is_seen(self, request: Request) -> bool:
        """Whether the source is mixed in, or was a short while ago."""
        if not request.generating:
            return False
        if request.source_mix > 0.0 or self._seen_at is None:
            self._seen_at = request.time
        return request.time - self._seen_at <= LINGER

    def _note_lag(self, time: float) -> None:
        """Say it where frames are decoded too slowly for long; once, until the source is closed."""
        assert self._source is not None
        if not self._source.behind:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = time
        elif time - self._late_since > LATE:
            self._line = (
                f"source {self._source_name}: too demanding for this machine, so it plays slower; "
                "scale it down, for example to 720p"
            )

    def _fail(self, line: str) -> None:
        """Answer with no picture, and wait until the source is tried again."""
        self._close()
        self._readings.put(Reading(line=line, failed=True))
        self._ending.wait(self._pauses[min(self._failures, len(self._pauses) - 1)])
        self._failures += 1

    def _close(self) -> None:
        source, self._source = self._source, None
        self._shown, self._pixels, self._line, self._late_since = (), None, "", None
        if source is not None:
            source.close()
