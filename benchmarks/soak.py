"""The soak: a real show under random hands for an hour or more. Does it grow, darken or stall?

python -m benchmarks.soak [--minutes 60]

The show runs fullscreen on the display at hand, or on a virtual one of its own (Xvfb). Keys are
pressed in it; MIDI (over JACK, where there is one), OSC and a desk come from another process
(hands.py), so that what they take is not counted. Hands play for four minutes of five.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil
import pygame
from rich.console import Console

from benchmarks import jack
from benchmarks.recording import screen
from benchmarks.results import Result, Row, machine, save, slug, table
from benchmarks.stats import slope
from visualizer.controls.keys.key_table import key_table
from visualizer.frame import Pixels
from visualizer.live.app import LiveShow
from visualizer.options import LiveOptions, shipped_presets
from visualizer.show import modulation, random_hands
from visualizer.show.actions import Action
from visualizer.show.files.preset import load_folder
from visualizer.show.parameters import DEFAULTS
from visualizer.show.play_actions import Nudge, Recall, Run, SelectPreset
from visualizer.show.reducer import start
from visualizer.stage.stage import Stage

HERE = Path(__file__).parent

NAME = "soak"
"""What the controller is called."""

ROUND, PLAYED = 300.0, 240.0
"""Seconds of a round, and of those in which hands play: the first ones."""

SAMPLE = 1.0
"""Seconds between two samples of memory, handles and threads."""

KEPT = 10
"""Of how many samples one is kept in the file."""

KEY = 0.1
"""Seconds between two keys."""

SETTLED = 0.2
"""Share of the run whose samples count for no slope: caches fill."""

LOOK, DARK = 0.2, 2.0
"""Seconds between two looks at the wall, and the mean (of 255) below which it is black."""

GROWS = {"memory": 20.0, "handles": 1.0, "threads": 1.0}
"""What an hour may add, MiB or number, before it counts as growth: what a day of it could bear."""


@dataclass
class Wall:
    """Looks at the wall as an output does. darkened: whether a look may make it black now, as
    presets modulate some, by depths that hands play. about: what else there is to know of a look
    that was black. black: those that were with no such look."""

    darkened: Callable[[], bool]
    about: Callable[[], dict[str, Any]]
    begin: float = 0.0
    looks: int = 0
    black: list[dict[str, Any]] = field(default_factory=list)
    due: float = 0.0

    def wants(self, at: float) -> bool:
        """Whether it looks at this display frame."""
        return at >= self.due

    def take(self, pixels: Pixels, at: float) -> None:
        """A picture of the wall."""
        self.due = at + LOOK
        self.looks += 1
        if float(pixels[::4, ::4].mean()) < DARK and not self.darkened():
            self.black.append({"seconds": round(at - self.begin, 1), **self.about()})


@dataclass
class Stretch:
    """What came of the minutes with hands, or without. longest: between two pictures, seconds."""

    seconds: float = 0.0
    pictures: int = 0
    late: int = 0
    longest: float = 0.0


@dataclass
class Samples:
    """Seconds, and at each: MiB, open handles and threads of the show's process, frames a second of
    the engine, and the machine's load (processes that run or wait)."""

    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    engine_fps: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)

    def take(self, process: psutil.Process, now: float, engine_fps: float) -> None:
        """One more."""
        self.seconds.append(round(now, 1))
        self.memory.append(round(process.memory_info().rss / 2**20, 1))
        self.handles.append(_handles(process))
        self.threads.append(process.num_threads())
        self.engine_fps.append(round(engine_fps, 1))
        self.load.append(round(psutil.getloadavg()[0], 1))


def _handles(process: psutil.Process) -> int:
    """How many handles, or files and sockets, are open."""
    if sys.platform == "win32":
        return process.num_handles()
    return process.num_fds()


@dataclass
class Soak:
    """A run. black: when the wall was black, of so many looks, and what was on. faults: of the
    frame loop, by their text. sent: by the hands, by kind."""

    samples: Samples = field(default_factory=Samples)
    hands: Stretch = field(default_factory=Stretch)
    quiet: Stretch = field(default_factory=Stretch)
    black: list[dict[str, Any]] = field(default_factory=list)
    looks: int = 0
    keys: int = 0
    faults: list[str] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)


