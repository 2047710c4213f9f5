"""Networks on a CPU: OpenVINO takes over where it can, and torch stays wherever it can't."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from visualizer.engine.backends import converted, cpu
from visualizer.engine.backends.converted import (
    DONE,
    IN_USE,
    KEPT,
    folder_of,
    in_process,
    key_of,
)
from visualizer.engine.backends.cpu import OpenVino, fits
from visualizer.engine.backends.networks import TorchNetworks
from visualizer.engine.backends.openvino import KINDS, OpenVinoNetworks, at_once, precision, runtime
from visualizer.engine.backends.sample import Sample
from visualizer.engine.failures import ModelError
from visualizer.engine.models.loading import load_model

from ..conftest import SIDE, pipeline_of, unheard

try:
    runtime()
except ImportError:
    pytest.skip("openvino is not installed on this kind of machine", allow_module_level=True)


@pytest.fixture
def model(sd_folder: Path) -> Any:
    """A tiny SD."""
    return pipeline_of(sd_folder)


@pytest.fixture
def said() -> list[str]:
    """What was reported."""
    return []


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where converted models lie for all tests."""
    return tmp_path_factory.mktemp("converted")


@pytest.fixture
def bring(model: Any, sd_folder: Path, said: list[str], kept: Path) -> Callable[..., OpenVino]:
    """Bring OpenVINO's networks, here and now."""

    def brought(**options: Any) -> OpenVino:
        values = {"cache": kept, "start": at_once, **options}
        return OpenVino(model, str(sd_folder), SIDE, report=said.append, **values)

    return brought


def test_a_model_is_converted_once_and_its_networks_are_handed_over_once(
    bring: Callable[..., OpenVino], model: Any, said: list[str]
) -> None:
    first = bring()
    parts = first.ready()
    assert isinstance(parts, OpenVinoNetworks)
    assert first.kind == precision()
    assert parts.backend == f"OpenVINO in {first.kind}"
    assert Sample.of(model, SIDE).alike(TorchNetworks(model), parts)
    assert first.ready() is None

    def never(model: str, side: int, folder: Path) -> None:
        raise AssertionError("it is converted already")

    assert isinstance(bring(convert=never).ready(), OpenVinoNetworks)
    assert said == []


@pytest.mark.parametrize("kind", KINDS)
def test_in_every_precision_the_pictures_are_torchs(
    model: Any, sd_folder: Path, kept: Path, kind: str
) -> None:
    folder = folder_of(key_of(model, SIDE), str(sd_folder), SIDE, kept)
    parts = cpu.networks(model, SIDE, folder, kind, threads=1)
    assert Sample.of(model, SIDE).alike(TorchNetworks(model), parts)


def test_the_show_never_waits(bring: Callable[..., OpenVino]) -> None:
    works: list[Callable[[], None]] = []
    openvino = bring(start=works.append)
    assert (openvino.kind, openvino.ready(), len(works)) == ("", None, 1)
    works[0]()
    assert openvino.ready() is not None


def broken(model: str, side: int, folder: Path) -> None:
    (folder / "half.bin").touch()
    raise ModelError("it can't be converted for OpenVINO: no luck")


def empty(model: str, side: int, folder: Path) -> None:
    """Leaves nothing."""


def test_whatever_goes_wrong_is_said_in_a_line_and_torch_stays(
    bring: Callable[..., OpenVino],
    said: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "a file").touch()
    for options in (
        {"convert": broken, "cache": tmp_path / "one"},
        {"convert": empty, "cache": tmp_path / "other"},
        {"cache": tmp_path / "a file" / "in it"},
    ):
        said.clear()
        assert bring(**options).ready() is None
        (line,) = said
        assert "runs on torch, slower: " in line
        assert "\n" not in line
    said.clear()
    monkeypatch.setattr(Sample, "alike", lambda *_: False)
    assert bring().ready() is None
    assert "pictures differ from torch's" in said[0]


def test_without_openvino_nothing_is_said_unless_it_was_asked_for(
    bring: Callable[..., OpenVino], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert bring().ready() is None
    assert bring(wanted=True).ready() is None
    (line,) = said
    assert line.startswith("OpenVINO can't be used here (")


def test_a_broken_openvino_is_said(
    bring: Callable[..., OpenVino], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("a library is missing")

    monkeypatch.setattr(cpu, "runtime", broken)
    assert bring().ready() is None
    assert said == ["OpenVINO can't be used here (OSError: a library is missing), so torch is used"]


def test_only_small_models_of_sd_on_the_cpu_fit(
    pipeline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fits(pipeline) == ("XL" not in type(pipeline).__name__)
    monkeypatch.setattr(cpu, "SMALL", 100)
    assert not fits(pipeline)
    monkeypatch.undo()
    pipeline.to(torch.float16)
    assert not fits(pipeline)


def test_a_key_is_of_the_weights_the_size_and_the_versions(
    model: Any, sd_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = key_of(model, SIDE)
    assert key == key_of(load_model(str(sd_folder), "cpu", True, unheard), SIDE)
    assert key != key_of(model, 2 * SIDE)
    with torch.no_grad():
        model.vae.decoder.conv_out.bias.add_(0.1)
    assert key != (changed := key_of(model, SIDE))
    monkeypatch.setattr(converted, "version", lambda package: "another")
    assert changed != key_of(model, SIDE)


def test_only_whole_folders_count_and_the_last_few_are_kept(tmp_path: Path) -> None:
    calls: list[Path] = []

    def convert(model: str, side: int, folder: Path) -> None:
        calls.append(folder)

    long_ago = time.time() - 2 * IN_USE
    for number in range(KEPT + 2):
        folder = folder_of(f"{number}", "m", 64, tmp_path, convert)
        assert folder == tmp_path / f"{number}"
        os.utime(folder, (long_ago + number, long_ago + number))
    # The youngest, made after the others had aged, drove the oldest of them out.
    assert {path.name for path in tmp_path.iterdir()} == {f"{n}" for n in range(2, KEPT + 2)}
    (tmp_path / f"{KEPT + 1}" / DONE).unlink()
    folder_of(f"{KEPT + 1}", "m", 64, tmp_path, convert)
    assert len(calls) == KEPT + 3
    with pytest.raises(ModelError):
        folder_of("more", "m", 64, tmp_path, broken)
    assert not (tmp_path / "more").exists()
    assert len(list(tmp_path.iterdir())) == KEPT


def test_a_folder_that_a_show_may_still_read_is_not_forgotten(tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        folder_of(f"{number}", "m", 64, tmp_path, lambda model, side, folder: None)
    assert len(list(tmp_path.iterdir())) == KEPT + 2


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the process")
@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("kill -SEGV $$", "status -11"),
        ("echo one >&2; echo two >&2; echo >&2; exit 3", "two"),
        ("exit 0", ""),
    ],
)
def test_how_the_process_ends_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, line: str
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    if not line:
        in_process("tiny", SIDE, tmp_path)
        return
    with pytest.raises(ModelError, match=f"can't be converted for OpenVINO: {line}"):
        in_process("tiny", SIDE, tmp_path)


def test_the_process_ends_with_the_one_that_started_it(sd_folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", converted.__name__, str(sd_folder), str(SIDE), str(tmp_path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == []
