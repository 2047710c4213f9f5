"""What desks cost: the show with four of them connected, their previews on, beside the show alone.

python -m benchmarks.desk [--desks 4] [--seconds 20] [--rounds 3]

One show in a window of its own display, built-in model; desks come and go in turns, so that what
else the machine does meets both alike. The figures are the show's own (GET /metrics). The desks
are sockets of another process on this machine, which read all that they are sent.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from websockets.sync.client import connect

SETTLE = 11.0
"""Seconds after desks have come or gone until figures count: those of the wall are of the last
ten."""

PATIENCE = 600.0
"""Seconds that the first picture is given to come."""


def main(argv: list[str] | None = None) -> int:
    """Measure, and print a line a round and the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--desks", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=9031)
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, _show(given.port, Path(folder)):
        found: dict[int, list[dict[str, float]]] = {0: [], given.desks: []}
        for _ in range(given.rounds):
            for count, rounds in found.items():
                with _desks(given.port, count) as received:
                    time.sleep(SETTLE)
                    rounds.append(_figures(given.port, given.seconds))
                rounds[-1]["MB"] = sum(received) / 1e6
                print(f"{count} desks: {_words(rounds[-1])}", flush=True)
    for count, rounds in found.items():
        middle = {name: median(each[name] for each in rounds) for name in rounds[0]}
        print(f"median, {count} desks: {_words(middle)}")
    return 0


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
def _desks(port: int, count: int) -> Iterator[list[int]]:
    """So many desks that watch the preview; how many bytes each was sent."""
    received = [0] * count
    ends = threading.Event()

    def watch(place: int) -> None:
        with connect(f"ws://127.0.0.1:{port}/api/socket", max_size=None) as socket:
            socket.send(json.dumps({"type": "preview", "on": True}))
            while not ends.is_set():
                received[place] += len(socket.recv(30.0))

    threads = [threading.Thread(target=watch, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield received
    finally:
        ends.set()
        for thread in threads:
            thread.join()


def _figures(port: int, seconds: float) -> dict[str, float]:
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
        "engine fps": sum(engine) / len(engine),
        "wall p99 ms": median(slowest),
        "late %": 100.0 * late / (60.0 * passed),
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


def _words(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in figures.items())


if __name__ == "__main__":
    sys.exit(main())
