"""Which device runs a model, its memory, and which model is the default for it.

Importing this module imports torch: do it in the producer thread.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

import psutil
import torch

from visualizer.engine.failures import ModelError, one_line
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.show.status import GpuMemory

TURBO = "stabilityai/sdxl-turbo"
"""The default model where a GPU is large enough for it."""

ROOM = 7.5e9
"""Bytes of a GPU's memory that TURBO wants; a card sold with 8 GB has a little more than that."""

CUDA_BUILD = (
    "pip install --force-reinstall torch --index-url https://download.pytorch.org/whl/cu126"
)
"""What brings a torch with CUDA where pip's own has none, as on Windows."""

CUDA_CHOICE = "(or choose the command for your CUDA version on pytorch.org)"


def default_model(device: str = "auto") -> tuple[str, str]:
    """The model that is taken where none is named, and why: (name, one line).

    device: as pick_device takes it.
    """
    try:
        place = pick_device(device)
    except ModelError as error:
        return BUILTIN, str(error)
    if place == "cpu":
        why = "the processor is selected" if device == "cpu" else "there is no GPU"
        return BUILTIN, f"{why}, and the built-in model is fast without one"
    if place == "cuda":
        card = torch.cuda.get_device_properties(0)
        memory, why = card.total_memory, f"there is a GPU ({card.name})"
    else:
        memory, why = torch.mps.recommended_max_memory(), "there is an Apple GPU"
    if memory < ROOM:
        return BUILTIN, f"the GPU has {memory / 2**30:.0f} GB, but sdxl-turbo needs 8"
    return TURBO, why


def pick_device(wanted: str) -> str:
    """auto, cuda, mps or cpu → the device's name for torch.

    ModelError where there is none such, and where there is a GPU that torch can't compute on.
    """
    if wanted not in ("auto", "cuda", "mps", "cpu"):
        raise ModelError(f"device {wanted}: must be auto, cuda, mps or cpu")
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wanted in ("auto", "cuda") and not cuda and not torch.version.cuda and nvidia_gpus():
        raise ModelError(
            f"there is an NVIDIA GPU, but this torch has no CUDA: {CUDA_BUILD} {CUDA_CHOICE}"
        )
    if wanted == "auto":
        wanted = "cuda" if cuda else "mps" if mps else "cpu"
    if wanted == "cuda" and not cuda:
        raise ModelError(
            "device cuda: torch sees no NVIDIA GPU; install its driver and a CUDA build of torch"
        )
    if wanted == "cuda" and (fault := _cuda_fault()):
        raise ModelError(f"device cuda: torch sees the GPU but can't use it ({fault})")
    if wanted == "mps" and not mps:
        raise ModelError("device mps: torch sees no Apple GPU; it needs a Mac with Apple silicon")
    return wanted


def memory_of(device: str) -> tuple[str, int]:
    """What computes on a device, in words, and the bytes of memory that it has."""
    if device == "cuda":
        card = torch.cuda.get_device_properties(0)
        return f"{card.name}, CUDA {torch.version.cuda}", card.total_memory
    memory = psutil.virtual_memory().total
    if device == "mps":
        return "Apple GPU", min(memory, torch.mps.recommended_max_memory())
    return f"{psutil.cpu_count()} processors", memory


def gpu_memory(device: str) -> GpuMemory | None:
    """What is taken of an NVIDIA GPU's memory now; None for other devices, and where the driver
    does not tell."""
    if device != "cuda":
        return None
    try:
        free, total = torch.cuda.mem_get_info()
    except RuntimeError:
        return None
    return GpuMemory(round((total - free) / 1e6), round(total / 1e6))


def most_taken() -> int:
    """The most bytes of an NVIDIA GPU's memory that this process has held; 0 without one."""
    return torch.cuda.max_memory_reserved() if torch.cuda.is_available() else 0


def nvidia_gpus() -> int:
    """How many NVIDIA GPUs the driver knows of, asked without torch; 0 without a driver."""
    count = ctypes.c_int()
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        found = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    except (AttributeError, OSError):
        return 0
    return count.value if found else 0


def _cuda_fault() -> str:
    """Why the GPU can't add one and one: too old for this torch, its driver dead …; '' if it can.

    torch.cuda.is_available() asks the driver only, and tries nothing.
    """
    try:
        two = float(torch.ones(1, device="cuda") + 1)
    except RuntimeError as error:
        return one_line(error)
    return "" if two == 2.0 else f"1 + 1 is {two} there"


def wait_for(device: str) -> Callable[[], None]:
    """What waits until a device has done all it was asked (to measure; the loop needs it not)."""
    if device == "cuda":
        return torch.cuda.synchronize
    if device == "mps":
        return torch.mps.synchronize
    return lambda: None
