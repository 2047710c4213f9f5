"""A contact sheet of the drawn pictures, to look at before anything is trained on them.

python -m training.data.drawn_sheet --sheet drawn.png
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image

from training.data.palettes import PALETTES
from training.data.pictures import render_all
from training.data.plans import PALETTE_NAMES, SCENE_NAMES, Plan
from training.data.scenes import SCENES


@torch.inference_mode()
def sheet(columns: int, seed: int, size: int, scenes: Sequence[int]) -> Image.Image:
    """A row for each scene: its own palettes first, then any others."""
    draw = random.Random(seed)
    plans = []
    for scene in scenes:
        own = [PALETTE_NAMES.index(name) for name in SCENES[scene].palettes[: columns // 2]]
        rest = draw.sample(range(len(PALETTES)), columns - len(own))
        plans += [Plan(scene, palette, (), (), None) for palette in own + rest]
    images = render_all(plans, seed, size, torch.device("cpu"))
    grid = images.view(len(scenes), columns, 3, size, size).permute(0, 3, 1, 4, 2)
    return Image.fromarray(grid.reshape(len(scenes) * size, columns * size, 3).numpy())


def main() -> None:
    """Write a contact sheet of all scenes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--sheet", type=Path, required=True, help="PNG file to write")
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scenes", nargs="*", default=SCENE_NAMES, help="names of scenes")
    options = parser.parse_args()
    chosen = [SCENE_NAMES.index(name) for name in options.scenes]
    sheet(options.columns, options.seed, options.size, chosen).save(options.sheet)


if __name__ == "__main__":
    main()
