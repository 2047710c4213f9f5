"""A program whose JACK server dies and comes back, again and again: its controller must play each
time. Run by test_jack_server.py as a program of its own, as a crash inside libjack ends it.

usage: python -m tests.controls.midi.jack_returns TIMES
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.jack import Controller
from tests.conftest import JACK, PATIENCE
from visualizer.controls.midi.midi_input import Midi
from visualizer.controls.midi.system_ports import system_ports
from visualizer.show.actions import Action
from visualizer.show.play_actions import Knob, Run
from visualizer.show.system_actions import Say

NO_SERVER = 77
"""Exit status where no server runs here: eight others, or what was left of killed ones, may fill
JACK's registry."""

SERVER = f"visualizer-returns-{os.getpid()}"

ENVIRONMENT = {
    "JACK_DEFAULT_SERVER": SERVER,
    "JACK_NO_START_SERVER": "1",
    "JACK_NO_AUDIO_RESERVATION": "1",
}


def server() -> subprocess.Popen[bytes]:
    """A JACK server without a sound card, that ends with this program."""
    # Asynchronous: a synchronous one (-S) may hang in a client that a kill left in mid-cycle.
    command = ["jackd", "-n", SERVER, "-r", "-t", "4500", "-d", "dummy", "-p", "1024"]
    if shutil.which("setpriv"):
        command = ["setpriv", "--pdeathsig", "TERM", *command]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)


def plugged(running: subprocess.Popen[bytes]) -> Controller:
    """A controller on the server, as soon as it takes one. Raises RuntimeError; ends the program
    where the server has ended by itself."""
    end = time.monotonic() + PATIENCE
    while True:
        controller = Controller("X-KEYS")
        try:
            controller.load([])
            controller.begin()
            controller.answer()
            return controller
        except (RuntimeError, OSError):
            if running.poll() is not None:
                print(f"jackd ended with status {running.returncode}", flush=True)
                sys.exit(NO_SERVER)
            if time.monotonic() > end:
                raise
            threading.Event().wait(0.1)


def until(midi: Midi, actions: list[Action], done: Callable[[list[Action]], bool]) -> None:
    """Gather actions until they are enough. Raises TimeoutError."""
    end = time.monotonic() + 2 * PATIENCE
    while not done(actions):
        if time.monotonic() > end:
            raise TimeoutError(f"it never came; there was {actions}")
        threading.Event().wait(0.01)
        actions += midi.drain()


def says(ending: str) -> Callable[[list[Action]], bool]:
    return lambda actions: any(isinstance(a, Say) and a.text.endswith(ending) for a in actions)


def plays(actions: list[Action]) -> bool:
    return any(isinstance(action, Run | Knob) for action in actions)


def main() -> None:
    times = int(sys.argv[1])
    os.environ.update(ENVIRONMENT)
    midi = Midi(system_ports(JACK), folder=Path("/nowhere"), list_every=0.02, retry_after=0.1)
    midi.start()
    for number in range(times):
        running = server()
        controller = plugged(running)
        actions: list[Action] = []
        until(midi, actions, says("X-KEYS connected"))
        actions.clear()
        while not plays(actions):  # a connection carries nothing until JACK's next cycle
            controller.load([(0.0, (0xB0, 20, 9 + number % 90)), (0.0, (0x90, 36, 100))])
            controller.begin()
            controller.answer()
            threading.Event().wait(0.05)
            actions += midi.drain()
        # As it dies, messages come: JACK's thread is in the midst of the input.
        controller.load([(0.0, (0xB0, 20, value % 128)) for value in range(400)])
        controller.begin()
        running.send_signal(signal.SIGKILL if number % 2 else signal.SIGTERM)
        until(midi, actions, says("X-KEYS disconnected"))
        running.wait(PATIENCE)
        controller.close()
        print(f"played {number + 1}", flush=True)
    assert midi.stop(PATIENCE)
    for left in Path("/dev/shm").glob(f"jack_*{SERVER}*"):  # what dead servers' clients leave
        left.unlink(missing_ok=True)
    print("ended", flush=True)


if __name__ == "__main__":
    main()
