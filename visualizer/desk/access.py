"""Who may do what at the desk: where a request comes from, and the token that it brings. Pure.

- On this machine alone (the desk listens on a loopback address) no token is needed: whoever runs
  programs here can play. Pages of other sites, which a browser here may have open, can't: Host must
  name this machine (against DNS rebinding) and Origin, where there is one, must be the desk itself.
- Elsewhere every request to /api needs a token: one to play, another that may only look.
- quit is never done from outside this machine, with whatever token.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from visualizer.show.actions import Action
from visualizer.show.play_actions import Run
from visualizer.show.system_actions import End

Role: TypeAlias = Literal["play", "view"]

TOKEN_BYTES = 24
"""Of random in a token: 32 characters, which nobody guesses."""

PROTOCOL, TOKEN_PROTOCOL = "visualizer", "token."
"""WebSocket subprotocols that a page offers: ours, and its token behind the second. A browser can
send no header of its own there, and an address with a token would be in histories and logs."""

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Refused(Exception):
    """A request that is not followed: an HTTP status, and a line for people."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status


@dataclass(frozen=True, slots=True)
class Caller:
    """role: what the token is for. here: whether it is on this machine."""

    role: Role
    here: bool

    def may(self, action: Action) -> None:
        """Raises Refused where it may not have this done."""
        if self.role == "view":
            raise Refused(403, "this link is for viewing only")
        ends = isinstance(action, End) or (isinstance(action, Run) and action.command == "quit")
        if ends and not self.here:
            raise Refused(403, "only this machine may quit")


@dataclass(frozen=True, slots=True)
class Access:
    """local: whether the desk listens on this machine alone. names: of this machine, besides
    addresses. tokens: by role."""

    local: bool
    names: Collection[str]
    tokens: Mapping[Role, str]

    def check(self, headers: Sequence[tuple[str, str]], peer: str, *, api: bool = True) -> Caller:
        """Who asks. headers: names in lower case. peer: its address. api: whether it asks for more
        than the page itself, which is no secret and comes before its token. Raises Refused."""
        host = _only(headers, "host")
        name = self._host(host)
        origin = _only(headers, "origin", needed=False)
        if origin and not _same(origin, host):
            raise Refused(403, f"pages of {origin[:60]} are not allowed to play")
        site = _only(headers, "sec-fetch-site", needed=False)
        if api and site not in ("", "same-origin", "none"):
            raise Refused(403, "pages of other sites are not allowed to play")
        here = _is_loopback(peer) and (name in LOCAL_NAMES or _is_loopback(name))
        if self.local:
            return Caller("play", here)
        if not api:
            return Caller("view", here)
        return Caller(self._role(token_in(headers)), here)

    def _host(self, host: str) -> str:
        """The machine's name that a request is for. Raises Refused where it is none of ours."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            name = ""
        known = name in LOCAL_NAMES or name in self.names
        # Who rebinds a name has one; an address needs none, and the token guards it.
        if not (known or (_is_loopback(name) if self.local else _is_address(name))):
            raise Refused(421, "the desk is not known by this name; use its address")
        return name

    def _role(self, token: str) -> Role:
        given = token.encode("utf-8", "replace")
        # Each is compared, and in constant time: how long it takes tells nothing.
        found = [
            role for role, own in self.tokens.items() if secrets.compare_digest(given, own.encode())
        ]
        if not found:
            raise Refused(401, "a token is needed; the show's terminal has the link")
        return found[0]


def token_in(headers: Sequence[tuple[str, str]]) -> str:
    """The token that a request brings; "" for none."""
    scheme, _, token = _only(headers, "authorization", needed=False).partition(" ")
    if scheme.casefold() == "bearer":
        return token.strip()
    offered = [
        each.strip()
        for name, value in headers
        if name == "sec-websocket-protocol"
        for each in value.split(",")
    ]
    return next((e[len(TOKEN_PROTOCOL) :] for e in offered if e.startswith(TOKEN_PROTOCOL)), "")


def new_token() -> str:
    """A new one, of letters that may stand in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class Allowance:
    """How many messages may come: a token bucket. rate: messages a second, twice as many at once.
    clock: seconds."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._rate, self._clock = rate, clock
        self._left, self._at = rate * 2, clock()

    def take(self) -> bool:
        """Whether one more may come now."""
        now = self._clock()
        self._left = min(self._left + (now - self._at) * self._rate, self._rate * 2)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


def _only(headers: Sequence[tuple[str, str]], name: str, *, needed: bool = True) -> str:
    found = [value for each, value in headers if each == name]
    if len(found) > 1 or (needed and not found):
        raise Refused(400, f"one {name} header is needed")
    return found[0] if found else ""


def _same(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.casefold() == host.casefold()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
