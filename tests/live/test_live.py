"""The whole program as a performer meets it: a real window, real key presses, real MIDI ports.

The show runs as a process of its own on a virtual screen; xdotool presses the keys. Its log (-v)
says what each action did, and screenshots show what is on the wall.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import mido
import numpy as np
import psutil
import pytest
from PIL import Image, ImageGrab

import visualizer

from ..conftest import x_display

JACK = "mido.backends.rtmidi/UNIX_JACK"

WIDTH, HEIGHT = 640, 360
"""Pixels of the screen."""

PATIENCE = 120.0
"""Seconds to wait for what must come: far above what it takes, for slow shared machines."""


class Performer:
    """A running show, the screen it is on, and hands to play it with."""

    def __init__(self, process: subprocess.Popen[str], display: str) -> None:
        self.process = process
        self.display = display
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as log:
            for line in log:
                with self._news:
                    self.lines.append(line.rstrip())
                    self._news.notify_all()

    def end(self) -> None:
        """End the show if it still runs, and hear it out."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._reader.join(10)

    def hears(self, text: str) -> str:
        """Wait for a line of the log with text in it, and give it."""
        with self._news:
            found = self._news.wait_for(
                lambda: [line for line in self.lines if text in line], PATIENCE
            )
            assert found, f"never said {text!r}; it said:\n" + "\n".join(self.lines)
            return found[0]

    def press(self, *keys: str) -> None:
        """Press keys, as X names them."""
        environment = {**os.environ, "DISPLAY": self.display}
        subprocess.run(["xdotool", "key", "--delay", "40", *keys], check=True, env=environment)

    def type(self, text: str) -> None:
        """Type text."""
        environment = {**os.environ, "DISPLAY": self.display}
        subprocess.run(["xdotool", "type", "--delay", "12", text], check=True, env=environment)

    def wall(self) -> np.ndarray:
        """What is on the screen, float (height, width, 3), 0 to 255."""
        return np.asarray(ImageGrab.grab(xdisplay=self.display).convert("RGB"), dtype=float)

    def sees(self, what: Callable[[np.ndarray], bool], why: str) -> np.ndarray:
        """Look at the wall until what holds."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            threading.Event().wait(0.3)  # in which a picture that is not still moves
            wall = self.wall()
            if what(wall):
                return wall
        raise AssertionError(f"never seen: {why}")


def needs(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")


@pytest.fixture(scope="module")
def small_display() -> Iterator[str]:
    """The name of a real X display on which a show takes a quarter of the time that it takes at
    720p."""
    with x_display(f"{WIDTH}x{HEIGHT}") as name:
        yield name


@pytest.fixture
def start_show(tmp_path: Path, small_display: str) -> Iterator[Callable[..., Performer]]:
    """Starts the show on a virtual screen; ends it after the test."""
    needs("xdotool")
    started: list[Performer] = []

    def start(*options: str, **more: str) -> Performer:
        environment = {
            **os.environ, "DISPLAY": small_display, "XDG_CONFIG_HOME": str(tmp_path),
            "XDG_CACHE_HOME": str(tmp_path),
            "SDL_VIDEODRIVER": "x11", **more,
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "visualizer", "-v", "--offline", *options],
            env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        started.append(Performer(process, small_display))
        return started[-1]

    yield start
    for show in started:
        show.end()


def moving(show: Performer) -> Callable[[np.ndarray], bool]:
    """Whether the wall has changed a good deal since this was called."""
    return differs(show.wall())


def standing(show: Performer) -> Callable[[np.ndarray], bool]:
    """Whether the wall is what it was when last looked at."""
    last = show.wall()

    def same(wall: np.ndarray) -> bool:
        nonlocal last
        before, last = last, wall
        return float(np.abs(wall - before).mean()) < 0.01

    return same


def differs(before: np.ndarray, by: float = 2.0) -> Callable[[np.ndarray], bool]:
    """Whether the wall has changed a good deal since before."""
    return lambda wall: float(np.abs(wall - before).mean()) > by


def test_where_no_model_is_chosen_the_built_in_one_plays_and_follows_the_keys(
    start_show: Callable[..., Performer], tmp_path: Path
) -> None:
    show = start_show(
        "--device", "cpu", "--backend", "torch", "--no-midi", "--size", "64", "--preset", "1"
    )
    show.sees(lambda wall: float(wall.std()) > 5, "the start screen")
    show.press("Tab")  # an answer is awaited: Tab is no HUD key yet
    show.hears("builtin on cpu")
    show.hears("first frame")
    assert "hud" not in " ".join(show.lines)
    show.press("Tab")  # the HUD, which is on at first, off
    show.hears("hud")
    show.sees(moving(show), "the picture moves")
    show.press("g")
    show.hears("generation")
    show.sees(standing(show), "the picture stands still")

    # While it does, the model takes no time of the processor's.
    show.press("q")
    show.hears("strength 0.60 → 0.65 (keyboard)")
    show.press("space")
    show.hears("next_prompt")
    show.press("3")
    show.hears("preset Deep sea")

    show.press("b")
    show.hears("blackout")
    show.sees(lambda wall: float(wall.mean()) < 3, "blackout")
    show.press("b")
    show.sees(lambda wall: float(wall.mean()) > 10, "the picture again")

    show.press("Return")
    show.type("emerald tunnel")
    show.press("Return")
    show.hears("prompt 'emerald tunnel'")
    show.press("g")
    show.sees(moving(show), "the picture moves again")

    # Another model is loaded while the show goes on.
    other = tmp_path / "other"
    shutil.copytree(Path(visualizer.__file__).parent / "models" / "builtin", other)
    show.press("ctrl+m")
    show.type(str(other))
    show.press("Return")
    show.hears(f"{other} on cpu")
    show.sees(moving(show), "the picture moves")
    show.press("ctrl+m")
    show.type("nobody/nothing")
    show.press("Return")
    show.hears("nobody/nothing: incomplete in the local cache, and offline")
    show.sees(moving(show), "the picture moves all the same")

    show.press("Escape")
    show.hears("quit")
    show.press("Escape")
    assert show.process.wait(PATIENCE) == 0
    assert not [line for line in show.lines if "Traceback" in line or "Warning" in line]


def test_a_model_typed_into_the_window_plays_and_a_knob_on_a_real_midi_port_plays_it(
    start_show: Callable[..., Performer], jack_controller: Callable[[str], Any]
) -> None:
    controller = jack_controller("knobs")
    show = start_show("--size", "64", "--set", "strength=0.5", MIDO_BACKEND=JACK)
    show.sees(lambda wall: float(wall.std()) > 5, "the start screen")
    show.type("colour-fields")
    show.press("Return")
    show.hears("colour-fields on")
    show.hears("knobs connected")
    show.hears("first frame")

    # The knob stands below the value: it has to meet it first; then it holds it.
    for position, line in (
        (40, "strength 0.50, its knob at 0.31 (midi)"),
        (80, "strength 0.50 → 0.63 (midi)"),
        (100, "strength 0.63 → 0.79 (midi)"),
    ):
        controller.send(mido.Message("control_change", control=20, value=position))
        show.hears(line)
    controller.send(mido.Message("note_on", note=36, velocity=100))
    show.hears("next_prompt")
    controller.send(mido.Message("program_change", program=1))
    show.hears("preset Neon city")

    controller.close()
    show.hears("knobs disconnected")
    other = jack_controller("faders")
    show.hears("faders connected")
    other.close()


def named_in(line: str) -> Path:
    """The file that a line of the log names."""
    found = re.search(r"/.*\.(png|mp4)", line)
    assert found is not None, line
    return Path(found[0])


def test_the_wall_is_recorded_and_saved_without_the_hud(
    start_show: Callable[..., Performer], tmp_path: Path
) -> None:
    show = start_show(
        "--model", "colour-fields", "--size", "64", "--no-midi", "--record",
        XDG_VIDEOS_DIR=str(tmp_path), XDG_PICTURES_DIR=str(tmp_path),
    )  # fmt: skip
    show.hears("recording /")
    assert not has_torch(show.process.pid), "colour fields need none"
    show.press("F7")
    picture = named_in(show.hears("picture saved: "))
    show.press("F8")
    video = named_in(show.hears("recorded "))
    show.press("Escape", "Escape")
    assert show.process.wait(PATIENCE) == 0
    assert picture.parent == video.parent == tmp_path / "Visualizer"
    saved = np.asarray(Image.open(picture), dtype=float)
    assert saved.shape == (HEIGHT, WIDTH, 3)
    with av.open(str(video)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert frames  # how many depends on how busy the machine is
    assert frames[0].shape == (HEIGHT, WIDTH, 3)
    # Colour fields are smooth; the HUD's letters, which were over it then, are not.
    for pixels in (saved, frames[-1].astype(float)):
        assert abs(np.diff(pixels, axis=1)).max() < 60
    assert not [line for line in show.lines if "Traceback" in line]


def has_torch(pid: int) -> bool:
    """Whether a process has loaded torch, where the system tells."""
    maps = Path(f"/proc/{pid}/maps")
    return maps.exists() and "libtorch" in maps.read_text()


def engine_process(show: Performer) -> psutil.Process:
    """The process that makes a show's frames."""
    children = psutil.Process(show.process.pid).children()
    (engine,) = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    return engine


