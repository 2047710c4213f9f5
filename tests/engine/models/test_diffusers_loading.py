"""Reading models: what is refused, and that the line says why; what there is to choose from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch

from visualizer.engine.failures import ModelError, one_line
from visualizer.engine.models import devices
from visualizer.engine.models.catalogue import BY_MODEL, KNOWN
from visualizer.engine.models.loading import load_model
from visualizer.engine.models.picture_size import picture_side
from visualizer.engine.models.weights_lock import reading_weights

from ..conftest import SIDE, unheard

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_the_own_size_is_latent_cells_times_their_pixels(pipeline: Any) -> None:
    assert picture_side(pipeline) == SIDE


def test_a_name_that_can_be_no_model_is_said_so() -> None:
    for name, says in (
        ("./no/such/folder", "no such folder"),
        ("nothing", "no such folder"),
        ("/no/such", "no such folder"),
        ("a/b/c", "OWNER/MODEL"),
    ):
        with pytest.raises(ModelError, match=says):
            load_model(name, "cpu", True, unheard)


def test_a_folder_without_a_pipeline_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model_index\.json in"):
        load_model(str(tmp_path), "cpu", True, unheard)


def test_weights_that_are_no_safetensors_are_not_read(sd_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    shutil.copytree(sd_folder, folder)
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.unlink()
    torch.save({}, weights.with_suffix(".bin"))
    with pytest.raises(ModelError, match="can't be loaded: "):
        load_model(str(folder), "cpu", True, unheard)


@pytest.mark.parametrize("library", ["evil", "os", "visualizer.live.app"])
def test_code_that_comes_with_a_model_is_refused(
    sd_folder: Path, tmp_path: Path, library: str
) -> None:
    folder, touched = tmp_path / "model", tmp_path / "touched"
    shutil.copytree(sd_folder, folder)
    index = json.loads((folder / "model_index.json").read_text())
    index["unet"][0] = library
    (folder / "model_index.json").write_text(json.dumps(index))
    (folder / "unet" / f"{library}.py").write_text(f"open({str(touched)!r}, 'w')")
    with pytest.raises(ModelError, match="never run") as caught:
        load_model(str(folder), "cpu", True, unheard)
    assert "\n" not in str(caught.value)
    assert not touched.exists()


def test_code_under_a_librarys_name_is_refused(sd_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(sd_folder, folder)
    (folder / "unet" / "diffusers.py").write_text("raise SystemExit")
    with pytest.raises(ModelError, match="never run"):
        load_model(str(folder), "cpu", True, unheard)


def changed(source: Path, folder: Path, file: str, **fields: Any) -> str:
    """The name of a copy of a model, with fields of a JSON file in it set."""
    shutil.copytree(source, folder)
    path = folder / file
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
    return str(folder)


@pytest.fixture
def trap(sd_folder: Path, tmp_path: Path) -> Path:
    """A pipeline whose network is a Python file; to run that would make the file `touched`."""
    folder = tmp_path / "trap"
    shutil.copytree(sd_folder, folder)
    index = json.loads((folder / "model_index.json").read_text())
    index["unet"] = ["evil", "Evil"]
    (folder / "model_index.json").write_text(json.dumps(index))
    (folder / "unet" / "evil.py").write_text(f"open({str(tmp_path / 'touched')!r}, 'w')")
    return folder


@pytest.mark.parametrize("kind", ["StableDiffusionPipeline", "DiffusionPipeline", "UNet2DModel"])
@pytest.mark.parametrize("depth", [".", "deeper"])
def test_a_part_that_is_a_pipeline_is_refused_at_any_depth(
    sd_folder: Path, trap: Path, tmp_path: Path, kind: str, depth: str
) -> None:
    folder = tmp_path / "model"
    name = changed(sd_folder, folder, "model_index.json", unet=["diffusers", kind])
    if depth != ".":
        shutil.copytree(folder / "vae", trap / "vae", dirs_exist_ok=True)
    shutil.copytree(trap, folder / "unet" / depth, dirs_exist_ok=True)
    with pytest.raises(ModelError, match=r"its unet .*(isn't|never) loaded") as caught:
        load_model(name, "cpu", True, unheard)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize(
    "part",
    [
        ["transformers", "pipeline"],
        ["transformers", "AutoModel"],
        ["transformers", "AutoTokenizer"],
        ["diffusers", "AutoModel"],
        ["stable_diffusion", "StableDiffusionImg2ImgPipeline"],
    ],
)
def test_a_part_that_is_no_network_is_refused(
    sd_folder: Path, tmp_path: Path, part: list[str]
) -> None:
    name = changed(sd_folder, tmp_path / "model", "model_index.json", text_encoder=part)
    with pytest.raises(ModelError, match=r"its text_encoder .*isn't loaded"):
        load_model(name, "cpu", True, unheard)


def test_a_part_whose_package_is_absent_is_named_and_not_called_code(
    sd_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """diffusers puts a class that only raises in the place of each that it can't import."""

    def absent(*_: Any, **__: Any) -> None:
        raise ImportError("\nNeedsAPackage requires the x library")

    module = "diffusers.utils.dummy_torch_and_x_objects"
    dummy = type("NeedsAPackage", (), {"__module__": module, "__init__": absent})
    monkeypatch.setattr(diffusers, "NeedsAPackage", dummy, raising=False)
    part = ["diffusers", "NeedsAPackage"]
    name = changed(sd_folder, tmp_path / "model", "model_index.json", scheduler=part)
    with pytest.raises(ModelError, match="NeedsAPackage requires the x library"):
        load_model(name, "cpu", True, unheard)


