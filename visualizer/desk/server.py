"""The desk's thread: an HTTP server of its own, which the frame loop never waits for.

It begins again after trouble, as where its port is taken. What is said of it is one line.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from visualizer import terminal
from visualizer.desk import desk_file
from visualizer.desk.access import LOCAL_NAMES, Access
from visualizer.desk.desk_file import DeskFile
from visualizer.desk.preview import Preview
from visualizer.latest import Latest
from visualizer.show.actions import Action
from visualizer.show.system_actions import Say
from visualizer.show.view import View
from visualizer.worker import Worker

if TYPE_CHECKING:
    from visualizer.desk.hub import Hub

SOURCE = "desk"

HOST, PORT = "127.0.0.1", 9001

RETRY_AFTER = 3.0
"""Seconds until the next try where the port could not be had."""

MOST_CONNECTIONS = 64
"""Of all kinds at the same time."""


class Mailbox(Protocol):
    """Actions on their way to the frame loop, bounded and merged (controls/mailbox.py)."""

    def put(self, action: Action) -> None:
        """Store one."""

    def take(self) -> list[Action]:
        """All that has come since the last take."""

    @property
    def dropped(self) -> int:
        """How many actions were lost to the bound so far."""


class Desk(Worker):
    """The thread. host and port: where it listens; port 0 takes a free one. folder: of its file
    (desk_file.py); None keeps nothing. preview: takes the wall's pictures."""

    def __init__(
        self,
        mailbox: Mailbox,
        host: str = HOST,
        port: int = PORT,
        *,
        folder: Path | None = None,
        retry_after: float = RETRY_AFTER,
    ) -> None:
        super().__init__(SOURCE)
        self.preview = Preview()
        self._mailbox = mailbox
        self._host, self._wanted_port = host.strip("[]"), port
        self._folder = folder
        self._retry_after = retry_after
        self._views: Latest[View] = Latest()
        self._end_server = self._ending.set
        self._said = ""
        self._dropped = 0
        self.tokens = DeskFile()
        """Those in force, once it listens."""
        self.address = ""
        """host:port for people; "" while it does not listen."""
        self.port: int | None = None
        self._code: tuple[tuple[bool, ...], ...] = ()
        self._hub: Hub | None = None

    @property
    def code(self) -> tuple[tuple[bool, ...], ...]:
        """The QR code that a tablet on the network scans to play, its dark dots by rows, while no
        desk is connected; else empty."""
        return () if self._hub is None or self.desks else self._code

    @property
    def desks(self) -> int:
        """How many desks are connected."""
        return 0 if (hub := self._hub) is None else hub.desks

    def tell(self, view: View) -> None:
        """The show as it is now; once a display frame. Never waits."""
        self._views.put(view)

    def drain(self) -> list[Action]:
        """All that came since the last call. Never waits."""
        actions, dropped = self._mailbox.take(), self._mailbox.dropped
        if dropped != self._dropped:
            self._dropped = dropped
            actions.append(Say("desk: too many messages; some were dropped", SOURCE))
        return actions

    def _rouse(self) -> None:
        self._end_server()

    def run(self) -> None:
        """The thread's life: a server, and after trouble another."""
        while not self._ending.is_set():
            try:
                with self._listening() as listening:
                    self._said = ""
                    asyncio.run(self._serve(listening))
            except OSError as error:
                self._say(self._why_not(error))
                self._ending.wait(self._retry_after)
            except Exception as error:  # an unexpected fault is reported, and it goes on
                terminal.trace()
                self._say(f"desk: it failed and restarts: {error}")
                self._ending.wait(self._retry_after)
            finally:
                self.port, self.address, self._code, self._hub = None, "", (), None

    def _listening(self) -> socket.socket:
        """A socket that listens. Raises OSError."""
        try:
            found = socket.getaddrinfo(self._host, self._wanted_port, type=socket.SOCK_STREAM)
        except UnicodeError:
            raise OSError(errno.EADDRNOTAVAIL, "no machine has this name") from None
        family, _, _, _, where = found[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            if sys.platform != "win32":  # there it would let two programs have the port
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(where)
            listening.listen(128)
        except OSError:
            listening.close()
            raise
        return listening

    async def _serve(self, listening: socket.socket) -> None:
        # Imported here: it takes a third of a second, which the first picture must not wait for.
        import uvicorn

        from visualizer.desk import routes
        from visualizer.desk.hub import Hub
        from visualizer.desk.openapi import MOST_BYTES
        from visualizer.desk.thumbnails import FOLDER, Thumbnails
        from visualizer.desk.timely_protocol import TimelyProtocol

        where, port = listening.getsockname()[:2]
        local = _is_local(where)
        self._find_tokens(where, port, local=local)
        access = Access(
            local=local,
            names=frozenset() if local else _own_names(self._host),
            tokens={"play": self.tokens.play, "view": self.tokens.view},
        )
        self.preview.watchers = 0  # desks of a server that failed may not have gone in order
        kept = None if self._folder is None else self._folder / FOLDER
        hub = Hub(self._views, self._mailbox, self.preview, access, thumbnails=Thumbnails(kept))
        self._hub = hub
        config = uvicorn.Config(
            routes.app(hub),
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            http=TimelyProtocol,
            ws="websockets-sansio",
            ws_max_size=MOST_BYTES,
            ws_per_message_deflate=False,  # most of what is sent is JPEG
            ws_ping_interval=10.0,
            ws_ping_timeout=10.0,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)

        def end() -> None:
            server.should_exit = True

        self._end_server = end
        if self._ending.is_set():
            return
        self.port = port
        self.address = f"{_bracketed(_seen_as(where))}:{port}"
        listens = asyncio.create_task(hub.run())
        listens.add_done_callback(lambda _: end())  # a fault there must not go unheard
        try:
            await server.serve(sockets=[listening])
        finally:
            hub.over = True
            self.preview.watchers = 0
            # Those that came while it closed, and those that read nothing of what is sent to them.
            for connection in tuple(server.server_state.connections):
                connection.transport.abort()
            await listens

    def _find_tokens(self, where: str, port: int, *, local: bool) -> None:
        """Take the tokens from disk, keep them there with this address, and print the links."""
        own = f"http://{'localhost' if where in ('0.0.0.0', '::') else _bracketed(where)}:{port}/"
        tokens = DeskFile() if self._folder is None else desk_file.read(self._folder)
        self.tokens = tokens.model_copy(update={"url": own, "token": not local})
        if self._folder is not None:
            try:
                desk_file.write(self._folder, self.tokens)
            except OSError as error:
                self._say(
                    f"desk: its tokens can't be saved in {self._folder} and are new in each show: "
                    f"{error.strerror or error}"
                )
        if local:
            return
        link = f"http://{_bracketed(_seen_as(where))}:{port}/"
        play = desk_file.with_token(link, self.tokens.play)
        self._code = dark_dots(play)
        for line in (
            "desk: scan this or open it in a browser, to play:",
            *qr_code(play, getattr(sys.stderr, "encoding", None) or "ascii"),
            f"  {play}",
            "desk: to view only:",
            f"  {desk_file.with_token(link, self.tokens.view)}",
        ):
            terminal.log(line)
        # The link itself stays off the wall: the audience would have it.
        self._say(f"desk: listening on {_bracketed(where)}:{port}; the terminal has the link")

    def _why_not(self, error: OSError) -> str:
        where = f"{_bracketed(self._host)}:{self._wanted_port}"
        if error.errno == errno.EADDRINUSE:
            return f"desk: {where} is in use by another program; waiting for it"
        return f"desk: can't listen on {where}: {error.strerror or error}"

    def _say(self, line: str) -> None:
        """A line for the performer, unless it was the last."""
        if line != self._said:
            self._said = line
            self._mailbox.put(Say(line, SOURCE))


def dark_dots(text: str) -> tuple[tuple[bool, ...], ...]:
    """A QR code by rows, with a light border that cameras need."""
    import segno

    rows = segno.make(text, micro=False).matrix_iter(border=2)
    return tuple(tuple(bool(dot & 1) for dot in row) for row in rows)


def qr_code(text: str, encoding: str) -> Sequence[str]:
    """A QR code as lines of half blocks, for a dark terminal; none where it has no such signs."""
    signs = {(1, 1): "█", (1, 0): "▀", (0, 1): "▄", (0, 0): " "}
    try:
        "".join(signs.values()).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ()
    light = [[1 - dark for dark in row] for row in dark_dots(text)]
    pairs: Iterable[tuple[list[int], list[int]]] = zip(
        light[::2], [*light[1::2], [0] * len(light[0])], strict=False
    )
    return ["".join(signs[dots] for dots in zip(*pair, strict=True)) for pair in pairs]


def _is_local(where: str) -> bool:
    return where in LOCAL_NAMES or where.startswith("127.")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _own_names(host: str) -> frozenset[str]:
    """Names that a browser on the network may know this machine by."""
    own = socket.gethostname().casefold()
    return frozenset({host.casefold(), own, f"{own.partition('.')[0]}.local"} - {""})


def _seen_as(where: str) -> str:
    """The address that others on the network reach this machine at."""
    if where not in ("0.0.0.0", "::"):
        return where
    try:
        # Nothing is sent: this asks which of our addresses faces the network.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
    except OSError:
        return socket.gethostname()
