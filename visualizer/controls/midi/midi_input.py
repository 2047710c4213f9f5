"""MIDI: one thread that owns all ports, and a mailbox from which the frame loop takes actions.

- Only this thread lists, opens and closes ports, reads and writes maps, and sets LEDs. The
  frame loop says what it wants (learn, forget, LEDs) and takes what has come (drain); it never
  waits.
- A drain of all ports is one batch: the clock first, then the rest, of which superseded positions
  are left out before they are read (batching.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from visualizer.controls.input_thread import InputThread
from visualizer.controls.mailbox import Mailbox
from visualizer.controls.midi.batching import split, thinned
from visualizer.controls.midi.clock_choice import Clocks
from visualizer.controls.midi.controllers import Controller, Controllers
from visualizer.controls.midi.decoding import SOURCE, decode, is_release
from visualizer.controls.midi.learner import Learner
from visualizer.controls.midi.messages import read
from visualizer.controls.midi.own_maps import OwnMaps
from visualizer.controls.midi.ports import Ports, Received, missing
from visualizer.controls.midi.system_ports import system_ports
from visualizer.show import targets
from visualizer.show.actions import Action
from visualizer.show.system_actions import Unplugged

LIST_EVERY = 0.1
"""Seconds between two looks at the ports. A controller that is pulled and plugged in again between
two looks stays deaf: no hand is that fast, nor a loose plug. With a kept client a look takes
20 to 200 microseconds (measured on JACK, with no ports and with eight)."""

LOOK_SHARE = 0.02
"""Most of the time that looks may take: those of mido's other backends take up to 65 ms each."""

RETRY_AFTER = 5.0
"""Seconds until the next look where the last one failed: drivers print, and take their time."""

DRAIN_EVERY = 0.002
"""Seconds between two drains of open ports: an eighth of a picture at 60 a second."""

Tap: TypeAlias = Callable[[str, bytes, list[Action]], None]
"""Hears each message but the clock's ticks, in the MIDI thread: the port's name, the bytes, what
they ask for."""

TICK = b"\xf8"


