"""What `visualizer rehearse` checks of the machine, from libraries to disks and fonts."""

from __future__ import annotations

import platform
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from platformdirs import user_pictures_path, user_state_path, user_videos_path

from visualizer import terminal
from visualizer.controls.osc.osc_input import parse_address
from visualizer.options import RehearseOptions, shipped_presets
from visualizer.show.files.preset import load_folder
from visualizer.show.findings import Finding, bad, good, note
from visualizer.show.state import Show
from visualizer.show.status import Status
from visualizer.show.view import View

Found = Iterator[Finding]

PACKAGES = ("torch", "diffusers", "transformers", "pygame-ce", "moderngl", "mido", "openvino", "av")
"""Whose versions are told."""

ROOM, TIGHT = 2 * 2**30, 20 * 2**30
"""Bytes of a disk below which a set can't be recorded, and below which a long one can't."""

MEMORY = 2 * 2**30
"""Bytes of memory that must be free: the built-in model's show takes half of them."""

SCRIPTS = {"emoji": "🔥🌊✨", "Chinese and Japanese": "水夢の", "Korean": "물꿈", "Cyrillic": "Жя"}
"""Letters that a prompt may be typed with."""

PICTURES = 3
"""Pictures drawn on the stage that is tried."""


def versions(options: RehearseOptions) -> Found:
    """Python, libraries and drivers."""
    system = f"Python {platform.python_version()} on {platform.platform(terse=True)}"
    yield (
        good(system)
        if sys.version_info < (3, 15)
        else note(f"{system}: newer than the tested versions")
    )
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
        for _ in range(PICTURES):
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


def controllers(options: RehearseOptions) -> Found:
    """MIDI controllers, each with its map; maps and keys of one's own."""
    from visualizer.controls.midi import map_files
    from visualizer.controls.midi.monitor import look

    folder = options.maps or map_files.own_folder()
    _, faults = map_files.keys(folder)
    yield from (bad(line, "correct the file") for line in faults)
    if options.no_midi:
        yield note("MIDI is off (--no-midi)")
        return
    seen = look(folder=options.maps, given=options.midi_map)
    yield from (good(line) for line in seen.inputs)
    yield from (bad(line, "correct the file") for line in seen.faults)
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
                why = f"{option} {host}:{port} is not available: {terminal.reason(error)}"
                yield bad(why, "another show may be running: end it, or give another port")
            else:
                yield good(f"{option} {host}:{port} is free")


def outputs(options: RehearseOptions) -> Found:
    """Programs that the wall is to go to; and those that it could go to."""
    from visualizer.outputs.programs import PROGRAMS, why_not

    asked = {kind for kind, _ in options.output}
    for kind, program in PROGRAMS.items():
        why = why_not(program)
        if kind in asked:
            yield bad(f"--output {kind}: {why}") if why else good(f"--output {kind} is available")
        else:
            yield note(f"{kind}: {why or 'is available'}")


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
        yield note(f"not used without --sound; available: {name}")
    elif max(levels, default=0.0) > 0.0:
        yield good(f"{name}: sound is received")
    else:
        yield note(f"{name}: silence", "play something, or check its level")


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
            f"the HUD can't draw these characters of prompts: {missing}",
            "install fonts such as Noto Sans CJK and Noto Emoji",
        )
    else:
        yield good("all characters of the presets' prompts")
    for script, letters in SCRIPTS.items():
        if letters_without_font(letters):
            yield note(f"no font for {script}", "prompts still work; the HUD shows boxes")
        else:
            yield good(script)
