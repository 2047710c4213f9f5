"""Refuse unsafe configurations of a model before anything is loaded.

diffusers and transformers follow fields that fetch and run code, and build any size that a
configuration names. A model is refused with one line that names the file and the field.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from visualizer.engine.failures import ModelError

PIPELINE_FILES = ("model_index.json", "modular_model_index.json")
"""In a part's folder they make it a pipeline: its own parts would be loaded as it says."""

CONFIG = re.compile(r"config.*\.json$|^(modular_)?model_index\.json$", re.IGNORECASE)
"""Names of configuration files; on macOS and Windows, Config.json is read as config.json."""

ADAPTER_FILE = "adapter_config.json"
"""In a part's folder it makes transformers load another model, the one that it names."""

CODE_FIELDS = (
    "auto_map",
    "custom_pipeline",
    "custom_pipelines",
    "kernel_config",
    "quantization_config",
    "trust_remote_code",
    "use_kernels",
    "use_pretrained_backbone",
)
"""Fields that name code, or a way to other weights than those that lie beside them."""

IMPLEMENTATION = re.compile(r"_?(\w+_)?implementation(_internal)?")
"""Fields that choose code for attention and experts: by transformers' name of it, or by the name
of a repository, whose code is then fetched and run."""

IMPLEMENTATIONS = ("eager", "sdpa")
"""Those that come with torch."""

LARGEST_FILE = 16 * 2**20
"""Bytes of a configuration, at most: real ones have a few thousand."""

LONGEST_LIST = 1024
"""Entries of a list in a network's configuration, at most."""

WIDEST = 65_536
"""The largest width of a layer."""

LIMITS: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(pattern), limit)
    for pattern, limit in (
        (r"num_train_timesteps|original_inference_steps", 100_000),
        (r"vocab_size|max_position_embeddings|.*_id", 1_000_000),
        (r".*_theta", 1e12),
        (r"(?!.*dim).*(layers|num_.*blocks|_blocks|heads|depth).*", 1024),
        (r"sample_size|image_size|.*_resolution", 8192),
        (r".*", WIDEST),
    )
)
"""Fields of numbers (fullmatch), and the largest number each may hold; the first match counts. Real
models stay ten times below; numbers far above load for minutes, or ask for gigabytes."""

SMALLEST_LIMIT = 1024
"""A width that any network may have, however few its weights are."""

SIZED = ("config.json", "scheduler_config.json")
"""Files whose numbers are sizes. A tokenizer's may be 10^30, for "no limit"."""


def check_configs(name: str, folder: Path) -> None:
    """Look through the configurations of one part's folder, or of a model's own.

    Raises ModelError, with a line that says what to do.
    """
    weights = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    for path in sorted(path for path in folder.glob("*") if CONFIG.search(path.name)):
        where = f"{name}: {path.parent.name}/{path.name}"
        if path.name.lower() == ADAPTER_FILE:
            raise ModelError(
                f"{where} names another model to load; merge the adapter into its model, or use "
                "a model without one"
            )
        for field, value in _fields(read_json(where, path)):
            if value and _names_code(field, value):
                raise ModelError(
                    f"{where}: {field} names code or weights from elsewhere, which are never "
                    "loaded; delete it there, or use another model"
                )
            if path.name.lower() in SIZED and (fault := _beyond(field, value, weights)):
                raise ModelError(f"{where}: {field} {fault}; no model is that large")


def check_part(name: str, folder: Path, part: str) -> None:
    """Look through one part of the model in a folder. Raises ModelError."""
    if not part.isidentifier():
        raise ModelError(f"{name}: its part {part!r} has a name that diffusers does not know")
    files = (folder / part).rglob("*")
    nested = next((path for path in files if path.name.lower() in PIPELINE_FILES), None)
    if nested is not None:
        raise ModelError(
            f"{name}: its {part} is a pipeline of its own ({nested.relative_to(folder)}), which is "
            "never loaded; use a model whose parts are networks"
        )
    check_configs(name, folder / part)


def read_json(where: str, path: Path) -> Any:
    """A file's JSON. Raises ModelError that begins with where."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ModelError(f"{where} is over {LARGEST_FILE >> 20} MB, too large for a config")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{where} can't be read: {error}") from None


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    """(name, value) of all fields in a JSON value, however deep."""
    stack = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            yield from here.items()
            stack.extend(here.values())
        elif isinstance(here, list):
            stack.extend(here)


def _names_code(field: str, value: Any) -> bool:
    """Whether a field that is set makes a library fetch or run something."""
    if field in CODE_FIELDS:
        return True
    if not IMPLEMENTATION.fullmatch(field):
        return False
    values = value.values() if isinstance(value, dict) else [value]
    return any(value and value not in IMPLEMENTATIONS for value in values)


def _beyond(field: str, value: Any, weights: int) -> str:
    """How a number, or one in a list, is past its limit; "" where none is.

    weights: bytes of the network's weights, which bound its widths too: a layer has about as many
    weights as the square of its width. 0 where they are not here.
    """
    numbers = [value]
    for _ in range(2):  # lists of lists, as transformer_layers_per_block has them
        numbers = [each for v in numbers for each in (v if isinstance(v, list) else [v])]
        if len(numbers) > LONGEST_LIST:
            return f"lists {len(numbers)} values"
    limit = next(most for pattern, most in LIMITS if pattern.fullmatch(field))
    if weights and limit == WIDEST:
        limit = min(limit, max(int(4 * math.sqrt(weights)), SMALLEST_LIMIT))
    for number in numbers:
        if isinstance(number, (int, float)) and not abs(number) <= limit:
            return f"is {str(number)[:24]}, above {limit:,}"
    return ""
