"""MIDI learn in the MIDI thread: it listens to what a moved control sends until that is clear.

Meanwhile nothing is played, but for the pad that ends it. Once learned, all is played again, so
that the control shows at once what it does; another target begins anew.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING

from visualizer.controls.controllers import Controllers
from visualizer.controls.decoding import SOURCE
from visualizer.controls.own_maps import OwnMaps
from visualizer.controls.recognising import Found, recognise
from visualizer.show.actions import Action, Learned, Run, Say, Switch
from visualizer.show.targets import Target

if TYPE_CHECKING:
    from mido import Message

MOST_HEARD = 1000
"""Messages of one port that are kept: several turns of any knob. Past it, it begins anew."""

LEARN = "learn"
"""The command that ends it."""


class Learner:
    """learn, forget and forget_all are for any thread, all else is for the MIDI thread.

    maps: what is learned is written to. put: gives an action to the show.
    """

    def __init__(self, maps: OwnMaps, put: Callable[[Action], None]) -> None:
        self._maps = maps
        self._put = put
        self._wanted: Target | None = None
        self._wishes: SimpleQueue[Target | None] = SimpleQueue()
        self._target: Target | None = None
        self._done = False
        self._asked = ""
        self._news = False
        self._heard: dict[str, list[tuple[float, Message]]] = {}

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
    def listens(self) -> bool:
        """Whether what comes is heard instead of played."""
        return self._target is not None and not self._done

    def serve(self, controllers: Controllers) -> None:
        """Do what is wanted by now, and write down what was learned by now."""
        while not self._wishes.empty():
            self._forget(controllers, self._wishes.get())
        if self._wanted != self._target:
            self._target = self._wanted
            self._begin()
        if self._target is None or self._done or not self._news:
            return
        self._news = False
        for port, heard in tuple(self._heard.items()):
            if (found := recognise(heard, self._target)) is not None:
                self._recognised(controllers, self._target, port, found)
                return

    def hears(self, port: str, at: float, message: Message, actions: list[Action]) -> bool:
        """Take a message in; whether it is not to be played. actions: what it would do."""
        if not self.listens or any(_ends(action) for action in actions):
            return False
        heard = self._heard.setdefault(port, [])
        if len(heard) >= MOST_HEARD:
            heard.clear()
        heard.append((at, message))
        self._news = True
        return True

    def lose(self, port: str) -> None:
        """The port is gone, and what it sent is half a movement."""
        self._heard.pop(port, None)

    def _begin(self) -> None:
        self._done = False
        self._asked = ""
        self._news = False
        self._heard.clear()

    def _recognised(
        self, controllers: Controllers, target: Target, port: str, found: Found
    ) -> None:
        """Write down what was recognised, and play by it; where it isn't sure, ask for more."""
        if not found.sure:
            if found.ask and found.ask != self._asked:
                self._asked = found.ask
                self._put(Say(f"MIDI learn: {found.ask}", SOURCE))
            return
        self._done = True
        device = next(c.device for c in controllers if c.name == port)
        if self._maps.learn(device, target, found):
            controllers.renew()
            line = f"MIDI learn: {found.words} of {port} plays {target}"
            self._put(Learned(str(target), found.words, line, SOURCE))

    def _forget(self, controllers: Controllers, target: Target | None) -> None:
        if target is None:
            done, line = self._maps.reset(), "MIDI: all controllers play as they came"
        else:
            devices = {controller.device for controller in controllers}
            done, line = (
                self._maps.forget(devices, target),
                f"MIDI: nothing plays {target} any more",
            )
        if done:
            self._begin()
            controllers.renew()
            self._put(Say(line, SOURCE))


def _ends(action: Action) -> bool:
    match action:
        case Run(command=name) | Switch(command=name):
            return name == LEARN
    return False
