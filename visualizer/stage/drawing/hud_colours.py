"""Colours of all that stands over the picture. One accent; amber asks for input, red warns."""

from __future__ import annotations

from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int, int]
"""Red, green, blue, opacity; each 0 to 255.

What text stands on is nearly opaque: pygame blends one transparent surface into another by the
upper one's opacity alone, so a faint white below would shine through the letters' edges.
"""

INK: Colour = (242, 244, 250, 255)
SOFT: Colour = (186, 192, 208, 255)
DIM: Colour = (132, 139, 158, 255)
DARK: Colour = (10, 11, 16, 255)

PANEL: Colour = (9, 10, 15, 212)
FIELD: Colour = (9, 10, 15, 240)
EDGE: Colour = (255, 255, 255, 26)
SCRIM: Colour = (7, 8, 12, 238)
TRACK: Colour = (40, 43, 54, 225)
CAP: Colour = (58, 62, 76, 235)
LINE: Colour = (255, 255, 255, 30)

ACCENT: Colour = (104, 211, 255, 255)
FILL: Colour = (32, 92, 128, 255)
AMBER: Colour = (255, 190, 84, 255)
RED: Colour = (255, 104, 104, 255)
