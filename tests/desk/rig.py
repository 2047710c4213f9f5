"""A show with a desk and no wall: the core in a loop, as the frame loop has it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from websockets.sync.client import ClientConnection, connect

from visualizer.controls.mailbox import Mailbox
from visualizer.desk.desk_state import MERGED
from visualizer.desk.server import Desk
from visualizer.frame import Pixels
from visualizer.show.actions import Action
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.set_list import SetEntry, SetList
from visualizer.show.status import Phase, Status
from visualizer.show.system_actions import Engine, Live, OnDisplay, Say, SetLists, Tick
from visualizer.show.view import View

from ..conftest import PATIENCE

PRESETS = (
    Preset("one", tuple(Cued(alone(t), NO_VALUES) for t in ("a blue tunnel", "red smoke"))),
    Preset("two", (Cued(alone("green glass"), NO_VALUES),), values={"blend": 0.5}),
)

SETS = (
    SetList("Night", (SetEntry("one", 4.0, "bars"), SetEntry("two", 5.0), SetEntry("one", 3.0))),
    SetList("Day", (SetEntry("two", 1.0),)),
)

MODELS = ("builtin", "a/large-one")

STATUS = Status(Phase.RUNNING, model="builtin", device="cpu")


def until(done: Callable[[], object], why: str = "it never came to that") -> None:
    """Wait for what must come."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, why
        time.sleep(0.01)


class Playing:
    """A show that runs with a desk, in a thread. lines: what the desk has said. actions: all that
    came from it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.lines: list[str] = []
        self.actions: list[Action] = []
        self.show = start(PRESETS, settings={"hold": 0.0})
        for action in (SetLists(SETS), Engine("builtin", MODELS), OnDisplay("wall"), Live(7)):
            self.show = reduce(self.show, action)
        self.wall: Pixels | None = np.full((90, 160, 3), 200, np.uint8)
        self.status = STATUS
        self._told, self._ends = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Playing:
        self.desk.start()
        self._thread.start()
        until(lambda: self.desk.port or any("listening" not in line for line in self.lines))
        assert self._told.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        assert self.desk.stop(PATIENCE)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.desk.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def connect(self, token: str = "", **more: Any) -> Browser:
        """A desk that is connected."""
        protocols: list[Any] = ["visualizer", *([f"token.{token}"] if token else [])]
        opens = connect(
            f"ws://{self.host}/api/socket",
            subprotocols=protocols,
            open_timeout=PATIENCE,
            close_timeout=1.0,  # one that was told more than it read can't say goodbye
            **more,
        )
        return Browser(opens.__enter__())  # websockets deprecates any other way in

    def do(self, action: Action) -> None:
        """Let an action happen, with the next display frame."""
        self.desk._mailbox.put(action)

    def _run(self) -> None:
        while not self._ends.wait(1 / 60):
            self.show = reduce(self.show, Tick(1 / 60))
            for action in self.desk.drain():
                self.actions.append(action)
                if isinstance(action, Say):
                    self.lines.append(action.text)
                self.show = reduce(self.show, action)
            self.desk.tell(
                View(
                    self.show,
                    self.status,
                    7.3,
                    59.9,
                    2,
                    "none",
                    inputs=("OSC 9000",),
                    display_p99=0.0171,
                    displays=("wall", "laptop"),
                    controls=(("nano", "cc 16", "strength"),),
                )
            )
            self._told.set()
            now = time.monotonic()
            if self.wall is not None and self.desk.preview.wants(now):
                self.desk.preview.take(self.wall, now)


class Browser:
    """The other end of the socket: it keeps the state as a page does."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.state: dict[str, Any] = {}
        self.hello: dict[str, Any] = {}
        self.errors: list[str] = []
        self.lines: list[str] = []
        self.pictures: list[bytes] = []

    def send(self, type_: str, **fields: Any) -> None:
        self.socket.send(json.dumps({"type": type_, **fields}))

    def until(self, done: Callable[[], object]) -> None:
        """Hear until done."""
        end = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < end, f"never told: {self.errors}"
            self.hear(self.socket.recv(PATIENCE))

    def hear(self, given: str | bytes) -> None:
        if isinstance(given, bytes):
            self.pictures.append(given)
            return
        message = json.loads(given)
        match message.pop("type"):
            case "hello":
                self.hello = message
            case "state":
                self.state = message["state"]
            case "change":
                for name, value in message["changes"].items():
                    merges = name in MERGED
                    self.state[name] = {**self.state[name], **value} if merges else value
            case "error":
                self.errors.append(message["text"])
            case "line":
                self.lines.append(message["text"])
            case other:
                raise AssertionError(other)

    def close(self) -> None:
        self.socket.close()


class Line:
    """A network between browsers and a desk on a port, that can be lost."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._lost: list[threading.Event] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listening, *self._ends):
            each.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def lose(self) -> None:
        """Nothing more comes through, and no end is told. Who connects anew gets through."""
        for lost in self._lost:
            lost.set()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._listening.accept()
                far, lost = socket.create_connection(("127.0.0.1", self._to)), threading.Event()
                self._ends += near, far
                self._lost.append(lost)
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_pass, args=(one, other, lost), daemon=True).start()


def _pass(one: socket.socket, other: socket.socket, lost: threading.Event) -> None:
    with suppress(OSError):
        while content := one.recv(65536):
            if not lost.is_set():
                other.sendall(content)
        if not lost.is_set():
            other.shutdown(socket.SHUT_WR)


def desk(host: str = "127.0.0.1", **more: Any) -> Desk:
    """One that listens on a free port."""
    return Desk(Mailbox(128), host, 0, **more)
