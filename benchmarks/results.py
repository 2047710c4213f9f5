"""What a figure comes to: rows for people, numbers for programs, and the machine's name on both."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. goal: in words, "" for none; met: whether it is reached."""

    what: str
    value: str
    goal: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """figure: speed, floor, … numbers: what the rows were made from, as JSON takes it."""

    figure: str
    rows: tuple[Row, ...]
    numbers: dict[str, Any] = field(default_factory=dict)


def table(model: str, machine: str, results: Sequence[Result]) -> Table:
    """The rows of all figures."""
    made = Table(title=f"{model} on {machine}")
    for name in ("figure", "what", "measured", "goal", ""):
        made.add_column(name)
    for result in results:
        for index, row in enumerate(result.rows):
            sign = "" if row.met is None else "[green]met[/]" if row.met else "[red]missed[/]"
            made.add_row(result.figure if index == 0 else "", row.what, row.value, row.goal, sign)
        made.add_section()
    return made


def save(result: Result, file: Path, **about: Any) -> None:
    """Write one figure as JSON, with what it was measured with (about) and the versions."""
    content = {
        "figure": result.figure,
        **about,
        **today(),
        "rows": [asdict(row) for row in result.rows],
        "numbers": result.numbers,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def today() -> dict[str, Any]:
    """The date, and the versions of what is measured, as JSON takes them."""
    versions = {name: version(name) for name in ("visualizer", "torch", "diffusers")}
    return {
        "date": date.today().isoformat(),
        "versions": {"python": platform.python_version(), **versions},
    }


def slug(text: str) -> str:
    """A name fit for a file: "Intel(R) Xeon(R) Processor" is intel-xeon-processor."""
    text = re.sub(r"\((r|tm)\)", "", text.lower())
    return re.sub(r"[^a-z0-9.]+", "-", text).strip("-")


def machine(device: str) -> str:
    """The name of what does the work: the GPU's, or the processor's with its number of cores."""
    if device == "cuda":
        import torch

        return torch.cuda.get_device_name()
    return f"{_processor()}, {os.cpu_count()} cores"


def _processor() -> str:
    """As its maker calls it; platform.processor() is empty on many Linuxes."""
    if platform.system() == "Darwin":
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
