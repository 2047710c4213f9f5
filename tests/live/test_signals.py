"""What ends the show from outside: the terminal's Ctrl+C, TERM, and a terminal that is closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PATIENCE = 60.0
"""Seconds after which a show that should have ended is given up: the machine may be busy."""

OPTIONS = (
    "--model", "colour-fields", "--size", "64", "--no-midi", "--no-osc", "--no-desk", "--windowed",
    "--offline", "-v",
)  # fmt: skip

ENDS = (signal.SIGHUP, signal.SIGINT) if sys.platform != "win32" else ()
"""Signals that end a show, and that whoever starts it may have it ignore."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@contextmanager
def running(
    state: Path, *options: str, before: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[str]]:
    """A show whose frame loop runs. options: more of them. before: a command that starts it."""
    env = {"SDL_VIDEODRIVER": "dummy", "XDG_STATE_HOME": str(state)}
    show = subprocess.Popen(
        [*before, sys.executable, "-m", "visualizer", *OPTIONS, *options],
        env={**os.environ, **env},
        stderr=subprocess.PIPE,
        text=True,
        # These tests may themselves run under nohup or in the background, and what is ignored is
        # inherited.
        preexec_fn=lambda: [signal.signal(each, signal.SIG_DFL) for each in ENDS],
    )
    assert show.stderr is not None
    try:
        wait_for_the_loop(state)
        yield show
    finally:
        show.kill()
        show.wait()
        show.stderr.close()


def wait_for_the_loop(state: Path) -> None:
    """Until the show has been kept, which the frame loop asks for."""
    deadline = time.monotonic() + PATIENCE
    while not (kept := state / "visualizer" / "state.yaml").exists():
        assert time.monotonic() < deadline, f"there is no {kept}"
        time.sleep(0.05)


def ends_as_by_quitting(show: subprocess.Popen[str], state: Path) -> None:
    """The show ends of itself, without a fault, and its session is kept."""
    _, said = show.communicate(timeout=PATIENCE)
    assert show.returncode == 0
    assert "end (signal)" in said
    assert "Traceback" not in said
    assert (state / "visualizer" / "state.yaml").is_file()


def test_a_closed_terminal_ends_the_show_as_quitting_does(tmp_path: Path) -> None:
    # With torch, whose threads it has to end beside.
    with running(tmp_path, "--model", "builtin", "--backend", "torch") as show:
        assert show.stderr is not None
        next(line for line in show.stderr if "first frame" in line)
        (tmp_path / "visualizer" / "state.yaml").unlink()
        show.send_signal(signal.SIGHUP)
        ends_as_by_quitting(show, tmp_path)


def test_a_closed_terminal_that_is_ignored_as_under_nohup_does_not_end_it_and_term_does(
    tmp_path: Path,
) -> None:
    ignoring = ("sh", "-c", "trap '' HUP; exec \"$@\"", "sh")
    with running(tmp_path, before=ignoring) as show:
        status = Path(f"/proc/{show.pid}/status")
        if status.exists():  # Linux tells what a process ignores: HUP is the lowest bit
            (ignored,) = (
                line for line in status.read_text().splitlines() if line.startswith("SigIgn")
            )
            assert int(ignored.split()[1], 16) & 1
        show.send_signal(signal.SIGHUP)
        show.send_signal(signal.SIGTERM)
        ends_as_by_quitting(show, tmp_path)


def test_a_show_that_was_stopped_goes_on_and_ctrl_c_ends_it(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as show:
        show.send_signal(signal.SIGSTOP)  # as a laptop that sleeps
        time.sleep(2.0)
        show.send_signal(signal.SIGCONT)
        show.send_signal(signal.SIGINT)
        _, said = show.communicate(timeout=PATIENCE)
        assert show.returncode == 130
        assert "Traceback" not in said
        assert "internal fault" not in said


@pytest.mark.parametrize("sink", ["full disk", "blocked pipe"])
def test_a_show_plays_and_ends_though_its_terminal_takes_nothing(tmp_path: Path, sink: str) -> None:
    if sink == "full disk" and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    reading, writing = os.pipe()
    if sink == "full disk":
        os.close(writing)
        writing = os.open("/dev/full", os.O_WRONLY)
    else:
        os.set_blocking(writing, False)
        with suppress(BlockingIOError):
            while True:
                os.write(writing, bytes(4096))
        os.set_blocking(writing, True)
    env = {**os.environ, "SDL_VIDEODRIVER": "dummy", "XDG_STATE_HOME": str(tmp_path)}
    argv = [sys.executable, "-m", "visualizer", *OPTIONS]
    show = subprocess.Popen(argv, env=env, stdout=writing, stderr=writing)
    try:
        wait_for_the_loop(tmp_path)
        show.send_signal(signal.SIGTERM)
        assert show.wait(PATIENCE) == 0
    finally:
        show.kill()
        show.wait()
        os.close(reading)
        os.close(writing)
