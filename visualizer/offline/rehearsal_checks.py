"""What `visualizer rehearse` looks at before the doors open: a table of checks.

Each check is a function that yields findings; what it raises is a finding too. They are made in
their order, in one thread. Nothing is written, and nothing is downloaded.
"""

from __future__ import annotations

import gc
import platform
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import psutil
from platformdirs import user_pictures_path, user_state_path, user_videos_path

from visualizer import terminal
from visualizer.controls.osc.osc_input import parse_address
from visualizer.offline.bench import peak_rss
from visualizer.openers import choose, opener
from visualizer.options import OptionError, RehearseOptions, find_presets, shipped_presets
from visualizer.show.files.preset import PresetError, load_folder
from visualizer.show.findings import Finding, bad, good, note
from visualizer.show.lora import joined
from visualizer.show.next_request import request
from visualizer.show.records import Preset
from visualizer.show.reducer import start
from visualizer.show.state import Show
from visualizer.show.status import Status
from visualizer.show.view import View

Found = Iterator[Finding]


class Check(NamedTuple):
    """name: of what is looked at. find: looks."""

    name: str
    find: Callable[[RehearseOptions], Found]


PACKAGES = ("torch", "diffusers", "transformers", "pygame-ce", "moderngl", "mido", "openvino", "av")
"""Whose versions are told."""

ROOM, TIGHT = 2 * 2**30, 20 * 2**30
"""Bytes of a disk below which a set can't be recorded, and below which a long one can't."""

MEMORY = 2 * 2**30
"""Bytes of memory that must be free: the built-in model's show takes half of them."""

SCRIPTS = {"emoji": "🔥🌊✨", "Chinese and Japanese": "水夢の", "Korean": "물꿈", "Cyrillic": "Жя"}
"""Letters that a prompt may be typed with."""

FRAMES = 3
"""That are made with each model: the first ones are slow."""


def versions(options: RehearseOptions) -> Found:
    """Python, libraries and drivers."""
    system = f"Python {platform.python_version()} on {platform.platform(terse=True)}"
    yield good(system) if sys.version_info < (3, 15) else note(f"{system}: newer than was tested")
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            if name != "openvino":  # there is none for every processor
                yield bad(f"{name} is not installed", "install the program again")
    yield good(", ".join(found))


def displays(options: RehearseOptions) -> Found:
    """Displays, their refresh rates, and what draws on them: the window is opened for a moment."""
    from visualizer.stage.displays import displays as there_are
    from visualizer.stage.stage import Stage
    from visualizer.stage.video_driver import NoDisplay

    shown = there_are()
    for number, display in enumerate(shown):
        rate = f"{display.rate} Hz" if display.rate else "rate unknown"
        line = f"{number} {display.name}: {display.size[0]}x{display.size[1]}, {rate}"
        slow = 0 < display.rate < 50
        yield note(f"{line}: slower than the wall", "choose 60 Hz") if slow else good(line)
    for number in {options.display or 0, *options.also}:
        if shown and number >= len(shown):
            yield bad(f"there is no display {number}", "plug it in, or give another --display")
    if len(shown) == 1 and not options.windowed and options.hud != "wall":
        yield note(
            "one display: the HUD is over the wall", "plug in the projector, if there is one"
        )
    try:
        stage = Stage(
            display=options.display or 0,
            windowed=options.windowed,
            renderer=options.renderer,
            strobe_limit=options.strobe_limit,
            hud=options.hud,
        )
    except NoDisplay as why:
        yield bad(str(why))
        return
    try:
        for _ in range(FRAMES):
            stage.present(View(Show((), fullscreen=not options.windowed), Status()))
        yield good(f"the wall is drawn by {stage.renderer}")
        for line in stage.take_messages():
            yield note(line)
    finally:
        stage.close()


