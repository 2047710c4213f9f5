"""OpenVINO's networks: the same pictures as torch's, and torch wherever they are not ready."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import torch
from torch import Tensor

from visualizer.engine.backends.networks import Conditions, TorchNetworks
from visualizer.engine.backends.openvino import (
    OpenVinoNetworks,
    at_once,
    convert,
    in_background,
    runtime,
)
from visualizer.engine.backends.sample import Sample
from visualizer.engine.models.loading import load_model
from visualizer.engine.models.picture_size import picture_side

from ..conftest import unheard

try:
    runtime()
except ImportError:
    pytest.skip("openvino is not installed on this kind of machine", allow_module_level=True)


@pytest.fixture(scope="module")
def model(sd_folder: Path) -> Any:
    """The tiny SD."""
    return load_model(str(sd_folder), "cpu", True, unheard)


@pytest.fixture(scope="module")
def side(model: Any) -> int:
    """The side of the model's pictures."""
    return picture_side(model)


@pytest.fixture(scope="module")
def folder(model: Any, side: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model, converted."""
    return converted(model, side, tmp_path_factory.mktemp("converted"))


def converted(model: Any, side: int, folder: Path) -> Path:
    sample = Sample.of(model, side, rows=2)
    convert(model, folder, sample.image, sample.latents, sample.conditions)
    return folder


def made(model: Any, folder: Path, kind: str = "float32", **options: Any) -> OpenVinoNetworks:
    """Networks that compile at once, unless told otherwise."""
    return OpenVinoNetworks(model, folder, kind=kind, threads=1, **{"start": at_once, **options})


def is_torchs_picture(model: Any, side: int, folder: Path) -> None:
    """In float32, to within rounding, with a row and with two."""
    faults: list[str] = []
    parts = made(model, folder, report=faults.append)
    for rows in (1, 2):
        sample = Sample.of(model, side, rows)
        found = sample.outputs(parts)
        for wanted, got in zip(sample.outputs(TorchNetworks(model)), found, strict=True):
            assert got.dtype == torch.float32
            assert got.shape == wanted.shape
            assert (got - wanted).abs().max() < 1e-4 * wanted.abs().max()
    assert faults == []


def test_in_float32_it_is_torchs_picture_to_within_rounding(
    model: Any, side: int, folder: Path
) -> None:
    is_torchs_picture(model, side, folder)


def test_so_it_is_with_the_built_in_model(tmp_path: Path) -> None:
    builtin = load_model("builtin", "cpu", True, unheard)
    side = picture_side(builtin)
    is_torchs_picture(builtin, side, converted(builtin, side, tmp_path))


@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
def test_a_little_more_noise_is_no_stair(model: Any, side: int, folder: Path, kind: str) -> None:
    parts, sample = made(model, folder, kind), Sample.of(model, side)
    told = [torch.tensor(level) for level in (599.0, 600.0, 601.0, 602.0)]
    got = [parts.predict(sample.latents, level, sample.conditions) for level in told]
    for i, one in enumerate(got):
        assert not any(torch.equal(one, other) for other in got[:i])


def test_a_result_is_the_callers_own(model: Any, side: int, folder: Path) -> None:
    parts, sample = made(model, folder), Sample.of(model, side)
    first = parts.encode(sample.image)
    kept = first.clone()
    parts.encode(1.0 - sample.image)
    assert torch.equal(first, kept)


def test_a_picture_in_any_order_of_memory_is_read_right(
    model: Any, side: int, folder: Path
) -> None:
    parts, image = made(model, folder), Sample.of(model, side).image
    turned = image.contiguous(memory_format=torch.channels_last)
    assert torch.equal(parts.encode(image), parts.encode(turned))


def test_a_network_goes_through_torch_until_it_is_compiled(
    model: Any, side: int, folder: Path
) -> None:
    works: list[Callable[[], None]] = []
    parts, sample = made(model, folder, start=works.append), Sample.of(model, side)
    by_torch = TorchNetworks(model).decode(sample.latents)
    for _ in range(3):
        assert torch.equal(parts.decode(sample.latents), by_torch)
    assert len(works) == 1
    works[0]()
    compiled = parts.decode(sample.latents)
    assert not torch.equal(compiled, by_torch)
    assert torch.allclose(compiled, by_torch, atol=1e-4)
    parts.predict(sample.latents, sample.timestep, sample.conditions)
    guided = Sample.of(model, side, rows=2).conditions
    parts.predict(sample.latents, sample.timestep, guided)
    assert len(works) == 3  # one for a row, one for two


def test_a_picture_of_another_size_goes_through_torch_or_comes_out_right(
    model: Any, side: int, folder: Path
) -> None:
    parts, sample = made(model, folder), Sample.of(model, 2 * side)
    for wanted, got in zip(
        sample.outputs(TorchNetworks(model)), sample.outputs(parts), strict=True
    ):
        assert torch.allclose(got, wanted, atol=1e-4)


@pytest.mark.parametrize("lost", ["absent", "empty", "cut short"])
def test_what_cant_be_compiled_is_said_once_and_stays_with_torch(
    model: Any, side: int, folder: Path, tmp_path: Path, lost: str
) -> None:
    if lost == "empty":
        (tmp_path / "encode.xml").touch()
    elif lost == "cut short":
        for name in ("encode.xml", "encode.bin"):
            whole = (folder / name).read_bytes()
            (tmp_path / name).write_bytes(whole if name.endswith("xml") else whole[:1000])
    faults: list[str] = []
    parts, sample = made(model, tmp_path, report=faults.append), Sample.of(model, side)
    for _ in range(2):
        assert torch.equal(parts.encode(sample.image), TorchNetworks(model).encode(sample.image))
    assert len(faults) == 1
    assert faults[0].startswith("OpenVINO: encode stays with torch: ")
    assert "\n" not in faults[0]
    assert len(faults[0]) > len("OpenVINO: encode stays with torch: ")


def test_a_network_that_fails_while_it_runs_gives_way_to_torch_for_good(
    model: Any, side: int, folder: Path
) -> None:
    faults: list[str] = []
    parts, sample = made(model, folder, report=faults.append), Sample.of(model, side)
    by_torch = TorchNetworks(model).decode(sample.latents)
    parts.encode(sample.image)
    assert not torch.equal(parts.decode(sample.latents), by_torch)
    calls: list[int] = []

    def broken(*_: Tensor) -> Tensor:
        calls.append(1)
        raise RuntimeError("Exception from infer.cpp:\n\nno memory")

    for key in parts._compiled:
        if key[0] == "decode":
            parts._compiled[key] = broken
    for _ in range(3):
        assert torch.equal(parts.decode(sample.latents), by_torch)
    assert len(calls) == 1
    assert faults == ["OpenVINO: decode falls back to torch: no memory"]
    by_openvino = parts.encode(sample.image)
    assert not torch.equal(by_openvino, TorchNetworks(model).encode(sample.image))


def test_what_is_forgotten_is_compiled_anew_and_what_comes_late_is_dropped(
    model: Any, side: int, folder: Path
) -> None:
    works: list[Callable[[], None]] = []
    parts, sample = made(model, folder, start=works.append), Sample.of(model, side)
    by_torch = parts.decode(sample.latents)
    parts.forget()
    works.pop()()
    assert parts._compiled == {}
    assert torch.equal(parts.decode(sample.latents), by_torch)
    works.pop()()
    assert not torch.equal(parts.decode(sample.latents), by_torch)
    parts.forget()
    assert parts._compiled == {}


def test_converting_leaves_the_pipeline_as_it_was(model: Any, side: int, folder: Path) -> None:
    sample = Sample.of(model, side)
    before = sample.outputs(TorchNetworks(model))
    assert "get_time_embed" not in vars(model.unet)
    assert all(
        torch.equal(a, b) for a, b in zip(before, sample.outputs(TorchNetworks(model)), strict=True)
    )


def test_what_sdxl_is_told_besides_its_prompt_goes_through_torch(
    sdxl_folder: Path, tmp_path: Path
) -> None:
    xl = load_model(str(sdxl_folder), "cpu", True, unheard)
    works: list[Callable[[], None]] = []
    parts = made(xl, tmp_path, start=works.append)
    draw = torch.Generator().manual_seed(1)

    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw)

    told = Conditions(random(1, 12, 24), pooled=random(1, 16), sizes=random(1, 6))
    latents, timestep = random(1, 4, 16, 16), torch.tensor(9.0)
    with torch.inference_mode():
        wanted = TorchNetworks(xl).predict(latents, timestep, told)
        assert torch.equal(parts.predict(latents, timestep, told), wanted)
    assert works == []


def test_work_in_the_background_does_not_keep_the_program_from_ending() -> None:
    threads: Queue[threading.Thread] = Queue()
    in_background(lambda: threads.put(threading.current_thread()))
    thread = threads.get()
    assert thread.daemon
    assert thread is not threading.current_thread()


def test_openvino_never_reports_home() -> None:
    assert "openvino" in sys.modules
    assert sys.modules["openvino_telemetry"] is None
