"""Models of a published shape with random weights: what a model costs, without its download.

The widths, depths and schedules are those in the configuration files of stabilityai/sd-turbo and
stabilityai/sdxl-turbo, of their autoencoder and text encoders, and of madebyollin/taesd; a test
holds them against the published numbers of weights. Only the words are ours: a tokenizer of single
letters, which gives as many tokens to the text encoders as the real one. The pictures mean nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import diffusers
import torch
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

TOKENS = 77
"""Tokens of a prompt, padding included."""

NAMES = ("sd-turbo", "sdxl-turbo")

LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Heads are 64 wide; diffusers calls their number "attention_head_dim".
_SD_TURBO = {
    "block_out_channels": (320, 640, 1280, 1280),
    "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    "up_block_types": ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
}
_SDXL_TURBO = {
    "block_out_channels": (320, 640, 1280),
    "down_block_types": ("DownBlock2D",) + ("CrossAttnDownBlock2D",) * 2,
    "up_block_types": ("CrossAttnUpBlock2D",) * 2 + ("UpBlock2D",),
    "transformer_layers_per_block": (1, 2, 10),
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
}
_SCHEDULE = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "timestep_spacing": "trailing",
    "steps_offset": 1,
}
# (hidden size, layers, activation) of CLIP's ViT-L/14, and of OpenCLIP's ViT-H/14 (whose last
# layer SD 2 leaves out) and ViT-bigG/14.
VIT_L, VIT_H, VIT_G = (768, 12, "quick_gelu"), (1024, 23, "gelu"), (1280, 32, "gelu")


def unet(name: str, shrink: int = 1) -> Any:
    """The UNet of an architecture, in torch's default type, on its default device."""
    xl = name == "sdxl-turbo"
    shape: dict[str, Any] = dict(_SDXL_TURBO if xl else _SD_TURBO)
    widths = tuple(_narrowed(width, shrink) for width in shape.pop("block_out_channels"))
    words = [_narrowed(width, shrink) for width, *_ in ((VIT_L, VIT_G) if xl else (VIT_H,))]
    if xl:  # six numbers of size conditioning, and the pooled prompt
        shape["projection_class_embeddings_input_dim"] = 6 * 256 + words[-1]
    return diffusers.UNet2DConditionModel(
        sample_size=64,
        block_out_channels=widths,
        attention_head_dim=tuple(_heads(width) for width in widths),
        cross_attention_dim=sum(words),
        use_linear_projection=True,
        **shape,
    ).eval()


def autoencoder(name: str, shrink: int = 1) -> Any:
    """The full autoencoder."""
    xl = name == "sdxl-turbo"
    return diffusers.AutoencoderKL(
        block_out_channels=tuple(_narrowed(width, shrink) for width in (128, 256, 512, 512)),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=2,
        latent_channels=4,
        sample_size=1024 if xl else 768,
        scaling_factor=0.13025 if xl else 0.18215,
    ).eval()


def tiny_autoencoder(shrink: int = 1) -> Any:
    """The tiny one that stands in for it: TAESD."""
    widths = (_narrowed(64, shrink),) * 4
    return diffusers.AutoencoderTiny(
        encoder_block_out_channels=widths, decoder_block_out_channels=widths
    ).eval()


def text_encoder(
    hidden: int, layers: int, activation: str, shrink: int = 1, *, pooled: bool = False
) -> Any:
    """A CLIP text encoder; pooled: with the projection that SDXL takes from its second one."""
    hidden = _narrowed(hidden, shrink)
    config = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=hidden,
        intermediate_size=4 * hidden,
        projection_dim=hidden,
        num_hidden_layers=layers,
        num_attention_heads=_heads(hidden),
        max_position_embeddings=TOKENS,
        hidden_act=activation,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    return (CLIPTextModelWithProjection if pooled else CLIPTextModel)(config).eval()


def save(name: str, folder: Path, *, shrink: int = 1, device: str = "cpu") -> tuple[Path, Path]:
    """Make a model and save it as diffusers does; (with its full autoencoder, with a tiny one).

    name: sd-turbo or sdxl-turbo. shrink: what widths are divided by. Weights are drawn on the
    device, in float16 for CUDA, and saved: all who load them have the same.
    """
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float16 if device == "cuda" else torch.float32)
    try:
        with torch.device(device):
            networks = _networks(name, shrink)
            tiny = tiny_autoencoder(shrink)
    finally:
        torch.set_default_dtype(before)
    whole, light = folder / name, folder / f"{name}-tiny"
    _pipeline(name, networks, tokenizer(folder / "words")).save_pretrained(whole)
    # Linked, not copied: SDXL is 7 GB.
    shutil.copytree(whole, light, copy_function=os.link, ignore=shutil.ignore_patterns("vae"))
    tiny.save_pretrained(light / "vae")
    index = light / "model_index.json"
    content = json.loads(index.read_text())
    content["vae"] = ["diffusers", "AutoencoderTiny"]
    index.unlink()  # else the other folder's, to which it is linked, is written
    index.write_text(json.dumps(content, indent=2))
    return whole, light


def _networks(name: str, shrink: int) -> dict[str, Any]:
    parts = {"vae": autoencoder(name, shrink), "unet": unet(name, shrink)}
    if name == "sd-turbo":
        return {**parts, "text_encoder": text_encoder(*VIT_H, shrink)}
    return {
        **parts,
        "text_encoder": text_encoder(*VIT_L, shrink),
        "text_encoder_2": text_encoder(*VIT_G, shrink, pooled=True),
    }


def _pipeline(name: str, networks: dict[str, Any], words: CLIPTokenizer) -> Any:
    if name == "sd-turbo":
        return diffusers.StableDiffusionImg2ImgPipeline(
            tokenizer=words,
            scheduler=diffusers.EulerDiscreteScheduler(**_SCHEDULE),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
            **networks,
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its numpy code, of its own age
        scheduler = diffusers.EulerAncestralDiscreteScheduler(**_SCHEDULE)
    return diffusers.StableDiffusionXLImg2ImgPipeline(
        tokenizer=words,
        tokenizer_2=words,
        scheduler=scheduler,
        add_watermarker=False,
        **networks,
    )


def tokenizer(folder: Path) -> CLIPTokenizer:
    """A tokenizer that knows single letters and no word, made in a folder."""
    folder.mkdir(parents=True)
    words = ["<|startoftext|>", "<|endoftext|>"]
    words += [letter + end for letter in LETTERS for end in ("", "</w>")]
    vocabulary = {word: index for index, word in enumerate(words)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=TOKENS
    )


def _narrowed(width: int, shrink: int) -> int:
    """A width divided, to a multiple of the 32 groups of the norms."""
    return max(width // shrink // 32, 1) * 32


def _heads(width: int) -> int:
    return max(width // 64, 1)
