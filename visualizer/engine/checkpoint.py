"""An engine's state between two frames: to a file and back, to the last bit, or forked in memory.

An engine names in `checkpoint` the attributes that its next picture depends on. Arrays go to the
file as they are; all else goes through JSON, which keeps every float. No pickle is written or read.
"""

from __future__ import annotations

import copy
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from visualizer.engine.engine import Engine

ARRAY, TENSOR, TUPLE, OBJECT, STATS = "array", "tensor", "tuple", "object", "stats"

DAMAGED = (AttributeError, EOFError, KeyError, TypeError, zipfile.BadZipFile, zlib.error)
"""What reading a file that is damaged, or no checkpoint, raises besides OSError and ValueError."""


def save(engine: Engine, path: Path, **more: str | int) -> None:
    """Write an engine's state, and more values by their names. The file is whole or not there.

    Raises OSError, and TypeError where a value has no place in a file.
    """
    arrays: dict[str, Any] = {}
    state = {name: _packed(getattr(engine, name), arrays) for name in _names(engine)}
    draft = path.with_name(f"{path.name}.part")
    text = json.dumps({"engine": _described(engine), "state": state, "more": more})
    with draft.open("wb") as file:
        np.savez(file, text=np.array(text), **arrays)
        file.flush()
        os.fsync(file.fileno())  # else a power failure may leave the new name and no content
    os.replace(draft, path)


def read(path: Path) -> dict[str, Any]:
    """The more values of a file that save wrote. Raises OSError; ValueError where it is none."""
    with _opened(path) as (_, content):
        return dict(content["more"])


def restore(engine: Engine, path: Path) -> None:
    """Set a new engine to a state. Raises OSError, and ValueError where the file is none, or that
    of an engine that would make other pictures."""
    with _opened(path) as (file, content):
        saved, now = content["engine"], _described(engine)
        if saved != now:
            raise ValueError(f"it was made with {saved}, and this is {now}")
        for name in _names(engine):
            old = getattr(engine, name)
            setattr(engine, name, _unpacked(content["state"][name], old, file, engine.device))


def forked(engine: Engine) -> Engine:
    """An engine that goes on by itself from another's state, whose own frames stay as they would
    have been. They share networks and caches, so one thread has to run both."""
    twin = copy.copy(engine)
    for name in _names(engine):
        value = getattr(engine, name)
        if _has_state(value):  # all else is replaced and never changed in place
            setattr(twin, name, copy.copy(value))
    return twin


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, dict[str, Any]]]:
    """A file's arrays, and what its text says. What shows in it to be damaged is a ValueError."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            yield file, json.loads(str(file["text"]))
    except DAMAGED as error:
        raise ValueError("no checkpoint, or a damaged one") from error


def _described(engine: Engine) -> str:
    """What an engine's pictures depend on besides its state, for people too."""
    height, width = engine.size
    backend = getattr(engine, "backend", "no network")
    return f"{engine.model} on {engine.device} by {backend} at {width}x{height}"


def _names(engine: Engine) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(engine, "checkpoint", ())
    return names


def _packed(value: Any, arrays: dict[str, Any]) -> Any:
    if isinstance(value, (np.floating, np.integer)):
        return value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, tuple):
        return {TUPLE: [_packed(each, arrays) for each in value]}
    kind = ARRAY if isinstance(value, np.ndarray) else TENSOR if hasattr(value, "detach") else ""
    if kind:
        name = f"a{len(arrays)}"
        arrays[name] = value if kind == ARRAY else value.detach().cpu().numpy()
        return {kind: name}
    if type(value).__name__ == "ImageStats":  # its module imports torch
        kind, parts = STATS, {field.name: getattr(value, field.name) for field in fields(value)}
    elif _has_state(value):
        kind, parts = OBJECT, vars(value)
    else:
        raise TypeError(f"{type(value).__name__} has no place in a checkpoint")
    return {kind: {name: _packed(part, arrays) for name, part in parts.items()}}


def _has_state(value: Any) -> bool:
    """Whether a value is one of our objects that change, as a walk or a reference does."""
    return type(value).__module__.startswith("visualizer.") and not is_dataclass(value)


def _unpacked(packed: Any, now: Any, file: Any, device: str) -> Any:
    """What was packed. now: what stands in its place in a new engine, and takes its state."""
    if not isinstance(packed, dict):
        return packed
    ((kind, content),) = packed.items()
    if kind == TUPLE:
        return tuple(_unpacked(each, None, file, device) for each in content)
    if kind == ARRAY:
        return file[content]
    if kind == TENSOR:
        import torch

        return torch.from_numpy(file[content]).to(device)
    parts = {
        name: _unpacked(part, getattr(now, name, None), file, device)
        for name, part in content.items()
    }
    if kind == STATS:
        from visualizer.engine.loop.image_stats import ImageStats

        return ImageStats(**parts)
    vars(now).update(parts)
    return now
