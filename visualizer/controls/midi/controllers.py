"""Connected controllers: their open ports, each with its mapping and its LEDs.

Controllers come and go during a show. A pulled port stays open and silent, so look() lists the
names again and again, and closes and opens by what it finds. Each trouble is said in one line,
once, and again only after it had gone. For the MIDI thread only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Table
from contextlib import suppress
from dataclasses import dataclass, field, replace

from visualizer.controls.midi.batching import Turned, positions
from visualizer.controls.midi.decoding import State, changed, released
from visualizer.controls.midi.led_output import Sent, send_leds
from visualizer.controls.midi.midi_map import Mapping
from visualizer.controls.midi.ports import (
    FAULTS,
    Input,
    Output,
    Ports,
    Received,
    SameName,
    free_name,
    is_through,
    matches,
    output_of,
    places,
    short_name,
)
from visualizer.controls.repeated_faults import Troubles
from visualizer.show.actions import Action

MOST_AT_ONCE = 4096
"""Messages taken from a port before the next one has its turn."""


@dataclass(slots=True)
class Controller:
    """An open one. name: for people, and for what its knobs are known by. address: the system's
    name for its input; place: which of those with that name. state: what decoding remembers
    between messages. positions: control changes of which only the newest counts. sent: what its
    LEDs were told. lit: what the show has had them show."""

    name: str
    address: str
    place: int
    input: Input
    mapping: Mapping = field(default_factory=Mapping)
    state: State = field(default_factory=State)
    positions: frozenset[Turned] = frozenset()
    output: Output | None = None
    sent: Sent = field(default_factory=dict)
    lit: Table[str, bool] | None = None

    @property
    def device(self) -> str:
        """Its name in files: that of two of a kind is the same, as they come in any order."""
        return short_name(self.address)

    def play_by(self, mapping: Mapping) -> list[Action]:
        """Take a mapping from now on; what lets go of what is held and does something else now."""
        other = changed(self.mapping, mapping, self.state)
        let_go = released(self.mapping, other, self.name)
        self.state = replace(self.state, on=self.state.on - other.on)
        self.mapping = mapping
        self.positions = positions(mapping)
        return let_go

    def release(self) -> list[Action]:
        """It is gone: what lets go of all that is held on it."""
        return released(self.mapping, self.state, self.name)


class Controllers:
    """wanted: part of a port's name; None opens every input but ALSA's loop-back. mapping_of:
    the mapping of a device. came, lost: told of one that is there, or gone."""

    def __init__(
        self,
        system: Ports,
        mapping_of: Callable[[str], Mapping],
        troubles: Troubles,
        *,
        wanted: str | None = None,
        came: Callable[[Controller], None],
        lost: Callable[[Controller], None],
    ) -> None:
        self._system = system
        self._mapping_of = mapping_of
        self._troubles = troubles
        self._wanted = wanted
        self._came, self._lost = came, lost
        self._open: dict[str, Controller] = {}
        self._twins: dict[str, int] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of those that are open."""
        return tuple(self._open)

    def __iter__(self) -> Iterator[Controller]:
        return iter(tuple(self._open.values()))

    def look(self) -> bool:
        """Bring what is open in line with what is there; False if the ports can't be listed."""
        try:
            there = tuple(self._system.names())
        except FAULTS as error:
            self._troubles.say("listing", f"MIDI is off: {error}")
            return False
        self._troubles.over("listing")
        welcome = [address for address in there if self._is_welcome(address)]
        count = Counter(welcome)
        known = self._twins
        for controller in self:
            # Which of several of one name has come or gone can't be told: all are opened again.
            if count[controller.address] != known.get(controller.address):
                self._lose(controller)
        self._twins = dict(count)
        opened = {(controller.address, controller.place) for controller in self}
        for address, place in places(welcome):
            if (address, place) not in opened:
                self._open_input(address, place)
        self._miss_wanted(welcome, there)
        self._open_led_outputs()
        return True

    def take(self) -> list[tuple[Controller, list[Received]]]:
        """What has come from each; never waits. One whose port is broken is gone."""
        batches = []
        for controller in self:
            try:
                batches.append((controller, controller.input.take(MOST_AT_ONCE)))
            except FAULTS:  # the driver tells that the port is gone, before it leaves the list
                self._lose(controller)
        return batches

    def set_leds(self, states: Table[str, bool]) -> None:
        """Tell each LED what it should show, where that is news to it."""
        for controller in self:
            if controller.output is None or controller.lit == states:
                continue
            try:
                send_leds(controller.mapping, states, controller.sent, controller.output.send)
            except FAULTS:
                self._close_output(controller)  # the next look opens it again, and all is sent
            else:
                controller.lit = states

    def renew(self) -> list[Action]:
        """Reread all mappings: they were changed. What lets go of what is held and lost."""
        let_go: list[Action] = []
        for controller in self:
            self._dark(controller)
            let_go += controller.play_by(self._mapping_of(controller.device))
        self._open_led_outputs()
        return let_go

    def close(self) -> None:
        """Put out the LEDs and let go of all ports."""
        for controller in self:
            self._dark(controller)
            self._close(controller)

    def _is_welcome(self, address: str) -> bool:
        return not is_through(address) if self._wanted is None else matches(self._wanted, address)

    def _miss_wanted(self, welcome: Sequence[str], there: Sequence[str]) -> None:
        """Say so where the wanted port is not there, and what is."""
        if self._wanted is None or welcome:
            self._troubles.over("wanted")
            return
        others = ", ".join(short_name(address) for address in there)
        found = f"there are {others}" if others else "there are no ports"
        line = f"MIDI: no port named {self._wanted}; {found}; waiting for it"
        self._troubles.say("wanted", line)

    def _open_input(self, address: str, place: int) -> None:
        name = free_name(address, self._open)
        try:
            port = self._system.open(address, place)
        except FAULTS as error:
            in_use = f"it may be in use by another program ({error})"
            why = error if isinstance(error, SameName) else in_use
            self._troubles.say(f"open {address} {place}", f"MIDI: {name} can't be opened, {why}")
            return
        self._troubles.over(f"open {address} {place}")
        controller = self._open[name] = Controller(name, address, place, port)
        controller.play_by(self._mapping_of(controller.device))
        self._came(controller)

    def _open_led_outputs(self) -> None:
        """Open the outputs of those whose mapping names LEDs; nothing is sent to any other."""
        dark = [c for c in self if c.mapping.leds and c.output is None]
        if not dark:
            return
        try:
            there = tuple(self._system.outputs())
        except FAULTS as error:
            self._troubles.say("leds", f"MIDI: LEDs stay dark: {error}")
            return
        for controller in dark:
            address = output_of(controller.address, there)
            if address is None or there.count(address) <= controller.place:
                continue
            try:
                controller.output = self._system.open_output(address, controller.place)
            except FAULTS as error:
                line = f"MIDI: the LEDs of {controller.name} can't be used ({error})"
                self._troubles.say(f"LEDs {controller.name}", line)
                continue
            self._troubles.over(f"LEDs {controller.name}")
        self._troubles.over("leds")

    def _lose(self, controller: Controller) -> None:
        self._close(controller)
        self._lost(controller)

    def _dark(self, controller: Controller) -> None:
        """Put out the LEDs of one, and let go of its output."""
        if controller.output is not None and controller.sent:
            with suppress(*FAULTS):  # gone, and dark with it
                send_leds(controller.mapping, {}, controller.sent, controller.output.send)
        self._close_output(controller)

    def _close(self, controller: Controller) -> None:
        del self._open[controller.name]
        self._close_output(controller)
        self._close_port(controller.name, controller.input)

    def _close_output(self, controller: Controller) -> None:
        if controller.output is not None:
            self._close_port(controller.name, controller.output)
        controller.output = None
        controller.sent, controller.lit = {}, None

    def _close_port(self, name: str, port: Input | Output) -> None:
        try:
            port.close()
        except FAULTS as error:
            self._troubles.say(f"close {name}", f"MIDI: {name} can't be closed ({error})")
