"""The outputs of the live show: pictures of the wall, its recording, and other programs.

The frame loop passes it the show, asks which outputs need this display frame's wall, and collects
their messages; it never waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol

from visualizer import __version__
from visualizer.controls.audio.audio_input import Sound
from visualizer.frame import Pixels
from visualizer.live.inputs import stop_all
from visualizer.outputs.output import STOP_WITHIN, Output
from visualizer.outputs.picture_file import PictureFiles
from visualizer.outputs.programs import PROGRAMS, ProgramOutput
from visualizer.outputs.recorder import Recorder
from visualizer.show.actions import Action
from visualizer.show.play_actions import Switch
from visualizer.show.reducers.remember import metadata
from visualizer.show.state import Show
from visualizer.show.system_actions import Say

RECORD = "record"
"""The command that records."""


class Taker(Protocol):
    """What may want the wall besides the outputs."""

    def wants(self, at: float) -> bool:
        """See Output."""

    def take(self, pixels: Pixels, at: float) -> None:
        """See Output."""


class WallOutputs:
    """The outputs of a show. sound: what is heard in it, for the recording; None for nothing.
    programs: other programs that the wall goes to, as (kind, name). takers: who wants it, too; more
    may be added."""

    def __init__(
        self,
        sound: Sound | None = None,
        programs: Sequence[tuple[str, str]] = (),
        takers: Sequence[Taker] = (),
    ) -> None:
        self.takers = tuple(takers)
        self._sound = sound
        self._pictures = PictureFiles()
        self._asked = 0
        self._recorder: Recorder | None = None
        self.programs = tuple(f"{kind} {name}".strip() for kind, name in programs)
        """What the wall goes to, for people."""
        self._others: list[Output] = [
            self._pictures,
            *(ProgramOutput(PROGRAMS[kind], name) for kind, name in programs),
        ]

    def start(self) -> None:
        """Begin; once."""
        for each in self._others:
            each.start()

    def tell(self, show: Show) -> None:
        """What the show wants at this moment; once a display frame."""
        if show.pictures != self._asked:
            self._asked = show.pictures
            self._pictures.ask(metadata(show, __version__))
        if show.recording is not None and self._recorder is None:
            hears = self._sound is not None and self._sound.on
            self._recorder = Recorder(sound=hears)
            self._recorder.start()
            self._tap(self._recorder if hears else None)
        if show.recording is None and self._recorder is not None:
            self._recorder.stop(0.0)
            self._others.append(self._recorder)  # it has something to write, and to say
            self._recorder = None
            self._tap(None)

    def taker(self, at: float) -> Callable[[Pixels], None] | None:
        """What takes the wall of the display frame at a time; None where nothing wants it."""
        takers: list[Taker] = [*self._all, *self.takers]
        wanting = [each for each in takers if each.wants(at)]
        return partial(_hand_out, wanting, at) if wanting else None

    def drain(self) -> Iterator[Action]:
        """What there is to say since the last call."""
        for each in self._all:
            ended = not each.is_alive()  # asked first: all that it had to say is there then
            yield from (Say(line, each.name) for line in each.drain())
            if ended and each in self._others and isinstance(each, Recorder):
                self._others.remove(each)
        if self._recorder is not None and self._recorder.off:
            yield Switch(RECORD, False, self._recorder.name)

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """End all; False if one is still busy after timeout seconds."""
        return stop_all(self._all, timeout)

    @property
    def _all(self) -> list[Output]:
        return [*self._others, *([self._recorder] if self._recorder is not None else [])]

    def _tap(self, recorder: Recorder | None) -> None:
        if self._sound is not None:
            self._sound.tap = None if recorder is None else recorder.hear


def _hand_out(takers: list[Taker], at: float, pixels: Pixels) -> None:
    for each in takers:
        each.take(pixels, at)
