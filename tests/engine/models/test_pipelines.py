"""Reading models: what is refused, and that the line says why; what there is to choose from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
import torch

from visualizer.engine.failures import ModelError, one_line
from visualizer.engine.models import devices
from visualizer.engine.models.catalogue import BY_MODEL, KNOWN
from visualizer.engine.models.pipelines import load, picture_side

from ..conftest import SIDE, unheard

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_the_own_size_is_latent_cells_times_their_pixels(pipeline: Any) -> None:
    assert picture_side(pipeline) == SIDE


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("./no/such/folder", "no such folder"),
        ("nothing", "no such folder"),
        ("/no/such", "no such folder"),
        ("a/b/c", "OWNER/MODEL"),
    ],
)
def test_a_name_that_can_be_no_model_is_said_so(name: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        load(name, "cpu", True, unheard)


def test_a_folder_without_a_pipeline_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model_index\.json in"):
        load(str(tmp_path), "cpu", True, unheard)


def test_weights_that_are_no_safetensors_are_not_read(sd_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    shutil.copytree(sd_folder, folder)
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.unlink()
    torch.save({}, weights.with_suffix(".bin"))
    with pytest.raises(ModelError, match="can't be loaded: "):
        load(str(folder), "cpu", True, unheard)


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
        load(str(folder), "cpu", True, unheard)
    assert "\n" not in str(caught.value)
    assert not touched.exists()


def test_code_under_a_librarys_name_is_refused(sd_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(sd_folder, folder)
    (folder / "unet" / "diffusers.py").write_text("raise SystemExit")
    with pytest.raises(ModelError, match="never run"):
        load(str(folder), "cpu", True, unheard)


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


def test_no_cache_is_an_empty_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scan = huggingface_hub.scan_cache_dir
    monkeypatch.setattr(huggingface_hub, "scan_cache_dir", lambda: scan(tmp_path / "nothing"))
    assert devices.cached_models() == ()


def test_only_pipelines_of_the_cache_are_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for repo, file in (("models--a--pipeline", "model_index.json"), ("models--b--other", "x.bin")):
        revision = tmp_path / repo / "snapshots" / "0123"
        revision.mkdir(parents=True)
        (revision / file).write_text("{}")
    scan = huggingface_hub.scan_cache_dir
    monkeypatch.setattr(huggingface_hub, "scan_cache_dir", lambda: scan(tmp_path))
    assert devices.cached_models() == ("a/pipeline",)


def test_an_error_of_many_lines_becomes_one() -> None:
    assert one_line(ValueError("\n\n  first\nsecond")) == "ValueError: first"
    assert one_line(ModelError("plain")) == "plain"
    assert one_line(KeyError()) == "KeyError"
    assert len(one_line(ValueError("x" * 999))) <= 240
