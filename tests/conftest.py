"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import mido
import pytest
from hypothesis import HealthCheck, settings

from visualizer.controls.midi.rtmidi_ports import rtmidi_client
from visualizer.controls.midi.system_ports import system_ports

# Tests start some seventy programs, and each run two workers or more. What one of them has compiled
# is there for the others, whatever the environment says.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# OpenMP's threads, here and in the programs that tests start, sleep while they wait for work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

JACK = "mido.backends.rtmidi/UNIX_JACK"

PATIENCE = 30.0
"""Seconds to wait for what must come: far above what it takes, for slow shared machines."""

# No wall-clock limits: a busy machine must not fail a test. Few examples, so that all tests run
# often; `--hypothesis-profile thorough` looks longer.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("visualizer", CALM, max_examples=25)
settings.register_profile("thorough", CALM, max_examples=200)
settings.load_profile("visualizer")


def pytest_configure() -> None:
    """What is imported until the tests begin is no garbage, and long to look through."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, among what is new."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the maps and shows of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_PICTURES_DIR",
            "XDG_VIDEOS_DIR",
        ):  # fmt: skip
            patch.setenv(name, str(home / name.lower()))
        yield


@contextmanager
def x_display(size: str) -> Iterator[str]:
    """The name of a real X display, of so many pixels (WIDTHxHEIGHT)."""
    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb on this machine: real windows are not tested")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp", "-noreset"], pass_fds=(writing,), stderr=subprocess.DEVNULL
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(PATIENCE)


@pytest.fixture(scope="session")
def x_server() -> Iterator[str]:
    """The name of a real X display, 1280×720."""
    with x_display("1280x720") as name:
        yield name


@pytest.fixture(scope="session")
def jackd() -> Iterator[None]:
    """A JACK server of this process's own, under a name of its own.

    It stays until the process ends: JACK's library can't follow a server that goes away while
    clients are left, and takes no new one then.
    """
    program = shutil.which("jackd")
    if program is None:
        pytest.skip("jackd is not installed (Debian: apt install jackd2)")
    server = f"visualizer-test-{os.getpid()}"
    # Synchronous (-S) and with long cycles (21 ms): on a busy machine JACK drops the messages of
    # a client that misses its cycle, and these tests are about us.
    # For the same reason it waits long (-t, in ms) before it throws a client out.
    command = [program, "-n", server, "-r", "-S", "-t", "4500"]
    command += ["-d", "dummy", "-r", "48000", "-p", "1024"]
    if shutil.which("setpriv"):  # it must not outlive a test run that is killed
        command = ["setpriv", "--pdeathsig", "TERM", *command]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JACK_NO_AUDIO_RESERVATION", "1")
        patch.setenv("JACK_NO_START_SERVER", "1")
        patch.setenv("JACK_DEFAULT_SERVER", server)
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


def wait_for_server(process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        ports = system_ports(JACK)
        try:
            ports.names()
            return
        except OSError:
            pass
        finally:
            ports.close()
        try:
            status = process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        pytest.skip(f"jackd does not run here; it ended with status {status}")
    pytest.fail("jackd took no client")


class JackController:
    """A controller: a real MIDI output on JACK."""

    def __init__(self, name: str) -> None:
        self._client = rtmidi_client("MidiOut", "UNIX_JACK", "RtMidiOut Client")
        self._client.open_virtual_port(name)

    def send(self, message: mido.Message) -> None:
        self._client.send_message(message.bytes())

    def close(self) -> None:
        self._client.close_port()
        self._client.delete()


@pytest.fixture
def jack_controller(jackd: None) -> Callable[[str], JackController]:
    """Plugs in a controller of a name."""

    def plug(name: str) -> JackController:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return JackController(name)
            except OSError:
                # jackd refuses a client while it still says goodbye to the one of that name.
                if time.monotonic() > end:
                    raise
                threading.Event().wait(0.05)

    return plug
