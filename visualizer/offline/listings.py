"""Composition root of the listing commands: `visualizer presets`, `models` and `midi`."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from visualizer.options import OptionError, shipped_presets
from visualizer.show.files.preset import PresetError, load_folder


def presets(folder: Path | None) -> int:
    """List the presets with their prompts and check them; 1 if any file is faulty.

    Raises OptionError where there is no such folder.
    """
    try:
        told: list[str] = []
        good, faults = load_folder(folder or shipped_presets(), told.append)
    except PresetError as error:
        raise OptionError(str(error)) from None
    console = Console(highlight=False)
    for number, preset in enumerate(good, 1):
        values = ", ".join(f"{name} {value:g}" for name, value in preset.values.items())
        console.print(f"[bold]{number} {escape(preset.name)}[/]  {preset.order}  [dim]{values}[/]")
        for cued in preset.prompts:
            own = ", ".join(f"{name} {value:g}" for name, value in cued.values.items())
            console.print(f"    {escape(cued.text)}  [dim]{own}[/]", soft_wrap=True)
    for line in (*(line for fault in faults for line in fault.lines), *told):
        print(line, file=sys.stderr)
    return 1 if faults else 0


def models() -> int:
    """List the models on this machine and those known to work well."""
    from visualizer.engine.models.catalogue import BUILTIN, KNOWN, TESTCARD
    from visualizer.openers import choose

    console = Console(highlight=False)
    name, reason, here = choose()
    console.print(f"default: [bold]{escape(name)}[/] ({escape(reason)})\n")
    for row in KNOWN:
        mark = "  [green]on this machine[/]" if row.name in (*here, BUILTIN, TESTCARD) else ""
        console.print(f"[bold]{escape(row.name)}[/]  {row.size} pixels{mark}")
        console.print(f"    {escape(row.advice)}", soft_wrap=True)
        console.print(f"    [dim]licence: {escape(row.licence)}[/]", soft_wrap=True)
    for other in sorted({*here} - {row.name for row in KNOWN}):
        console.print(f"[bold]{escape(other)}[/]  [green]on this machine[/]")
    return 0


def midi(
    port: str | None,
    map_file: Path | None,
    *,
    only_list: bool,
    target: str | None = None,
    maps: Path | None = None,
) -> int:
    """List the MIDI ports; then print each message and what it does, until Ctrl+C, or have the
    control that is moved next play a target. maps: folder of own maps; None for the usual one.

    Raises OptionError where there is no such target.
    """
    from visualizer.controls.midi.map_files import own_folder
    from visualizer.controls.midi.monitor import learn, list_ports, monitor
    from visualizer.show.targets import parse

    if target is not None:
        try:
            parse(target)
        except ValueError as error:
            raise OptionError(f"--learn {error}") from None
    for line in list_ports(folder=maps, given=map_file):
        print(line)
    print(f"your own maps are in: {maps or own_folder()}")
    if only_list:
        return 0
    stop = threading.Event()
    try:
        if target is not None:
            return 0 if learn(target, _out, stop, port=port, folder=maps, given=map_file) else 1
        monitor(_out, stop, port=port, folder=maps, given=map_file)
    finally:
        stop.set()
    return 0


def _out(line: str) -> None:
    print(line, flush=True)
