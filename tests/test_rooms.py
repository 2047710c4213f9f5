"""The house's first rule: imports point inward, and torch and the window keep to their rooms.

cli → app and the other composition roots → controls, engine, stage → show. Read from the source
(ast), so that an import inside a function counts like any other.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
MODULES = sorted((HERE / "visualizer").rglob("*.py"))

ROOMS = {"show", "controls", "engine", "stage"}
SHARED = {"frame", "latest"}
"""Top-level modules that every room but show may stand on."""
ROOTS = {
    "app", "bench", "inputs", "keeping", "link", "listings", "openers", "options", "render",
    "resuming", "soundtrack",
}  # fmt: skip
"""Top-level modules that put rooms together."""

_ROOTS_SEE = ROOMS | SHARED | ROOTS
MAY_SEE: dict[str, set[str]] = {
    "": set(),  # visualizer/__init__.py: the version, nothing else
    "show": {"show"},
    **{name: {"show"} | SHARED for name in SHARED},
    **{room: {room, "show"} | SHARED for room in ROOMS - {"show"}},
    **dict.fromkeys(ROOTS, _ROOTS_SEE),
    "cli": _ROOTS_SEE,
    "__main__": {"cli"},
}
"""Who may import whom, by the first name under visualizer ("" is the package itself)."""

SHOW_STANDS_ON = {
    "__future__", "collections", "dataclasses", "enum", "functools", "itertools", "math",
    "pathlib", "random", "re", "sys", "types", "typing", "numpy", "pydantic", "pydantic_core",
    "yaml",
}  # fmt: skip
"""The core has no clock, no thread, no window and no network."""

KEPT_IN: dict[str, str] = {
    "torch": "engine",
    "diffusers": "engine",
    "transformers": "engine",
    "huggingface_hub": "engine",
    "openvino": "engine",
    "mido": "controls",
    "rtmidi": "controls",
    "pythonosc": "controls",
    "aalink": "controls",
    "sounddevice": "controls",
    "moderngl": "stage",
    "pygame.display": "stage",
}
"""What only one room may touch."""


def _place(path: Path) -> str:
    """The first name under visualizer that a file belongs to."""
    first = path.relative_to(HERE / "visualizer").parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def _imports(tree: ast.AST, path: Path) -> Iterator[tuple[int, str]]:
    """(line, full name) of all that a module imports, and of pygame.display where it is used."""
    package = [*path.relative_to(HERE).parts[:-1]]
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                above = package[: len(package) - level + 1] if level else []
                base = ".".join([*above, *([module] if module else [])])
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name
            case ast.Attribute(value=ast.Name(id="pygame"), attr="display"):
                yield node.lineno, "pygame.display"


def _breach(place: str, name: str) -> str | None:
    """Why a module at place may not import name; None if it may."""
    top, *rest = name.split(".")
    for kept, room in KEPT_IN.items():
        if f"{name}.".startswith(f"{kept}.") and place != room:
            return f"{kept} is only for {room}"
    if top in ("benchmarks", "training"):
        return f"{top} is not shipped"
    if top == "visualizer":
        seen = rest[0] if rest and rest[0] in MAY_SEE else ""
        if seen and seen not in MAY_SEE[place]:
            return f"{place or 'visualizer'} may not import {seen}"
    elif place == "show" and top not in SHOW_STANDS_ON:
        return f"show may not import {top}"
    return None


def _breaches(source: str, path: Path) -> list[str]:
    where = path.relative_to(HERE)
    return [
        f"{where}:{line}: imports {name}: {why}"
        for line, name in _imports(ast.parse(source), path)
        if (why := _breach(_place(path), name))
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HERE)))
def test_imports_point_inward(path: Path) -> None:
    assert _place(path) in MAY_SEE, "a new top-level name: give it a place in this test's tables"
    assert _breaches(path.read_text(encoding="utf-8"), path) == []


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("show/state.py", "import torch"),
        ("show/state.py", "import pygame"),
        ("show/state.py", "import time"),
        ("show/state.py", "from datetime import datetime"),
        ("show/state.py", "import concurrent.futures"),
        ("stage/window.py", "import mido"),
        ("controls/midi.py", "import huggingface_hub"),
        ("show/state.py", "from visualizer.latest import Latest"),
        ("show/state.py", "from visualizer import frame"),
        ("show/state.py", "from ..frame import Frame"),
        ("engine/feedback.py", "from visualizer.stage import window"),
        ("engine/feedback.py", "from visualizer.stage.window import Window"),
        ("engine/feedback.py", "from ..controls.midi import Midi"),
        ("engine/feedback.py", "from visualizer.app import run"),
        ("engine/feedback.py", "import visualizer.controls.midi"),
        ("engine/feedback.py", "import moderngl"),
        ("engine/feedback.py", "from training.model import Model"),
        ("bench.py", "from benchmarks.stats import spread"),
        ("bench.py", "import openvino"),
        ("controls/midi.py", "def f():\n    import torch.nn"),
        ("controls/midi.py", "from pygame import display"),
        ("controls/midi.py", "import pygame\npygame.display.flip()"),
        ("controls/midi.py", "import importlib\nimportlib.import_module('diffusers.utils')"),
        ("stage/window.py", "if TYPE_CHECKING:\n    from torch import Tensor"),
        ("stage/window.py", "from visualizer.options import Options"),
        ("app.py", "import torch"),
        ("app.py", "from visualizer.cli import main"),
        ("latest.py", "from visualizer.engine import producer"),
        ("__main__.py", "from visualizer.app import run"),
        ("__init__.py", "from visualizer.show import state"),
    ],
)
def test_a_breach_is_found(place: str, source: str) -> None:
    assert _breaches(source, HERE / "visualizer" / place)


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("show/state.py", "import yaml, numpy.typing\nfrom . import cueing"),
        ("engine/feedback.py", "import torch\nfrom visualizer.show.request import Request"),
        ("engine/feedback.py", "from visualizer.latest import Latest"),
        ("stage/window.py", "import pygame, moderngl\npygame.display.flip()"),
        ("controls/keyboard.py", "import pygame\npygame.key.name(1)"),
        ("frame.py", "from visualizer.show.request import Request"),
        ("app.py", "from visualizer.engine.producer import Producer"),
        ("cli.py", "from visualizer import __version__\nfrom visualizer.app import run"),
        ("__main__.py", "import sys\nfrom visualizer.cli import main"),
    ],
)
def test_what_points_inward_is_let_through(place: str, source: str) -> None:
    assert _breaches(source, HERE / "visualizer" / place) == []


def test_the_app_starts_without_torch() -> None:
    """So that the window shows a picture at once: torch loads in the producer's thread."""
    script = (
        "import sys, visualizer.app\n"
        "print(*{'torch', 'diffusers', 'transformers'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2].strip() == "", f"visualizer.app loads {done.stdout}"
