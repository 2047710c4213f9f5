"""Composition root of the listing commands: `visualizer presets`, `models`, `outputs`, `midi`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from visualizer import terminal
from visualizer.options import OptionError, shipped_presets
from visualizer.show.durations import COUNTED_IN, in_words
from visualizer.show.files import set_file
from visualizer.show.files.preset import PresetError, load_folder
from visualizer.show.parameters import BY_NAME, DEFAULTS, SLOTS


def presets(folder: Path | None) -> int:
    """List the presets with their prompts, and the set lists, and check them; 1 if any file is
    faulty.

    Raises OptionError where there is no such folder.
    """
    try:
        told: list[str] = []
        good, faults = load_folder(folder or shipped_presets(), told.append)
    except PresetError as error:
        raise OptionError(str(error)) from None
    for number, preset in enumerate(good, 1):
        values = ", ".join((preset.order, *_in_words(preset.values)))
        _line((f"{number} {preset.name}", "bold"), (f"  {values}", "dim"))
        for cued in preset.prompts:
            own = ", ".join(_in_words(cued.values))
            _line((f"    {cued.text}", ""), (f"  {own}" if own else "", "dim"))
    told_of_sets: list[str] = []
    folder = (folder or shipped_presets()) / "sets"
    for set_list in set_file.load_folder(folder, good, told_of_sets.append):
        loops = ", looped" if set_list.loops else ""
        _line((f"Set list {set_list.name}", "bold"), (loops, "dim"))
        for entry in set_list.entries:
            _line((f"    {entry.preset}", ""), (f"  {entry.words}", "dim"))
    for line in (*(line for fault in faults for line in fault.lines), *told, *told_of_sets):
        terminal.log(line)
    return 1 if faults or told_of_sets else 0


def _line(*pieces: tuple[str, str]) -> None:
    """Print pieces of text, each in a style of rich; whole on one line where a program reads it."""
    line = Text.assemble(*((terminal.clean(text), style) for text, style in pieces))
    Console(highlight=False).print(line, soft_wrap=True)


def _in_words(values: Mapping[str, float]) -> Iterator[str]:
    """Parameter values as a preset writes them: lengths with what they count, modulations whole."""
    every = {**DEFAULTS, **values}
    for name, value in values.items():
        if name in COUNTED_IN.values() or BY_NAME[name].group == "modulation":
            continue
        if name in COUNTED_IN:
            yield f"{name} {in_words(value, every[COUNTED_IN[name]])}"
        else:
            row = BY_NAME[name]
            yield f"{name} {row.text(value) if row.choices else f'{value:.10g}'}"
    for slot in SLOTS:
        if values.get(f"mod{slot}_target"):
            target, source = (BY_NAME[f"mod{slot}_{field}"] for field in ("target", "source"))
            moved, by = target.text(every[target.name]), source.text(every[source.name])
            length = in_words(every[f"mod{slot}_every"], every[f"mod{slot}_in"])
            yield f"{moved} by {by} {every[f'mod{slot}_depth']:+g} every {length}"


def models() -> int:
    """List the models on this machine and those known to work well."""
    from visualizer.engine.models.catalogue import BUILTIN, COLOUR_FIELDS, KNOWN
    from visualizer.openers import choose

    name, reason, here = choose()
    _line(("default: ", ""), (name, "bold"), (f" ({reason})", ""))
    terminal.out()
    for row in KNOWN:
        mark = "  on this machine" if row.name in (*here, BUILTIN, COLOUR_FIELDS) else ""
        _line((row.name, "bold"), (f"  {row.size} pixels", ""), (mark, "green"))
        _line((f"    {row.advice}", ""))
        _line((f"    licence: {row.licence}", "dim"))
    for other in sorted({*here} - {row.name for row in KNOWN}):
        _line((other, "bold"), ("  on this machine", "green"))
    return 0


def outputs() -> int:
    """List the programs that the wall can go to, and why it can't go to the others."""
    from visualizer.outputs.programs import PROGRAMS, why_not

    for program in PROGRAMS.values():
        why = why_not(program)
        mark = (f"  not available: {why}", "") if why else ("  available", "green")
        _line((f"--output {program.name}", "bold"), mark)
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
        terminal.out(line)
    terminal.out(f"your own maps are in: {maps or own_folder()}")
    if only_list:
        return 0
    stop = threading.Event()
    try:
        if target is not None:
            told = learn(target, terminal.out, stop, port=port, folder=maps, given=map_file)
            return 0 if told else 1
        monitor(terminal.out, stop, port=port, folder=maps, given=map_file)
    finally:
        stop.set()
    return 0
