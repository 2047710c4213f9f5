"""Tiny random pipelines, saved and loaded in diffusers' format: no network, no downloads."""

from __future__ import annotations

import copy
import json
import warnings
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    EulerAncestralDiscreteScheduler,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
    UNet2DConditionModel,
)
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from visualizer.engine.models import devices, loading
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.engine.models.diffusers_loading import quiet
from visualizer.engine.models.loading import BUILTIN_FOLDER, load_model
from visualizer.show.request import Request
from visualizer.show.status import Status

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SIDE = 32
"""Pixels of the tiny models' pictures."""


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tests share the machine with whatever else runs there."""
    torch.set_num_threads(1)
    quiet()


def request(**changes: Any) -> Request:
    """A request with one prompt, and with changes."""
    values: dict[str, Any] = {
        "prompts": (("a red sea", 1.0),),
        "strength": 0.6,
        "guidance": 1.0,
        "steps": 2,
        "seed": 7,
        "seed_interval": 20,
        "seed_glide": 0.0,
        "blend": 0.1,
        "brightness": 0.05,
        "contrast": 0.05,
        "noise": 0.0,
        "zoom": 0.0,
        "rotate": 0.0,
        "pan_x": 0.0,
        "pan_y": 0.0,
        "swirl": 0.0,
        "ripple": 0.0,
        "kaleidoscope": 0,
        "mirror": 0,
        "colour_hold": 0.0,
        "sharpness_hold": 0.0,
    }
    return Request(**{**values, **changes})


def unheard(status: Status) -> None:
    """A report that nobody listens to."""


def picture(seed: int = 0, side: int = SIDE) -> Tensor:
    """A random picture (1, 3, side, side) in [0, 1]: large soft patches with a fine grain."""
    generator = torch.Generator().manual_seed(seed)
    patches = torch.rand(1, 3, 4, 4, generator=generator)
    soft = F.interpolate(patches, (side, side), mode="bilinear", align_corners=False)
    return soft.lerp(torch.rand(1, 3, side, side, generator=generator), 0.2)


def _tokenizer(folder: Path) -> CLIPTokenizer:
    folder.mkdir(parents=True)
    words = ["<|startoftext|>", "<|endoftext|>"]
    words += [letter + end for letter in LETTERS for end in ("", "</w>")]
    vocabulary = {word: index for index, word in enumerate(words)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=12
    )


def _text_config(width: int) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=54,
        hidden_size=width,
        intermediate_size=32,
        projection_dim=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=12,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )


def _unet(**more: Any) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=SIDE // 2,
        block_out_channels=(8, 16),
        layers_per_block=1,
        norm_num_groups=4,
        attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        **more,
    )


def _vae(**more: Any) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=SIDE,
        **more,
    )


def _scheduler(**more: Any) -> dict[str, Any]:
    return {
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "timestep_spacing": "trailing",
        "steps_offset": 1,
        **more,
    }


def euler_ancestral() -> EulerAncestralDiscreteScheduler:
    """The scheduler of turbo models; its numpy code warns of its own age."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return EulerAncestralDiscreteScheduler(**_scheduler())


@pytest.fixture(scope="session")
def sd_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Stable Diffusion: v-prediction, zero terminal SNR, DDIM."""
    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("sd")
    StableDiffusionImg2ImgPipeline(
        vae=_vae(),
        text_encoder=CLIPTextModel(_text_config(16)).eval(),
        tokenizer=_tokenizer(folder / "words"),
        unet=_unet(cross_attention_dim=16),
        scheduler=DDIMScheduler(
            clip_sample=False,
            set_alpha_to_one=True,
            **_scheduler(prediction_type="v_prediction", rescale_betas_zero_snr=True),
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder / "model")
    return folder / "model"


@pytest.fixture(scope="session")
def sdxl_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny SDXL turbo: noise prediction, Euler ancestral, pooled prompts."""
    torch.manual_seed(2)
    folder = tmp_path_factory.mktemp("sdxl")
    StableDiffusionXLImg2ImgPipeline(
        vae=_vae(scaling_factor=0.13025),
        text_encoder=CLIPTextModel(_text_config(8)).eval(),
        text_encoder_2=CLIPTextModelWithProjection(_text_config(16)).eval(),
        tokenizer=_tokenizer(folder / "words"),
        tokenizer_2=_tokenizer(folder / "words 2"),
        unet=_unet(
            cross_attention_dim=24,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + 16,
            transformer_layers_per_block=(1, 1),
            use_linear_projection=True,
        ),
        scheduler=euler_ancestral(),
        add_watermarker=False,
    ).save_pretrained(folder / "model")
    return folder / "model"


@pytest.fixture(params=["sd", "sdxl"])
def folder(request: pytest.FixtureRequest, sd_folder: Path, sdxl_folder: Path) -> Path:
    """Each of the two in turn."""
    return sd_folder if request.param == "sd" else sdxl_folder


@cache
def _loaded(folder: Path) -> Any:
    return load_model(str(folder), "cpu", True, unheard)


def pipeline_of(folder: Path) -> Any:
    """A tiny pipeline, loaded as the show loads it: once for all, and copied for each caller."""
    kept = _loaded(folder)
    words = [part for name, part in kept.components.items() if name.startswith("tokenizer")]
    return copy.deepcopy(kept, {id(each): each for each in words})


@pytest.fixture
def loads_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines open on copies of pipelines that were loaded once, where loading is not tested."""
    monkeypatch.setattr(loading, "load_model", lambda name, *_: pipeline_of(Path(name)))


@pytest.fixture
def pipeline(folder: Path) -> Any:
    """Each of the two in turn, loaded as the show loads it."""
    return pipeline_of(folder)


@pytest.fixture
def sd(sd_folder: Path) -> Any:
    """The tiny Stable Diffusion, loaded as the show loads it."""
    return pipeline_of(sd_folder)


@pytest.fixture
def builtin() -> Any:
    """The built-in model, loaded as the show loads it."""
    if not (BUILTIN_FOLDER / "model_index.json").is_file():
        pytest.skip("the built-in model is not exported yet")
    return load_model(BUILTIN, "cpu", True, unheard)


@pytest.fixture
def tiny_vae() -> AutoencoderTiny:
    """A TAESD with random weights, two pixels to a latent cell."""
    torch.manual_seed(3)
    return AutoencoderTiny(
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        num_encoder_blocks=(1, 1),
        num_decoder_blocks=(1, 1),
        latent_channels=4,
    ).eval()


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with a good NVIDIA GPU of 8 GB. Nothing can be put on it."""
    card = SimpleNamespace(name="Some GPU", total_memory=8.3e9)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)
    monkeypatch.setattr(devices, "_cuda_fault", lambda: "")


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without any GPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(devices, "nvidia_gpus", lambda: 0)
