"""Composition root of `visualizer rehearse`: one page, green and red, before the doors open."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeAlias

from rich.console import Console
from rich.table import Table
from rich.text import Text

from visualizer import terminal
from visualizer.offline.rehearsal_checks import CHECKS, Check, found
from visualizer.options import RehearseOptions
from visualizer.show.findings import BAD, GOOD, NOTE, Finding

Soak: TypeAlias = Callable[[RehearseOptions], list[Finding]]
"""Plays the show by random hands for so many minutes, and says what came of it."""

MARKS = {GOOD: ("✓", "green"), NOTE: ("·", "yellow"), BAD: ("✗", "bold red")}
"""Sign and style of each level."""


def rehearse(options: RehearseOptions, soak: Soak, checks: Sequence[Check] = CHECKS) -> int:
    """Look at everything, and play for options.minutes; 1 where something is bad."""
    results: dict[str, list[Finding]] = {}
    for check in checks:
        terminal.log(f"{check.name} …")
        results[check.name] = found(check, options)
    if options.minutes:
        terminal.log(f"soak, {options.minutes:g} minutes …")
        results["soak"] = found(Check("soak", lambda given: iter(soak(given))), options)
    is_bad = any(each.level == BAD for findings in results.values() for each in findings)
    if options.json:
        terminal.out(json.dumps(as_json(results, is_bad)))
    else:
        Console(highlight=False).print(table(results, is_bad))
    return 1 if is_bad else 0


def as_json(results: dict[str, list[Finding]], is_bad: bool) -> dict[str, object]:
    """All findings for programs."""
    rows = [
        {"check": name, "level": each.level, "text": each.text, "remedy": each.remedy}
        for name, findings in results.items()
        for each in findings
    ]
    return {"good": not is_bad, "findings": rows}


def table(results: dict[str, list[Finding]], is_bad: bool) -> Table:
    """All findings for people."""
    made = Table(title="not ready" if is_bad else "ready", title_style="red" if is_bad else "green")
    for heading in ("", "", "found", "what to do"):
        made.add_column(heading)
    for name, findings in results.items():
        for place, each in enumerate(findings):
            sign, style = MARKS[each.level]
            made.add_row(
                "" if place else name,
                Text(sign, style),
                Text(terminal.clean(each.text)),
                Text(terminal.clean(each.remedy), "dim"),
            )
        made.add_section()
    return made
