"""What a model in diffusers' format is made of, by its files; and the refusal of foreign code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import diffusers

# Diffusers takes a part's class from a module that is imported already, and from no other.
from visualizer.engine.builtin import autoencoder, sketch_unet
from visualizer.engine.builtin import unet as builtin_unet
from visualizer.engine.failures import ModelError
from visualizer.engine.models.download import is_half, is_weights

INDEX = "model_index.json"
"""The file that names a model's parts."""

LIBRARIES = (
    "diffusers",
    "transformers",
    autoencoder.__name__,
    sketch_unet.__name__,
    builtin_unet.__name__,
)
"""Where the classes of a model's parts may come from, besides diffusers' own pipelines."""

LEFT_OUT = ("safety_checker",)
"""Networks that are not loaded."""


def read_index(name: str, folder: Path) -> dict[str, Any]:
    """What the index in a model's folder says. ModelError where it can't be read, or where a
    part's class is neither the libraries' nor this package's.

    Of diffusers, 0.42 refuses modules that are not imported yet, and code in a model's folder
    unless it is told to trust it; older ones import anything that the index names.
    """
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{name}: its {INDEX} can't be read: {error}") from None
    if not isinstance(index, dict) or not isinstance(index.get("_class_name"), str):
        raise ModelError(f"{name}: its pipeline is code of its own, which is never run")
    for part in parts_of(index):
        library = str(index[part][0])
        known = library in LIBRARIES or hasattr(diffusers.pipelines, library)
        if not known or (folder / part / f"{library}.py").exists():
            raise ModelError(
                f"{name}: its {part} is code of its own ({library}), which is never run; take a "
                "model made of diffusers' and transformers' classes"
            )
    return index


def parts_of(index: dict[str, Any]) -> list[str]:
    """The names of the parts that a model has, each of which has a folder of that name."""
    return [
        part
        for part, value in index.items()
        if not part.startswith("_")
        and isinstance(value, (list, tuple))
        and len(value) == 2
        and value[0] is not None
    ]


def weights_in_half(folder: Path, parts: Iterable[str], wanted: bool) -> bool:
    """Whether to read weights in half precision: they are wanted and some are here, or a part has
    no others. (Networks that have no such weights are then read from those they have.)"""
    halves = [_kinds(folder / part) for part in parts]
    return any(True in kinds and (wanted or False not in kinds) for kinds in halves)


def _kinds(folder: Path) -> set[bool]:
    """Whether a folder's files of weights are in half precision: of each kind that there is."""
    names = [path.name for path in folder.glob("*.safetensors")]
    return {is_half(name) for name in names if is_weights(name)}
