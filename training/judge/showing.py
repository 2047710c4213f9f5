"""Pictures as the show makes them, with the visualizer's own engine. For looking and measuring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import AutoPipelineForImage2Image
from PIL import Image, ImageDraw
from torch import Tensor

import visualizer.engine.builtin.for_diffusers  # noqa: F401  (diffusers imports no classes itself)
from training.train.loop import autocast
from visualizer.engine.diffusion.denoiser import Denoiser, denoiser_of
from visualizer.engine.loop.feedback import Feedback
from visualizer.show.next_request import request
from visualizer.show.play_actions import Prompt
from visualizer.show.reducer import reduce, start
from visualizer.show.request import Request

FRAMES = 12
FRAMES_A_SECOND = 15.0
"""Show time goes on at this rate: about what a laptop makes."""
STRENGTH = 0.6


@dataclass(frozen=True)
class Model:
    """A loaded model, and the side of its own pictures in pixels."""

    denoiser: Denoiser
    size: int


def open_model(folder: Path, device: str = "cpu") -> Model:
    """The exported model, loaded as anyone would; reads nothing from a network."""
    pipeline: Any = AutoPipelineForImage2Image.from_pretrained(str(folder), local_files_only=True)
    pipeline.to(device)
    pipeline.unet.to(memory_format=torch.channels_last)
    pipeline.vae.to(memory_format=torch.channels_last)
    # The networks alone compute in bfloat16, as they do in the show where hardware is made for it.
    for network, name in (
        (pipeline.unet, "forward"),
        (pipeline.vae, "encode"),
        (pipeline.vae, "decode"),
    ):
        setattr(network, name, _rounded(getattr(network, name), torch.device(device)))
    size = pipeline.unet.config.sample_size * pipeline.vae_scale_factor
    return Model(denoiser_of(pipeline), size)


def _rounded(call: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    def rounded(*args: Any, **kwargs: Any) -> Any:
        with autocast(device):
            return call(*args, **kwargs)

    return rounded


def ask(prompt: str, seed: int, steps: int = 1, strength: float = STRENGTH) -> Request:
    """What the show asks for by default, from white."""
    values = {"strength": strength, "steps": steps, "seed": seed}
    show = reduce(start((), settings=values), Prompt(prompt))
    return replace(request(show), restarts=seed)


def frames_of(model: Model, request: Request, frames: int) -> Iterator[Tensor]:
    """The frames of a feedback loop from white, one by one, uint8 (3, size, size)."""
    size = (model.size, model.size)
    engine = Feedback(model.denoiser, size=size, model="builtin", device="cpu")
    for frame in range(frames):
        picture = engine.next(replace(request, time=frame / FRAMES_A_SECOND))
        yield torch.from_numpy(picture.pixels.copy()).permute(2, 0, 1)


def last_of(model: Model, request: Request, frames: int) -> Tensor:
    """The last frame of a feedback loop from white, uint8 (3, size, size)."""
    return list(frames_of(model, request, frames))[-1]


def by_loop(model: Model, prompt: str, seed: int) -> Tensor:
    """The picture after ``FRAMES`` frames of one step each, uint8 (3, size, size)."""
    return last_of(model, ask(prompt, seed), FRAMES)


def by_steps(model: Model, prompt: str, seed: int, steps: int = 12) -> Tensor:
    """The picture after ``steps`` DDIM steps from pure noise in one frame, uint8."""
    return last_of(model, ask(prompt, seed, steps=steps, strength=1.0), 1)


def quick_sheet(folder: Path, path: Path, count: int = 16) -> None:
    """What an exported model's loop makes of some prompts, at half its size, as a PNG."""
    model, prompts = open_model(folder), SHEET[:count]
    made = torch.stack([by_loop(model, prompt, seed) for seed, prompt in enumerate(prompts)])
    half = F.avg_pool2d(made.float(), 2).round().to(torch.uint8)
    sheet(list(half), prompts).save(path)


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

    from training.paths import MODEL

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", action="store_true", help="many steps, not the loop")
    parser.add_argument("--count", type=int, default=len(SHEET))
    options = parser.parse_args()
    model = open_model(options.model)
    make = by_steps if options.steps else by_loop
    prompts = SHEET[: options.count]
    pictures = [make(model, prompt, seed) for seed, prompt in enumerate(prompts)]
    sheet(pictures, prompts).save(options.out)


if __name__ == "__main__":
    main()
