"""Which of the scenes that can be drawn the shipped model is taught.

A small network that learns for an hour on two cores does few things well or many badly. These are
the scenes asked for most and told apart best; with more computing power, teach them all.
"""

from __future__ import annotations

TAUGHT: tuple[str, ...] = (
    "tunnel", "fractal", "mandala", "kaleidoscope", "spiral", "crystals", "cells",
    "checkerboard", "stars", "galaxy", "planet", "black hole", "liquid", "smoke",
    "ocean waves", "ripples", "plasma", "flames", "clouds", "aurora", "lightning",
    "sunset", "mountains", "forest", "flower", "neon grid", "city skyline",
    "circuit board", "eye", "sun rays",
)  # fmt: skip
