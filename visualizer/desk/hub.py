"""What is sent to the desks: the newest state, the log's last lines, the preview.

For the desk's thread alone, but for what the frame loop hands over through slots. Nothing queues up
for a desk: each compares what it was told with what is so now, at its own pace, and a slow one
leaves out what lies between.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import islice
from typing import Protocol

from visualizer.desk import desk_state
from visualizer.desk.access import Access, Allowance, Caller, Refused
from visualizer.desk.desk_actions import to_action
from visualizer.desk.desk_messages import FromDesk
from visualizer.desk.machine import Machine
from visualizer.desk.preview import Preview
from visualizer.desk.thumbnails import Thumbnails
from visualizer.desk.told_messages import Line, PresetCard, State
from visualizer.latest import Latest
from visualizer.show.actions import Action
from visualizer.show.notices import said
from visualizer.show.parameter import nearest, shorten
from visualizer.show.play_actions import SelectPreset
from visualizer.show.records import Preset
from visualizer.show.reducers import navigation
from visualizer.show.system_actions import Say
from visualizer.show.view import View

EVERY = 1.0 / 20.0
"""Seconds between two accounts to a desk, at least."""

MOST_DESKS = 16

MOST_LINES = 200
"""Lines of the log that a new desk is told."""

REST_RATE = 100.0
"""Requests a second that REST takes from all together."""


class Inbox(Protocol):
    """Where actions wait for the frame loop, bounded."""

    def put(self, action: Action) -> None:
        """Store one. Never waits."""


class Hub:
    """views: what the frame loop tells, each display frame. inbox: where actions go."""

    def __init__(
        self,
        views: Latest[View],
        inbox: Inbox,
        preview: Preview,
        access: Access,
        clock: Callable[[], float] = time.monotonic,
        thumbnails: Thumbnails | None = None,
    ) -> None:
        self.preview, self.access, self.clock = preview, access, clock
        self.thumbnails = thumbnails or Thumbnails(None)
        self.machine = Machine(clock)
        self.rest = Allowance(REST_RATE, clock)
        self.desks = 0
        self.over = False
        self.jpeg = b""
        """The newest picture; another object for each."""
        self.lines: deque[Line] = deque(maxlen=MOST_LINES)
        self.line_count = 0
        """How many lines there have been so far, with those that are forgotten."""
        self._views, self._inbox = views, inbox
        self._view: View | None = None
        self._asks_picture = False
        self._keeps: asyncio.Future[None] | None = None
        self._fault = ""
        self._state: tuple[View, int, State] | None = None
        self._cards: tuple[tuple[Preset, ...], tuple[PresetCard, ...]] = ((), ())

    async def run(self) -> None:
        """Take what the frame loop hands over, and look at the machine, until it is over."""
        await asyncio.gather(self._take_all(), self._look_at_machine())

    async def _take_all(self) -> None:
        while not self.over:
            self.listen()
            self._look_at_wall()
            await asyncio.sleep(EVERY)

    async def _look_at_machine(self) -> None:
        while not self.over:
            if self.machine.is_old:
                await asyncio.to_thread(self.machine.look)  # some sensors are slow
            await asyncio.sleep(EVERY)

    def _look_at_wall(self) -> None:
        """Take the wall's picture where one is wanted: for desks, or as a prompt's thumbnail."""
        view = self._view
        busy = self._keeps is not None and not self._keeps.done()
        ripe = view is not None and not busy and self.thumbnails.ripe(view)
        asked = self._asks_picture
        if ripe != asked:
            self._asks_picture = ripe
            self.preview.watchers += 1 if ripe else -1
        if (fault := self.thumbnails.fault) and fault != self._fault:
            self._inbox.put(Say(fault, "desk"))
        self._fault = fault
        if not self.preview.watchers or (jpeg := self.preview.newest()) is None:
            return
        self.jpeg = jpeg
        # The first one may be of before it was asked for.
        if ripe and asked and view is not None and self.preview.small is not None:
            keep = self.thumbnails.take(view.show, self.preview.small)
            # Not waited for: a disk that is busy must not hold up what the desks are told.
            self._keeps = asyncio.get_running_loop().run_in_executor(None, keep)

    def listen(self) -> None:
        """Take the newest view, and the lines that were said since the last."""
        view = self._views.get()
        if view is None:
            return
        before = self._view
        lines = (
            [message.text for message in view.show.messages]
            if before is None
            else said(before.show, view.show)
        )
        for text in lines:
            self.lines.append(Line(time=round(view.show.time, 1), text=text))
            self.line_count += 1
        self._view = view

    def now(self) -> tuple[float, State] | None:
        """Show time and state; None before the show has told its first."""
        view = self._view
        if view is None:
            return None
        if self._state is None or self._state[0] is not view or self._state[1] != self.desks:
            presets = view.show.presets
            if self._cards[0] is not presets:
                self._cards = presets, desk_state.cards(presets)
            pictures = self.thumbnails.of(presets)
            told = desk_state.state(
                view, self._cards[1], self.desks, pictures=pictures, machine=self.machine.now
            )
            self._state = view, self.desks, told
        return view.show.time, self._state[2]

    def picture(self, name: str) -> bytes | None:
        """The JPEG of a name that the state has told: a thumbnail, or the next prompt's preview."""
        if self._view is not None and (preview := desk_state.next_preview(self._view)) is not None:
            jpeg = preview.jpeg
            if jpeg and desk_state.picture_name(jpeg) == name:
                return jpeg
        return self.thumbnails.pictures.get(name)

    def lines_since(self, count: int) -> list[Line]:
        """The lines that came when there had been count before; those that are forgotten are not
        among them."""
        new = min(self.line_count - count, len(self.lines))
        return list(islice(self.lines, len(self.lines) - new, None))

    def play(self, message: FromDesk, caller: Caller) -> None:
        """Have a message done. Raises ValueError, or access.Refused, with a line for people."""
        action = to_action(message)
        caller.may(action)
        if isinstance(action, SelectPreset) and action.name:
            self._check_name(action.name)
        self._inbox.put(action)

    def _check_name(self, name: str) -> None:
        """Raises ValueError where no preset has the name, Refused before the show has told any."""
        self.listen()
        if self._view is None:
            raise Refused(503, "the show has not begun")
        presets = self._view.show.presets
        if navigation.preset_index(presets, name) is None:
            there = nearest(name, (preset.name for preset in presets)) or "none at all"
            raise ValueError(f"no preset is named {shorten(name)}; nearest: {there}")

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """While this is on, pictures come."""
        self.preview.watchers += 1
        try:
            yield
        finally:
            self.preview.watchers -= 1
