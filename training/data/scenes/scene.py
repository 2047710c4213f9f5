"""The row that describes one family of pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from training.data.scenes.fields import Canvas

Draw = Callable[[Canvas], Tensor]
Zoom = Literal["object", "pattern", "view"]


@dataclass(frozen=True)
class Scene:
    """A family of pictures.

    ``draw`` maps a canvas to tones (n, h, w), dark to bright in any range. ``names`` are what
    people call it, the first being its own name; ``palettes`` suit it when no caption asks for a
    colour. ``zoom`` says what a change of scale does to it: an object gets tiny or huge, a
    pattern dense or sparse, a view must keep its scale. ``half`` draws at half the size where
    that costs too much and the forms are smooth anyway. ``light`` is its usual mean brightness.
    """

    names: tuple[str, ...]
    palettes: tuple[str, ...]
    draw: Draw
    zoom: Zoom = "pattern"
    half: bool = False
    light: float = 0.32
