"""MIDI learn in the MIDI thread: collect what a moved control sends until it is recognised.

- Nothing is played meanwhile, but for the pad that ends it, and for the release of what was held
  when it began.
- It starts after a moment, so that the pad that started it is released first.
- Of all ports, the first control that is sure is taken. It is played at once, so that it shows
  what it does; and all others are heard on, for it may have been the wrong one. Another target
  begins again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi import nrpn
from visualizer.controls.midi.controllers import Controller, Controllers
from visualizer.controls.midi.decoding import SOURCE
from visualizer.controls.midi.messages import Reading
from visualizer.controls.midi.midi_map import Mapping, Signal
from visualizer.controls.midi.own_maps import OwnMaps
from visualizer.controls.midi.recognition import Found, parts, recognise
from visualizer.show.actions import Action
from visualizer.show.play_actions import Run, Switch
from visualizer.show.system_actions import Learned, Say
from visualizer.show.targets import Target

MOST_HEARD = 300
"""Messages of one port that are kept, the newest: several turns of any knob."""

LISTEN_AFTER = 0.3
"""Seconds from the choice of a target until it listens."""

RECOGNISE_EVERY = 0.05
"""Seconds between two looks at what was heard: at once, to the hand, and a small part of the
thread's time."""

LEARN = "learn"
"""The command that ends it."""


class Learner:
    """learn, forget and forget_all are for any thread, all else is for the MIDI thread.

    maps: what is learned is written to. put: gives an action to the show. clock: seconds.
    """

    def __init__(
        self, maps: OwnMaps, put: Callable[[Action], None], clock: Callable[[], float]
    ) -> None:
        self._maps = maps
        self._put = put
        self._clock = clock
        self._wanted: Target | None = None
        self._wishes: SimpleQueue[Target | None] = SimpleQueue()
        self._target: Target | None = None
        self._asked = ""
        self._news = False
        self._listen_at = self._recognise_at = 0.0
        self._heard: dict[str, deque[Reading]] = {}
        self._learned: dict[str, list[Signal]] = {}

    def learn(self, target: Target | None) -> None:
        """Listen for a target; None to let be. The one that is chosen already goes on."""
        self._wanted = target

    def forget(self, target: Target) -> None:
        """Take a target from all controls of the controllers that are there."""
        self._wishes.put(target)

    def forget_all(self) -> None:
        """Put all own maps aside."""
        self._wishes.put(None)

    @property
    def learns(self) -> bool:
        """Whether a target is chosen, so that what comes is not played."""
        return self._target is not None

    @property
    def listens(self) -> bool:
        """Whether a control that is moved now would be learned."""
        return self.learns and self._clock() >= self._listen_at

    def serve(self, controllers: Controllers) -> None:
        """Do what is wanted by now, and write down what was learned by now."""
        while not self._wishes.empty():
            self._forget(controllers, self._wishes.get())
        if self._wanted != self._target:
            self._target = self._wanted
            self._begin()
        if self._target is None or not self._news or self._clock() < self._recognise_at:
            return
        self._news = False
        self._recognise_at = self._clock() + RECOGNISE_EVERY
        self._recognise(controllers, self._target)

    def hears(self, port: str, reading: Reading, actions: list[Action]) -> bool:
        """Take a message in; whether it is not to be played. actions: what it would do."""
        if not self.learns or any(_ends(action) for action in actions):
            return False
        signal, _ = reading
        if any(_is_of(signal, learned) for learned in self._learned.get(port, ())):
            return False
        if self.listens:
            self._heard.setdefault(port, deque(maxlen=MOST_HEARD)).append(reading)
            self._news = True
        return True

    def lose(self, port: str) -> None:
        """The port is gone, and what it sent is half a movement."""
        self._heard.pop(port, None)

    def _begin(self) -> None:
        self._asked = ""
        self._news = False
        self._heard.clear()
        self._learned.clear()
        self._listen_at = self._clock() + LISTEN_AFTER

    def _recognise(self, controllers: Controllers, target: Target) -> None:
        """Look at all ports: one that is sure is learned, or else the busiest is asked for more."""
        unsure: tuple[int, str] = (0, "")
        for controller in controllers:
            heard = self._heard.get(controller.name, ())
            found = recognise(heard, target, self._learned.get(controller.name, ()))
            if found is not None and found.sure:
                self._take(controllers, controller, target, found)
                return
            if found is not None:
                unsure = max(unsure, (len(heard), found.ask))
        _, ask = unsure
        if ask and ask != self._asked:
            self._asked = ask
            self._put(Say(f"MIDI learn: {ask}", SOURCE))

    def _take(
        self, controllers: Controllers, controller: Controller, target: Target, found: Found
    ) -> None:
        """Write down what was recognised, and play by it."""
        self._heard.clear()
        self._asked = ""
        before = _played(controller.mapping, found.signal)
        written = self._maps.learn(controller.device, target, found)
        self._learned.setdefault(controller.name, []).append(found.signal)
        self._renew(controllers)
        if written:
            line = f"MIDI learn: {found.words} of {controller.name} plays {target}"
            if before is not None and before != target:
                line += f" instead of {before}"
            self._put(Learned(str(target), found.words, line, SOURCE))

    def _forget(self, controllers: Controllers, target: Target | None) -> None:
        if target is None:
            done, line = self._maps.reset(), "MIDI: all controllers are reset"
        else:
            devices = {controller.device for controller in controllers}
            done, line = (
                self._maps.forget(devices, target),
                f"MIDI: {target} has no controls now",
            )
        self._begin()
        self._renew(controllers)
        if done:
            self._put(Say(line, SOURCE))

    def _renew(self, controllers: Controllers) -> None:
        for action in controllers.renew():
            self._put(action)


def _ends(action: Action) -> bool:
    match action:
        case Run(command=name) | Switch(command=name):
            return name == LEARN
    return False


def _is_of(heard: Signal, learned: Signal) -> bool:
    """Whether a message is one of a control's; data for an NRPN may be."""
    if learned.kind == maps.NRPN:
        return (
            heard.kind == maps.CC
            and heard.channel == learned.channel
            and heard.number in (*nrpn.CHOICES, *nrpn.VALUES)
        )
    return heard in parts(learned)


def _played(mapping: Mapping, signal: Signal) -> Target | None:
    """What a control has played so far."""
    return next((control.plays for part in parts(signal) if (control := mapping.find(part))), None)
