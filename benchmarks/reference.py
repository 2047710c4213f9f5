"""The loop of the app that this one grew out of, as that app runs it: the peer in every figure.

Pictures are PIL's, the pipeline is called as it comes, brightness and contrast go through
ImageEnhance, the blend through numpy, and astype(uint8) truncates, as there. Only what a machine
without a screen can't do is left out: to draw the picture in a window. Its first picture, which
the app makes and never shows, is handed out like the others.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageEnhance

from visualizer.frame import Pixels
from visualizer.show.request import Request

SHAKE = 0.05
"""Brightness and contrast are each multiplied by 1 ± this."""

ALPHA = 0.1
"""Share of the previous frame in the next."""

SEED_INTERVAL = 20
"""Frames until the seed goes up by one."""


class Reference:
    """The app's loop on a diffusers image-to-image pipeline.

    side: pixels of the picture's side. embed_once: the one short cut that anyone could take who
    keeps the loop, embeddings kept by prompt. Of a Request the strongest prompt, strength,
    guidance, steps and seed count; the rest is fixed there. Sets torch's global seed, as the app
    does.
    """

    def __init__(self, pipeline: Any, side: int, *, embed_once: bool = False) -> None:
        pipeline.set_progress_bar_config(disable=True)
        self._pipeline = pipeline
        self._side = side
        self._embed_once = embed_once
        self._embedded: dict[str, dict[str, Any]] = {}
        self._chance = random.Random(0)
        self._previous: Image.Image | None = None
        self._frames = 0

    def next(self, request: Request) -> Pixels:
        """The next picture, uint8 (side, side, 3)."""
        torch.manual_seed(request.seed + self._frames // SEED_INTERVAL)
        if self._previous is None:
            white = Image.new("RGB", (self._side, self._side), color="white")
            self._previous = self._transformed(white, request)
        else:
            new = self._transformed(self._perturbed(self._previous), request)
            self._previous = blended(self._previous, new)
            self._frames += 1
        return np.asarray(self._previous)

    def _transformed(self, image: Image.Image, request: Request) -> Image.Image:
        text = max(request.prompts, key=lambda part: part[1])[0]
        made: Image.Image = self._pipeline(
            **self._told(text),
            image=image,
            strength=request.strength,
            guidance_scale=request.guidance,
            num_inference_steps=request.steps,
        ).images[0]
        return made

    def _told(self, text: str) -> dict[str, Any]:
        """The prompt, or what the pipeline has once made of it."""
        if not self._embed_once:
            return {"prompt": text}
        if text not in self._embedded:
            with torch.inference_mode():
                found = self._pipeline.encode_prompt(
                    prompt=text,
                    device=self._pipeline.unet.device,
                    num_images_per_prompt=1,
                    do_classifier_free_guidance=True,
                )
            # SD gives the first two, SDXL all four.
            names = ("prompt", "negative_prompt", "pooled_prompt", "negative_pooled_prompt")
            self._embedded[text] = {f"{n}_embeds": e for n, e in zip(names, found, strict=False)}
        return self._embedded[text]

    def _perturbed(self, image: Image.Image) -> Image.Image:
        low, high = 1.0 - SHAKE, 1.0 + SHAKE
        image = ImageEnhance.Brightness(image).enhance(self._chance.uniform(low, high))
        return ImageEnhance.Contrast(image).enhance(self._chance.uniform(low, high))


def blended(previous: Image.Image, current: Image.Image) -> Image.Image:
    """The app's blend, truncation and all."""
    mixed = ALPHA * np.array(previous) + (1 - ALPHA) * np.array(current)
    return Image.fromarray(mixed.astype(np.uint8))


def strength_for(evaluations: int, steps: int) -> float:
    """A strength at which diffusers, of so many steps, calls the UNet just so many times.

    It calls it int(steps · strength) times; evaluations: 1 to steps.
    """
    return min((evaluations + 0.5) / steps, 1.0)
