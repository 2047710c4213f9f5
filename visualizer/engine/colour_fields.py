"""An engine without torch: soft fields of colour that flow into each other, by the prompt's words.

It is what runs where torch or every model fails, and with --model colour-fields. It obeys strength,
seed, restart, blend and a source as a model does, so a show can be set up and tested with it.
"""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from visualizer.engine.crossfade import resized
from visualizer.engine.diffusion.seed_walk import Place, SeedWalk
from visualizer.engine.models.catalogue import COLOUR_FIELDS
from visualizer.engine.picture import Picture, Stopwatch, untimed
from visualizer.engine.prompt_colours import lookup_table
from visualizer.frame import Pixels
from visualizer.show.lora import Lora
from visualizer.show.request import Mix, Request

Floats: TypeAlias = npt.NDArray[np.float32]

SPEED = 0.035
"""Radians that the fields move on a frame at full strength: a turn takes 180 frames."""

GLIDE = 0.03
"""Share of the way to a new seed's fields that a frame goes at full strength: they never jump."""

SHADES = 256
"""Entries of the colour table: fields are looked up in it, which is faster than computing."""


class ColourFields:
    """See the module. size: (width, height) of the picture in pixels, or a square's side."""

    checkpoint = ("_walk", "_restarts", "_previous", "_shape", "_time")

    def __init__(self, size: tuple[int, int] | int = 384, stopwatch: Stopwatch = untimed) -> None:
        self.model = COLOUR_FIELDS
        self.device = "cpu"
        self.loras: tuple[Lora, ...] = ()
        self.stopwatch = stopwatch
        width, height = (size, size) if isinstance(size, int) else size
        across, down = (np.linspace(-1.0, 1.0, n, dtype=np.float32) for n in (width, height))
        glow = across[None, :] ** 2 + down[:, None] ** 2
        self._vignette = 1.0 - 0.25 * np.clip(glow - 0.3, 0.0, 1.0)[..., None]
        # The shapes in it are not stretched: the shorter side goes from -1 to 1.
        shorter = min(width, height)
        self._y, self._x = down[:, None] * (height / shorter), across[None, :] * (width / shorter)
        self._walk = SeedWalk()
        self._tables: dict[str, Floats] = {}
        self._restarts: int | None = None
        self._previous: Floats | None = None
        self._shape: Floats | None = None
        self._time = 0.0

    @property
    def size(self) -> tuple[int, int]:
        """See engine.Engine."""
        return len(self._y), self._x.shape[1]

    def next(self, request: Request) -> Picture:
        """The next picture. See engine.Engine."""
        if request.restarts != self._restarts:
            self._restarts, self._time = request.restarts, 0.0
            self._previous = self._shape = None
        place = self._walk.step(request)
        self._time += SPEED * request.strength
        with self.stopwatch("denoise"):
            target = _shape_at(place)
            if self._shape is None:
                self._shape = target
            self._shape = self._shape + np.float32(GLIDE * request.strength) * (
                target - self._shape
            )
            fields = self._fields(self._shape)
            new = self._colours(fields, self._table(request.prompts))
        with self.stopwatch("blend"):
            if self._previous is not None:
                new += np.float32(request.blend) * (self._previous - new)
            if request.source_pixels is not None and request.source_mix:
                source = resized(request.source_pixels, self.size).astype(np.float32) / 255.0
                new = new + np.float32(request.source_mix) * (source - new)
        self._previous = new
        with self.stopwatch("copy"):
            pixels = np.rint(new * 255.0).astype(np.uint8)
            pixels.setflags(write=False)
        return Picture(pixels, place.seed)

    def continue_from(self, pixels: Pixels) -> None:
        """See engine.Engine. These pictures are not made from one another."""

    def prepare(self, request: Request) -> str:
        """See engine.Engine. Nothing here takes time."""
        return ""

    def reduce_memory(self) -> str:
        """See engine.Engine. Nothing here takes memory."""
        return ""

    def _fields(self, shape: Floats) -> tuple[Floats, Floats]:
        """Two smooth fields (height, width) in [0, 1]: where in the palette, and how much light.

        Sines bent by sines (domain warping), so that nothing repeats in sight.
        """
        phase, pitch = shape[:8], shape[8:]
        t = np.float32(self._time)
        x, y = self._x, self._y
        bent_x = x + 0.45 * np.sin(pitch[0] * y + t + phase[0]) * np.cos(
            pitch[1] * x - 0.6 * t + phase[1]
        )
        bent_y = y + 0.45 * np.cos(pitch[2] * x - 0.8 * t + phase[2]) * np.sin(
            pitch[3] * y + 0.5 * t + phase[3]
        )
        hue = (
            np.sin(2.1 * bent_x + 0.7 * t + phase[4])
            + np.sin(1.7 * bent_y - 0.5 * t + phase[5])
            + np.sin(1.3 * (bent_x + bent_y) + 0.3 * t + phase[6])
        )
        light = np.sin(2.6 * (bent_x - bent_y) + 1.4 * hue - t + phase[7])
        return 0.5 + hue / 6.0, 0.5 + 0.5 * light

    def _colours(self, fields: tuple[Floats, Floats], table: Floats) -> Floats:
        """Fields through the colour table: (height, width, 3) in [0, 1]."""
        hue, light = fields
        base = table[(hue * (SHADES - 1)).astype(np.uint8)]
        lit = base * (0.55 + 0.45 * light[..., None]) * self._vignette
        glow = (light**6)[..., None] * np.float32(0.35)
        picture: Floats = lit + glow * (table[-1] - lit)
        return picture

    def _table(self, mix: Mix) -> Floats:
        """Colour table (SHADES, 3) of a mix: the weighted sum of its prompts' tables."""
        total = np.zeros((SHADES, 3), np.float32)
        for text, weight in mix or (("", 1.0),):
            if text not in self._tables:
                if len(self._tables) > 64:
                    self._tables.clear()
                digest = hashlib.sha256(text.strip().lower().encode()).digest()
                self._tables[text] = lookup_table(text, digest, SHADES)
            total += np.float32(weight) * self._tables[text]
        return total


def _shape_at(place: Place) -> Floats:
    """What makes the fields of a place between two seeds."""
    here = _shape_of(place.seed)
    return here + np.float32(place.share) * (_shape_of(place.following) - here)


def _shape_of(seed: int) -> Floats:
    """What makes a seed's fields: 8 phases in radians, then 4 pitches in radians a unit."""
    draw = np.random.default_rng(seed)
    phase, pitch = draw.uniform(0.0, 2.0 * np.pi, 8), draw.uniform(1.1, 2.3, 4)
    return np.concatenate([phase, pitch]).astype(np.float32)
