"""`loop: reference` is the loop of the app that this one grew out of, on diffusers' own pipeline.

That app works on Pillow's pictures of 8 bits, with diffusers as it comes, its autoencoder the whole
way and back in each frame. Its one fault that is not taken over is that it truncates where it
should round (see its README's astype(np.uint8)), which darkens the picture frame by frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny
from PIL import Image, ImageEnhance

from visualizer.engine.diffusion.denoiser import Denoise
from visualizer.engine.diffusion.seed_walk import SEEDS
from visualizer.engine.loop.feedback import Feedback
from visualizer.engine.loop.perturb import draw
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.engine.models.loading import BUILTIN_FOLDER, load_model
from visualizer.engine.models.picture_size import picture_side
from visualizer.frame import Pixels
from visualizer.show.parameters import REFERENCE
from visualizer.show.request import Request

from ..conftest import request, unheard

FRAMES = 7
FRAME = 1 / 20
INTERVAL = 3
"""Frames to a seed: fewer than the app's 20, so that seven of them see it change."""

WHOLE = ("steps", "seed_interval")


def requests(**changes: float) -> list[Request]:
    """Frames of the reference loop, at 20 a second."""
    values = {**REFERENCE, "seed_interval": INTERVAL, **changes}
    fields = {name: int(value) if name in WHOLE else value for name, value in values.items()}
    return [request(**fields, seed=1, time=frame * FRAME) for frame in range(FRAMES)]


def plain_loop(pipeline: Any, wanted: list[Request], side: int) -> Iterator[Pixels]:
    """The app's loop, as its README has it, with our draws and with rounding."""
    previous: Image.Image | None = None
    for number, frame in enumerate(wanted):
        seed = frame.seed + number // INTERVAL
        if previous is None:
            perturbed = Image.new("RGB", (side, side), color="white")
        else:
            shake = draw(frame, FRAME, number * SEEDS + seed)
            perturbed = ImageEnhance.Brightness(previous).enhance(shake.brightness)
            perturbed = ImageEnhance.Contrast(perturbed).enhance(shake.contrast)
        made: Image.Image = pipeline(
            prompt=frame.prompts[0][0],
            image=perturbed,
            strength=frame.strength,
            guidance_scale=frame.guidance,
            num_inference_steps=frame.steps,
            generator=torch.Generator().manual_seed(seed),
        ).images[0]
        if previous is not None:
            mixed = frame.blend * np.array(previous) + (1.0 - frame.blend) * np.array(made)
            made = Image.fromarray(np.rint(mixed).astype(np.uint8))
        previous = made
        yield np.array(made)


def likeness(one: Pixels, other: Pixels) -> float:
    """The peak signal-to-noise ratio in dB."""
    error = float(np.mean((one.astype(float) - other) ** 2))
    return 10.0 * math.log10(255.0**2 / max(error, 1e-9))


# At strength 1 the last picture only shows through the blend; at less it is fed back in earnest.
# There diffusers' strength is a staircase, on whose steps alone ours is the same.
@pytest.mark.parametrize(("strength", "steps"), [(REFERENCE["strength"], 2), (0.75, 4)])
@pytest.mark.parametrize("model", ["sd", BUILTIN])
def test_the_reference_loop_equals_a_plain_loop_on_diffusers_own_pipeline(
    model: str, strength: float, steps: int, sd_folder: Path, tiny_vae: AutoencoderTiny
) -> None:
    pipeline = load_model(
        str(BUILTIN_FOLDER if model == BUILTIN else sd_folder), "cpu", True, unheard
    )
    if model == "sd":
        pipeline.vae = tiny_vae  # its own adds noise when it encodes; this one has none to add
    side = 256 if model == BUILTIN else picture_side(pipeline)
    wanted = requests(strength=strength, steps=steps)
    engine = Feedback(Denoise(pipeline), size=(side, side), model=model, device="cpu")
    ours = [engine.next(frame).pixels for frame in wanted]
    theirs = list(plain_loop(pipeline, wanted, side))
    found = [likeness(one, other) for one, other in zip(ours, theirs, strict=True)]
    print(f"PSNR by frame: {', '.join(f'{each:.1f}' for each in found)} dB")
    # The built-in model is sharp: what rounding changes grows more, fed back time and again.
    assert min(found) >= (35.0 if model == BUILTIN else 40.0)
    assert likeness(ours[0], ours[-1]) < 30.0  # it is no still life
