"""What `visualizer rehearse` checks before the doors open: the table of checks.

Each check is a function that yields findings; what it raises is a finding too. They run in order,
in one thread. Nothing is written, and nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from visualizer.offline.machine_checks import (
    controllers,
    device,
    disks,
    displays,
    fonts,
    outputs,
    ports,
    sound,
    versions,
)
from visualizer.offline.set_checks import models, presets
from visualizer.options import RehearseOptions
from visualizer.show.findings import Finding, bad


class Check(NamedTuple):
    """name: of what is checked. find: checks it."""

    name: str
    find: Callable[[RehearseOptions], Iterator[Finding]]


CHECKS = (
    Check("versions", versions),
    Check("displays", displays),
    Check("device", device),
    Check("presets", presets),
    Check("models", models),
    Check("controllers", controllers),
    Check("ports", ports),
    Check("outputs", outputs),
    Check("sound", sound),
    Check("disks", disks),
    Check("fonts", fonts),
)


def found(check: Check, options: RehearseOptions) -> list[Finding]:
    """What a check finds; that it failed is a finding."""
    from visualizer.engine.failures import one_line

    findings: list[Finding] = []
    try:
        findings += check.find(options)
    except Exception as error:
        findings.append(bad(f"could not be checked: {one_line(error)}"))
    return findings
