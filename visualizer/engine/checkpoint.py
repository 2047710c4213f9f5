"""An engine's state between two frames, to a file and back, to the last bit.

An engine names in `checkpoint` the attributes that its next picture depends on. Arrays go to the
file as they are; all else goes through JSON, which keeps every float. No pickle is written or read.
"""

from __future__ import annotations

import json
import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from visualizer.engine.engine import Engine
from visualizer.show.request import Request

ARRAY, TENSOR, TUPLE, OBJECT, STATS, REQUEST = (
    "array", "tensor", "tuple", "object", "stats", "request"
)  # fmt: skip


def save(engine: Engine, path: Path, **more: str | int) -> None:
    """Write an engine's state, and more values by their names. The file is whole or not there.

    Raises OSError, and TypeError where a value has no place in a file.
    """
    arrays: dict[str, Any] = {}
    state = {name: _packed(getattr(engine, name), arrays) for name in _names(engine)}
    draft = path.with_name(f"{path.name}.part")
    text = np.array(json.dumps({"engine": type(engine).__name__, "state": state, "more": more}))
    with draft.open("wb") as file:
        np.savez(file, text=text, **arrays)
    os.replace(draft, path)


def read(path: Path) -> dict[str, Any]:
    """The more values of a file that save wrote. Raises OSError, ValueError or KeyError."""
    with np.load(path, allow_pickle=False) as file:
        more: dict[str, Any] = json.loads(str(file["text"]))["more"]
        return more


def restore(engine: Engine, path: Path, last: Request) -> None:
    """Set a new engine to a state. last: the request of the frame before it.

    Raises OSError, ValueError or KeyError where the file is not that of such an engine.
    """
    with np.load(path, allow_pickle=False) as file:
        content = json.loads(str(file["text"]))
        if content["engine"] != type(engine).__name__:
            raise ValueError(f"it is of a {content['engine']}")
        for name in _names(engine):
            now = getattr(engine, name)
            setattr(engine, name, _unpacked(content["state"][name], now, file, engine, last))


def _names(engine: Engine) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(engine, "checkpoint", ())
    return names


def _packed(value: Any, arrays: dict[str, Any]) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return float(value) if isinstance(value, np.floating) else value
    if isinstance(value, Request):
        return {REQUEST: True}
    if isinstance(value, tuple):
        return {TUPLE: [_packed(each, arrays) for each in value]}
    kind = ARRAY if isinstance(value, np.ndarray) else TENSOR if hasattr(value, "detach") else ""
    if kind:
        name = f"a{len(arrays)}"
        arrays[name] = value if kind == ARRAY else value.detach().cpu().numpy()
        return {kind: name}
    if is_dataclass(value):
        kind, parts = STATS, {field.name: getattr(value, field.name) for field in fields(value)}
    elif type(value).__module__.startswith("visualizer."):
        kind, parts = OBJECT, vars(value)
    else:
        raise TypeError(f"{type(value).__name__} has no place in a checkpoint")
    return {kind: {name: _packed(part, arrays) for name, part in parts.items()}}


def _unpacked(packed: Any, now: Any, file: Any, engine: Engine, last: Request) -> Any:
    """What was packed. now: what stands in its place in a new engine; an object is set anew."""
    if not isinstance(packed, dict):
        return packed
    ((kind, content),) = packed.items()
    if kind == REQUEST:
        return last
    if kind == TUPLE:
        return tuple(_unpacked(each, None, file, engine, last) for each in content)
    if kind == ARRAY:
        return file[content]
    if kind == TENSOR:
        import torch

        return torch.from_numpy(file[content]).to(engine.device)
    parts = {
        name: _unpacked(part, getattr(now, name, None), file, engine, last)
        for name, part in content.items()
    }
    if kind == STATS:
        from visualizer.engine.loop.image_stats import ImageStats

        return ImageStats(**parts)
    vars(now).update(parts)
    return now
