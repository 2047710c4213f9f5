"""Continue a folder of frames from an interrupted run: its saved state, and whether this run would
generate the same frames."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from visualizer import __version__
from visualizer.engine import checkpoint
from visualizer.offline.writers import STATE, check_out
from visualizer.options import OptionError, RenderOptions
from visualizer.show.state import Show


def saved(options: RenderOptions) -> dict[str, Any]:
    """What the interrupted run that is to be continued has saved besides its engine's state; empty
    where none is. Raises OptionError."""
    if not options.continuing:
        return {}
    check_out(options.out, continuing=True)
    state = options.out / STATE
    try:
        found = checkpoint.read(state)
    except (OSError, ValueError) as error:
        raise OptionError(f"--continue: {state} can't be read: {error}") from None
    if not all(isinstance(found.get(name), int) for name in ("frames", "chance")):
        raise OptionError(f"--continue: {state} is from another version of this program")
    return found


def first_frame(options: RenderOptions, saved: Mapping[str, Any], show: Show, length: int) -> int:
    """The number of the first frame to make, from 0: as many were made by the run that is
    continued.

    Raises OptionError where it was another's, as its frames would not fit.
    """
    if not saved:
        return 0
    made: int = saved["frames"]
    if saved.get("made_with") != fingerprint(options, show):
        raise OptionError(
            f"--continue: {options.out} was started with other options, presets or sound; give the "
            "same ones, except --frames and --seconds"
        )
    if made >= length:
        raise OptionError(f"--continue: {options.out} already has {length} frames; ask for more")
    return made


def fingerprint(options: RenderOptions, show: Show) -> str:
    """What pictures depend on, in a short text: all frames of one run have the same."""
    asked = replace(
        options, continuing=False, frames=None, out=Path(), verbose=False, offline=False
    )
    named = {options.source, *(preset.source for preset in show.presets)}
    for loras in (options.lora, *(preset.loras for preset in show.presets)):
        named.update(lora.name for lora in loras or ())
    given = [path for path in (options.sound, options.from_picture) if path is not None]
    stats = [_stat(path) for path in (*given, *map(Path, sorted(filter(None, named))))]
    facts = (
        __version__,
        asked,
        dict(options.settings),
        show.presets,
        sorted(show.values.items()),
        [(file.st_size, file.st_mtime_ns) if file else None for file in stats],
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _stat(path: Path) -> os.stat_result | None:
    """Size and date of a file; None for what is none, as camera:0 or a name on Hugging Face."""
    try:
        return path.expanduser().stat()
    except OSError:
        return None