def test_a_show_whose_engine_process_is_killed_is_never_black_and_generates_again(
    start_show: Callable[..., Performer],
) -> None:
    show = start_show(
        "--model", "colour-fields", "--size", "64", "--engine", "process", "--no-midi", "--no-osc",
        "--no-desk", "--backend", "torch", "--set", "zoom=0.2",
    )  # fmt: skip
    show.hears("first frame")
    show.press("Tab")  # the HUD off
    show.hears("hud")
    show.sees(lambda wall: float(wall.mean()) > 10, "a picture")
    engine_process(show).kill()
    levels, moved, walls = [], 0, [show.wall()]
    end = time.monotonic() + PATIENCE
    while sum("colour-fields on cpu" in line for line in show.lines) < 2 and time.monotonic() < end:
        threading.Event().wait(0.3)  # in which a picture that is not still moves
        walls = [*walls[-1:], show.wall()]
        levels.append(float(walls[-1].mean()))
        moved += differs(walls[0], by=0.1)(walls[-1])
    assert show.hears("killed (SIGKILL); the engine restarts from the last picture")
    assert min(levels) > 10, "never black"
    assert moved > len(levels) / 4, "the wall goes on moving while there is no engine"
    show.sees(moving(show), "pictures are generated again")
    engine = engine_process(show)
    assert not has_torch(engine.pid), "colour fields need none"
    show.press("ctrl+m")
    show.type("builtin")
    show.press("Return")
    show.hears("builtin on cpu")
    assert has_torch(engine.pid) or not Path("/proc/self/maps").exists()
    assert not has_torch(show.process.pid), "torch is in the engine's alone"
    show.press("Escape", "Escape")
    assert show.process.wait(PATIENCE) == 0
    assert not [line for line in show.lines if "Traceback" in line or "leaked" in line]
