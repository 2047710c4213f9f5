"""OSC over UDP: one thread that owns the socket, and a mailbox from which the frame loop takes.

- It listens on this machine alone by default: anyone who can send can play. Only this
  machine itself can quit, and no message names a file.
- /visualizer/subscribe sends the show's state back as it changes, for a minute; subscribing again
  renews it and sends the whole state, once a second at most: replies must not amplify requests.
  A number after it is the port to reply to.
- What can't be read of a packet is counted and ignored. What can't be followed is said in a line,
  and such lines are limited in rate (repeated_faults.RateLimit).
- No sender can hold the show up: what waits for the frame loop is bounded.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from visualizer.controls.input_thread import InputThread
from visualizer.controls.mailbox import Mailbox
from visualizer.controls.osc.osc_messages import (
    MOST_MESSAGES,
    PREFIX,
    SOURCE,
    Argument,
    decode,
    number,
    packet,
    read,
    state,
)
from visualizer.controls.repeated_faults import RateLimit
from visualizer.latest import Latest
from visualizer.show.actions import Action
from visualizer.show.play_actions import Run
from visualizer.show.state import Show
from visualizer.show.system_actions import Say

HOST, PORT = "127.0.0.1", 9000

TELL_EVERY = 1.0 / 30.0
"""Seconds between two accounts to subscribers; also how long the thread waits for a packet."""

SUBSCRIBED = 60.0
"""Seconds that a subscriber is told, from when it last asked."""

RENEWED_AFTER = 1.0
"""Seconds from an account of everything until a subscriber that asks again has another."""

MOST_SUBSCRIBERS = 16

MOST_WAITING = 128
"""Actions that may wait for the frame loop: it does them in 6 ms, a third of a display frame."""

LONGEST_LINE = 120
"""Characters of such a line: addresses from outside can be of any length."""

RETRY_AFTER = 3.0
"""Seconds until the next try where the port could not be had."""

QUIT = "quit"
"""The command that is never done from outside this machine."""

_LARGEST = 65535
"""Bytes that a UDP packet can have at most."""


@dataclass(slots=True)
class _Subscriber:
    """until: when it is forgotten. since: when it was to be told everything last. told: what it
    was told last, by address."""

    until: float
    since: float
    told: dict[str, Argument] = field(default_factory=dict)


class Osc(InputThread):
    """The OSC thread. host and port: what it listens on; port 0 takes a free one."""

    def __init__(
        self,
        host: str = HOST,
        port: int = PORT,
        *,
        retry_after: float = RETRY_AFTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(SOURCE, Mailbox(MOST_WAITING))
        self._host, self._wanted_port = host, port
        self._retry_after = retry_after
        self._clock = clock
        self._shows: Latest[Show] = Latest()
        self._show: Show | None = None
        self._subscribers: dict[tuple[str, int], _Subscriber] = {}
        self._tell_at = 0.0
        self._lines = RateLimit(self._say, clock)
        self.port: int | None = None
        """The port it listens on; None while it has none."""
        self.malformed = 0
        """Packets and elements of bundles that were no OSC so far."""

    def tell(self, show: Show) -> None:
        """The show as it is now, for those who want to know; once a display frame."""
        self._shows.put(show)

    def run(self) -> None:
        """The thread's life: a socket, and after trouble with it another.

        Where it listens is said when that is news: to others than this machine, or after trouble.
        """
        is_news = self._host != HOST
        while not self._ending.is_set():
            try:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                    udp.bind((self._host, self._wanted_port))
                    self.port = udp.getsockname()[1]
                    self._troubles.over("port")
                    if is_news:
                        self._say(f"OSC: listening on {self._host}:{self.port}")
                        is_news = False
                    self._serve(udp)
            except (OSError, UnicodeError) as error:  # the second: no name of a machine
                self._troubles.say("port", self._why_not(error))
                is_news = True
                self._ending.wait(self._retry_after)
            except Exception as error:  # an unexpected fault is reported, and it goes on
                self._complain(f"it failed and restarts: {error}")
            finally:
                self.port = None

    def _serve(self, udp: socket.socket) -> None:
        udp.settimeout(TELL_EVERY)
        while not self._ending.is_set():
            # The second says that a subscriber is gone (Windows), which time will tell anyway.
            with suppress(TimeoutError, ConnectionError):
                self._receive(*udp.recvfrom(_LARGEST))
            if self._clock() >= self._tell_at:
                self._tell_at = self._clock() + TELL_EVERY
                self._tell_all(udp)

    def _receive(self, data: bytes, sender: tuple[str, int]) -> None:
        messages, malformed, cut = read(data)
        self.malformed += malformed
        if malformed:
            self._complain(f"malformed packets, or parts of them, from {sender[0]} are ignored")
        if cut:
            self._complain(f"only {MOST_MESSAGES} messages of a packet from {sender[0]} are read")
        for address, arguments in messages:
            try:
                if address == f"{PREFIX}subscribe":
                    self._subscribe(_reply_to(sender, arguments))
                elif address == f"{PREFIX}unsubscribe":
                    self._subscribers.pop(_reply_to(sender, arguments), None)
                else:
                    self._take(decode(address, arguments), sender[0])
            except ValueError as error:
                self._complain(str(error))

    def _take(self, actions: Sequence[Action], host: str) -> None:
        for action in actions:
            if isinstance(action, Run) and action.command == QUIT and not _is_here(host):
                raise ValueError(f"quit from {host} is ignored: only this machine may quit")
            if isinstance(action, Say):
                self._complain(action.text)
            else:
                self._mailbox.put(action)

    def _subscribe(self, to: tuple[str, int]) -> None:
        """Have someone told from now on; for one too many, its host's oldest makes room."""
        now = self._clock()
        there = self._subscribers.get(to)
        if there is None and len(self._subscribers) == MOST_SUBSCRIBERS:
            own = [other for other in self._subscribers if other[0] == to[0]]
            if not own:
                raise ValueError(f"{MOST_SUBSCRIBERS} subscribers are the maximum")
            del self._subscribers[min(own, key=lambda other: self._subscribers[other].until)]
        if there is not None and now - there.since < RENEWED_AFTER:
            there.until = now + SUBSCRIBED
        else:
            self._subscribers[to] = _Subscriber(now + SUBSCRIBED, since=now)

    def _tell_all(self, udp: socket.socket) -> None:
        """Tell each subscriber what has changed since it was told last."""
        now = self._clock()
        for to, subscriber in tuple(self._subscribers.items()):
            if now >= subscriber.until:
                del self._subscribers[to]
        self._show = self._shows.get() or self._show
        if self._show is None or not self._subscribers:
            return
        there = state(self._show)
        for to, subscriber in self._subscribers.items():
            for address, value in there.items():
                if subscriber.told.get(address) == value:
                    continue
                try:
                    udp.sendto(packet(address, value), to)
                except OSError:  # a network that is gone for a moment: the next turn tells it
                    break
                subscriber.told[address] = value

    def _why_not(self, error: OSError | UnicodeError) -> str:
        where = f"{self._host}:{self._wanted_port}"
        if isinstance(error, UnicodeError):
            return f"OSC: can't listen on {where}: there is no host of that name"
        if error.errno == errno.EADDRINUSE:
            return f"OSC: {where} is in use by another program; waiting for it"
        return f"OSC: can't listen on {where}: {error.strerror or error}"

    def _complain(self, why: str) -> None:
        line = "".join(sign if sign.isprintable() else "?" for sign in why)[:LONGEST_LINE]
        self._lines.say(f"OSC: {line}")


def parse_address(text: str) -> tuple[str, int]:
    """ "9000", "0.0.0.0:9000" or a machine's name in its place as (host, port).

    Raises ValueError with a line for people.
    """
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= _LARGEST):
        raise ValueError(f"'{text}' is not PORT or HOST:PORT, such as 9000 or 0.0.0.0:9000")
    return host or HOST, int(port)


def _is_here(host: str) -> bool:
    """Whether an address is this machine's own, as it calls itself."""
    return ipaddress.ip_address(host).is_loopback


def _reply_to(sender: tuple[str, int], arguments: Sequence[object]) -> tuple[str, int]:
    """Where a subscriber wants to be told: at the port it names, or where it sends from."""
    port = next((each for each in arguments if each is not None), None)
    if port is None:
        return sender
    found = number(f"{PREFIX}subscribe", port)
    if not (found.is_integer() and 1 <= found <= _LARGEST):
        raise ValueError(f"{PREFIX}subscribe takes no argument, or a port")
    return sender[0], int(found)
