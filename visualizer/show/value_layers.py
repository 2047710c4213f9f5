"""Layers: values that apply while their preset or prompt plays.

A layer remembers, for each value that it laid, what was there before. When it is lifted, the old
value comes back, unless the performer has moved the parameter meanwhile: the hand wins. A length
and what it is counted in are one in this: 16 (beats) must not stay behind as 16 seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from visualizer.show.durations import COUNTED_IN
from visualizer.show.records import Layer


def lay(values: Mapping[str, float], new: Mapping[str, float]) -> tuple[Mapping[str, float], Layer]:
    """values with new over them, and the layer that undoes it."""
    layer = {name: (values[name], value) for name, value in new.items()}
    return MappingProxyType({**values, **new}), MappingProxyType(layer)


def lift(values: Mapping[str, float], layer: Layer) -> Mapping[str, float]:
    """values without the layer, where it still shows."""
    moved = {name for name, (_, laid) in layer.items() if values[name] != laid}
    for pair in COUNTED_IN.items():
        if not moved.isdisjoint(pair):
            moved.update(pair)
    back = {name: old for name, (old, _) in layer.items() if name not in moved}
    return MappingProxyType({**values, **back})
