"""Tiny LoRAs in the formats that people have: of diffusers and peft, and of kohya's sd-scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import save_file
from torch import Tensor

UNET_LAYERS = (
    "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q",
    "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k",
    "mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0",
    "up_blocks.0.attentions.1.transformer_blocks.0.ff.net.0.proj",
)
WORD_LAYERS = (
    "encoder.layers.0.self_attn.q_proj",
    "encoder.layers.0.self_attn.out_proj",
    "encoder.layers.1.mlp.fc1",
)
RANK = 2


class Layer(NamedTuple):
    """part: "unet" or "text_encoder". The layer's weight grows by alpha / RANK · up · down."""

    part: str
    name: str
    down: Tensor
    up: Tensor
    alpha: float

    @property
    def delta(self) -> Tensor:
        """What is added to the layer's weight."""
        return self.alpha / RANK * self.up @ self.down


def layers_for(
    pipeline: Any, seed: int = 0, alpha: float = RANK, parts: Sequence[str] = ("unet",)
) -> list[Layer]:
    """Random layers that fit a pipeline."""
    draw = torch.Generator().manual_seed(seed)
    found = []
    for part, names in (("unet", UNET_LAYERS), ("text_encoder", WORD_LAYERS)):
        for name in names if part in parts else ():
            width_out, width_in = getattr(pipeline, part).get_submodule(name).weight.shape
            down = torch.randn(RANK, width_in, generator=draw) * 0.5
            up = torch.randn(width_out, RANK, generator=draw) * 0.5
            found.append(Layer(part, name, down, up, alpha))
            alpha *= 1.5  # each has another
    return found


def save_peft(layers: Sequence[Layer], path: Path) -> None:
    """As diffusers' save_lora_weights does, with the alphas beside the tensors."""
    tensors: dict[str, Tensor] = {}
    facts: dict[str, Any] = {}
    for layer in layers:
        start = "text_model." if layer.part == "text_encoder" else ""
        key = f"{layer.part}.{start}{layer.name}"
        tensors |= {f"{key}.lora_A.weight": layer.down, f"{key}.lora_B.weight": layer.up}
        facts |= {f"{layer.part}.r": RANK, f"{layer.part}.lora_alpha": 7.0}
        pattern = facts.setdefault(f"{layer.part}.alpha_pattern", {})
        pattern[start + layer.name] = layer.alpha
    save(tensors, path, {"lora_adapter_metadata": json.dumps(facts)})


def save_kohya(layers: Sequence[Layer], path: Path) -> None:
    """As sd-scripts does; A1111, ComfyUI and Civitai have this."""
    tensors: dict[str, Tensor] = {}
    for layer in layers:
        start = "lora_unet_" if layer.part == "unet" else "lora_te_text_model_"
        key = start + layer.name.replace(".", "_")
        tensors |= {f"{key}.lora_down.weight": layer.down, f"{key}.lora_up.weight": layer.up}
        tensors[f"{key}.alpha"] = torch.tensor(layer.alpha)
    save(tensors, path, {"ss_network_dim": str(RANK)})


def save(tensors: Mapping[str, Tensor], path: Path, facts: dict[str, str] | None = None) -> None:
    """Any tensors, as a file."""
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, path, facts)


def merge(pipeline: Any, layers: Sequence[Layer], weight: float) -> None:
    """Add layers to a pipeline's own weights."""
    with torch.no_grad():
        for layer in layers:
            module = getattr(pipeline, layer.part).get_submodule(layer.name)
            module.weight += weight * layer.delta
