"""The house's first rule: imports point inward and never in a circle, and torch and the window keep
to their rooms.

cli → live, offline → controls, desk, engine, outputs, stage → show. Read from the source (ast), so
that an import inside a function or under TYPE_CHECKING counts like any other.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parents[1]
MODULES = sorted((HERE / "visualizer").rglob("*.py"))

CORES = {"controls", "desk", "engine", "outputs", "stage"}
"""Rooms round the core; none of them imports another."""
ROOTS = {"live", "offline"}
"""Rooms that put rooms together; they share what the command line asked for, and nothing else."""
SHARED = {"disk", "frame", "latest", "terminal", "worker"}
"""Top-level modules that every room but show may stand on."""
ASKED = {"openers", "options"}
"""Top-level modules that the composition roots stand on."""
COMMAND_LINE = {"argument_types", "arguments", "shared_arguments"}
"""Top-level modules that argv is parsed with."""

_ROOTS_SEE = CORES | {"show"} | SHARED | ASKED
MAY_SEE: dict[str, set[str]] = {
    "": set(),  # visualizer/__init__.py: the version, nothing else
    "show": {"show"},
    **{name: {"show"} | SHARED for name in SHARED},
    **{room: {room, "show"} | SHARED for room in CORES},
    **dict.fromkeys(ASKED, _ROOTS_SEE),
    **{root: _ROOTS_SEE | {root} for root in ROOTS},
    **dict.fromkeys(COMMAND_LINE, COMMAND_LINE | {"outputs", "show", "terminal"}),
    "cli": _ROOTS_SEE | ROOTS | COMMAND_LINE,
    "__main__": {"cli"},
}
"""Who may import whom, by the first name under visualizer ("" is the package itself)."""

SHOW_STANDS_ON = {
    "__future__", "collections", "contextlib", "dataclasses", "difflib", "enum", "functools",
    "itertools", "json", "math", "pathlib", "random", "re", "statistics", "sys", "types", "typing",
    "unicodedata", "numpy", "pydantic", "pydantic_core", "yaml",
}  # fmt: skip
"""The core has no clock, no thread, no window and no network."""

KEPT_IN: dict[str, str] = {
    "torch": "engine",
    "diffusers": "engine",
    "transformers": "engine",
    "huggingface_hub": "engine",
    "openvino": "engine",
    "ray": "engine",
    "mido": "controls",
    "rtmidi": "controls",
    "supriya_midi": "controls",
    "pythonosc": "controls",
    "aalink": "controls",
    "sounddevice": "controls",
    "moderngl": "stage",
    "pyvirtualcam": "outputs",
    "cyndilib": "outputs",
    "starlette": "desk",
    "uvicorn": "desk",
    "websockets": "desk",
    "segno": "desk",
    "SpoutGL": "outputs",
    "syphon": "outputs",
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


def test_imports_point_inward() -> None:
    for path in MODULES:
        assert _place(path) in MAY_SEE, f"{path}: give it a place in this test's tables"
        assert _breaches(path.read_text(encoding="utf-8"), path) == []


def _name(path: Path) -> str:
    """The dotted name of a module."""
    return ".".join(path.relative_to(HERE).with_suffix("").parts).removesuffix(".__init__")


def _circle(imports: dict[str, set[str]]) -> list[str]:
    """Modules that import one another in a circle; empty where there is none."""
    done: set[str] = set()

    def visit(name: str, way: list[str]) -> list[str]:
        if name in way:
            return way[way.index(name) :]
        if name in done:
            return []
        found = next(filter(None, (visit(n, [*way, name]) for n in sorted(imports[name]))), [])
        done.add(name)
        return found

    return next(filter(None, (visit(name, []) for name in sorted(imports))), [])


def test_no_modules_import_one_another_in_a_circle() -> None:
    names = {_name(path) for path in MODULES}
    imports = {}
    for path in MODULES:
        found = {name for _, name in _imports(ast.parse(path.read_text(encoding="utf-8")), path)}
        # "from a.b import c" may mean the module a.b.c, or a name in a.b.
        targets = {n if n in names else n.rpartition(".")[0] for n in found}
        imports[_name(path)] = (targets & names) - {_name(path)}
    assert _circle(imports) == []


def test_a_circle_is_found() -> None:
    assert _circle({"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": set()}) == ["a", "b", "c"]
    assert _circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_a_file_name_has_one_meaning() -> None:
    stems = [path.stem for path in MODULES if path.stem not in ("__init__", "__main__")]
    assert sorted(stem for stem in set(stems) if stems.count(stem) > 1) == []


def test_a_breach_is_found() -> None:
    for place, source in (
        ("show/state.py", "import torch"),
        ("show/state.py", "import pygame"),
        ("show/state.py", "import time"),
        ("show/state.py", "from datetime import datetime"),
        ("show/state.py", "import concurrent.futures"),
        ("stage/window.py", "import mido"),
        ("controls/midi/midi_input.py", "import huggingface_hub"),
        ("show/state.py", "from visualizer.latest import Latest"),
        ("show/state.py", "from visualizer import frame"),
        ("show/state.py", "from ..frame import Frame"),
        ("engine/loop/feedback.py", "from visualizer.stage import window"),
        ("engine/loop/feedback.py", "from visualizer.stage.window import Window"),
        ("engine/loop/feedback.py", "from ...controls.midi.midi_input import Midi"),
        ("engine/loop/feedback.py", "from visualizer.live.run import run"),
        ("engine/loop/feedback.py", "import visualizer.controls.midi.midi_input"),
        ("engine/loop/feedback.py", "import moderngl"),
        ("engine/loop/feedback.py", "from training.train.model import Model"),
        ("offline/bench.py", "from benchmarks.stats import spread"),
        ("offline/bench.py", "import openvino"),
        ("controls/midi/midi_input.py", "def f():\n    import torch.nn"),
        ("controls/midi/midi_input.py", "from pygame import display"),
        ("controls/midi/midi_input.py", "import pygame\npygame.display.flip()"),
        (
            "controls/midi/midi_input.py",
            "import importlib\nimportlib.import_module('diffusers.utils')",
        ),
        ("stage/window.py", "if TYPE_CHECKING:\n    from torch import Tensor"),
        ("stage/window.py", "from visualizer.options import Options"),
        ("outputs/recorder.py", "from visualizer.stage.stage import Stage"),
        ("outputs/recorder.py", "from visualizer.engine.picture import Picture"),
        ("live/app.py", "import cyndilib"),
        ("live/inputs.py", "import uvicorn"),
        ("desk/server.py", "from visualizer.controls.mailbox import Mailbox"),
        ("controls/osc/osc_input.py", "from visualizer.desk.server import Desk"),
        ("live/app.py", "import torch"),
        ("live/app.py", "from visualizer.cli import main"),
        ("latest.py", "from visualizer.engine.producer import producer"),
        ("__main__.py", "from visualizer.live.run import run"),
        ("__init__.py", "from visualizer.show import state"),
    ):
        assert _breaches(source, HERE / "visualizer" / place)


def test_what_points_inward_is_let_through() -> None:
    for place, source in (
        ("show/state.py", "import yaml, numpy.typing\nfrom . import cueing"),
        ("engine/loop/feedback.py", "import torch\nfrom visualizer.show.request import Request"),
        ("engine/loop/feedback.py", "from visualizer.latest import Latest"),
        ("stage/window.py", "import pygame, moderngl\npygame.display.flip()"),
        ("controls/keys/keyboard.py", "import pygame\npygame.key.name(1)"),
        ("outputs/recorder.py", "import av\nfrom visualizer.show.state import Show"),
        ("frame.py", "from visualizer.show.request import Request"),
        ("live/app.py", "from visualizer.engine.producer.producer import Producer"),
        ("cli.py", "from visualizer import __version__\nfrom visualizer.live.run import run"),
        ("__main__.py", "import sys\nfrom visualizer.cli import main"),
    ):
        assert _breaches(source, HERE / "visualizer" / place) == []


def test_the_app_starts_without_torch() -> None:
    """So that the window shows a picture at once: torch loads in the producer's thread."""
    script = (
        "import sys, visualizer.live.run\n"
        "print(*{'torch', 'diffusers', 'transformers'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2].strip() == "", f"visualizer.live.run loads {done.stdout}"
