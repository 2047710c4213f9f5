"""MIDI: one thread that owns all ports, and a mailbox from which the frame loop takes actions.

- Only this thread lists, opens and closes ports. The frame loop calls drain() and never waits.
- Controllers come and go during a show. A pulled port stays open and silent, so the thread lists
  the names again and again, and closes and opens by what it finds.
- Each trouble is said in one line, once, and again only after it had gone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from visualizer.controls.mailbox import Mailbox
from visualizer.controls.midi_map import GENERIC, SOURCE, MidiMap, decode
from visualizer.controls.midi_ports import (
    FAULTS,
    Input,
    Ports,
    free_name,
    is_through,
    matches,
    missing,
    short_name,
)
from visualizer.controls.system_ports import system_ports
from visualizer.show.actions import Action, Say, Unplugged

if TYPE_CHECKING:
    from mido import Message

LIST_EVERY = 0.5
"""Seconds between two looks at the ports. A controller that is pulled and plugged in again between
two looks stays deaf, so they are frequent; with a kept client a look takes microseconds."""

RETRY_AFTER = 5.0
"""Seconds until the next look where the last one failed: drivers print, and take their time."""

DRAIN_EVERY = 0.004
"""Seconds between two drains of open ports: a quarter of a picture at 60 a second."""

MOST_AT_ONCE = 4096
"""Messages taken from a port before the next one has its turn."""

REALTIME = frozenset({"clock", "active_sensing"})
"""Sent all the time (the clock 24 times a beat), and of no use here."""

STOP_WITHIN = 3.0
"""Seconds that stop() waits for the thread: opening a port can take its time."""

Tap: TypeAlias = Callable[[str, "Message", list[Action]], None]
"""Hears each message, in the MIDI thread: the port's name, the message, what it asks for."""


@dataclass(frozen=True, slots=True)
class _Open:
    """An open port. address: the name that the system has for it, with its changing numbers."""

    address: str
    input: Input


class Midi(threading.Thread):
    """The MIDI thread.

    wanted: part of a port's name; None opens every input but ALSA's loop-back. list_every: seconds
    between two looks at the ports; retry_after: the same after one that failed.
    """

    def __init__(
        self,
        midi_map: MidiMap = GENERIC,
        ports: Ports | None = None,
        *,
        wanted: str | None = None,
        tap: Tap | None = None,
        list_every: float = LIST_EVERY,
        retry_after: float = RETRY_AFTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="midi", daemon=True)
        self._map = midi_map
        self._system = ports
        self._wanted = wanted
        self._tap = tap
        self._list_every = list_every
        self._retry_after = retry_after
        self._clock = clock
        self._mailbox = Mailbox()
        self._open: dict[str, _Open] = {}
        self._names: tuple[str, ...] = ()
        self._troubles: set[str] = set()
        self._ending = threading.Event()

    def drain(self) -> list[Action]:
        """All that came since the last call, for the frame loop. Never waits."""
        return self._mailbox.take()

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the ports that are open now."""
        return self._names

    def stop(self, timeout: float = STOP_WITHIN) -> bool:
        """End the thread and close all ports; False if it is still busy after timeout seconds."""
        self._ending.set()
        if self.ident is None:  # never started
            return True
        self.join(timeout)
        return not self.is_alive()

    def run(self) -> None:
        """The thread's life. A fault that nobody foresaw is said, and it goes on."""
        while not self._ending.is_set():
            try:
                self._supervise()
            except ImportError as error:
                self._say(f"MIDI is off: {missing(error)}")
                break
            except Exception as error:
                self._trouble("thread", f"MIDI stumbled and starts anew: {error}")
                self._close_all()
                self._ending.wait(self._retry_after)
        self._close_all()
        if self._system is not None:
            self._system.close()

    def _supervise(self) -> None:
        """Look at the ports now and then, and drain them, until the end."""
        system = self._system = self._system or system_ports()
        look_at = self._clock()
        while not self._ending.is_set():
            if self._clock() >= look_at:
                good = self._look(system)
                self._troubles.discard("thread")
                look_at = self._clock() + (self._list_every if good else self._retry_after)
            for name in tuple(self._open):
                self._drain_port(name)
            pause = max(look_at - self._clock(), 0.0)
            self._ending.wait(min(pause, DRAIN_EVERY) if self._open else pause)

    def _look(self, system: Ports) -> bool:
        """Bring what is open in line with what is there; False if the ports can't be listed."""
        try:
            there = tuple(dict.fromkeys(system.names()))
        except FAULTS as error:
            self._trouble("listing", f"MIDI is off: {error}")
            return False
        self._troubles.discard("listing")
        welcome = [address for address in there if self._is_welcome(address)]
        for name, port in tuple(self._open.items()):
            if port.address not in welcome:
                self._lose(name)
        opened = {port.address for port in self._open.values()}
        for address in welcome:
            if address not in opened:
                self._open_port(system, address)
        self._miss_wanted(welcome, there)
        return True

    def _is_welcome(self, address: str) -> bool:
        return not is_through(address) if self._wanted is None else matches(self._wanted, address)

    def _miss_wanted(self, welcome: Sequence[str], there: Sequence[str]) -> None:
        """Say so where the wanted port is not there, and what is."""
        if self._wanted is None or welcome:
            self._troubles.discard("wanted")
            return
        others = ", ".join(short_name(address) for address in there)
        found = f"there are {others}" if others else "there is none at all"
        self._trouble("wanted", f"MIDI: no port named {self._wanted}; {found}; waiting for it")

    def _open_port(self, system: Ports, address: str) -> None:
        name = free_name(address, self._open)
        try:
            self._open[name] = _Open(address, system.open(address))
        except FAULTS as error:
            line = f"MIDI: {name} can't be opened, it may be in use by another program ({error})"
            self._trouble(f"open {address}", line)
            return
        self._troubles.discard(f"open {address}")
        self._names = tuple(self._open)
        self._say(f"MIDI: {name} connected")

    def _drain_port(self, name: str) -> None:
        try:
            for message in islice(self._open[name].input.iter_pending(), MOST_AT_ONCE):
                if message.type not in REALTIME:
                    self._receive(name, message)
        except FAULTS:  # the driver tells that the port is gone, before it leaves the list
            self._lose(name)

    def _receive(self, name: str, message: Message) -> None:
        actions = decode(self._map, name, message)
        for action in actions:
            self._mailbox.put(action)
        if self._tap is not None:
            self._tap(name, message, actions)

    def _lose(self, name: str) -> None:
        self._close_port(name)
        self._mailbox.put(Unplugged(name, SOURCE))
        self._say(f"MIDI: {name} disconnected")

    def _close_port(self, name: str) -> None:
        port = self._open.pop(name)
        self._names = tuple(self._open)
        try:
            port.input.close()
        except FAULTS as error:
            self._trouble(f"close {name}", f"MIDI: {name} would not close ({error})")

    def _close_all(self) -> None:
        for name in tuple(self._open):
            self._close_port(name)
            self._mailbox.put(Unplugged(name, SOURCE))

    def _trouble(self, kind: str, line: str) -> None:
        """Say a line unless this kind of trouble was said before and still lasts."""
        if kind not in self._troubles:
            self._troubles.add(kind)
            self._say(line)

    def _say(self, line: str) -> None:
        self._mailbox.put(Say(line, SOURCE))
