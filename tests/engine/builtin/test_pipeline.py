"""The built-in model read with torch alone is the one that diffusers reads."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from visualizer.engine.builtin.pipeline import BuiltinPipeline
from visualizer.engine.diffusion.embeddings import unread
from visualizer.engine.diffusion.schedule import Schedule
from visualizer.engine.failures import ModelError
from visualizer.engine.models import diffusers_loading, loading
from visualizer.engine.models.fallbacks import open_engine
from visualizer.engine.models.loading import BUILTIN_FOLDER, REMEDY, load_model
from visualizer.show.status import Phase, Status

from ..conftest import unheard

TEXTS = ("", "a red eye", "Über-Größe, 8k! naïve — xyzzy", "very " * 100 + "long", "焰 🔥 Огонь")


@pytest.fixture(scope="module")
def lean() -> BuiltinPipeline:
    pipeline = load_model("builtin", "cpu", True, unheard)
    assert isinstance(pipeline, BuiltinPipeline)
    return pipeline


@pytest.fixture(scope="module")
def theirs() -> Any:
    return diffusers_loading.load_pipeline(str(BUILTIN_FOLDER), "cpu", True, unheard)


def close(ours: Tensor, wanted: Tensor) -> None:
    torch.testing.assert_close(ours, wanted, atol=2e-4, rtol=2e-4)


@torch.inference_mode()
def test_prompts_are_embedded_as_diffusers_embeds_them(lean: BuiltinPipeline, theirs: Any) -> None:
    for text in TEXTS:
        both = [
            pipeline.encode_prompt(
                prompt=text,
                device=torch.device("cpu"),
                num_images_per_prompt=1,
                do_classifier_free_guidance=True,
            )
            for pipeline in (lean, theirs)
        ]
        for ours, wanted in zip(*both, strict=True):
            close(ours, wanted)


def test_what_is_not_read_of_a_prompt_is_the_same(lean: BuiltinPipeline, theirs: Any) -> None:
    said = [unread(lean.tokenizer, text) for text in TEXTS]
    assert said == [unread(theirs.tokenizer, text) for text in TEXTS]
    assert [len(lines) for lines in said[:2]] == [0, 0]
    assert "is too long" in said[3][0]


@torch.inference_mode()
def test_networks_give_the_same(lean: BuiltinPipeline, theirs: Any) -> None:
    side = lean.vae_scale_factor * lean.unet.config["sample_size"]
    assert lean.vae_scale_factor == theirs.vae_scale_factor
    draw = torch.Generator().manual_seed(0)
    picture = torch.rand(1, 3, side, side // 2, generator=draw) * 2 - 1
    words = torch.randn(1, 77, 160, generator=draw)
    latents = theirs.vae.encode(picture).latents
    close(lean.vae.encode(picture).latents, latents)
    close(lean.vae.decode(latents).sample, theirs.vae.decode(latents).sample)
    step = torch.tensor(599.5)
    close(
        lean.unet(latents, step, encoder_hidden_states=words)[0],
        theirs.unet(latents, step, encoder_hidden_states=words, return_dict=False)[0],
    )


def test_noise_levels_are_the_same(lean: BuiltinPipeline, theirs: Any) -> None:
    assert Schedule.fits(lean.scheduler)
    ours, wanted = Schedule(lean.scheduler), Schedule(theirs.scheduler)
    assert ours.end == wanted.end
    for level in (0.0, 1.5, 300.0, 599.25, 998.0, 999.0):
        assert ours.alpha_sigma(level) == pytest.approx(wanted.alpha_sigma(level), abs=1e-5)


@pytest.mark.parametrize("truncated", [True, False])
def test_a_damaged_folder_is_one_line_with_the_remedy_and_colour_fields_play(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, truncated: bool
) -> None:
    folder = tmp_path / ("long" * 40) / "builtin"
    shutil.copytree(BUILTIN_FOLDER, folder)
    monkeypatch.setattr(loading, "BUILTIN_FOLDER", folder)
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000] if truncated else b"nonsense")
    with pytest.raises(ModelError, match=f"is damaged; {REMEDY}") as why:
        load_model("builtin", "cpu", True, unheard)
    assert "\n" not in str(why.value)
    said: list[Status] = []
    engine = open_engine("builtin", device="cpu", offline=True, fallback=True, report=said.append)
    assert engine.model == "colour-fields"
    (line,) = [status.text for status in said if status.phase is Phase.FAILED]
    assert REMEDY in line
    assert line.endswith("; colour-fields plays instead")