def plays(action: Action) -> bool:
    """Whether a key that does this may be pressed."""
    match action:
        case Run(command=name):
            return name in {row.name for row in random_hands.GIVEN}
        case Nudge(parameter=name):
            return name in {row.name for row in random_hands.PLAYED}
    return isinstance(action, (SelectPreset, Recall))


def keys() -> list[tuple[int, int]]:
    """(key, modifier) of all keys that may be pressed."""
    table = key_table()
    return [(code, 0) for code, action in table.alone.items() if plays(action)] + [
        (code, pygame.KMOD_CTRL) for code, action in table.ctrl.items() if plays(action)
    ]


def press(chance: Random, known: list[tuple[int, int]], typing: bool) -> pygame.event.Event:
    """A key that goes down. typing: a line is open, which takes text."""
    if typing:
        key = chance.choice((pygame.K_RETURN, pygame.K_ESCAPE, pygame.K_BACKSPACE, *b"fire sea"))
        text = chr(key) if 0x20 <= key < 0x7F else ""
        if text:
            pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text=text))
        return pygame.event.Event(pygame.KEYDOWN, key=key, mod=0, unicode=text, scancode=0)
    key, mod = chance.choice(known)
    text = chr(key) if 0x20 <= key < 0x7F and not mod else ""
    return pygame.event.Event(pygame.KEYDOWN, key=key, mod=mod, unicode=text, scancode=0)


def play(minutes: float, model: str, seed: int = 1, round_: float = ROUND) -> Soak:
    """Play for so many minutes."""
    soak, chance, known = Soak(), Random(seed), keys()
    process = psutil.Process()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        has_midi = _begin_jack(stack)
        if not os.environ.get("DISPLAY") and sys.platform == "linux":
            stack.enter_context(jack.environment({"DISPLAY": stack.enter_context(screen())}))
        ports = _free_port(socket.SOCK_DGRAM), _free_port(socket.SOCK_STREAM)
        live = stack.enter_context(_show(folder, model, ports, has_midi))
        begin = last = time.perf_counter()
        wall = Wall(lambda: random_hands.darkened(modulation.played(live.show)), lambda: _on(live))
        live.outputs.takers = (*live.outputs.takers, wall)
        hands = stack.enter_context(_Hands(NAME if has_midi else "", ports, seed))
        next_key = next_sample = 0.0
        has_begun = False
        while (now := time.perf_counter()) - begin < minutes * 60.0 and not live.show.over:
            if not has_begun and live.show.live_since is not None:
                has_begun, begin = True, now  # loading counts for nothing
                wall.begin = now
            at = now - begin
            is_played = has_begun and at % round_ < round_ * PLAYED / ROUND
            hands.turn(is_played)
            if is_played and at >= next_key:
                next_key = at + KEY
                pygame.event.post(press(chance, known, live.show.entry is not None))
                soak.keys += 1
            late = live.stage.late_frames
            try:
                live.step(now - last)
            except Exception as error:
                soak.faults.append(f"{type(error).__name__}: {error}")
            if has_begun:
                stretch = soak.hands if is_played else soak.quiet
                stretch.seconds += now - last
                stretch.pictures += 1
                stretch.late += live.stage.late_frames - late
                stretch.longest = max(stretch.longest, now - last)
            last = now
            if has_begun and at >= next_sample:
                next_sample = at + SAMPLE
                soak.samples.take(process, at, live.stage.engine_fps)
        if live.show.over:
            soak.faults.append("the show ended")
        soak.sent = hands.end()
        soak.black, soak.looks = wall.black, wall.looks
    return soak


