"""One desk's WebSocket: send it the state and its changes, and receive its messages."""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from visualizer.desk import desk_messages, desk_state
from visualizer.desk.access import Allowance, Caller, Refused
from visualizer.desk.desk_messages import WatchPreview
from visualizer.desk.hub import EVERY, Hub
from visualizer.desk.told_messages import Change, Fault, Hello, Whole

MESSAGE_RATE = 300.0
"""Messages a second that a desk may send: ten fingers on faders, 30 a second each."""

HEARTBEAT = 1.0
"""Seconds after which a desk hears something even where nothing has changed."""


class DeskSocket:
    """One connection, which is accepted. caller: what it may do."""

    def __init__(self, socket: WebSocket, caller: Caller, hub: Hub) -> None:
        self._socket, self._caller, self._hub = socket, caller, hub
        self._allowance = Allowance(MESSAGE_RATE, hub.clock)
        self._watches = False
        self._jpeg = hub.jpeg
        self._flooded = False

    async def run(self) -> None:
        """Until either side ends it."""
        tasks = [asyncio.create_task(work()) for work in (self._tell, self._hear)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for fault in results:
            if isinstance(fault, Exception) and not isinstance(fault, WebSocketDisconnect):
                raise fault

    def watch(self, *, on: bool) -> None:
        """Whether the preview is sent."""
        self._hub.preview.watchers += int(on) - int(self._watches)
        self._watches = on

    async def _tell(self) -> None:
        """Tell all of it, then what changes."""
        hub = self._hub
        while (now := hub.now()) is None:
            await asyncio.sleep(EVERY)
        hello = Hello(role=self._caller.role, tables=desk_state.tables())
        await self._send(hello.model_dump_json())
        at, told = now
        await self._send(Whole(time=round(at, 3), state=told).model_dump_json())
        lines, last = 0, hub.clock()
        while True:
            at, state = hub.now() or now
            new = desk_state.changes(told, state)
            if new or hub.clock() - last >= HEARTBEAT:
                told, last = state, hub.clock()
                await self._send(Change(time=round(at, 3), changes=new).model_dump_json())
            for line in hub.lines_since(lines):
                await self._send(line.model_dump_json())
            lines = hub.line_count
            if self._watches and hub.jpeg is not self._jpeg:
                self._jpeg = hub.jpeg
                await self._socket.send_bytes(self._jpeg)
            await asyncio.sleep(EVERY)

    async def _hear(self) -> None:
        while True:
            event = await self._socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            if not self._allowance.take():
                if not self._flooded:
                    self._flooded = True
                    await self._fault("too many messages; some are dropped")
                continue
            self._flooded = False
            given = event.get("text")
            if given is None:
                await self._fault("messages must be JSON text")
                continue
            try:
                message = desk_messages.read(given)
                if isinstance(message, WatchPreview):
                    self.watch(on=message.on)
                else:
                    self._hub.play(message, self._caller)
            except (ValueError, Refused) as why:
                await self._fault(str(why))

    async def _fault(self, line: str) -> None:
        await self._send(Fault(text=line[:200]).model_dump_json())

    async def _send(self, text: str) -> None:
        await self._socket.send_text(text)
