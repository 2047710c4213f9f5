"""What holds for all tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# No wall-clock limits: a busy machine must not fail a test.
settings.register_profile("visualizer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("visualizer")


@pytest.fixture(scope="session")
def x_server() -> Iterator[str]:
    """The name of a real X display, 1280×720."""
    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb on this machine: real windows are not tested")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x720x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp", "-noreset"], pass_fds=(writing,), stderr=subprocess.DEVNULL
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()
