"""Where models are read from: the local cache first, Hugging Face next, and what that may say."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import huggingface_hub
import pytest
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
)

from visualizer.engine import loading
from visualizer.engine.failures import ModelError
from visualizer.engine.loading import load

from .conftest import unheard

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """As without a network. The tries to use it, as they happen."""
    tried: list[str] = []

    def unplugged(*_: Any, **__: Any) -> Any:
        tried.append("a socket")
        raise OSError("Name or service not known")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, unplugged)
    return tried


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty Hugging Face cache."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def put_in(cache: Path, folder: Path, name: str) -> Path:
    """A pipeline's folder laid out in the cache; where its files are."""
    repo = cache / f"models--{name.replace('/', '--')}"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text("0" * 40)
    return Path(shutil.copytree(folder, repo / "snapshots" / ("0" * 40)))


def test_what_is_in_the_cache_is_loaded_without_a_question_to_the_network(
    cache: Path, sockets: list[str], folder: Path
) -> None:
    put_in(cache, folder, "a/b")
    assert load("a/b", "cpu", False, unheard).device.type == "cpu"
    assert sockets == []


def test_without_a_network_it_gives_up_at_once(cache: Path, sockets: list[str]) -> None:
    with pytest.raises(ModelError, match="Hugging Face can't be reached"):
        load("nobody/nothing", "cpu", False, unheard)
    assert sockets


def test_offline_a_model_that_is_cached_in_part_is_not_called_broken(
    cache: Path, sockets: list[str], sd_folder: Path
) -> None:
    files = put_in(cache, sd_folder, "a/b")
    (files / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(ModelError, match="not whole in the local cache, and offline"):
        load("a/b", "cpu", True, unheard)
    assert sockets == []


def test_offline_a_model_whose_files_are_broken_is_not_called_missing(
    cache: Path, sockets: list[str], sd_folder: Path
) -> None:
    files = put_in(cache, sd_folder, "a/b")
    (files / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(ModelError, match=r"a/b: can't be loaded: .*Unable to load weights"):
        load("a/b", "cpu", True, unheard)


Reads = list[tuple[bool, str | None]]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """The tries to read a model that has no file anywhere: (whether local, variant)."""
    tried: Reads = []

    def read(where: str, device: str, *, local_files_only: bool, variant: str | None) -> Any:
        tried.append((local_files_only, variant))
        raise OSError(f"no file named this (variant={variant})")

    monkeypatch.setattr(loading, "_read", read)
    monkeypatch.setattr(huggingface_hub, "model_info", lambda name, **_: None)
    return tried


@pytest.mark.parametrize(
    ("device", "variants"), [("cpu", (None, "fp16")), ("cuda", ("fp16", None))]
)
def test_the_cache_comes_first_and_half_the_size_where_it_will_do(
    reads: Reads, device: str, variants: tuple[str | None, ...]
) -> None:
    with pytest.raises(ModelError, match="can't be loaded: OSError: no file named this"):
        load("a/b", device, False, unheard)
    assert reads == [(local, variant) for local in (True, False) for variant in variants]


@pytest.mark.parametrize(
    ("error", "local"), [(MemoryError("no room"), True), (OSError("disk full"), False)]
)
def test_what_no_other_file_can_mend_is_not_tried_with_one(
    reads: Reads, monkeypatch: pytest.MonkeyPatch, error: Exception, local: bool
) -> None:
    absent = loading._read

    def read(where: str, device: str, **options: Any) -> Any:
        if options["local_files_only"] is local:
            reads.append((local, options["variant"]))
            raise error
        return absent(where, device, **options)

    monkeypatch.setattr(loading, "_read", read)
    with pytest.raises(ModelError, match=str(error)):
        load("a/b", "cuda", False, unheard)
    assert reads == [(True, "fp16")] if local else [(True, "fp16"), (True, None), (False, "fp16")]


def test_a_device_that_cannot_take_a_model_is_not_taken_for_a_missing_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads: list[str] = []
    settled = RuntimeError("CUDA error: device-side assert")
    monkeypatch.setattr(loading, "_read", lambda *_, **options: reads.append(options["variant"]))
    monkeypatch.setattr(loading, "_settled", MagicMock(side_effect=settled))
    with pytest.raises(RuntimeError, match="device-side assert"):
        load("a/b", "cuda", False, unheard)
    assert reads == ["fp16"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (RepositoryNotFoundError("404", response=MagicMock()), "has no such model; check the name"),
        (GatedRepoError("403", response=MagicMock()), "its owner wants an agreement first"),
        (HfHubHTTPError("429 Too Many", response=MagicMock()), "HfHubHTTPError: 429 Too Many"),
        (HFValidationError("a strange name"), "HFValidationError: a strange name"),
        (TimeoutError("10 s"), "Hugging Face can't be reached"),
    ],
)
def test_what_hugging_face_says_is_told(
    reads: Reads, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    monkeypatch.setattr(huggingface_hub, "model_info", MagicMock(side_effect=error))
    with pytest.raises(ModelError, match=says):
        load("nobody/nothing", "cpu", False, unheard)
    assert not any(not local for local, _ in reads)


def test_a_gate_that_shows_at_the_download_is_said_so(
    reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(where: str, device: str, **_: Any) -> Any:
        try:
            raise GatedRepoError("403", response=MagicMock())
        except GatedRepoError:
            raise OSError("is no valid model identifier")  # noqa: B904  (as diffusers does)

    monkeypatch.setattr(loading, "_read", read)
    with pytest.raises(ModelError, match="its owner wants an agreement first"):
        load("a/b", "cpu", False, unheard)


def test_offline_the_network_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(huggingface_hub, "model_info", lambda name, **_: asked.append(name))
    with pytest.raises(ModelError, match="and offline"):
        load("nobody/nothing", "cpu", True, unheard)
    assert asked == []
