"""Where models are read from: the local cache first, Hugging Face next, and what that may say."""

from __future__ import annotations

import errno
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

from visualizer.engine.failures import ModelError
from visualizer.engine.models.loading import load_model

from ..conftest import unheard
from ..hub import empty_cache

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
    return empty_cache(monkeypatch, tmp_path)


def put_in(cache: Path, folder: Path, name: str) -> Path:
    """A pipeline's folder laid out in the cache; where its files are."""
    repo = cache / f"models--{name.replace('/', '--')}"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text("0" * 40)
    return Path(shutil.copytree(folder, repo / "snapshots" / ("0" * 40)))


WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


def test_what_is_in_the_cache_is_loaded_without_a_question_to_the_network(
    cache: Path, sockets: list[str], folder: Path
) -> None:
    put_in(cache, folder, "a/b")
    assert load_model("a/b", "cpu", False, unheard).device.type == "cpu"
    assert sockets == []


def test_without_a_network_it_gives_up_at_once(cache: Path, sockets: list[str]) -> None:
    with pytest.raises(ModelError, match="Hugging Face can't be reached"):
        load_model("nobody/nothing", "cpu", False, unheard)
    assert sockets


def test_offline_a_model_that_is_cached_in_part_is_not_called_broken(
    cache: Path, sockets: list[str], sd_folder: Path
) -> None:
    (put_in(cache, sd_folder, "a/b") / WEIGHTS).unlink()
    with pytest.raises(ModelError, match="incomplete in the local cache, and offline"):
        load_model("a/b", "cpu", True, unheard)
    assert sockets == []


def test_offline_a_model_whose_files_are_broken_is_not_called_missing(
    cache: Path, sockets: list[str], sd_folder: Path
) -> None:
    (put_in(cache, sd_folder, "a/b") / WEIGHTS).write_bytes(b"nonsense")
    with pytest.raises(ModelError, match=r"a/b: can't be loaded: .*Unable to load weights"):
        load_model("a/b", "cpu", True, unheard)


def test_offline_the_network_is_never_asked(cache: Path, sockets: list[str]) -> None:
    with pytest.raises(ModelError, match="and offline"):
        load_model("nobody/nothing", "cpu", True, unheard)
    assert sockets == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (RepositoryNotFoundError("404", response=MagicMock()), "has no such model; check the name"),
        (GatedRepoError("403", response=MagicMock()), "its owner requires an agreement first"),
        (HfHubHTTPError("429 Too Many", response=MagicMock()), "HfHubHTTPError: 429 Too Many"),
        (HFValidationError("a strange name"), "HFValidationError: a strange name"),
        (TimeoutError("10 s"), "Hugging Face can't be reached"),
        (OSError(errno.ENOSPC, "No space left on device"), "can't be stored: .*No space left"),
    ],
)
def test_what_goes_wrong_with_hugging_face_is_one_line(
    cache: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    monkeypatch.setattr(huggingface_hub, "model_info", MagicMock(side_effect=error))
    with pytest.raises(ModelError, match=says) as why:
        load_model("nobody/nothing", "cpu", False, unheard)
    assert "\n" not in str(why.value)
