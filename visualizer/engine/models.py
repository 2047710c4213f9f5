"""Which models there are, which device runs them, and which model is the default.

Importing this module imports torch and diffusers: do it in the producer thread. Reading a model's
files is loading.py; what to fall back to when one can't be had is decided in open.py.
"""

from __future__ import annotations

import huggingface_hub
import torch
from huggingface_hub.errors import CacheNotFound

from visualizer.engine.failures import ModelError
from visualizer.engine.known import BUILTIN, KNOWN
from visualizer.engine.loading import Loaded, load

__all__ = [
    "BUILTIN",
    "KNOWN",
    "Loaded",
    "cached_models",
    "default_model",
    "load",
    "pick_device",
    "wait_for_cuda",
]


def default_model() -> tuple[str, str]:
    """The model that is taken where none is named, and why: (name, one line)."""
    if torch.cuda.is_available():
        return "stabilityai/sdxl-turbo", f"there is a GPU ({torch.cuda.get_device_name(0)})"
    if torch.backends.mps.is_available():
        return "stabilityai/sdxl-turbo", "there is an Apple GPU"
    return BUILTIN, "there is no GPU, and the built-in model is fast without one"


def cached_models() -> tuple[str, ...]:
    """Names of the pipelines in the local Hugging Face cache, sorted; none where it is absent."""
    try:
        repos = huggingface_hub.scan_cache_dir().repos
    except (CacheNotFound, OSError, ValueError):
        return ()
    names = set()
    for repo in repos:
        files = {file.file_name for revision in repo.revisions for file in revision.files}
        if repo.repo_type == "model" and "model_index.json" in files:
            names.add(repo.repo_id)
    return tuple(sorted(names))


def pick_device(wanted: str) -> str:
    """auto, cuda, mps or cpu → the device's name for torch. ModelError where there is none."""
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if wanted == "auto":
        return "cuda" if cuda else "mps" if mps else "cpu"
    if wanted not in ("cuda", "mps", "cpu"):
        raise ModelError(f"device {wanted}: there are auto, cuda, mps and cpu")
    if wanted == "cuda" and not cuda:
        raise ModelError(
            "device cuda: torch sees no NVIDIA GPU; install its driver and a CUDA build of torch"
        )
    if wanted == "mps" and not mps:
        raise ModelError("device mps: torch sees no Apple GPU; it takes a Mac with Apple silicon")
    return wanted


def wait_for_cuda() -> None:
    """Wait until the GPU has done all it was asked (for measuring; the loop never needs it)."""
    torch.cuda.synchronize()
