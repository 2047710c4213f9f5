"""What ends the show from outside: the terminal's Ctrl+C, TERM, and a terminal that is closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_show_as_quitting_does(number: int, tmp_path: Path) -> None:
    options = ["--model", "testcard", "--no-midi", "--no-osc", "--windowed", "--offline", "-v"]
    show = subprocess.Popen(
        [sys.executable, "-m", "visualizer", *options],
        env={**os.environ, "SDL_VIDEODRIVER": "dummy", "XDG_STATE_HOME": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert show.stderr is not None
    try:
        next(line for line in show.stderr if "first frame" in line)
        show.send_signal(number)
        said = show.stderr.read()
        assert show.wait() == 0
    finally:
        show.kill()
        show.wait()
        show.stderr.close()
    assert "end (window)" in said
    assert "Traceback" not in said
    assert (tmp_path / "visualizer" / "state.yaml").is_file()  # the session is kept
