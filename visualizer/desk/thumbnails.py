"""Thumbnails of prompts: small pictures of the wall, taken while each of them plays, and kept.

A prompt's picture is taken once in each of its turns, when it has been on by itself for some
seconds, and only where the wall shows it: not in a blackout, a freeze, under a test card, while its
weights are others, or while no pictures are generated. They lie in a folder of the session's, a
file each, and outlast the show. For the desk's thread alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from visualizer.desk.desk_state import picture_name
from visualizer.disk import write_bytes
from visualizer.frame import Pixels
from visualizer.show import cueing, durations
from visualizer.show.records import Preset
from visualizer.show.state import Show
from visualizer.show.status import Phase
from visualizer.show.view import View

FOLDER = "thumbnails"

RIPE = 4.0
"""Seconds that a prompt has been on by itself before its picture is taken: the loop takes some
frames to follow it."""

SIZE = (240, 135)
"""Pixels of a thumbnail at most: that of a button, twice as fine."""

QUALITY = 75
"""Of the JPEG: 4 to 8 kB each."""

MOST = 1000
"""Pictures kept; the oldest go first."""

MOST_BYTES = 64 * 1024
"""Of a file that is read: one that is larger is none of ours."""


class Thumbnails:
    """folder: where they are kept; None keeps them for this show alone. pictures: JPEG by name."""

    def __init__(self, folder: Path | None) -> None:
        self.pictures: dict[str, bytes] = {}
        self.fault = ""
        """Why they can't be kept, for people; "" where they can."""
        self._folder = folder
        self._names: dict[str, str] = {}  # by key
        self._taken: tuple[int, int] | None = None  # visits and turn of the last one
        self._told: tuple[tuple[Preset, ...], int, dict[str, str]] | None = None
        self._count = 0
        if folder is not None:
            self._read(folder)

    def ripe(self, view: View) -> bool:
        """Whether the prompt on the wall wants its picture taken now."""
        show, preset = view.show, view.show.preset_now
        if (show.visits, show.turn) == self._taken or preset is None:
            return False
        if view.status.phase is not Phase.RUNNING or view.engine_fps <= 0.0:
            return False
        if show.cue.parts != preset.prompts[show.prompt_index].parts:
            return False
        if show.live_since is None or show.cue.stays or not show.generating:
            return False
        if show.blackout or show.frozen or show.test_card or show.values["strobe"]:
            return False
        crossfade, hold = durations.seconds(show, "crossfade"), durations.seconds(show, "hold")
        wait = min(RIPE, hold / 2) if hold > 0 else RIPE
        return cueing.share(show.cue, crossfade) >= 1.0 and show.cue.age >= crossfade + wait

    def take(self, show: Show, pixels: Pixels) -> Callable[[], None]:
        """The wall's picture (RGB) as that of the prompt in force. What is given back keeps it on
        disk, which may take a while."""
        preset = show.preset_now
        assert preset is not None
        self._taken = show.visits, show.turn
        key = _key(preset.name, preset.prompts[show.prompt_index].text)
        jpeg = _encoded(pixels)
        self._keep(key, jpeg)
        return partial(self._write, key, jpeg)

    def of(self, presets: tuple[Preset, ...]) -> dict[str, str]:
        """The names of prompts' pictures, by "preset.prompt" in numbers from 1."""
        if self._told is None or self._told[0] is not presets or self._told[1] != self._count:
            found = {
                f"{place}.{number}": name
                for place, preset in enumerate(presets, 1)
                for number, cued in enumerate(preset.prompts, 1)
                if (name := self._names.get(_key(preset.name, cued.text)))
            }
            self._told = presets, self._count, found
        return self._told[2]

    def _write(self, key: str, jpeg: bytes) -> None:
        if self._folder is None:
            return
        try:
            write_bytes(self._folder / f"{key}.jpg", jpeg)
            self.fault = ""
        except OSError as error:
            self.fault = f"desk: thumbnails can't be saved: {error.strerror or error}"

    def _keep(self, key: str, jpeg: bytes) -> None:
        self._count += 1
        if key in self._names:
            self._forget(key)
        while len(self._names) >= MOST:
            self._forget(next(iter(self._names)))
        self._names[key] = name = picture_name(jpeg)
        self.pictures[name] = jpeg

    def _forget(self, key: str) -> None:
        name = self._names.pop(key)
        if name not in self._names.values():  # another prompt may have had the very same picture
            del self.pictures[name]

    def _read(self, folder: Path) -> None:
        """Those of earlier shows; what can't be read is taken anew."""
        with suppress(OSError):
            files = sorted(folder.glob("*.jpg"), key=lambda path: path.stat().st_mtime)
            for path in files[:-MOST]:
                path.unlink()
            for path in files[-MOST:]:
                if path.stat().st_size <= MOST_BYTES and path.stem.isalnum():
                    self._keep(path.stem, path.read_bytes())


def _key(preset: str, text: str) -> str:
    return hashlib.sha256(f"{preset}\0{text}".encode("utf-8", "replace")).hexdigest()[:16]


def _encoded(pixels: Pixels) -> bytes:
    height, width = pixels.shape[:2]
    scale = min(SIZE[0] / width, SIZE[1] / height, 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return np.asarray(jpeg).tobytes()
