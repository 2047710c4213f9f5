"""MIDI ports through RtMidi directly, on which mido's default backend is built.

Its binding is python-rtmidi, which has no wheels for Python 3.13 and later; from there on it is
supriya-midi, whose API is nearly the same. (rtmidi2 has wheels too, but its C++ exceptions end the
program where a port can't be opened, such as one that another program holds on Windows.)

Not through mido, for three reasons that show on stage (the first two measured on JACK):

- mido makes and deletes two clients for each listing, which holds the GIL for some 30 ms: two
  pictures lost on the wall at each look. Here one client is kept for listing.
- mido lets RtMidi's thread call into Python for each message. On JACK that is the audio thread,
  which misses its cycle while another thread has the GIL: of 2000 notes, 1995 came on an idle
  machine, 1863 beside one busy Python thread, and some in the wrong order. Here they wait in
  RtMidi's own queue until they are fetched: 2000 of 2000, in order, in both cases.
- mido drops the times that the driver gave. A clock's beat is where it was sent, not where it was
  fetched.
"""

from __future__ import annotations

import atexit
import ctypes
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from visualizer.controls.midi.jack_server import JackServer
from visualizer.controls.midi.ports import FAULTS, Received, places

QUEUE = 16384
"""Most messages that wait in RtMidi's queue of one port: over a second of the fastest flood."""

CLIENT = "visualizer"
"""What ALSA and JACK call us."""

LED_PORT = "leds"
"""Name of our outputs, which ALSA and JACK list as inputs to every program, this one included."""

UNIX_JACK = 3
"""RtMidi's number for JACK, in either binding."""

OURS = re.compile(rf"{CLIENT}(-\d+)?:{LED_PORT}\b")

RETIRED = 16
"""Inputs on JACK that are done with and yet kept, deaf, by the whole program. RtMidi takes an
input's port away while JACK's own thread may be reading it, which ends the program: once in some
hundred times, seen on a busy machine. So it happens only to the oldest, on an evening with many
pulled cables, and to none at the program's end."""

_retired: deque[Any] = deque(maxlen=RETIRED)

_orphaned: list[Any] = []
"""Clients of JACK servers that have died: freed by libjack, so RtMidi must never touch them."""


@atexit.register
def _keep_retired() -> None:
    """Python would take them apart with all else that it ends."""
    for client in (*_retired, *_orphaned):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(client))


LEAN = 0.01
"""Share by which the driver's times are drawn to ours at each message: clocks wander apart slowly,
and when we fetch is late by chance, which this evens out."""

LOST = 0.25
"""Seconds that driver's times may lag behind ours before they are read again: its queue has
overflown, or the machine has slept."""


def stamped(before: float | None, delta: float, now: float) -> float:
    """When a message came, in our clock's seconds: never after now, nor before the last one.

    before: the same of the message before it; None for none. delta: seconds that the driver has
    counted between the two. now: when it was fetched.
    """
    if before is None:
        return now
    told = before + max(delta, 0.0)
    late = now - told
    # Before it came it can't be fetched: then the one before was taken for too late.
    return told + LEAN * late if 0.0 <= late <= LOST else now


