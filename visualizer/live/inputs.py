"""All inputs of the live show besides the keyboard: MIDI, OSC, the desk, Ableton Link, sound.

Each is a thread that the frame loop never waits for. What an option asks for is started; what can't
be had says so in a line of its own, and the show goes on without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Protocol

from visualizer.controls.ableton_link import SOURCE as LINK
from visualizer.controls.ableton_link import LinkClock
from visualizer.controls.audio.audio_input import Sound
from visualizer.controls.input_thread import InputThread
from visualizer.controls.mailbox import Mailbox
from visualizer.controls.midi.midi_input import Midi
from visualizer.controls.osc.osc_input import MOST_WAITING, Osc, parse_address
from visualizer.desk.server import Desk
from visualizer.live.session_store import usual_folder
from visualizer.options import LiveOptions, OptionError
from visualizer.show.actions import Action
from visualizer.show.leds import led_states
from visualizer.show.records import Forgets, SoundChoice
from visualizer.show.state import Show
from visualizer.show.view import View

STOP_WITHIN = 3.0
"""Seconds that stop() waits for all together."""


class Stops(Protocol):
    """What runs beside the frame loop."""

    def stop(self, timeout: float = ...) -> bool:
        """End it; False if it is still busy after timeout seconds. It may be called again."""


class Inputs:
    """The inputs that the options ask for. Raises OptionError for an address that is none."""

    def __init__(self, options: LiveOptions) -> None:
        self.midi: Midi | None = None
        self.osc: Osc | None = None
        self.desk: Desk | None = None
        self.link: LinkClock | None = None
        self.sound = Sound(options.sound, on=options.sound is not None)
        if not options.no_midi:
            self.midi = Midi(folder=options.maps, given=options.midi_map, wanted=options.midi)
        if options.osc:
            self.osc = Osc(*address(options.osc, "--osc"))
        if options.desk:
            folder = options.state or usual_folder()
            self.desk = Desk(Mailbox(MOST_WAITING), *address(options.desk, "--desk"), folder=folder)
        if options.link:
            self.link = LinkClock()
        given: tuple[InputThread | Desk | None, ...] = (
            self.midi, self.osc, self.desk, self.link, self.sound if self.sound.on else None,
        )  # fmt: skip
        self._all = tuple(each for each in given if each is not None)
        self._forgets = Forgets()
        self._sound_choice = SoundChoice()
        self._tempo_from = ""

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the MIDI controllers in use."""
        return () if self.midi is None else self.midi.ports

    @property
    def desk_code(self) -> tuple[tuple[bool, ...], ...]:
        """The desk's QR code for a tablet, until one has scanned it; empty for none."""
        return () if self.desk is None else self.desk.code

    @property
    def desks(self) -> int:
        """How many desks are connected."""
        return 0 if self.desk is None else self.desk.desks

    @property
    def controls(self) -> tuple[tuple[str, str, str], ...]:
        """What the controls of MIDI devices play: (device, control, target)."""
        return () if self.midi is None else self.midi.controls

    @property
    def others(self) -> tuple[str, ...]:
        """What else plays along, in words for the HUD."""
        lines = []
        if self.osc is not None and self.osc.port is not None:
            faults = f", {self.osc.malformed} malformed" if self.osc.malformed else ""
            lines.append(f"OSC {self.osc.port}{faults}")
        if self.desk is not None and self.desk.address:
            lines.append(f"desk {self.desk.address}")
        if self.link is not None and self.link.peers is not None:
            lines.append(f"Link {self.link.peers}")
        if self.sound.input:
            lines.append(self.sound.input)
        return tuple(lines)

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
        before, self._tempo_from = self._tempo_from, show.tempo_from
        if show.tempo_from == LINK != before and not (self.link and self.link.is_alive()):
            self.link = LinkClock()
            self._start_now(self.link)
        if self.link is not None:
            self.link.tell(show.values["tempo"])
        self._tell_sound(show.sound_choice)
        if self.midi is None:
            return
        learning = show.learning
        self.midi.learn(None if learning is None else learning.target)
        self.midi.set_leds(led_states(show))
        if show.forgets.count != self._forgets.count:
            self.midi.forget(show.forgets.target)
        if show.forgets.all_count != self._forgets.all_count:
            self.midi.forget_all()
        self._forgets = show.forgets

    def _start_now(self, thread: InputThread) -> None:
        self._all = (*self._all, thread)
        thread.start()

    def _tell_sound(self, choice: SoundChoice) -> None:
        before, self._sound_choice = self._sound_choice, choice
        if choice != before and self.sound not in self._all:
            self._start_now(self.sound)
        if choice.asks != before.asks:
            self.sound.choose(choice.on, choice.name)
        if choice.finds != before.finds:
            self.sound.find()

    def show(self, view: View) -> None:
        """The same with what is known of engine and display, for who looks on; once a display
        frame."""
        if self.desk is not None:
            self.desk.tell(view)

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """End all; False if one is still busy after timeout seconds."""
        return stop_all(self._all, timeout)


def stop_all(threads: Sequence[Stops], timeout: float) -> bool:
    """End all within timeout seconds together; whether all have ended."""
    for each in threads:
        each.stop(0.0)  # all are told before any is waited for
    end = monotonic() + timeout
    ended = [each.stop(max(end - monotonic(), 0.0)) for each in threads]
    return all(ended)


def address(text: str, option: str) -> tuple[str, int]:
    """Where an option has us listen. Raises OptionError."""
    try:
        return parse_address(text)
    except ValueError as error:
        raise OptionError(f"{option} {error}") from None
