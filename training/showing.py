"""Pictures as the show makes them, with the visualizer's own engine. For looking and measuring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoPipelineForImage2Image
from PIL import Image, ImageDraw
from torch import Tensor

import visualizer.engine.loading  # noqa: F401  (the built-in model's classes: diffusers imports none)
from visualizer.engine.denoiser import Denoiser, denoiser_of
from visualizer.engine.feedback import Feedback
from visualizer.show.actions import Prompt
from visualizer.show.reducer import reduce, start
from visualizer.show.request import Request
from visualizer.show.state import request

FRAMES = 12
FRAMES_A_SECOND = 15.0
"""Show time goes on at this rate: about what a laptop makes."""
STRENGTH = 0.6


def open_model(folder: Path, device: str = "cpu") -> Denoiser:
    """The exported model, loaded as anyone would; reads nothing from a network."""
    pipeline: Any = AutoPipelineForImage2Image.from_pretrained(str(folder), local_files_only=True)
    pipeline.to(device)
    pipeline.unet.to(memory_format=torch.channels_last)
    pipeline.vae.to(memory_format=torch.channels_last)
    return denoiser_of(pipeline)


def ask(prompt: str, seed: int, steps: int = 1, strength: float = STRENGTH) -> Request:
    """What the show asks for by default, from white."""
    values = {"strength": strength, "steps": steps, "seed": seed}
    show = reduce(start((), settings=values), Prompt(prompt))
    return replace(request(show), restarts=seed)


def loop(denoiser: Denoiser, request: Request, frames: int, size: int = 256) -> Tensor:
    """All frames of a feedback loop from white, uint8 (frames, 3, size, size)."""
    engine = Feedback(denoiser, size=(size, size), model="builtin", device="cpu")
    wanted = (replace(request, time=frame / FRAMES_A_SECOND) for frame in range(frames))
    pixels = [engine.next(each).pixels for each in wanted]
    return torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2)


def by_loop(denoiser: Denoiser, prompt: str, seed: int) -> Tensor:
    """The picture after ``FRAMES`` frames of one step each, uint8 (3, 256, 256)."""
    return loop(denoiser, ask(prompt, seed), FRAMES)[-1]


def by_steps(denoiser: Denoiser, prompt: str, seed: int, steps: int = 12) -> Tensor:
    """The picture after ``steps`` DDIM steps from pure noise in one frame, uint8."""
    return loop(denoiser, ask(prompt, seed, steps=steps, strength=1.0), 1)[-1]


def sheet(pictures: Sequence[Tensor], captions: Sequence[str], columns: int = 8) -> Image.Image:
    """uint8 pictures (3, h, w) in rows, each with its caption beneath."""
    side, room = pictures[0].shape[-1], 34
    rows = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * side, rows * (side + room)), "black")
    draw = ImageDraw.Draw(page)
    for i, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left, top = i % columns * side, i // columns * (side + room)
        page.paste(Image.fromarray(picture.permute(1, 2, 0).contiguous().numpy()), (left, top))
        draw.text((left + 4, top + side + 6), caption, fill="white", font_size=15)
    return page


SHEET = (
    "a fiery tunnel", "neon city skyline", "emerald crystals", "a golden mandala",
    "purple smoke", "icy mountains", "red eye", "rainbow kaleidoscope",
    "cyberpunk neon grid", "blue ocean waves", "glacier crystals", "acid plasma",
    "sunset", "pink flower", "black and white checkerboard", "green aurora",
    "inferno flames", "blue lightning", "forest", "pastel clouds",
    "candy cells", "orange planet", "turquoise ripples", "lavender spiral",
    "a black hole", "copper circuit board", "white stars", "sun rays in magenta",
    "dark blue galaxy", "vaporwave sunset", "silver liquid", "crimson fractal",
)  # fmt: skip


def main() -> None:
    """Write a contact sheet of the exported model for a quick look."""
    import argparse

    from training.checkpoint import MODEL

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", action="store_true", help="many steps, not the loop")
    parser.add_argument("--count", type=int, default=len(SHEET))
    options = parser.parse_args()
    denoiser = open_model(options.model)
    make = by_steps if options.steps else by_loop
    prompts = SHEET[: options.count]
    pictures = [make(denoiser, prompt, seed) for seed, prompt in enumerate(prompts)]
    sheet(pictures, prompts).save(options.out)


if __name__ == "__main__":
    main()
