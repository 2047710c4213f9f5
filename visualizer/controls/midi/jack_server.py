"""Whether the JACK server that clients of ours are on has died.

RtMidi doesn't tell: a dead server's clients list its last ports for ever. So a client of libjack
itself is kept, which JACK calls when its server goes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

NO_START_SERVER = 1
"""JackNoStartServer of jack/types.h."""

_SHUTDOWN = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

_CALLED: list[Any] = []
"""Callbacks that JACK may still call: they must never be collected."""


class JackServer:
    """The server that runs now; where there is none, or no libjack, it never dies."""

    def __init__(self) -> None:
        self.dead = False
        self._close: Callable[[], object] = bool  # there is no client
        try:
            jack = ctypes.CDLL("libjack.so.0")
        except OSError:
            return
        jack.jack_client_open.restype = ctypes.c_void_p
        client = jack.jack_client_open(b"visualizer-watch", NO_START_SERVER, None)
        if not client:
            return
        shutdown = _SHUTDOWN(self._died)
        _CALLED.append(shutdown)
        jack.jack_on_shutdown(ctypes.c_void_p(client), shutdown, None)
        jack.jack_activate(ctypes.c_void_p(client))
        self._close = lambda: jack.jack_client_close(ctypes.c_void_p(client))

    def close(self) -> None:
        """Let go of it. A dead server's client is left alone: libjack clears it up itself."""
        if not self.dead:
            self._close()

    def _died(self, _: object) -> None:
        self.dead = True
