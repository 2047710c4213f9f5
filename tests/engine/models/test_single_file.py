"""Models as people have them: one .safetensors file, and what such a file may be instead."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file

from visualizer.engine.failures import ModelError
from visualizer.engine.models import lora_file
from visualizer.engine.models.diffusers_loading import load_pipeline
from visualizer.engine.models.fallbacks import open_engine
from visualizer.engine.models.single_file import KINDS
from visualizer.show.status import Phase, Status

from ..conftest import SIDE, request, unheard
from ..hub import Hub, serving
from .ldm_format import checkpoint_of

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

XL, SD2, SD = (kind.settings for kind in KINDS)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A Hugging Face on this machine, without any model yet, and an empty cache."""
    with serving(monkeypatch, tmp_path / "hub") as hub:
        yield hub


@pytest.mark.parametrize("kind", ["sd", "sdxl"])
def test_a_file_is_the_model_that_it_was_saved_from(
    kind: str, sd_folder: Path, sdxl_folder: Path, hub: Hub, tmp_path: Path
) -> None:
    folder, settings = (sd_folder, SD) if kind == "sd" else (sdxl_folder, XL)
    whole = load_pipeline(str(folder), "cpu", True, unheard)
    file = tmp_path / "model.safetensors"
    save_file(checkpoint_of(whole), file)
    with pytest.raises(ModelError, match=f"settings .* of {settings}.* run it once with a network"):
        load_pipeline(str(file), "cpu", True, unheard)
    hub.repos[settings] = folder
    first = load_pipeline(str(file), "cpu", False, unheard)
    assert not any(name.endswith(".safetensors") for _, name in hub.asked), "weights are here"
    hub.repos.clear()
    second = load_pipeline(str(file), "cpu", True, unheard)
    for one in (first, second):
        assert type(one) is type(whole)
        for part in ("unet", "vae", "text_encoder"):
            wanted, found = (getattr(each, part).state_dict() for each in (whole, one))
            assert wanted.keys() == found.keys()
            assert all(torch.equal(wanted[key], found[key]) for key in wanted)


def test_a_file_of_stable_diffusion_2_is_the_model_that_it_was_saved_from(
    sd_folder: Path, hub: Hub, tmp_path: Path
) -> None:
    """OpenCLIP's text encoder, and attention with linear projections."""
    whole = load_pipeline(str(sd_folder), "cpu", True, unheard)
    linear = {**whole.unet.config, "use_linear_projection": True}
    whole.register_modules(unet=UNet2DConditionModel.from_config(linear).eval())
    whole.save_pretrained(tmp_path / "sd2")
    file = tmp_path / "model.safetensors"
    save_file(checkpoint_of(whole, sd2=True), file)
    hub.repos[SD2] = tmp_path / "sd2"
    heard: list[Status] = []
    found = load_pipeline(str(file), "cpu", False, heard.append)
    lines = [status.text for status in heard if status.phase is Phase.FAILED]
    assert [line.partition(" (")[0] for line in lines] == [
        f"{file} is read as Stable Diffusion 2.1"
    ]
    assert found.scheduler.config.prediction_type == "v_prediction"
    for part in ("unet", "vae", "text_encoder"):
        wanted, read = (getattr(each, part).state_dict() for each in (whole, found))
        assert wanted.keys() == read.keys()
        assert all(torch.equal(wanted[key], read[key]) for key in wanted)


