"""Sample inputs of a frame's networks, and a check that two backends agree on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from visualizer.engine.backends.networks import Conditions, Networks

ALIKE = 0.05
"""Most that an output may be off, as a share of torch's own (mean absolute values): on the built-in
model it is 0.01 in bfloat16, a part in a million in float32."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One frame's inputs, as Networks has them."""

    image: Tensor
    latents: Tensor
    timestep: Tensor
    conditions: Conditions

    @classmethod
    def of(cls, pipeline: Any, side: int, rows: int = 1) -> Sample:
        """side: of the picture, in pixels. rows: of conditions."""
        draw = torch.Generator().manual_seed(0)
        cells = side // int(pipeline.vae_scale_factor)
        unet = pipeline.unet.config
        words = (pipeline.tokenizer.model_max_length, unet["cross_attention_dim"])
        return cls(
            torch.rand(1, 3, side, side, generator=draw),
            torch.randn(1, unet["in_channels"], cells, cells, generator=draw),
            torch.tensor(599.0),
            Conditions(torch.randn(rows, *words, generator=draw)),
        )

    @torch.inference_mode()
    def outputs(self, parts: Networks) -> tuple[Tensor, Tensor, Tensor]:
        """What networks make of it: latents, prediction, image."""
        return (
            parts.encode(self.image),
            parts.predict(self.latents, self.timestep, self.conditions),
            parts.decode(self.latents),
        )

    def alike(self, one: Networks, other: Networks) -> bool:
        """Whether the other's outputs are the one's, to within ALIKE."""
        both = zip(self.outputs(one), self.outputs(other), strict=True)
        # Written so that not-a-number is not alike either.
        return all(
            bool((found - wanted).abs().mean() <= ALIKE * wanted.abs().mean())
            for wanted, found in both
        )
