"""All that plays the live show besides the keyboard: MIDI, OSC, Ableton Link, sound.

Each is a thread that the frame loop never waits for. What an option asks for is started; what can't
be had says so in a line of its own, and the show goes on without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from visualizer.controls.link_clock import LinkClock
from visualizer.controls.midi import Midi
from visualizer.controls.osc import Osc, parse_address
from visualizer.controls.sound import Sound
from visualizer.options import LiveOptions, OptionError
from visualizer.show.actions import Action
from visualizer.show.lights import lights
from visualizer.show.state import Show


class Input(Protocol):
    """A thread that brings actions in."""

    def start(self) -> None:
        """Begin."""

    def drain(self) -> list[Action]:
        """What came since the last call; never waits."""

    def stop(self, timeout: float = ...) -> bool:
        """End it; False if it is still busy after timeout seconds."""


class Inputs:
    """The inputs that the options ask for. Raises OptionError for an address that is none."""

    def __init__(self, options: LiveOptions) -> None:
        self.midi: Midi | None = None
        self.osc: Osc | None = None
        self.link: LinkClock | None = None
        self.sound: Sound | None = None
        if not options.no_midi:
            self.midi = Midi(folder=options.maps, given=options.midi_map, wanted=options.midi)
        if options.osc:
            self.osc = Osc(*_address(options.osc))
        if options.link:
            self.link = LinkClock()
        if options.sound is not None:
            self.sound = Sound(options.sound)
        given: tuple[Input | None, ...] = (self.midi, self.osc, self.link, self.sound)
        self._all = tuple(each for each in given if each is not None)
        self._forgets = self._forgets_all = 0

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the MIDI controllers in use."""
        return () if self.midi is None else self.midi.ports

    @property
    def others(self) -> tuple[str, ...]:
        """What else plays along, in words for the HUD."""
        lines = (
            f"OSC {self.osc.port}" if self.osc is not None and self.osc.port else "",
            f"Link {self.link.peers}" if self.link is not None else "",
            self.sound.input if self.sound is not None else "",
        )
        return tuple(line for line in lines if line)

    def start(self) -> None:
        """Begin; once."""
        for each in self._all:
            each.start()

    def drain(self) -> Iterator[Action]:
        """What came since the last call; never waits."""
        for each in self._all:
            yield from each.drain()

    def tell(self, show: Show) -> None:
        """What those who listen should know of the show; once a display frame."""
        if self.osc is not None:
            self.osc.tell(show)
        if self.link is not None:
            self.link.tell(show.values["tempo"])
        if self.midi is None:
            return
        learning = show.learning
        self.midi.learn(None if learning is None else learning.target)
        self.midi.light(lights(show))
        if learning is not None and show.forgets != self._forgets:
            self.midi.forget(learning.target)
        if show.forgets_all != self._forgets_all:
            self.midi.forget_all()
        self._forgets, self._forgets_all = show.forgets, show.forgets_all

    def stop(self) -> bool:
        """End all; whether all have ended."""
        for each in self._all:
            each.stop(0.0)  # all are told before any is waited for
        ended = [each.stop() for each in self._all]
        return all(ended)


def _address(text: str) -> tuple[str, int]:
    try:
        return parse_address(text)
    except ValueError as error:
        raise OptionError(f"--osc {error}") from None