class RtMidiInput:
    """An open input."""

    def __init__(
        self,
        client: Any,
        clock: Callable[[], float] = time.monotonic,
        server: JackServer | None = None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._server = server
        self._before: float | None = None

    def take(self, most: int) -> list[Received]:
        """The messages that have come; never waits."""
        taken: list[Received] = []
        now = self._clock()
        fetch = self._client.get_message
        while len(taken) < most and (message := fetch()) is not None:
            data, delta = message
            self._before = stamped(self._before, delta, now)
            taken.append(Received(self._before, data))
        return taken

    def close(self) -> None:
        """Let go of the port."""
        if self._server is None:
            _close(self._client)
        elif self._server.dead:
            _orphaned.append(self._client)
        else:
            _retired.append(self._client)


class RtMidiOutput:
    """An open output."""

    def __init__(self, client: Any, server: JackServer | None = None) -> None:
        self._client = client
        self._server = server

    def send(self, data: Sequence[int]) -> None:
        """Send one message. Raises FAULTS."""
        self._client.send_message(data)

    def close(self) -> None:
        """Let go of the port."""
        if self._server is not None and self._server.dead:
            _orphaned.append(self._client)
        else:
            _close(self._client)


class RtMidiPorts:
    """The ports of one of RtMidi's systems: LINUX_ALSA, UNIX_JACK …; None is the usual one."""

    def __init__(self, api: str | None = None) -> None:
        self._api = api
        self._listers: dict[str, Any] = {}
        self._server: JackServer | None = None

    def names(self) -> Iterable[str]:
        """The inputs that are there now. Raises FAULTS, or ImportError without RtMidi.

        None at the first look after a JACK server has died: each is opened anew when it is back.
        """
        if self._server is not None and self._server.dead:
            _orphaned.extend((*self._listers.values(), *_retired))
            _retired.clear()
            self._listers.clear()
            self._server = None
            return ()
        return tuple(name for name in self._listed("MidiIn") if not OURS.match(name))

    def outputs(self) -> Iterable[str]:
        """The outputs that are there now. Raises FAULTS, or ImportError without RtMidi."""
        return self._listed("MidiOut")

    def open(self, address: str, place: int = 0) -> RtMidiInput:
        """Open the input of that name, the place-th of several. Raises FAULTS."""
        client = self._client("MidiIn", queue_size_limit=QUEUE)
        # The clock is for programs that follow it; active sensing carries no information.
        client.ignore_types(sysex=False, timing=False, active_sense=True)
        client = _opened(client, address, place, "input")
        return RtMidiInput(client, server=self._watch(client))

    def open_output(self, address: str, place: int = 0) -> RtMidiOutput:
        """Open the output of that name, the place-th of several. Raises FAULTS."""
        client = _opened(self._client("MidiOut"), address, place, LED_PORT)
        return RtMidiOutput(client, self._watch(client))

    def close(self) -> None:
        """Let go of the clients that list."""
        if self._server is not None and self._server.dead:
            _orphaned.extend(self._listers.values())
        else:
            for client in self._listers.values():
                client.delete()
        self._listers.clear()
        if self._server is not None:
            self._server.close()
            self._server = None

    def _listed(self, kind: str) -> tuple[str, ...]:
        if self._server is not None and self._server.dead:
            raise OSError("the JACK server has ended")
        if kind not in self._listers:
            self._listers[kind] = self._client(kind)
        try:
            found = tuple(self._listers[kind].get_ports())
        except FAULTS:
            del self._listers[kind]  # there is no server: the next look asks with a new client
            raise
        self._watch(self._listers[kind])
        return found

    def _watch(self, client: Any) -> JackServer | None:
        """The server of a client that has reached one; None where it is not JACK's."""
        if self._server is None and client.get_current_api() == UNIX_JACK:
            self._server = JackServer()
        return self._server

    def _client(self, kind: str, **options: Any) -> Any:
        return rtmidi_client(kind, self._api, CLIENT, **options)


def rtmidi_client(kind: str, api: str | None, name: str, **options: Any) -> Any:
    """A client without a port: a "MidiIn" or a "MidiOut". Raises FAULTS, or ImportError without
    RtMidi.

    api: one of RtMidi's systems, such as UNIX_JACK; None is the usual one.
    """
    if sys.version_info < (3, 13):
        import rtmidi

        code = getattr(rtmidi, f"API_{api or 'UNSPECIFIED'}", None)
        _check(api, code, rtmidi.get_compiled_api())
        return getattr(rtmidi, kind)(rtapi=code, name=name, **options)
    if api == "UNIX_JACK":
        with suppress(OSError):
            # Before the one in supriya-midi's wheel: 1.9.14, which newer servers refuse.
            ctypes.CDLL("libjack.so.0", mode=ctypes.RTLD_GLOBAL)
    import supriya_midi

    code = getattr(supriya_midi.RtMidiAPI, api or "UNSPECIFIED", None)
    _check(api, code, supriya_midi.get_compiled_apis())
    client = getattr(supriya_midi, kind)(api=code, client_name=name, **options)
    client.set_error_callback(_raise)
    return client


def _check(api: str | None, code: int | None, compiled: Sequence[int]) -> None:
    if api and code not in compiled:
        raise ValueError(f"RtMidi has no API '{api}' here")


def _raise(kind: Any, text: str, data: Any = None) -> None:
    """Raise an error of RtMidi's as python-rtmidi does: supriya-midi's own is none of FAULTS."""
    raise OSError(text)


def _close(client: Any) -> None:
    client.close_port()
    client.delete()


def _opened(client: Any, address: str, place: int, name: str) -> Any:
    """The client with the port of that address open. Raises FAULTS."""
    try:
        client.open_port(places(client.get_ports()).index((address, place)), name)
    except FAULTS:
        client.delete()
        raise
    return client
