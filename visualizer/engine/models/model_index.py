"""The parts of a model in diffusers' format; models with foreign code are refused."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import diffusers
import transformers  # noqa: F401  (for sys.modules)

# Diffusers takes a part's class from a module that is imported already, and from no other.
from visualizer.engine.builtin import for_diffusers
from visualizer.engine.failures import ModelError
from visualizer.engine.models import config_check
from visualizer.engine.models.download import is_half, is_weights

INDEX = "model_index.json"
"""The file that names a model's parts."""

LIBRARIES = ("diffusers", "transformers", for_diffusers.__name__)
"""Where the classes of a model's parts may come from, besides diffusers' own pipelines."""

PARTS = {
    "ModelMixin",
    "SchedulerMixin",
    "FeatureExtractionMixin",
    "ImageProcessingMixin",
    "PreTrainedModel",
    "PreTrainedTokenizerBase",
    "ProcessorMixin",
}
"""What a part's class must descend from. By name, as to import them all would take a second. None
of these loads anything but its own folder's files."""

LEFT_OUT = ("safety_checker",)
"""Networks that are not loaded."""


def read_index(name: str, folder: Path) -> dict[str, Any]:
    """What the index in a model's folder says, all its configurations looked through.

    ModelError where it can't be read, where a part's class is neither the libraries' nor this
    package's or is no network, scheduler or tokenizer, and what config_check refuses. Parts that
    are not on this machine yet are not looked for.

    Of diffusers, 0.42 refuses modules that are not imported yet, and code in a model's folder
    unless it is told to trust it; older ones import anything that the index names. All of them
    load a part that is a pipeline by that pipeline's own index.
    """
    index = config_check.read_json(f"{name}: its {INDEX}", folder / INDEX)
    if not isinstance(index, dict) or not isinstance(index.get("_class_name"), str):
        raise ModelError(f"{name}: its pipeline is custom code, which is never run")
    config_check.check_configs(name, folder)  # a part without a folder is read from here
    for part in parts_of(index):
        if part in LEFT_OUT:
            continue
        library, kind = map(str, index[part])
        if (folder / part / f"{library}.py").exists():
            raise ModelError(f"{name}: its {part} comes with {library}.py, which is never run")
        if not _is_part(library, kind):
            raise ModelError(
                f"{name}: its {part} ({library}.{kind}) is neither a network, a scheduler nor "
                "a tokenizer of diffusers or transformers, so it isn't loaded"
            )
        config_check.check_part(name, folder, part)
    return index


def _is_part(library: str, kind: str) -> bool:
    """Whether a class that an index names is a network, scheduler or tokenizer that may be loaded.

    A pipeline is none, nor is a class that finds another by a configuration (Auto…).
    """
    if library in LIBRARIES:
        module: Any = sys.modules[library]
    else:
        module = hasattr(diffusers.pipelines, library) and getattr(diffusers.pipelines, library)
    found = getattr(module, kind, None)
    if ".dummy_" in getattr(found, "__module__", ""):  # its package is absent; loading names that
        return True
    if found is None:  # of another release; what loads it says so, or knows its new name
        return library in LIBRARIES
    return isinstance(found, type) and bool(PARTS & {base.__name__ for base in found.__mro__})


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
