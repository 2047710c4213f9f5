"""The ways to compute a small model on the processor, and whether one makes the same pictures.

A way is named by its library and its type of numbers. bfloat16 has the range of float32 with 8
bits of precision: some processors are twice as fast with it, some half as fast.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from visualizer.engine.backends.networks import Conditions, Parts, TorchParts
from visualizer.engine.backends.openvino import OpenVinoParts, at_once

AS_IT_COMES = "torch float32"

VARIANTS = (AS_IT_COMES, "openvino float32", "torch bfloat16", "openvino bfloat16")
"""Ways to compute, from the most exact one on."""

SMALL = 200e6
"""Most weights of a UNet that other ways are tried with: the built-in one has 11 million, SD's 860.

To convert a large one takes minutes and gigabytes.
"""

ALIKE = 0.05
"""Most that a way's output may be off, as a share of torch's own (mean absolute values).

On the built-in model it is 0.01 in bfloat16, a part in a million in float32.
"""


def needs_openvino(variant: str) -> bool:
    """Whether a way is OpenVINO's."""
    return variant.startswith("openvino ")


def fits(pipeline: Any) -> bool:
    """Whether a pipeline that Denoise takes can go other ways: small, float32, on the processor.

    Nothing but a prompt's tokens may be told to its UNet: so it is with SD, not with SDXL or LCM.
    """
    unet = pipeline.unet
    return (
        unet.device.type == "cpu"
        and unet.dtype == torch.float32
        and sum(weights.numel() for weights in unet.parameters()) < SMALL
        and unet.config.get("addition_embed_type") in (None, "text")
        and unet.config.get("time_cond_proj_dim") is None
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What the networks are asked in a frame, as Parts has it."""

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
        words = (pipeline.tokenizer.model_max_length, unet.cross_attention_dim)
        return cls(
            torch.rand(1, 3, side, side, generator=draw),
            torch.randn(1, unet.in_channels, cells, cells, generator=draw),
            torch.tensor(599.0),
            Conditions(torch.randn(rows, *words, generator=draw)),
        )

    @torch.inference_mode()
    def outputs(self, parts: Parts) -> tuple[Tensor, Tensor, Tensor]:
        """What parts make of it: latents, prediction, image."""
        return (
            parts.encode(self.image),
            parts.predict(self.latents, self.timestep, self.conditions),
            parts.decode(self.latents),
        )


class BFloatParts(TorchParts):
    """Torch in bfloat16, on copies of the networks: 2 bytes a weight more."""

    def __init__(self, pipeline: Any) -> None:
        unet, vae = (copy.deepcopy(part) for part in (pipeline.unet, pipeline.vae))
        super().__init__(SimpleNamespace(unet=unet.to(torch.bfloat16), vae=vae.to(torch.bfloat16)))

    def predict(self, latents: Tensor, timestep: Tensor, conditions: Conditions) -> Tensor:
        """See Parts."""
        told = replace(conditions, tokens=conditions.tokens.to(torch.bfloat16))
        return super().predict(latents, timestep, told)


def parts_of(variant: str, pipeline: Any, side: int, folder: Path, threads: int) -> TorchParts:
    """The parts of a way: compiled, called once, and found to make the same pictures as torch.

    pipeline: one that fits. folder: where openvino.convert wrote to. Raises what goes wrong,
    RuntimeError where the pictures differ.
    """
    base = TorchParts(pipeline)
    if variant == AS_IT_COMES:
        return base
    kind = variant.split()[1]
    parts = (
        OpenVinoParts(pipeline, folder, kind=kind, threads=threads, start=at_once, report=_raise)
        if needs_openvino(variant)
        else BFloatParts(pipeline)
    )
    sample = Sample.of(pipeline, side)
    for wanted, found in zip(sample.outputs(base), sample.outputs(parts), strict=True):
        # Written so that not-a-number is not alike either.
        if not (found - wanted).abs().mean() <= ALIKE * wanted.abs().mean():
            raise RuntimeError(f"{variant} makes other pictures than torch")
    return parts


def _raise(line: str) -> None:
    raise RuntimeError(line)
