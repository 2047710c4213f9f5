"""HTTP with a request timeout: a connection that sends no complete request in time is closed.

uvicorn waits for ever for a request's first lines, and counts the connection against its limit: a
few dozen that say nothing would keep all desks out.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_WITHIN = 10.0
"""Seconds that a request may take to come, its body as well as what stands before that."""


class TimelyProtocol(H11Protocol):
    """uvicorn's own, with an end to its patience."""

    def connection_made(self, transport: Any) -> None:
        """See asyncio.Protocol."""
        super().connection_made(transport)
        self._seen: object = None
        self._look_later()

    def _look_later(self) -> None:
        asyncio.get_running_loop().call_later(REQUEST_WITHIN, self._look)

    def _look(self) -> None:
        """Close where nothing is answered, and no request has come since the last look."""
        transport = self.transport
        if transport.is_closing() or transport.get_protocol() is not self:  # or it is a socket now
            return
        is_idle = self.cycle is None or self.cycle.response_complete
        if is_idle and self.cycle is self._seen:
            transport.close()
        else:
            self._seen = self.cycle
            self._look_later()