@pytest.mark.parametrize("file", ["Config.json", "Model_Index.json", "Adapter_Config.json"])
def test_files_that_are_read_whatever_their_case_are_looked_through_so(
    sd_folder: Path, tmp_path: Path, file: str
) -> None:
    """As on macOS and Windows."""
    folder = tmp_path / "model"
    shutil.copytree(sd_folder, folder)
    (folder / "text_encoder" / file).write_text('{"auto_map": {"AutoConfig": "evil.Config"}}')
    with pytest.raises(ModelError, match=r"never loaded|names another model"):
        load_model(str(folder), "cpu", True, unheard)


@pytest.mark.parametrize(
    ("file", "fields"),
    [
        ("text_encoder/config.json", {"_attn_implementation": "owner/repo"}),
        ("text_encoder/config.json", {"_attn_implementation_internal": "owner/repo@main:f"}),
        ("text_encoder/config.json", {"attn_implementation": {"": "kernels-community/flash-attn"}}),
        ("text_encoder/config.json", {"vision_config": {"attn_implementation": "owner/repo"}}),
        ("text_encoder/config.json", {"_experts_implementation": "owner/repo"}),
        ("text_encoder/config.json", {"auto_map": {"AutoConfig": "evil.Config"}}),
        ("text_encoder/config.json", {"backbone": "owner/repo", "use_pretrained_backbone": True}),
        ("unet/config.json", {"quantization_config": {"quant_method": "torchao"}}),
        ("tokenizer/tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["evil.Words", None]}}),
        ("model_index.json", {"custom_pipeline": "owner/repo"}),
    ],
)
def test_fields_that_name_code_are_refused(
    sd_folder: Path, tmp_path: Path, file: str, fields: dict[str, Any]
) -> None:
    name = changed(sd_folder, tmp_path / "model", file, **fields)
    with pytest.raises(ModelError, match=r"names code or weights .*; delete it there") as caught:
        load_model(name, "cpu", True, unheard)
    assert file.rpartition("/")[2] in str(caught.value)


def test_fields_that_tools_leave_in_every_model_do_no_harm(sd_folder: Path, tmp_path: Path) -> None:
    harmless = {
        "_attn_implementation_autoset": True,
        "_attn_implementation": "sdpa",
        "auto_map": {},
        "quantization_config": None,
        "rope_theta": 1000000000,
    }
    name = changed(sd_folder, tmp_path / "model", "text_encoder/config.json", **harmless)
    assert load_model(name, "cpu", True, unheard).text_encoder is not None


def test_an_adapter_in_a_parts_folder_is_refused(sd_folder: Path, tmp_path: Path) -> None:
    """transformers would load the model that it names instead, wherever that is."""
    folder = tmp_path / "model"
    shutil.copytree(sd_folder, folder)
    adapter = folder / "text_encoder" / "adapter_config.json"
    adapter.write_text('{"base_model_name_or_path": "owner/repo"}')
    with pytest.raises(ModelError, match=r"text_encoder/adapter_config\.json names another model"):
        load_model(str(folder), "cpu", True, unheard)


def test_no_pickle_is_loaded_while_a_model_is_read(tmp_path: Path) -> None:
    """Whatever a library does for a part of a part."""
    pickled = tmp_path / "weights.bin"
    torch.save({}, pickled)
    with (
        reading_weights(),
        pytest.raises(ModelError, match="pickle, which is never loaded"),
    ):
        torch.load(pickled)
    assert torch.load(pickled) == {}


@pytest.mark.parametrize(
    ("file", "fields"),
    [
        ("text_encoder/config.json", {"num_hidden_layers": 10**7}),
        ("text_encoder/config.json", {"hidden_size": 10**9}),
        ("text_encoder/config.json", {"vocab_size": 10**12}),
        ("unet/config.json", {"layers_per_block": 10**7}),
        ("unet/config.json", {"block_out_channels": [60000, 60000]}),
        ("unet/config.json", {"cross_attention_dim": 60000}),
        ("vae/config.json", {"latent_channels": 60000}),
        ("unet/config.json", {"transformer_layers_per_block": [[1, 10**6], 1]}),
        ("unet/config.json", {"block_out_channels": [8] * 10**5}),
        ("unet/config.json", {"sample_size": 10**9}),
        ("unet/config.json", {"sample_size": 1e9}),
        ("vae/config.json", {"sample_size": float("inf")}),
        ("scheduler/scheduler_config.json", {"num_train_timesteps": 10**9}),
    ],
)
def test_giant_numbers_are_refused_before_anything_is_built(
    sd_folder: Path, tmp_path: Path, file: str, fields: dict[str, Any]
) -> None:
    name = changed(sd_folder, tmp_path / "model", file, **fields)
    with pytest.raises(ModelError, match="no model is that large") as caught:
        load_model(name, "cpu", True, unheard)
    assert f"{file}: {next(iter(fields))} " in str(caught.value)


@pytest.mark.parametrize("text", ["[" * 100_000, "{", '{"a": 1', ""])
def test_a_config_that_is_no_json_is_one_line(sd_folder: Path, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(sd_folder, folder)
    (folder / "unet" / "config.json").write_text(text)
    with pytest.raises(ModelError, match=r"unet/config\.json can't be read: "):
        load_model(str(folder), "cpu", True, unheard)


def test_devices_are_picked_or_refused_in_one_line(no_gpu: None) -> None:
    assert devices.pick_device("auto") == "cpu"
    assert devices.pick_device("cpu") == "cpu"
    for wanted in ("cuda", "mps", "abacus"):
        with pytest.raises(ModelError, match=wanted):
            devices.pick_device(wanted)


def test_a_gpu_that_cannot_compute_is_refused_with_the_reason(
    gpu: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert devices.pick_device("auto") == "cuda"
    monkeypatch.undo()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)

    def ones(*_: Any, device: str) -> Any:
        raise RuntimeError(f"{device} error: no kernel image is available\nand more")

    monkeypatch.setattr(torch, "ones", ones)
    for wanted in ("auto", "cuda"):
        with pytest.raises(ModelError, match=r"can't use it .*no kernel image is available") as why:
            devices.pick_device(wanted)
        assert "\n" not in str(why.value)
    assert devices.pick_device("cpu") == "cpu"


def test_the_table_of_models_has_no_row_twice() -> None:
    assert len(BY_MODEL) == len(KNOWN)
    assert all(row.licence and row.advice and row.size >= 256 for row in KNOWN)


def test_an_error_of_many_lines_becomes_one() -> None:
    assert one_line(ValueError("\n\n  first\nsecond")) == "ValueError: first"
    assert one_line(ModelError("plain")) == "plain"
    assert one_line(KeyError()) == "KeyError"
    assert len(one_line(ValueError("x" * 999))) <= 240