class Midi(InputThread):
    """The MIDI thread.

    folder: the performer's own maps; None for the usual place. given: one map over all others.
    wanted: part of a port's name; None opens every input but ALSA's loop-back. list_every: seconds
    between two looks at the ports; retry_after: the same after one that failed.
    """

    def __init__(
        self,
        ports: Ports | None = None,
        *,
        folder: Path | None = None,
        given: Path | None = None,
        wanted: str | None = None,
        tap: Tap | None = None,
        list_every: float = LIST_EVERY,
        retry_after: float = RETRY_AFTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(SOURCE, Mailbox(clock=clock))
        self._system = ports
        self._wanted = wanted
        self._tap = tap
        self._list_every = list_every
        self._retry_after = retry_after
        self._clock = clock
        self._maps = OwnMaps(folder, given, self._say)
        self._names: tuple[str, ...] = ()
        self._learner = Learner(self._maps, self._mailbox.put, clock)
        self._clocks = Clocks()
        self._states: Table[str, bool] | None = None

    def learn(self, target: str | None) -> None:
        """Have the next control that is moved play a target (show/targets.py); None: no more.

        May be called at each frame. What comes of it is told by Learned.
        """
        self._learner.learn(None if target is None else targets.parse(target))

    def forget(self, target: str) -> None:
        """Take a target from all controls of the controllers that are there."""
        self._learner.forget(targets.parse(target))

    def forget_all(self) -> None:
        """Put all own maps aside: controllers play as they came."""
        self._learner.forget_all()

    def set_leds(self, states: Table[str, bool]) -> None:
        """What LEDs should show, by name (show/leds.py); may be called at each frame."""
        self._states = states

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the ports that are open now."""
        return self._names

    @property
    def controls(self) -> tuple[tuple[str, str, str], ...]:
        """What the controls of devices that are there play: (device, control, target)."""
        names = self._names
        return tuple(
            row
            for row in self._maps.controls
            if any(name == row[0] or name.startswith(f"{row[0]} (") for name in names)
        )

    @property
    def learning(self) -> bool:
        """Whether a control that is moved now would be learned."""
        return self._learner.listens

    def run(self) -> None:
        """The thread's life. An unexpected fault is reported, and it goes on."""
        while not self._ending.is_set():
            try:
                self._supervise()
            except ImportError as error:
                self._say(f"MIDI is off: {missing(error)}")
                break
            except Exception as error:
                self._troubles.say("thread", f"MIDI failed and restarts: {error}")
                self._ending.wait(self._retry_after)
        if self._system is not None:
            self._system.close()

    def _supervise(self) -> None:
        """Look at the ports now and then, and drain them, until the end."""
        self._maps.check()  # what is wrong with a file is told before a controller is there
        system = self._system = self._system or system_ports()
        controllers = Controllers(
            system,
            self._maps.chosen,
            self._troubles,
            wanted=self._wanted,
            came=lambda controller: self._say(f"MIDI: {controller.name} connected"),
            lost=self._lost,
        )
        try:
            look_at = self._clock()
            while not self._ending.is_set():
                if self._clock() >= look_at:
                    began = self._clock()
                    good = controllers.look()
                    seldom = max(self._list_every, (self._clock() - began) / LOOK_SHARE)
                    pause = min(seldom, self._retry_after) if good else self._retry_after
                    look_at = self._clock() + pause
                self._serve(controllers)
                self._troubles.over("thread")
                self._names = controllers.names
                pause = max(look_at - self._clock(), 0.0)
                self._ending.wait(min(pause, DRAIN_EVERY) if self._names else pause)
        finally:
            for controller in controllers:
                self._gone(controller)
            controllers.close()
            self._names = ()

    def _serve(self, controllers: Controllers) -> None:
        """One drain of all ports, and what the frame loop wants by now."""
        batches = [(controller, *split(batch)) for controller, batch in controllers.take()]
        for controller, clocks, _ in batches:
            self._follow(controller, clocks)
        for controller, _, others in batches:
            self._play(controller, others)
        self._learner.serve(controllers)
        if self._states is not None:
            controllers.set_leds(self._states)

    def _follow(self, controller: Controller, clocks: list[Received]) -> None:
        """Take the beat from a clock."""
        for received in clocks:
            self._clocks.heard(controller.name, received)
            data = bytes(received.data)
            if self._tap is not None and data != TICK:
                self._tap(controller.name, data, [])
        if clocks and (sync := self._clocks.sync(self._clock())) is not None:
            self._mailbox.put(sync)

    def _play(self, controller: Controller, batch: list[Received]) -> None:
        """Turn what a controller sent into actions, or learn from it."""
        if self._tap is None and not self._learner.learns:
            batch = thinned(batch, controller.positions)
        for received in batch:
            actions: list[Action] = []
            if (reading := read(received.data)) is not None:
                before = controller.state
                controller.state, actions = decode(
                    controller.mapping, before, controller.name, reading
                )
                learns = self._learner.hears(controller.name, reading, actions)
                if learns and not is_release(before, controller.state, reading):
                    # Nothing is held, nor toggled, that isn't played.
                    controller.state, actions = replace(controller.state, on=before.on), []
            for action in actions:
                self._mailbox.put(action)
            if self._tap is not None:
                self._tap(controller.name, bytes(received.data), actions)

    def _lost(self, controller: Controller) -> None:
        self._learner.lose(controller.name)
        self._clocks.lose(controller.name)
        self._gone(controller)
        self._say(f"MIDI: {controller.name} disconnected")

    def _gone(self, controller: Controller) -> None:
        """Its buttons can no longer be released, nor its knobs turned."""
        for action in controller.release():
            self._mailbox.put(action)
        self._mailbox.put(Unplugged(controller.name, SOURCE))
