"""The UNet's conditioning for a frame, rebuilt only when the request has changed."""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor

from visualizer.engine.backends.networks import Conditions
from visualizer.engine.diffusion.embeddings import Prompts
from visualizer.engine.diffusion.noise_walk import uploaded
from visualizer.show.request import Request

KEPT = 8
"""Sizes and scales kept: a show has one of each, or turns a knob."""


class Conditioning:
    """Conditions of one pipeline of the Stable Diffusion family, from requests.

    Guidance above 1 adds the row that it leads away from. Models distilled with guidance built in
    (LCM) are told its scale instead.
    """

    def __init__(self, pipeline: Any, prompts: Prompts) -> None:
        self._prompts = prompts
        self._takes_scale = pipeline.unet.config.get("time_cond_proj_dim") is not None
        self._sizes = functools.lru_cache(KEPT)(functools.partial(_sizes, pipeline))
        self._scale = functools.lru_cache(KEPT)(functools.partial(_scale, pipeline))
        self._last: tuple[object, Conditions] | None = None

    def __call__(self, request: Request, height: int, width: int) -> Conditions:
        """Shared by all steps of a frame, and by all frames that want the same."""
        negative = scale = None
        if self._takes_scale:
            scale = max(request.guidance - 1.0, 0.0)
        elif request.guidance > 1.0:
            negative = request.negative
        wanted = (request.prompts, negative, scale, height, width)
        if self._last is None or self._last[0] != wanted:
            rows = [self._prompts.mixed(request.prompts)]
            if negative is not None:
                rows.insert(0, self._prompts.negative(negative))
            pooled = [row.pooled for row in rows if row.pooled is not None]
            told = Conditions(
                torch.cat([row.tokens for row in rows]),
                torch.cat(pooled) if pooled else None,
                self._sizes(len(rows), height, width) if pooled else None,
                None if scale is None else self._scale(scale),
            )
            self._last = wanted, told
        return self._last[1]


def _sizes(pipeline: Any, rows: int, height: int, width: int) -> Tensor:
    """SDXL's size conditioning: original size, crop, target size (Podell et al. 2023)."""
    ids = torch.tensor([[height, width, 0, 0, height, width]] * rows, dtype=pipeline.unet.dtype)
    return uploaded(ids, pipeline.unet.device)


def _scale(pipeline: Any, scale: float) -> Tensor:
    """The embedding of a guidance scale, (1, time_cond_proj_dim)."""
    width = pipeline.unet.config["time_cond_proj_dim"]
    wanted = torch.tensor([scale], dtype=torch.float32)
    embedding = pipeline.get_guidance_scale_embedding(wanted, embedding_dim=width)
    return uploaded(embedding.to(pipeline.unet.dtype), pipeline.unet.device)
