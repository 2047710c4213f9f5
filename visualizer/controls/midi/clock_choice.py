"""Choose between MIDI clocks: the first one received is followed until it stops."""

from __future__ import annotations

from visualizer.controls.midi.batching import CLOCKS, song_position
from visualizer.controls.midi.ports import Received
from visualizer.show.midi_clock import ClockFollower
from visualizer.show.system_actions import Sync


class Clocks:
    """The clocks of all ports, by the port's name."""

    def __init__(self) -> None:
        self._followers: dict[str, ClockFollower] = {}
        self._leader = ""

    def heard(self, port: str, received: Received) -> None:
        """A message of the clock has come."""
        kind, position = CLOCKS[received.data[0]], song_position(received.data)
        follower = self._followers.get(port, ClockFollower())
        self._followers[port] = follower.heard(kind, received.at, position)

    def lose(self, port: str) -> None:
        """The port is gone."""
        self._followers.pop(port, None)

    def sync(self, now: float) -> Sync | None:
        """Where the beat is; None while no clock is heard. now: on the clock of the messages."""
        for port in sorted(self._followers, key=lambda port: port != self._leader):
            if (sync := self._followers[port].sync(now)) is not None:
                self._leader = port
                return sync
        return None
