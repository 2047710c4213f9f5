"""Find a LoRA's file, and identify what it contains by the names and shapes in its header.

A name is a file, a folder with one, or OWNER/REPO on Hugging Face, with /FILE behind it where there
are several. The local cache comes first, as with models. Safetensors alone are read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import huggingface_hub
from safetensors import SafetensorError, safe_open

from visualizer.engine.failures import ModelError, one_line
from visualizer.engine.models import download
from visualizer.engine.models.single_file import ENDING, LORA, LORA_FILES, PICKLES
from visualizer.show.status import Report

LARGEST = 4 * 2**30
"""Bytes of a file, at most: SDXL's of the highest ranks have half of that."""

MOST_TENSORS = 20_000
"""Tensors in a file, at most: SDXL's have three for each of 800 layers."""

LONGEST_FACTS = 2**20
"""Characters of what a file says of its own training, at most."""

PLAIN_KEY = re.compile(r"[A-Za-z0-9_.]{1,256}")
"""What a tensor's name may be: peft takes the names for regular expressions."""

KIN = ("hada_", "lokr_", "dora_scale", "lora_magnitude", "oft_", "glora", "diff_b", "lora_mid")
"""What stands in the names of other adapters' tensors; diffusers reads them in part or not."""

DOWN = ("lora_down.weight", "lora_A.weight", "lora.down.weight")
"""How the name of a layer's first matrix ends, once a layer: kohya's, peft's, old diffusers'."""

FAMILIES = {768: "Stable Diffusion 1", 1024: "Stable Diffusion 2", 2048: "SDXL"}
"""Models by the width of their text embeddings."""

FACTS = "lora_adapter_metadata"
"""Where diffusers writes a LoRA's alphas."""


class Header(NamedTuple):
    """layers: how many it changes. width: of the text embeddings that it is made for, 0 where that
    does not show. facts: see scale."""

    layers: int
    width: int
    facts: Mapping[str, Any]


def find(name: str, offline: bool, report: Report) -> Path:
    """The file of a LoRA, fetched where it is not here. Raises ModelError, in one line."""
    path = Path(name).expanduser()
    if path.suffix.lower() in PICKLES:
        raise ModelError(
            f"{name}: a pickle, which is never loaded as it can run code; use its {ENDING}"
        )
    if path.is_file():
        return path
    if path.is_dir():
        return path / _chosen(name, (each.name for each in path.iterdir()))
    parts = name.split("/")
    repo, file = "/".join(parts[:2]), "/".join(parts[2:])
    is_file = path.suffix.lower() == ENDING
    if is_file != bool(file) or not all(parts) or len(parts) < 2 or parts[0] in (".", "..", "~"):
        raise ModelError(
            f"{name}: no such file (looked for {path.absolute()})"
            if is_file
            else f"{name}: no such file, and not a Hugging Face name (OWNER/REPO)"
        )
    if (folder := _cached(repo)) is not None:
        with suppress(ModelError):
            file = file or _chosen(repo, (each.name for each in folder.iterdir()))
        if file and (folder / file).is_file():
            return folder / file
    if offline:
        raise ModelError(f"{name}: not here or in the local cache, and offline; download it")
    sizes = download.list_files(repo)
    file = file or _chosen(repo, sizes)
    if file not in sizes:
        raise ModelError(f"{name}: {repo} has no such file")
    if sizes[file] > LARGEST:
        raise ModelError(f"{name}: {file} is {sizes[file] / 2**30:.0f} GB, too large for a LoRA")
    return download.download_files(repo, {file: sizes[file]}, report) / file


def look(name: str, path: Path) -> Header:
    """What a file holds. Raises ModelError where it is no LoRA, or none that can be read."""
    if path.suffix.lower() != ENDING:
        raise ModelError(f"{name}: not a LoRA; give a {ENDING} file")
    try:
        if path.stat().st_size > LARGEST:
            raise ModelError(f"{name}: over {LARGEST >> 30} GB, too large for a LoRA")
        with safe_open(path, "pt") as file:
            shapes = {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118
            facts = (file.metadata() or {}).get(FACTS, "{}")
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{name}: can't be read as safetensors: {one_line(error)}") from None
    if any(kin in key for key in shapes for kin in KIN):
        raise ModelError(f"{name}: a LoHa, LoKr, DoRA or the like; use a plain LoRA")
    if not any(mark in key for key in shapes for mark in LORA):
        raise ModelError(f"{name}: not a LoRA; a complete model is given with --model")
    if len(shapes) > MOST_TENSORS or not all(map(PLAIN_KEY.fullmatch, shapes)):
        raise ModelError(f"{name}: the names or number of its tensors are not a LoRA's")
    first = {key: shape for key, shape in shapes.items() if key.endswith(DOWN)}
    widths = (s[1] for key, s in first.items() if re.search(r"attn2.*to_k", key) and len(s) == 2)
    return Header(len(first), next(widths, 0), _facts(name, facts))


def scale(header: Header, key: str, rank: int) -> float:
    """What a tensor is to be multiplied by: alpha / rank for the second matrix of a layer in peft's
    format, else 1. diffusers takes a layer's alpha for its rank where it isn't told.

    Only numbers are taken of what a file says: with all of it peft could be made to import modules.
    Raises AttributeError, TypeError or ValueError where they are none.
    """
    if not key.endswith(".lora_B.weight"):
        return 1.0
    part, _, module = key.removesuffix(".lora_B.weight").partition(".")
    alpha = header.facts.get(f"{part}.lora_alpha")
    for end, other in (header.facts.get(f"{part}.alpha_pattern") or {}).items():
        if f".{module}".endswith(f".{end.removeprefix('^')}"):
            alpha = other
    if alpha is None or not rank:
        return 1.0
    stable = header.facts.get(f"{part}.use_rslora") is True
    return float(alpha) / (math.sqrt(rank) if stable else rank)


def family(width: int) -> str:
    """A kind of model, by the width of its text embeddings."""
    name = FAMILIES.get(width)
    return f"{name} (text {width} wide)" if name else f"text {width} wide"


def _facts(name: str, text: str) -> Mapping[str, Any]:
    try:
        facts = json.loads(text) if len(text) <= LONGEST_FACTS else None
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        raise ModelError(f"{name}: its metadata ({FACTS}) can't be read")
    return facts


def _chosen(name: str, files: Iterable[str]) -> str:
    """The LoRA among the files of a folder or repository. Raises ModelError."""
    found = sorted(file for file in files if file.endswith(ENDING) and "/" not in file)
    if (usual := LORA_FILES[0]) in found:
        return usual
    if len(found) == 1:
        return found[0]
    if not found:
        raise ModelError(f"{name}: no {ENDING} file there")
    raise ModelError(f"{name}: there are {', '.join(found[:3])} …; give one: {name}/{found[0]}")


def _cached(repo: str) -> Path | None:
    """The folder of a repository in the local cache; None where it is not there."""
    try:
        return Path(huggingface_hub.snapshot_download(repo, local_files_only=True))
    except (OSError, ValueError):
        return None