def test_settings_of_another_model_of_its_kind_will_do_and_are_named(
    sd_folder: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("checkpoints").mkdir()
    file = os.path.join("checkpoints", "own_lcm.safetensors")  # a relative path
    save_file(checkpoint_of(load_pipeline(str(sd_folder), "cpu", True, unheard)), file)
    hub.repos["some/finetune"] = sd_folder
    load_pipeline("some/finetune", "cpu", False, unheard)
    hub.repos.clear()
    heard: list[Status] = []
    engine = open_engine(
        file,
        device="cpu",
        offline=True,
        strict=True,
        report=heard.append,
        threads=1,
        tiny_vae="off",
    )
    assert engine.model == file
    assert engine.next(request()).pixels.shape == (SIDE, SIDE, 3)
    lines = [status.text for status in heard if status.phase is Phase.FAILED]
    assert lines == [f"{file} uses the configuration of some/finetune (Stable Diffusion 1)"]


def test_sdxl_takes_no_other_models_settings(sdxl_folder: Path, hub: Hub, tmp_path: Path) -> None:
    """Their prediction type may be another."""
    file = tmp_path / "model.safetensors"
    save_file(checkpoint_of(load_pipeline(str(sdxl_folder), "cpu", True, unheard)), file)
    hub.repos["some/finetune"] = sdxl_folder
    load_pipeline("some/finetune", "cpu", False, unheard)
    with pytest.raises(ModelError, match=f"settings .* of {XL}"):
        load_pipeline(str(file), "cpu", True, unheard)


UNET = "model.diffusion_model.input_blocks.0.0.weight"
CONTROL = "control_model.input_blocks.0.0.weight"
CROSS = "model.diffusion_model.input_blocks.1.1.attn2.to_k.weight"
VAE, WORDS = "first_stage_model.conv.weight", "cond_stage_model.transformer.x.weight"


def test_a_file_that_is_no_whole_model_says_what_it_is(tmp_path: Path) -> None:
    for file, shapes, says in (
        ("a.safetensors", {"lora_unet_down_blocks_0.lora_down.weight": (4, 8)}, "a LoRA, not"),
        ("a.safetensors", {"unet.down_blocks.0.to_q.lora_A.weight": (4, 8)}, "a LoRA, not"),
        ("a.safetensors", {"lora_te_text_model.hada_w1_a": (4, 8)}, "a LoRA, not"),
        ("a.safetensors", {CONTROL: (8, 4, 3, 3)}, "lacks a UNet"),
        ("a.safetensors", {UNET: (8, 4, 3, 3), VAE: (1,)}, "a text encoder or"),
        ("a.safetensors", {UNET: (8, 4, 3, 3), VAE: (1,), WORDS: (1,)}, "lacks a UNet"),
        ("a.safetensors", {UNET: (8,), CROSS: (8, 8), VAE: (1,), WORDS: (1,)}, "lacks a UNet"),
        (
            "a.safetensors",
            {UNET: (8, 4, 3, 3), CROSS: (8,), VAE: (1,), WORDS: (1,)},
            "lacks a UNet",
        ),
        (
            "a.safetensors",
            {UNET: (8, 9, 3, 3), CROSS: (8, 8), VAE: (1,), WORDS: (1,)},
            "made for inpainting",
        ),
        (
            "a.safetensors",
            {UNET: (8, 4, 3, 3), CROSS: (8, 8), VAE: (1,), WORDS: (1,), "v_pred": (1,)},
            "trained for v-prediction",
        ),
        ("a.ckpt", {}, "a pickle, which is never loaded"),
        ("a.gguf", {}, "not a model; give a .safetensors file"),
    ):
        path = tmp_path / file
        save_file({key: torch.zeros(shape) for key, shape in shapes.items()}, path)
        with pytest.raises(ModelError, match=says) as caught:
            load_pipeline(str(path), "cpu", True, unheard)
        assert str(caught.value).startswith(f"{path}: ")


def test_it_is_said_how_a_file_of_stable_diffusion_2_is_read(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    words = "cond_stage_model.model.x.weight"
    shapes = {UNET: (8, 4, 3, 3), CROSS: (8, 8), VAE: (1,), words: (1,), "v_pred": (1,)}
    save_file({key: torch.zeros(shape) for key, shape in shapes.items()}, file)
    heard: list[Status] = []
    with pytest.raises(ModelError, match=r"settings .* are not on this machine"):
        load_pipeline(str(file), "cpu", True, heard.append)
    lines = [status.text for status in heard if status.phase is Phase.FAILED]
    assert len(lines) == 1
    assert lines[0].startswith(f"{file} is read as Stable Diffusion 2.1 (768 pixels, v-prediction)")


def test_a_lora_is_no_model_and_it_is_said_what_to_do_with_it(hub: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "lora"
    folder.mkdir()
    shapes = {"lora_unet_down_blocks_0.lora_down.weight": torch.zeros(4, 8)}
    save_file(shapes, folder / "pytorch_lora_weights.safetensors")
    hub.repos["some/lora"] = folder
    line = "a LoRA, not a model; give it with --lora, and its model with"
    for name in (str(folder), str(folder / "pytorch_lora_weights.safetensors"), "some/lora"):
        with pytest.raises(ModelError, match=line):
            load_pipeline(name, "cpu", False, unheard)
    lora_file.find("some/lora", False, unheard)
    hub.repos.clear()
    with pytest.raises(ModelError, match=line):
        load_pipeline("some/lora", "cpu", True, unheard)


def test_a_file_that_is_broken_or_absent_is_said_so(tmp_path: Path) -> None:
    broken = tmp_path / "dreamshaper_8.safetensors"
    broken.write_bytes(bytes(100))
    with pytest.raises(ModelError, match="can't be read as safetensors"):
        load_pipeline(str(broken), "cpu", True, unheard)
    with pytest.raises(ModelError, match=r"no such file \(looked for /.*/no/such\.safetensors\)"):
        load_pipeline("no/such.safetensors", "cpu", True, unheard)
