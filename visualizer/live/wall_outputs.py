"""All that takes the wall elsewhere from the live show: pictures of it, its recording, programs.

The frame loop tells it of the show, asks who wants this display frame's wall, and hears what there
is to say; it never waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from visualizer import __version__
from visualizer.frame import Pixels
from visualizer.live.inputs import stop_all
from visualizer.outputs.output import STOP_WITHIN, Output
from visualizer.outputs.picture_file import PictureFiles
from visualizer.show.actions import Action, Say
from visualizer.show.reducers.remember import metadata
from visualizer.show.state import Show


class WallOutputs:
    """The outputs of a show."""

    def __init__(self) -> None:
        self._pictures = PictureFiles()
        self._asked = 0

    @property
    def _all(self) -> tuple[Output, ...]:
        return (self._pictures,)

    def start(self) -> None:
        """Begin; once."""
        for each in self._all:
            each.start()

    def tell(self, show: Show) -> None:
        """What the show wants at this moment; once a display frame."""
        if show.pictures != self._asked:
            self._asked = show.pictures
            self._pictures.ask(metadata(show, __version__))

    def taker(self, at: float) -> Callable[[Pixels], None] | None:
        """What takes the wall of the display frame at a time; None where nothing wants it."""
        wanting = [each for each in self._all if each.wants(at)]
        return partial(_hand_out, wanting, at) if wanting else None

    def drain(self) -> Iterator[Action]:
        """What there is to say since the last call."""
        for each in self._all:
            yield from (Say(line, each.name) for line in each.drain())

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """End all; False if one is still busy after timeout seconds."""
        return stop_all(self._all, timeout)


def _hand_out(outputs: list[Output], at: float, pixels: Pixels) -> None:
    for each in outputs:
        each.take(pixels, at)
