"""Real MIDI with no hardware: a JACK server without a sound card, and a controller on it.

The controller is a process of its own, as a real one would be: it takes nothing of the show's
interpreter. It runs `python -m benchmarks.jack NAME`. A line of JSON tells it what to send; it
says when it has understood, sends at the next line, and answers with when each message went, in
seconds of time.perf_counter.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

Sent: TypeAlias = "list[tuple[float, tuple[int, ...]]]"
"""Messages, each with when it is to be sent: in seconds from the beginning."""

JACK = "mido.backends.rtmidi/UNIX_JACK"

CYCLE = 256
"""Samples in a cycle of JACK, at 48,000 a second: 5.3 ms."""

PATIENCE = 30.0
"""Seconds that the server is given to come up."""


class NoJack(Exception):
    """There is none on this machine; str() says what is missing."""


@contextmanager
def server() -> Iterator[None]:
    """A JACK server of our own; the environment names it to all clients. Raises NoJack."""
    program = shutil.which("jackd")
    if program is None:
        raise NoJack("jackd is not installed (Debian: apt install jackd2)")
    name = f"visualizer-benchmark-{os.getpid()}"
    # Synchronous (-S): it waits for its clients, but not for ever (-t, in ms). Otherwise it drops
    # the messages of one that a busy machine keeps waiting, which says nothing about us.
    command = [program, "-n", name, "-r", "-S", "-t", "4500", "-d", "dummy", "-r", "48000"]
    command += ["-p", str(CYCLE)]
    if shutil.which("setpriv"):  # it must not outlive a run that is killed
        command = ["setpriv", "--pdeathsig", "TERM", *command]
    ours = {
        "JACK_DEFAULT_SERVER": name,
        "JACK_NO_AUDIO_RESERVATION": "1",
        "JACK_NO_START_SERVER": "1",
        "MIDO_BACKEND": JACK,
    }
    quiet = subprocess.DEVNULL
    with environment(ours):
        process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
        try:
            _wait_for(process)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables that hold within."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _wait_for(process: subprocess.Popen[bytes]) -> None:
    from visualizer.controls.midi.system_ports import system_ports

    end = time.monotonic() + PATIENCE
    time.sleep(1.0)  # its library complains on the terminal where it is not there yet
    while time.monotonic() < end:
        if process.poll() is not None:
            raise NoJack(f"jackd ended with status {process.returncode}")
        ports = system_ports(JACK)
        try:
            ports.names()
            return
        except (ImportError, ValueError) as error:
            raise NoJack(str(error)) from None
        except OSError:
            time.sleep(0.5)
        finally:
            ports.close()
    raise NoJack("jackd took no client")


class Controller:
    """A controller that is plugged in. name: what it is called on JACK."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, "-m", "benchmarks.jack", name]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def load(self, messages: Sent) -> None:
        """Hand over what is to be sent, each at its time from begin(); waits until it is taken."""
        self._say(json.dumps(messages))
        self._hear()

    def begin(self) -> None:
        """Have it sent from now on; never waits."""
        self._say("")

    def answer(self) -> list[float]:
        """Wait until all is sent; when each was, by time.perf_counter."""
        times: list[float] = json.loads(self._hear())
        return times

    def close(self) -> None:
        """Pull it out."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        if not (line := self._process.stdout.readline()):
            raise RuntimeError("the controller of the benchmark has died")
        return line


def _send(port: Any, messages: Sequence[tuple[float, Sequence[int]]]) -> list[float]:
    """Send messages, each at its time from now; when each was sent."""
    times: list[float] = []
    begin = time.perf_counter()
    for due, message in messages:
        wait = begin + due - time.perf_counter()
        if wait > 0.0:
            time.sleep(wait)
        times.append(time.perf_counter())
        port.send_message(message)
    return times


def main(name: str) -> None:
    """Be a controller until stdin ends."""
    from visualizer.controls.midi.rtmidi_ports import rtmidi_client

    port = rtmidi_client("MidiOut", "UNIX_JACK", "benchmark")
    port.open_virtual_port(name)
    for line in sys.stdin:
        messages = json.loads(line)
        print("taken", flush=True)
        if sys.stdin.readline():
            print(json.dumps(_send(port, messages)), flush=True)
    port.close_port()
    port.delete()


if __name__ == "__main__":
    main(sys.argv[1])