@contextmanager
def _show(folder: Path, model: str, ports: tuple[int, int], has_midi: bool) -> Iterator[LiveShow]:
    """The show. ports: of OSC and desk."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # as the app does
    options = LiveOptions(
        model=model, offline=True, state=folder / "state", maps=folder / "maps",
        midi=NAME, no_midi=not has_midi, osc=str(ports[0]), desk=str(ports[1]),
    )  # fmt: skip
    presets, _ = load_folder(shipped_presets())
    stage = Stage()
    live = LiveShow(options, stage, start(presets, model=model))
    try:
        with live:
            yield live
    finally:
        sys.setswitchinterval(interval)


def _on(live: LiveShow) -> dict[str, Any]:
    """What may have made the wall black: the preset, the prompts, and values off their defaults."""
    played = modulation.played(live.show)
    preset = live.show.preset_now
    return {
        "preset": "" if preset is None else preset.name,
        "prompts": [text for text, _ in live.show.cue.parts],
        "values": {
            name: round(value, 3) for name, value in played.items() if value != DEFAULTS[name]
        },
    }


def _begin_jack(stack: ExitStack) -> bool:
    """A JACK server for as long as the stack; False where there is none."""
    try:
        stack.enter_context(jack.server())
    except jack.NoJack as why:
        print(f"soak: no MIDI: {why}", file=sys.stderr)
        return False
    return True


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class _Hands:
    """The other process."""

    def __init__(self, name: str, ports: tuple[int, int], seed: int) -> None:
        command = [sys.executable, "-m", "benchmarks.hands", name, *map(str, (*ports, seed))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._on = False

    def __enter__(self) -> _Hands:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def turn(self, on: bool) -> None:
        """Let them play, or not."""
        if on != self._on:
            self._on = on
            assert self._process.stdin is not None
            self._process.stdin.write("on\n" if on else "off\n")
            self._process.stdin.flush()

    def end(self) -> dict[str, int]:
        """End them; how much of each kind they sent."""
        said, _ = self._process.communicate()
        sent: dict[str, int] = json.loads(said)
        return sent


def result(soak: Soak) -> Result:
    """The figure."""
    found = soak.samples
    hours = [at / 3600.0 for at in found.seconds]
    first = next(n for n, at in enumerate(hours) if at >= hours[-1] * SETTLED)
    rows = []
    slopes = {}
    for what, unit in (("memory", "MiB"), ("handles", ""), ("threads", "")):
        values = getattr(found, what)
        rise = slope(hours[first:], values[first:])
        slopes[what] = asdict(rise)
        grows = rise.grows and rise.value > GROWS[what]
        rows.append(
            Row(
                f"{what}: first, last, most",
                f"{values[first]:g}, {values[-1]:g}, {max(values):g} {unit}".strip(),
            )
        )
        rows.append(
            Row(
                f"{what}: slope over {found.seconds[-1] / 60.0:.0f} minutes",
                f"{rise.value:+.2f} ± {rise.error:.2f} {unit} an hour".replace("  ", " "),
                f"below {GROWS[what]:g}",
                not grows,
            )
        )
    with_, without = _late(soak.hands), _late(soak.quiet)
    rows += [
        Row("black pictures", f"{len(soak.black)} of {soak.looks} looks", "none", not soak.black),
        Row("faults of the frame loop", f"{len(soak.faults)}", "none", not soak.faults),
        Row(
            "late pictures",
            f"{with_:.2f} % under hands; without, {without:.2f} %",
        ),
        Row(
            "longest between two pictures",
            f"{soak.hands.longest * 1e3:.0f} ms under hands; without, "
            f"{soak.quiet.longest * 1e3:.0f} ms",
        ),
        Row("sent", ", ".join(f"{n} {kind}" for kind, n in soak.sent.items())),
        Row("keys", f"{soak.keys}"),
    ]
    numbers = asdict(soak)
    numbers["samples"] = {name: values[::KEPT] for name, values in asdict(found).items()}
    return Result("soak", tuple(rows), {"slopes_an_hour": slopes, **numbers})


def _late(stretch: Stretch) -> float:
    """Of its pictures, in %."""
    return 100.0 * stretch.late / max(stretch.pictures, 1)


def main(argv: list[str] | None = None) -> int:
    """Play, print a table, keep JSON; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="default 60")
    parser.add_argument("--model", default="builtin", help="as for the show")
    parser.add_argument("--seed", type=int, default=1, help="of the hands (default 1)")
    parser.add_argument("--beside", default="", help="what else the machine does, for the record")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="folder of results")
    given = parser.parse_args(argv)
    # A short run has all parts of a round too.
    soak = play(given.minutes, given.model, given.seed, min(ROUND, given.minutes * 60.0 / 2.0))
    found, name = result(soak), machine("cpu")
    about = {"model": given.model, "machine": name, "minutes": given.minutes}
    save(found, given.out / slug(name) / "soak.json", **about, beside=given.beside)
    Console().print(table(given.model, name, [found]))
    return 1 if any(row.met is False for row in found.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
