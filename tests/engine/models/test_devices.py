"""What there is to play, and which model is taken where none is named."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from visualizer.engine.failures import ModelError
from visualizer.engine.models import devices, hub_cache
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.engine.models.fallbacks import choose
from visualizer.show.status import GpuMemory


def test_without_a_gpu_the_builtin_model_is_the_default(no_gpu: None) -> None:
    name, reason, _ = choose()
    assert name == BUILTIN
    assert "no GPU" in reason


def test_a_gpu_that_torch_has_no_cuda_for_is_one_line_with_the_remedy(
    no_gpu: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "nvidia_gpus", lambda: 1)
    monkeypatch.setattr(torch.version, "cuda", None)
    for wanted in ("auto", "cuda"):
        with pytest.raises(ModelError, match=r"no CUDA: pip install .*/whl/cu\d+"):
            devices.pick_device(wanted)
    name, reason, _ = choose()
    assert name == BUILTIN
    assert "no CUDA: pip install" in reason
    assert devices.pick_device("cpu") == "cpu"
    monkeypatch.setattr(torch.version, "cuda", "12.6")  # then it is not torch that is missing
    assert devices.pick_device("auto") == "cpu"


@pytest.mark.parametrize(("status", "cards"), [(0, 2), (100, 0)])
def test_the_driver_is_asked_how_many_gpus_there_are(
    status: int, cards: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Driver:
        def cuInit(self, flags: int) -> int:  # noqa: N802
            return status

        def cuDeviceGetCount(self, count: Any) -> int:  # noqa: N802
            count._obj.value = 2
            return 0

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Driver())
    assert devices.nvidia_gpus() == cards


def test_without_a_driver_there_is_no_nvidia_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert devices.nvidia_gpus() == 0


def test_the_models_on_this_machine_are_named_the_builtin_one_first(
    no_gpu: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_cache, "cached_models", lambda: ("a/pipeline",))
    assert choose().models == (BUILTIN, "a/pipeline")


def test_with_a_gpu_sdxl_turbo_is_the_default(gpu: None) -> None:
    assert choose()[:2] == ("stabilityai/sdxl-turbo", "there is a GPU (Some GPU)")


def test_with_a_gpu_that_is_not_wanted_the_builtin_model_is_the_default(gpu: None) -> None:
    name, reason, _ = choose("cpu")
    assert name == BUILTIN
    assert "the processor is selected" in reason


def test_with_a_small_gpu_the_builtin_model_is_the_default(
    gpu: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = SimpleNamespace(name="Small GPU", total_memory=4 * 2**30)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)
    assert choose()[:2] == (BUILTIN, "the GPU has 4 GB, but sdxl-turbo needs 8")


@pytest.mark.parametrize(("gigabytes", "model"), [(6, BUILTIN), (11, "stabilityai/sdxl-turbo")])
def test_an_apple_gpu_is_measured_too(
    no_gpu: None, monkeypatch: pytest.MonkeyPatch, gigabytes: int, model: str
) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: gigabytes * 2**30)
    assert choose().default == model


def test_a_gpu_that_cannot_compute_leaves_the_builtin_model_as_the_default(
    gpu: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_cuda_fault", lambda: "no kernel image")
    name, reason, _ = choose()
    assert name == BUILTIN
    assert "can't use it (no kernel image)" in reason


def test_a_gpus_memory_is_read_where_its_driver_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    assert devices.gpu_memory("cpu") is None
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (5_300_000_000, 8_500_000_000))
    assert devices.gpu_memory("cuda") == GpuMemory(used=3200, total=8500)

    def broken() -> tuple[int, int]:
        raise RuntimeError("CUDA error: operation not supported")

    monkeypatch.setattr(torch.cuda, "mem_get_info", broken)
    assert devices.gpu_memory("cuda") is None