def device(options: RehearseOptions) -> Found:
    """What computes, and its memory."""
    from visualizer.engine.models.devices import memory_of, pick_device

    place = pick_device(options.device)
    name, size = memory_of(place)
    yield good(f"{place}: {name}, {size / 2**30:.0f} GiB")
    free = psutil.virtual_memory().available
    line = f"{free / 2**30:.1f} GiB of memory are free"
    yield good(line) if free > MEMORY else bad(line, "close other programs")


def models(options: RehearseOptions) -> Found:
    """The models of the set, each loaded once, from this machine alone, with a frame made."""
    presets, first, _ = find_presets(options)
    default, _, _ = choose(options.device)
    wanted = dict.fromkeys(_model(options, preset, default) for preset in presets)
    for name in wanted or {joined(options.model or default, options.lora): None}:
        show = start(presets, first, options.settings)
        yield from _tried(options, name, show)


def _model(options: RehearseOptions, preset: Preset, default: str) -> str:
    """The model that a preset plays with, and its LoRAs."""
    loras = options.lora or preset.loras or ()
    return joined(options.model or preset.model or default, loras)


def _tried(options: RehearseOptions, name: str, show: Show) -> Found:
    """One model."""
    begin = time.perf_counter()
    try:
        open_ = opener(replace(options, offline=True), strict=True)
        engine = open_(name, lambda status: None)
        loaded = time.perf_counter() - begin
        for _ in range(FRAMES):
            begin = time.perf_counter()
            engine.next(request(show))
        took = time.perf_counter() - begin
        height, width = engine.size
        yield good(
            f"{name}: loaded in {loaded:.0f} s on {engine.device}, {width}x{height}, "
            f"{1 / took:.1f} frames a second"
        )
    except Exception as error:
        yield bad(f"{name}: {_line(error)}", "start the show with it once where there is a network")
        return
    del engine
    gc.collect()
    yield from _memory()


def _memory() -> Found:
    """What the models have taken at most so far."""
    from visualizer.engine.models.devices import most_taken

    line = f"at most {peak_rss() / 2**30:.1f} GiB of memory taken"
    if gpu := most_taken():
        line += f", {gpu / 2**30:.1f} GiB of the GPU's"
    yield good(line)


def presets(options: RehearseOptions) -> Found:
    """All presets of the set."""
    folder = options.presets or shipped_presets()
    told: list[str] = []
    try:
        found, faults = load_folder(folder, told.append)
    except PresetError as error:
        yield bad(str(error), "give another --presets folder")
        return
    prompts = sum(len(preset.prompts) for preset in found)
    for fault in faults:
        yield from (bad(line, "mend it, or take it out of the folder") for line in fault.lines)
    for line in told:
        yield note(line)
    line = f"{len(found)} in {folder}, {prompts} prompts"
    yield good(line) if found else bad(line, "give another --presets folder")
    try:
        find_presets(options)
    except OptionError as error:
        yield from (bad(line) for line in str(error).splitlines())


def controllers(options: RehearseOptions) -> Found:
    """MIDI controllers, each with its map; maps and keys of one's own."""
    from visualizer.controls.midi import map_files
    from visualizer.controls.midi.monitor import look

    folder = options.maps or map_files.own_folder()
    _, faults = map_files.keys(folder)
    yield from (bad(line, "mend the file") for line in faults)
    if options.no_midi:
        yield note("MIDI is left alone (--no-midi)")
        return
    seen = look(folder=options.maps, given=options.midi_map)
    yield from (good(line) for line in seen.inputs)
    yield from (bad(line, "mend the file") for line in seen.faults)
    if seen.off:
        yield bad(seen.off) if options.midi else note(seen.off)
    elif not seen.inputs and not options.midi:
        yield note("no MIDI controller is plugged in")
    if options.midi and not any(options.midi.casefold() in line.casefold() for line in seen.inputs):
        yield bad(f"no controller is named {options.midi}", "plug it in, or give another --midi")


