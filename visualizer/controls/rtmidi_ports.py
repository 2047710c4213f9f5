"""MIDI inputs straight from python-rtmidi, which mido's usual backend is made of.

Not through mido, for two reasons that show on stage (both measured on JACK):

- mido makes and deletes two clients for each listing, which holds the GIL for some 30 ms: two
  pictures lost on the wall at each look. Here one client is kept for listing.
- mido lets RtMidi's thread call into Python for each message. On JACK that is the audio thread,
  which misses its cycle while another thread has the GIL: of 2000 notes, 1995 came on an idle
  machine, 1863 beside one busy Python thread, and some in the wrong order. Here they wait in
  RtMidi's own queue until they are fetched: 2000 of 2000, in order, in both cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import mido

from visualizer.controls.midi_ports import FAULTS

QUEUE = 8192
"""Most messages that wait in RtMidi's queue of one port: seconds of the fastest knobs."""

CLIENT = "visualizer"
"""What ALSA and JACK call us."""


class RtMidiInput:
    """An open input."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def iter_pending(self) -> Iterator[mido.Message]:
        """The messages that have come; never waits."""
        while (received := self._client.get_message()) is not None:
            try:
                yield mido.Message.from_bytes(received[0])
            except ValueError:  # not MIDI: a controller's or a cable's fault
                continue

    def close(self) -> None:
        """Let go of the port."""
        self._client.close_port()
        self._client.delete()


class RtMidiPorts:
    """The inputs of one of RtMidi's systems: LINUX_ALSA, UNIX_JACK …; None is the usual one."""

    def __init__(self, api: str | None = None) -> None:
        self._api = api
        self._lister: Any = None

    def names(self) -> Iterable[str]:
        """The inputs that are there now. Raises FAULTS, or ImportError without python-rtmidi."""
        if self._lister is None:
            self._lister = self._client()
        try:
            return tuple(self._lister.get_ports())
        except FAULTS:
            self._lister = None  # its server is gone: the next look asks with a new client
            raise

    def open(self, address: str) -> RtMidiInput:
        """Open the input of that name; of two with the same, the first. Raises FAULTS."""
        client = self._client()
        try:
            # Clock and active sensing are dropped at the source; they come all the time.
            client.ignore_types(sysex=False, timing=True, active_sense=True)
            client.open_port(client.get_ports().index(address), "input")
        except FAULTS:
            client.delete()
            raise
        return RtMidiInput(client)

    def close(self) -> None:
        """Let go of the client that lists."""
        if self._lister is not None:
            self._lister.delete()
            self._lister = None

    def _client(self) -> Any:
        import rtmidi

        code = getattr(rtmidi, f"API_{self._api}", None) if self._api else rtmidi.API_UNSPECIFIED
        if code is None or (self._api and code not in rtmidi.get_compiled_api()):
            raise ValueError(f"python-rtmidi has no API '{self._api}' here")
        return rtmidi.MidiIn(rtapi=code, name=CLIENT, queue_size_limit=QUEUE)
