"""The parts of the built-in model and how they go together into a diffusers pipeline."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from diffusers import DDIMScheduler, StableDiffusionImg2ImgPipeline
from torch import Tensor
from transformers import BertTokenizer, CLIPTextConfig, CLIPTextModel

from training.data.translations import translate
from visualizer.engine.builtin.for_diffusers import BuiltinUNet, PatchAutoencoder

TOKENS = 77  # of a prompt, with start and end, as CLIP's
TEXT_WIDTH = 160
CHANNELS = (64, 192, 384)
# The vocabulary's first tokens (training/data/word_vectors.py): [PAD] [UNK] [CLS] [SEP] [MASK].
PAD, START, END = 0, 2, 3


def make_scheduler() -> DDIMScheduler:
    """Velocity prediction with no signal at all at the last step, so that 999 means "from noise".

    Source: Lin et al. 2023, arXiv:2305.08891.
    """
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        set_alpha_to_one=True,
        clip_sample=False,
        # Unused with this spacing; diffusers' pipelines warn of any other value.
        steps_offset=1,
    )


def make_unet(latent_channels: int = 8, text_width: int = TEXT_WIDTH, **sizes: Any) -> BuiltinUNet:
    """The denoiser, for latents of 32 by 32; about 21 million weights. sizes: as its config's."""
    unet: BuiltinUNet = BuiltinUNet(
        in_channels=latent_channels,
        out_channels=latent_channels,
        cross_attention_dim=text_width,
        **{"block_out_channels": CHANNELS, **sizes},
    )
    return unet


def make_tokenizer(vocabulary: Path) -> BertTokenizer:
    """BERT's word pieces, cut at ``TOKENS``."""
    return BertTokenizer(str(vocabulary), do_lower_case=True, model_max_length=TOKENS)


def make_text_encoder(embeddings: Tensor) -> CLIPTextModel:
    """A small text encoder round given word vectors (vocabulary, width), which stay as they are."""
    vocabulary, width = embeddings.shape
    config = CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=4 * width,
        projection_dim=width,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=TOKENS,
        hidden_act="gelu",
        pad_token_id=PAD,
        bos_token_id=START,
        eos_token_id=END,
    )
    encoder = CLIPTextModel(config)
    _attend_plainly(encoder)
    table = encoder.get_input_embeddings()
    table.weight.data.copy_(embeddings)
    table.weight.requires_grad_(False)
    return encoder


def _attend_plainly(encoder: CLIPTextModel) -> None:
    """By plain matrix products: on CPUs the backward pass of torch's own attention is slow."""
    encoder.set_attn_implementation("eager")


def open_tokenizer(base: Path | None, vocabulary: Path) -> BertTokenizer:
    """That of an exported model, or one made from a vocabulary where there is none."""
    if base is None:
        return make_tokenizer(vocabulary)
    tokenizer: BertTokenizer = BertTokenizer.from_pretrained(base / "tokenizer")
    tokenizer.model_max_length = TOKENS
    return tokenizer


def open_networks(base: Path) -> tuple[CLIPTextModel, BuiltinUNet]:
    """Text encoder and denoiser of an exported model in single precision, words as they are."""
    text_encoder: CLIPTextModel = CLIPTextModel.from_pretrained(base / "text_encoder").float()
    text_encoder.get_input_embeddings().weight.requires_grad_(False)
    _attend_plainly(text_encoder)
    unet: BuiltinUNet = BuiltinUNet.from_pretrained(base / "unet").float()
    return text_encoder, unet


def word_vectors(base: Path) -> Tensor:
    """The word vectors of an exported model's text encoder, (vocabulary, width) float32."""
    text_encoder: CLIPTextModel = CLIPTextModel.from_pretrained(base / "text_encoder").float()
    vectors: Tensor = text_encoder.get_input_embeddings().weight.detach()
    return vectors


def encode_captions(tokenizer: BertTokenizer, captions: list[str]) -> Tensor:
    """Token numbers (n, TOKENS) int64, just as diffusers' pipelines make them, but faster."""
    backend = tokenizer.backend_tokenizer
    backend.enable_truncation(TOKENS)
    backend.enable_padding(length=TOKENS, pad_id=PAD)
    return torch.tensor([row.ids for row in backend.encode_batch_fast(captions)])


def _translate(folder: Path) -> None:
    """Give an exported tokenizer the rules of translations.py. BertTokenizer would build its own
    normaliser and leave them out, so the file is read by the class that takes it as it stands."""
    translate(folder / "tokenizer" / "tokenizer.json")
    config = folder / "tokenizer" / "tokenizer_config.json"
    name = "PreTrainedTokenizerFast"
    config.write_text(
        json.dumps(json.loads(config.read_text()) | {"tokenizer_class": name}, indent=2)
    )
    index = folder / "model_index.json"
    parts = json.loads(index.read_text()) | {"tokenizer": ["transformers", name]}
    index.write_text(json.dumps(parts, indent=2) + "\n")


def _forget_home(path: Path) -> None:
    """Take out of a configuration where its weights once came from: a folder of this machine."""
    config = json.loads(path.read_text())
    config.pop("_name_or_path", None)
    path.write_text(json.dumps(config, indent=2) + "\n")


def export(
    folder: Path,
    autoencoder: PatchAutoencoder,
    tokenizer: BertTokenizer,
    text_encoder: CLIPTextModel,
    unet: BuiltinUNet,
) -> None:
    """Write the whole pipeline in half precision; a reader sees the old or the new one."""
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    pipeline = StableDiffusionImg2ImgPipeline(
        vae=autoencoder,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=make_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        image_encoder=None,
        requires_safety_checker=False,
    )
    # Copies go to half precision; the networks in training stay as they are.
    for name in ("vae", "text_encoder", "unet"):
        part = getattr(pipeline, name)
        copy = (
            type(part).from_config(part.config)
            if name != "text_encoder"
            else type(part)(part.config)
        )
        copy.load_state_dict(part.state_dict())
        setattr(pipeline, name, copy.to(torch.float16))
    pipeline.save_pretrained(draft, safe_serialization=True)
    _translate(draft)
    for name in ("vae", "unet"):
        _forget_home(draft / name / "config.json")
    # Else transformers would load the text encoder in half precision, and diffusers the rest not.
    config = draft / "text_encoder" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"dtype": "float32"}, indent=2))
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
