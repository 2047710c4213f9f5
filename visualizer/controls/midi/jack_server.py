"""Detect that the JACK server of RtMidi's clients has died, which RtMidi does not report.

A client of a dead server lists its last ports for ever, and libjack frees it behind RtMidi's back
as soon as this process opens another. So a client of libjack's own is kept for its notice
(jack_on_shutdown). The callback is libc's time(), which notes the moment in the memory that it is
given: a callback in Python would need the GIL in JACK's thread.
"""

from __future__ import annotations

import ctypes
import sys

NO_START_SERVER = 1
"""JackNoStartServer of jack/types.h."""

_noted: list[ctypes.c_longlong] = []
"""Where JACK's threads may still write: kept to the program's end."""


class JackServer:
    """The server that runs now. Where there is none, or no libjack, it is never found dead."""

    def __init__(self) -> None:
        self._died_at = ctypes.c_longlong(0)
        self._client: ctypes.c_void_p | None = None
        try:
            self._jack = _libjack()
            opened = self._jack.jack_client_open
        except (OSError, AttributeError):
            return
        opened.restype = ctypes.c_void_p
        client = opened(b"visualizer-watch", NO_START_SERVER, None)
        if client is None:
            return
        self._client = ctypes.c_void_p(client)
        _noted.append(self._died_at)
        note = ctypes.CDLL(None).time
        self._jack.jack_on_shutdown(self._client, note, ctypes.byref(self._died_at))
        self._jack.jack_activate(self._client)

    @property
    def dead(self) -> bool:
        """Whether it has ended. Its clients must not be touched any more, nor be freed."""
        return self._died_at.value != 0

    def close(self) -> None:
        """Let go of the client, unless libjack frees it by itself."""
        if self._client is not None and not self.dead:
            self._jack.jack_client_close(self._client)
        self._client = None


def _libjack() -> ctypes.CDLL:
    """The libjack that RtMidi uses. Raises OSError."""
    if sys.version_info < (3, 13):
        from rtmidi import _rtmidi

        return ctypes.CDLL(_rtmidi.__file__)  # its wheel carries one; symbols are found through it
    return ctypes.CDLL("libjack.so.0")
