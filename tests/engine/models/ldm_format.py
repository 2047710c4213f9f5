"""A pipeline in the format of one file, as Stability's own code, Civitai and ComfyUI have it."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor

RESNET = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0",
    "conv2": "out_layers.3", "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection",
}  # fmt: skip
TOP = {
    "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2",
    "mid_block.resnets.0": "middle_block.0", "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}  # fmt: skip
OPEN_CLIP = {
    "layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}  # fmt: skip


LAST = "cond_stage_model.model.transformer.resblocks.23"
"""The last of the 24 layers in a file of SD 2, which it leaves out."""


def checkpoint_of(pipeline: Any, sd2: bool = False) -> dict[str, Tensor]:
    """All weights of a pipeline of SD 1, SD 2 or SDXL by the names that they have in one file."""
    tensors = {f"model.diffusion_model.{key}": t for key, t in _unet(pipeline.unet).items()}
    tensors |= {f"first_stage_model.{key}": t for key, t in _vae(pipeline.vae).items()}
    second = getattr(pipeline, "text_encoder_2", None)
    first = "cond_stage_model" if second is None else "conditioner.embedders.0"
    if sd2:  # its text encoder is OpenCLIP's, whole
        width = pipeline.text_encoder.config.hidden_size
        words = _open_clip(pipeline.text_encoder, torch.randn(width, width))
        words["logit_scale"] = torch.tensor(100.0)
        tensors |= {f"{first}.model.{key}": tensor for key, tensor in words.items()}
        tensors[f"{LAST}.ln_1.weight"] = torch.ones(width)
        tensors[f"{LAST}.attn.in_proj_weight"] = torch.randn(3 * width, width)
    else:
        words = _clip(pipeline.text_encoder)
        tensors |= {f"{first}.transformer.{key}": tensor for key, tensor in words.items()}
    if second is not None:
        words = _open_clip(second)
        tensors |= {f"conditioner.embedders.1.model.{key}": t for key, t in words.items()}
    return {key: tensor.detach().clone().contiguous() for key, tensor in tensors.items()}


def _unet(unet: Any) -> dict[str, Tensor]:
    names = dict(TOP)
    layers, blocks = unet.config.layers_per_block, len(unet.config.block_out_channels)
    place = 1
    for block in range(blocks):
        for layer in range(layers):
            names[f"down_blocks.{block}.resnets.{layer}"] = f"input_blocks.{place}.0"
            names[f"down_blocks.{block}.attentions.{layer}"] = f"input_blocks.{place}.1"
            place += 1
        names[f"down_blocks.{block}.downsamplers.0.conv"] = f"input_blocks.{place}.0.op"
        place += 1
    place = 0
    for block, up in enumerate(unet.up_blocks):
        for layer in range(layers + 1):
            names[f"up_blocks.{block}.resnets.{layer}"] = f"output_blocks.{place}.0"
            names[f"up_blocks.{block}.attentions.{layer}"] = f"output_blocks.{place}.1"
            place += 1
        after = 2 if hasattr(up, "attentions") else 1
        names[f"up_blocks.{block}.upsamplers.0"] = f"output_blocks.{place - 1}.{after}"
    return {
        _renamed(key, names, RESNET if "resnets" in key else {}): tensor
        for key, tensor in unet.state_dict().items()
    }


def _vae(vae: Any) -> dict[str, Tensor]:
    blocks = len(vae.config.block_out_channels)
    names: dict[str, str] = {}
    for side in ("encoder", "decoder"):
        names |= {
            f"{side}.mid_block.resnets.0": f"{side}.mid.block_1",
            f"{side}.mid_block.attentions.0": f"{side}.mid.attn_1",
            f"{side}.mid_block.resnets.1": f"{side}.mid.block_2",
            f"{side}.conv_norm_out": f"{side}.norm_out",
        }
    for block in range(blocks):
        for layer in range(vae.config.layers_per_block + 1):
            names[f"encoder.down_blocks.{block}.resnets.{layer}"] = (
                f"encoder.down.{block}.block.{layer}"
            )
            names[f"decoder.up_blocks.{block}.resnets.{layer}"] = (
                f"decoder.up.{blocks - 1 - block}.block.{layer}"
            )
        names[f"encoder.down_blocks.{block}.downsamplers.0"] = f"encoder.down.{block}.downsample"
        names[f"decoder.up_blocks.{block}.upsamplers.0"] = (
            f"decoder.up.{blocks - 1 - block}.upsample"
        )
    inside = {
        "conv_shortcut": "nin_shortcut", "group_norm": "norm", "to_q": "q", "to_k": "k",
        "to_v": "v", "to_out.0": "proj_out",
    }  # fmt: skip
    tensors = {}
    for key, tensor in vae.state_dict().items():
        # Attention over pixels: 1×1 convolutions there, matrices here.
        flat = ".to_" in key and tensor.ndim == 2
        tensors[_renamed(key, names, inside)] = tensor[..., None, None] if flat else tensor
    return tensors


def _clip(encoder: Any) -> dict[str, Tensor]:
    """transformers 5 has dropped the prefix that files have."""
    tensors = {key.removeprefix("text_model."): t for key, t in encoder.state_dict().items()}
    return {f"text_model.{key}": tensor for key, tensor in tensors.items()}


def _open_clip(encoder: Any, projection: Tensor | None = None) -> dict[str, Tensor]:
    """projection: of an encoder that has none."""
    old = _clip(encoder)
    old = {key.removeprefix("text_model."): tensor for key, tensor in old.items()}
    tensors = {
        "token_embedding.weight": old["embeddings.token_embedding.weight"],
        "positional_embedding": old["embeddings.position_embedding.weight"],
        "ln_final.weight": old["final_layer_norm.weight"],
        "ln_final.bias": old["final_layer_norm.bias"],
        "text_projection": old["text_projection.weight"].T if projection is None else projection,
    }
    for key, tensor in old.items():
        found = re.fullmatch(r"encoder\.layers\.(\d+)\.(.+)\.(weight|bias)", key)
        if found is None:
            continue
        layer, part, kind = found.groups()
        block = f"transformer.resblocks.{layer}"
        if part in OPEN_CLIP:
            tensors[f"{block}.{OPEN_CLIP[part]}.{kind}"] = tensor
        elif part == "self_attn.q_proj":
            three = [old[key.replace("q_proj", name)] for name in ("q_proj", "k_proj", "v_proj")]
            tensors[f"{block}.attn.in_proj_{kind}"] = torch.cat(three)
    return tensors


def _renamed(key: str, names: dict[str, str], inside: dict[str, str]) -> str:
    for start, other in names.items():
        if key.startswith(f"{start}."):
            rest = key.removeprefix(f"{start}.")
            for part, name in inside.items():
                if rest.startswith(f"{part}."):
                    rest = name + rest.removeprefix(part)
            return f"{other}.{rest}"
    return key
