"""What desks cost: the show with four of them connected, their previews on, beside the show alone.

python -m benchmarks.desk [--desks 4] [--seconds 20] [--rounds 3] [--beside "what else runs"]

One show in a window of its own display, built-in model; desks come and go in turns, so that what
else the machine does meets all alike. The figures are the show's own (GET /metrics). The desks
are sockets of another process, which read all that they are sent, 20 times a second: a hundredth of
a core, as a real desk is another machine.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from statistics import median

from rich.console import Console
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri

from benchmarks.results import Result, Row, machine, save, slug, table

ALONE = "alone"

ENGINE, P99, LATE = "engine frames a second", "wall's p99 in ms", "late in %"
MEGABYTES = "MB sent"

Figures = dict[str, float]
"""One stretch: values by the names above."""

HERE = Path(__file__).parent

SETTLE = 11.0
"""Seconds after desks have come or gone until figures count: those of the wall are of the last
ten."""

CLIENTS_EVERY = 0.05
"""Seconds between two looks at what the desks have been sent."""

MOST_READ = 1 << 20
"""Bytes taken at once, at most."""

PATIENCE = 600.0
"""Seconds that the first picture is given to come."""


def main(argv: list[str] | None = None) -> int:
    """Measure, print a line a round and a table, and keep JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--desks", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each stretch (default 20)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=9031)
    parser.add_argument("--beside", default="", help="what else the machine does, for the record")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder of results")
    given = parser.parse_args(argv)
    stretches: dict[str, Callable[[], AbstractContextManager[Figures]]] = {
        ALONE: lambda: nullcontext({}),
        f"{given.desks} desks": lambda: _desks(given.port, given.desks),
    }
    found: dict[str, list[Figures]] = {name: [] for name in stretches}
    with tempfile.TemporaryDirectory() as folder, _show(given.port, Path(folder)):
        for _ in range(given.rounds):
            for name, stretch in stretches.items():
                with stretch() as counted:
                    time.sleep(SETTLE)
                    before = dict(counted)
                    figures = _figures(given.port, given.seconds)
                    counts = {key: counted[key] - before[key] for key in before}
                found[name].append({**figures, **counts})
                words = ", ".join(f"{key} {value:.2f}" for key, value in found[name][-1].items())
                print(f"{name}: {words}", flush=True)
    measured, processor = result(found), machine("cpu")
    about = {"model": "builtin", "machine": processor, "seconds": given.seconds}
    save(measured, given.out / slug(processor) / "desk.json", **about, beside=given.beside)
    Console().print(table("builtin", processor, [measured]))
    return 0


def result(found: Mapping[str, Sequence[Figures]]) -> Result:
    """found: the stretches of each kind, round by round."""
    rows = tuple(
        Row(name, "; ".join(f"{kind} {_middle(figures, name)}" for kind, figures in found.items()))
        for name in (ENGINE, P99, LATE)
    )
    return Result("desk", rows, {"rounds": {kind: list(each) for kind, each in found.items()}})


def _middle(figures: Sequence[Figures], name: str) -> str:
    values = [each[name] for each in figures]
    return f"{median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


@contextmanager
def _show(port: int, folder: Path) -> Iterator[None]:
    """A running show whose first picture is on the wall."""
    environment = {**os.environ, "XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    arguments = ["--model", "builtin", "--desk", str(port), "--no-midi", "--no-osc", "--offline"]
    command = [sys.executable, "-m", "visualizer", *arguments, "--windowed", "--no-log"]
    show = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while not _metrics(port).get("engine_frames_per_second"):
            if show.poll() is not None or time.monotonic() > end:
                raise SystemExit("benchmarks.desk: the show did not come up")
            time.sleep(1.0)
        time.sleep(SETTLE)
        yield
    finally:
        show.terminate()
        show.wait(30)


@contextmanager
def _desks(port: int, count: int) -> Iterator[Figures]:
    """So many desks that watch the wall's preview; how much they have been sent."""
    counted = {MEGABYTES: 0.0}
    ends = threading.Event()
    clients = [_Client(port) for _ in range(count)]

    faults: list[OSError] = []

    def watch() -> None:
        try:
            while not ends.wait(CLIENTS_EVERY):
                for client in clients:
                    counted[MEGABYTES] += client.read() / 1e6
        except OSError as fault:
            faults.append(fault)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield counted
    finally:
        ends.set()
        thread.join()
        for client in clients:
            client.close()
    if faults:  # figures of fewer desks are none
        raise SystemExit(f"benchmarks.desk: {faults[0]}")


class _Client:
    """A desk that watches the preview, and takes next to none of this machine's time: real ones
    are other machines."""

    def __init__(self, port: int) -> None:
        self._protocol = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}/api/socket"))
        self._line = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._protocol.send_request(self._protocol.connect())
        self._send()
        while self._protocol.state is State.CONNECTING:
            self._protocol.receive_data(self._line.recv(MOST_READ) or self._lost())
        if self._protocol.handshake_exc is not None:
            raise SystemExit(f"benchmarks.desk: {self._protocol.handshake_exc}")
        self._protocol.send_text(b'{"type": "preview", "on": true}')
        self._send()
        self._line.setblocking(False)

    def read(self) -> int:
        """Take all that has come; its bytes."""
        size = 0
        with suppress(BlockingIOError):
            while True:
                data = self._line.recv(MOST_READ) or self._lost()
                size += len(data)
                self._protocol.receive_data(data)
        self._protocol.events_received()
        self._send()  # answers to pings
        return size

    def _lost(self) -> bytes:
        raise ConnectionError("the show has closed a desk's line")

    def close(self) -> None:
        """Be gone."""
        self._line.close()

    def _send(self) -> None:
        for data in self._protocol.data_to_send():
            self._line.sendall(data)


def _figures(port: int, seconds: float) -> Figures:
    """Frames a second of the engine and the wall's slowest, over some seconds."""
    begins = _metrics(port)
    engine, slowest = [], []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(2.0)
        now = _metrics(port)
        engine.append(now["engine_frames_per_second"])
        slowest.append(now["display_frame_p99_seconds"] * 1e3)
    late = now["display_late_frames_total"] - begins["display_late_frames_total"]
    passed = now["show_seconds"] - begins["show_seconds"]
    return {
        ENGINE: sum(engine) / len(engine),
        P99: median(slowest),
        LATE: 100.0 * late / (60.0 * passed),
    }


def _metrics(port: int) -> dict[str, float]:
    """The show's figures by name; none while it is not there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10.0) as answer:
            text = answer.read().decode()
    except OSError:
        return {}
    lines = [line for line in text.splitlines() if line[0] != "#" and "{" not in line]
    pairs = (line.removeprefix("visualizer_").split(" ") for line in lines)
    return {name: float(value) for name, value in pairs}


if __name__ == "__main__":
    sys.exit(main())
