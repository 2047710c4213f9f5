"""What a training picture is to show, and the captions that say so: chosen before it is drawn."""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.data.captions import make_caption
from training.data.palettes import PALETTES
from training.data.scenes import SCENES

SCENE_NAMES: list[str] = [scene.names[0] for scene in SCENES]
PALETTE_NAMES: list[str] = [palette.name for palette in PALETTES]

# Colours without a hue are asked for often and told apart badly, so they come up twice as often.
_DRAWN = [i for i, row in enumerate(PALETTES) for _ in range(2 if row.hueless else 1)]
_EVERYWHERE = ("bright", "dark", "soft", "sharp", "glowing", "symmetrical", "high contrast",
               "misty", "minimal")  # fmt: skip
_SCALES = {"object": ("tiny", "huge"), "pattern": ("dense", "sparse"), "view": ()}
# Two looks of one row pull against each other and never meet in a picture.
_OPPOSED = (
    {"bright", "dark", "minimal"}, {"soft", "sharp"}, {"misty", "sharp", "high contrast"},
    {"dense", "sparse", "minimal"}, {"tiny", "huge"},
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What one picture is to show and what its captions say."""

    scene: int
    palette: int
    modifiers: tuple[str, ...]
    captions: tuple[str, ...]
    form: int | None


def _draw_modifiers(scene: int, draw: random.Random) -> tuple[str, ...]:
    """Up to two looks that suit the scene and go together."""
    choices = _EVERYWHERE + _SCALES[SCENES[scene].zoom]
    count = draw.choices((0, 1, 2), (45, 38, 17))[0]
    picked = draw.sample(choices, count)
    if any(len(group.intersection(picked)) > 1 for group in _OPPOSED):
        picked = picked[:1]
    return tuple(picked)


def make_plan(scene: int, draw: random.Random, forms: int, wordings: int) -> Plan:
    """Choose palette, looks and words for a picture of one scene."""
    row = SCENES[scene]
    modifiers = _draw_modifiers(scene, draw)
    kind = draw.random()
    if kind < 0.75:
        palette = draw.choice(_DRAWN)
    elif draw.random() < 0.85:
        palette = PALETTE_NAMES.index(draw.choice(row.palettes))
    else:
        palette = draw.choice(_DRAWN)
    said_palette = PALETTES[palette] if kind < 0.75 else None
    said_scene = None if kind < 0.05 else row
    captions = [
        make_caption(said_scene, said_palette, modifiers, draw) for _ in range(max(wordings, 1))
    ]
    form = draw.randrange(forms) if forms else None
    return Plan(scene, palette, modifiers, tuple(captions), form)
