"""A model's name → a pipeline on a device: the built-in one with torch alone, others by diffusers.

diffusers and transformers, which take seconds to import, are imported only for other models.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from visualizer.engine.builtin.pipeline import BuiltinPipeline
from visualizer.engine.failures import ModelError, one_line, out_of_memory
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.engine.models.weights_lock import WEIGHTS_LOCK
from visualizer.show.status import Phase, Report, Status

BUILTIN_FOLDER = Path(__file__).resolve().parents[2] / "models" / BUILTIN

REMEDY = "git checkout visualizer/models in a clone, else install the package again"
"""How the built-in model's files come back."""


def load_model(name: str, device: str, offline: bool, report: Report) -> Any:
    """The image-to-image pipeline of a model; see diffusers_loading.load_pipeline."""
    if name == BUILTIN:
        return _builtin(device, report)
    from visualizer.engine.models import diffusers_loading

    return diffusers_loading.load_pipeline(name, device, offline, report)


def _builtin(device: str, report: Report) -> BuiltinPipeline:
    report(Status(Phase.LOADING, f"loading {BUILTIN}", 0.5, BUILTIN, device))
    try:
        with WEIGHTS_LOCK:
            pipeline = BuiltinPipeline(BUILTIN_FOLDER)
    except Exception as error:
        if out_of_memory(error):
            raise
        # The remedy first: a long path must not push it off the line.
        raise ModelError(
            f"{BUILTIN} is damaged; {REMEDY} ({one_line(error)}, in {BUILTIN_FOLDER})"
        ) from error
    pipeline.to(device, torch.float32 if device == "cpu" else torch.float16)
    if device != "mps":
        pipeline.to(memory_format=torch.channels_last)
    return pipeline
