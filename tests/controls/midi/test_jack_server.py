"""A JACK server that dies and comes back: its controllers are lost, and found by a new client."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from benchmarks.jack import Controller
from tests.conftest import PATIENCE, wait_for_server
from visualizer.controls.midi.ports import FAULTS
from visualizer.controls.midi.rtmidi_ports import RtMidiPorts

NAME = "benchmark:X-KEYS"


@contextmanager
def server(name: str) -> Iterator[None]:
    """A server of our own. Ended by TERM: one that is killed leaves its place in JACK's registry
    of eight taken for ever."""
    command = [shutil.which("jackd") or "jackd", "-n", name, "-r", "-d", "dummy", "-p", "1024"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        wait_for_server(process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@pytest.mark.skipif(shutil.which("jackd") is None, reason="there is no jackd (apt install jackd2)")
def test_a_server_that_dies_takes_its_ports_along_and_gives_them_back_when_it_returns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = f"visualizer-returns-{os.getpid()}"
    for variable, value in (
        ("JACK_DEFAULT_SERVER", name),
        ("JACK_NO_START_SERVER", "1"),
        ("JACK_NO_AUDIO_RESERVATION", "1"),
    ):
        monkeypatch.setenv(variable, value)
    ports = RtMidiPorts("UNIX_JACK")
    with server(name):
        controller = Controller("X-KEYS")
        until(lambda: tuple(ports.names()) == (NAME,))
        ports.open(NAME)
    until(lambda: tuple(ports.names()) == ())
    with pytest.raises(FAULTS):
        ports.names()
    controller.close()
    with server(name):
        controller = Controller("X-KEYS")
        until(lambda: NAME in ports.names())
        again = ports.open(NAME)
        time.sleep(0.2)  # a connection carries nothing until JACK's next cycle
        controller.load([(0.0, (0x90, 60, 100))])
        controller.begin()
        came: list[bytes] = []

        def heard() -> bool:
            came.extend(bytes(got.data) for got in again.take(9))
            return bool(came)

        until(heard)
        assert came == [bytes((0x90, 60, 100))]
        controller.close()
        ports.close()


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if done():
                return
        except FAULTS:
            pass
        time.sleep(0.05)
    raise AssertionError("it never came to that")
