"""What `visualizer rehearse` checks of the set: its presets, and its models, each loaded once."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from dataclasses import replace

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

Found = Iterator[Finding]

FRAMES = 3
"""Frames that each model makes: the first ones are slow."""


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
        yield bad(f"{name}: {_line(error)}", "start the show with it once while online")
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
        yield from (bad(line, "correct it, or remove it from the folder") for line in fault.lines)
    for line in told:
        yield note(line)
    line = f"{len(found)} in {folder}, {prompts} prompts"
    yield good(line) if found else bad(line, "give another --presets folder")
    try:
        find_presets(options)
    except OptionError as error:
        yield from (bad(line) for line in str(error).splitlines())


def _line(error: Exception) -> str:
    from visualizer.engine.failures import one_line

    return one_line(error)
