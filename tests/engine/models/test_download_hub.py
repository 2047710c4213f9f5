"""Downloads, from a Hugging Face of our own: which files, how far they are, what breaks off."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
import torch
from safetensors.torch import load_file, save_file

from visualizer.engine.failures import ModelError, Outdated
from visualizer.engine.models import download
from visualizer.engine.models.loading import load_model
from visualizer.show.status import Status

from ..conftest import unheard
from ..hub import Hub, serving

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A Hugging Face on this machine, without any model yet, and an empty cache."""
    with serving(monkeypatch, tmp_path) as hub:
        yield hub


def test_a_model_is_fetched_once_and_loads_without_a_network_from_then_on(
    hub: Hub, folder: Path
) -> None:
    hub.repos["a/b"] = folder
    heard: list[Status] = []
    first = load_model("a/b", "cpu", False, heard.append)
    fetched = list(hub.asked)
    assert len(fetched) == len(set(fetched)), "nothing twice"
    hub.repos.clear()
    second = load_model("a/b", "cpu", True, unheard)
    assert hub.asked == fetched
    for one, other in zip(first.unet.parameters(), second.unet.parameters(), strict=True):
        assert torch.equal(one, other)


def test_how_far_it_is_goes_up_in_per_cent_of_a_size(hub: Hub, sd_folder: Path) -> None:
    hub.repos["a/b"] = sd_folder
    heard: list[Status] = []
    load_model("a/b", "cpu", False, heard.append)
    told = [status for status in heard if status.text.startswith("downloading")]
    assert told[0].text == "downloading a/b: 0 % of 0.4 MB"
    assert told[-1].text == "downloading a/b: 100 % of 0.4 MB"
    shares = [status.progress for status in told]
    assert shares == sorted(set(shares), key=lambda share: share or 0.0)
    assert len(shares) > 3


def test_bytes_are_counted_while_they_come(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "model.safetensors").write_bytes(bytes(100_000))
    hub.repos["a/b"] = tmp_path / "repo"
    heard: list[Status] = []
    download.download_files("a/b", {"model.safetensors": 100_000}, heard.append)
    assert [status.progress for status in heard] == pytest.approx([n / 100 for n in range(101)])


def test_a_download_that_broke_off_is_taken_up_again(
    hub: Hub, sd_folder: Path, tmp_path: Path
) -> None:
    hub.repos["a/b"] = tmp_path / "partial"
    shutil.copytree(sd_folder, hub.repos["a/b"])
    (hub.repos["a/b"] / WEIGHTS).unlink()
    with pytest.raises(ModelError, match="can't be loaded"):
        load_model("a/b", "cpu", False, unheard)
    hub.repos["a/b"] = sd_folder
    hub.asked.clear()
    load_model("a/b", "cpu", False, unheard)
    assert hub.asked == [("a/b", WEIGHTS)]


def test_nobody_waits_for_a_download_that_is_dropped(hub: Hub, sd_folder: Path) -> None:
    hub.repos["a/b"] = sd_folder

    def drop(status: Status) -> None:
        if status.progress and "downloading" in status.text:
            raise Outdated

    with pytest.raises(Outdated):
        load_model("a/b", "cpu", False, drop)
    assert ("a/b", WEIGHTS) not in hub.asked


def halved(folder: Path, *parts: str) -> None:
    """Put files in half precision beside a folder's, for some of its parts."""
    for part in parts:
        (weights,) = (folder / part).glob("*model.safetensors")
        tensors = {name: tensor.half() for name, tensor in load_file(weights).items()}
        save_file(tensors, weights.with_name(f"{weights.stem}.fp16.safetensors"), {"format": "pt"})


@pytest.fixture
def crowded(hub: Hub, sd_folder: Path, tmp_path: Path) -> Path:
    """A repository with all that others have in theirs; its UNet also in half precision."""
    folder = tmp_path / "crowded"
    shutil.copytree(sd_folder, folder)
    halved(folder, "unet")
    for name in (
        "a-b.safetensors",
        "README.md",
        "unet/diffusion_pytorch_model.bin",
        "unet/diffusion_pytorch_model.non_ema.safetensors",
        "text_encoder/model.onnx",
        "vae_1_0/diffusion_pytorch_model.safetensors",
        "safety_checker/model.safetensors",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"never read")
    index = json.loads((folder / "model_index.json").read_text())
    index["safety_checker"] = ["stable_diffusion", "StableDiffusionSafetyChecker"]
    (folder / "model_index.json").write_text(json.dumps(index))
    hub.repos["a/b"] = folder
    return folder


def test_only_what_is_read_is_fetched(hub: Hub, crowded: Path) -> None:
    load_model("a/b", "cpu", False, unheard)
    fetched = {file for _, file in hub.asked}
    assert {file for file in fetched if file.endswith("safetensors")} == {
        WEIGHTS,
        "vae/diffusion_pytorch_model.safetensors",
        "text_encoder/model.safetensors",
    }
    assert not [file for file in fetched if not file.endswith((".safetensors", ".json", ".txt"))]


def test_a_gpu_gets_half_precision_where_there_is_some(crowded: Path) -> None:
    files = [path.relative_to(crowded).as_posix() for path in crowded.rglob("*.*")]
    chosen = download.choose_files(files, ["unet", "vae"], half=True)
    assert [file for file in chosen if file.endswith("safetensors")] == [
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
    ]


def test_what_comes_in_half_precision_alone_plays_on_the_processor_too(
    hub: Hub, crowded: Path
) -> None:
    (crowded / WEIGHTS).unlink()
    assert load_model("a/b", "cpu", False, unheard).unet.dtype == torch.float32


def test_weights_in_several_files_come_with_what_tells_them_apart() -> None:
    names = [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
    ]
    halves = [
        "model.fp16-00001-of-00002.safetensors",
        "model.fp16-00002-of-00002.safetensors",
        "model.safetensors.index.fp16.json",
    ]
    others = ["model-00001-of-00002.bin", "model.bin.index.json"]
    files = [f"part/{name}" for name in (*names, *halves, *others)]
    for half, wanted in ((False, names), (True, halves)):
        assert set(download.choose_files(files, ["part"], half)) == {
            f"part/{name}" for name in wanted
        }


def test_foreign_code_is_refused_before_anything_large_is_fetched(hub: Hub, crowded: Path) -> None:
    index = json.loads((crowded / "model_index.json").read_text())
    index["unet"][0] = "evil"
    (crowded / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match="it isn't loaded"):
        load_model("a/b", "cpu", False, unheard)
    assert hub.asked == [("a/b", "model_index.json")]


def test_a_repository_of_another_kind_is_said_so(hub: Hub, crowded: Path) -> None:
    (crowded / "model_index.json").unlink()
    with pytest.raises(ModelError, match=r"a/b: no model_index\.json there"):
        load_model("a/b", "cpu", False, unheard)
    assert hub.asked == []


def test_a_name_that_hugging_face_does_not_know_is_said_so(hub: Hub) -> None:
    with pytest.raises(ModelError, match="has no such model; check the name"):
        load_model("nobody/nothing", "cpu", False, unheard)


def test_a_gate_that_shows_at_the_download_is_said_so(hub: Hub, sd_folder: Path) -> None:
    hub.repos["a/b"] = sd_folder
    hub.gated.add("a/b")
    with pytest.raises(ModelError, match="its owner requires an agreement first"):
        load_model("a/b", "cpu", False, unheard)
