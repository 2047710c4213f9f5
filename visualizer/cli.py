"""The command line: parse argv and run the command. No logic: each command is one call."""

from __future__ import annotations

import argparse
import faulthandler
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from itertools import count, islice
from pathlib import Path
from typing import Any, TypeVar

from visualizer import terminal
from visualizer.arguments import command_line
from visualizer.options import (
    BenchOptions,
    LiveOptions,
    OptionError,
    Options,
    RehearseOptions,
    RenderOptions,
)

T = TypeVar("T", bound=Options)


def main(argv: Sequence[str] | None = None) -> int:
    """Run what argv (sys.argv without one) asks for; the exit status."""
    terminal.prepare()
    parser = command_line()
    given = vars(parser.parse_args(argv))
    given["argv"] = tuple(sys.argv[1:] if argv is None else argv)
    if given["size"] and given["aspect"]:  # one before a command's name and one after
        parser.error("argument --aspect: not allowed with argument --size")
    command = given.pop("command") or "live"
    is_show = command in ("live", "rehearse")
    if not is_show and (unused := _unused(parser, given, _READ.get(command, ()))):
        terminal.say(f"{', '.join(unused)}: only for the live show; {command} ignores it")
    given["output"] = tuple(given["output"])
    settings = [*given.pop("settings"), *given.pop("settings_here", [])]
    given["lora"] = (*given["lora"], *given.pop("lora_here", []))
    if given["seed"]:
        settings.append(given["seed"])
    given["settings"] = dict(settings)
    try:
        return _COMMANDS[command](given)
    except OptionError as error:
        for line in str(error).splitlines():
            terminal.say(line)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # as with `visualizer presets | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes at its end
        return 1


_READ = {
    "bench": ("engine",),
    "midi": ("midi_map", "maps"),
    "render": ("from_picture", "strobe_limit"),
}
"""Options of the live show that a command reads too."""


def _unused(
    parser: argparse.ArgumentParser, given: Mapping[str, Any], read: Sequence[str]
) -> list[str]:
    """The live show's options that were given before another command's name."""
    shared = {field.name for field in fields(Options)} | {*read}
    live_only = {field.name for field in fields(LiveOptions)} - shared
    return [
        "--" + name.replace("_", "-")
        for name in sorted(live_only)
        if name in given and given[name] != parser.get_default(name)
    ]


def _options(kind: type[T], given: dict[str, Any]) -> T:
    return kind(**{field.name: given[field.name] for field in fields(kind) if field.name in given})


# What a command needs is imported when it runs, so that each starts at once.


def _live(given: dict[str, Any]) -> int:
    crash_file = given["crash_file"]
    if given["keep_alive"] and crash_file is None:
        from visualizer.live.keep_alive import keep_alive
        from visualizer.live.session_store import usual_folder

        command = [sys.executable, "-m", "visualizer", *given["argv"]]
        return keep_alive(command, usual_folder() / "crashes")
    _report_crashes(crash_file)
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from visualizer.stage.video_driver import NoDisplay

    if given["restarted"]:
        given |= {"resume": True, "from_picture": None}
    options = _options(LiveOptions, given | _displays(given))
    reopened = None
    try:
        if options.resume:
            from visualizer.live import opening

            reopened = opening.reopened(options)  # what is imported next takes as long again
        from visualizer.live.run import run

        return run(options, reopened)
    except NoDisplay as why:
        if crash_file is not None:  # it may be there when the show is started again
            terminal.say(why)
            return 1
        from visualizer.offline.render import video_instead

        return video_instead(options, str(why))


def _displays(given: Mapping[str, Any]) -> dict[str, Any]:
    """The first display, and the others: as many as there are walls, at least."""
    # Several walls begin on display 0, not where the last show was: that is another wall's, say.
    first, *also = given["displays"] or [0 if given["walls"] > 1 else None]
    others = (n for n in count() if n not in {first or 0, *also})
    also.extend(islice(others, max(given["walls"] - 1 - len(also), 0)))
    return {"display": first, "also": tuple(also)}


def _rehearse(given: dict[str, Any]) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from visualizer.live.rehearsal import soak
    from visualizer.offline.rehearse import rehearse

    return rehearse(_options(RehearseOptions, given | _displays(given)), soak)


def _report_crashes(file: Path | None) -> None:
    """Have a crash of the process write where it was: to a file, or else to stderr. With a file,
    SIGUSR1 has it write where it is: see keep_alive.py."""
    if file is not None:
        report = file.open("w", encoding="utf-8")  # open for as long as the process
        faulthandler.enable(report)
        if sys.platform != "win32":
            faulthandler.register(signal.SIGUSR1, report)
    elif sys.stderr is not None and not faulthandler.is_enabled():
        with suppress(OSError, ValueError):  # a stderr that is none of the system's
            faulthandler.enable()


def _render(given: dict[str, Any]) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # it draws the wall
    from visualizer.offline.render import render
    from visualizer.offline.variations import variations

    seconds = given.pop("seconds")
    if seconds is not None:
        given["frames"] = max(1, round(seconds * given["fps"]))
    options = _options(RenderOptions, given | {"sound": given["soundtrack"]})
    if options.on and not options.variations:
        raise OptionError("--on: give the number of videos with --variations")
    return variations(options) if options.variations else render(options)


def _bench(given: dict[str, Any]) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from visualizer.offline.bench import bench

    return bench(_options(BenchOptions, given))


def _midi(given: dict[str, Any]) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # maps know pygame's names of keys
    from visualizer.offline.listings import midi

    return midi(
        given["port"],
        given["midi_map"],
        only_list=given["list"],
        target=given["learn"],
        maps=given["maps"],
    )


def _presets(given: dict[str, Any]) -> int:
    from visualizer.offline.listings import presets

    return presets(given["folder"] or given["presets"])


def _models(given: dict[str, Any]) -> int:
    from visualizer.offline.listings import models

    return models()


def _desk(given: dict[str, Any]) -> int:
    from visualizer.live.session_store import usual_folder
    from visualizer.offline.desk_page import open_page

    return open_page(usual_folder())


def _outputs(given: dict[str, Any]) -> int:
    from visualizer.offline.listings import outputs

    return outputs()


_COMMANDS = {
    "live": _live,
    "render": _render,
    "bench": _bench,
    "rehearse": _rehearse,
    "midi": _midi,
    "presets": _presets,
    "models": _models,
    "outputs": _outputs,
    "desk": _desk,
}