def ports(options: RehearseOptions) -> Found:
    """OSC's and the desk's ports, which another show may have."""
    for option, where, kind in (
        ("--osc", options.osc, socket.SOCK_DGRAM),
        ("--desk", options.desk, socket.SOCK_STREAM),
    ):
        if not where:
            yield note(f"{option}: nowhere")
            continue
        host, port = parse_address(where)
        with socket.socket(socket.AF_INET, kind) as tried:
            if kind == socket.SOCK_STREAM and sys.platform != "win32":
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((host, port))
            except OSError as error:
                why = f"{option} {host}:{port} can't be had: {terminal.reason(error)}"
                yield bad(why, "another show may run: end it, or give another port")
            else:
                yield good(f"{option} {host}:{port} is free")


def outputs(options: RehearseOptions) -> Found:
    """Programs that the wall is to go to; and those that it could go to."""
    from visualizer.outputs.programs import PROGRAMS, why_not

    asked = {kind for kind, _ in options.output}
    for kind, program in PROGRAMS.items():
        why = why_not(program)
        if kind in asked:
            yield bad(f"--output {kind}: {why}") if why else good(f"--output {kind} can be had")
        else:
            yield note(f"{kind}: {why or 'can be had'}")


def sound(options: RehearseOptions) -> Found:
    """The sound input: it is opened, and listened to for a moment."""
    from visualizer.controls.audio.audio_devices import NoInput, NoSound, open_input

    levels: list[float] = []
    try:
        heard = open_input(
            options.sound or None, lambda block: levels.append(float(abs(block).max()))
        )
    except (NoSound, NoInput) as why:
        yield note(str(why)) if options.sound is None else bad(f"--sound: {why}")
        return
    time.sleep(0.5)
    heard.close()
    name = f"{heard.name}, {heard.rate:.0f} Hz"
    if options.sound is None:
        yield note(f"not listened to (--sound); there is {name}")
    elif max(levels, default=0.0) > 0.0:
        yield good(f"{name}: it is heard")
    else:
        yield note(f"{name}: silence", "play something, or look at its level")


def disks(options: RehearseOptions) -> Found:
    """Room for recordings and pictures, and whether the show can be kept."""
    state = options.state or user_state_path("visualizer", appauthor=False)
    for what, folder, much in (
        ("recordings", user_videos_path(), True),
        ("pictures", user_pictures_path(), False),
        ("the show's state", state, False),
    ):
        there = next(each for each in (folder, *folder.parents) if each.is_dir())
        free = shutil.disk_usage(there).free
        line = f"{what}: {free / 2**30:.0f} GiB free at {folder}"
        if why := _unwritable(there):
            yield bad(f"{what}: {folder}: {why}", "free the disk, or set its permissions")
        elif free < (ROOM if much else ROOM // 10):
            yield bad(line, "delete something")
        else:
            yield note(line, "an hour takes some 10 GiB") if much and free < TIGHT else good(line)


def _unwritable(folder: Path) -> str:
    """Why nothing can be written to a folder; "" where it can."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"rehearsal")
    except OSError as error:
        return terminal.reason(error)
    return ""


def fonts(options: RehearseOptions) -> Found:
    """Letters of the set's prompts, and of what may be typed."""
    from visualizer.stage.drawing.fonts import letters_without_font

    found, _ = load_folder(options.presets or shipped_presets())
    texts = "".join(cued.text for preset in found for cued in preset.prompts)
    if missing := letters_without_font(each for each in texts if each.isprintable()):
        yield bad(
            f"the HUD can't draw these letters of prompts: {missing}",
            "install fonts such as Noto Sans CJK and Noto Emoji",
        )
    else:
        yield good("all letters of the presets' prompts")
    for script, letters in SCRIPTS.items():
        if letters_without_font(letters):
            yield note(f"no font for {script}", "prompts play all the same; the HUD shows boxes")
        else:
            yield good(script)


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
    findings: list[Finding] = []
    try:
        findings += check.find(options)
    except Exception as error:
        findings.append(bad(f"could not be looked at: {_line(error)}"))
    return findings


def _line(error: Exception) -> str:
    from visualizer.engine.failures import one_line

    return one_line(error)
