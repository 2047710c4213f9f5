"""A JACK server that dies and comes back: its controllers are lost, then found by a new client."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.conftest import PATIENCE
from tests.controls.midi.jack_returns import NO_SERVER
from visualizer.controls.midi.jack_server import JackServer


@pytest.mark.skipif(shutil.which("jackd") is None, reason="there is no jackd (apt install jackd2)")
def test_controllers_play_again_each_time_their_server_comes_back() -> None:
    command = [sys.executable, "-m", "tests.controls.midi.jack_returns", "3"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=20 * PATIENCE, check=False
    )
    if done.returncode == NO_SERVER and "played" not in done.stdout:
        pytest.skip(f"no JACK server runs here: {done.stdout.strip()}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "played 3\nended" in done.stdout


def test_without_a_server_none_is_found_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "visualizer-nowhere")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    server = JackServer()
    assert not server.dead
    server.close()
