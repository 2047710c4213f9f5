"""Holds a "cluster" that needs no Ray: run by test_ray_holder.py, as ray_cluster.py runs it."""

from __future__ import annotations

import os
from pathlib import Path

from visualizer.engine.host.ray_holder import NoCluster, main


def begin(folder: Path) -> str:
    """An address, or the fault or crash that the environment says."""
    if fault := os.environ.get("HELD_FAULT"):
        raise NoCluster(fault)
    if crash := os.environ.get("HELD_CRASH"):
        raise RuntimeError(crash)
    return "127.0.0.1:1"


if __name__ == "__main__":
    main(begin)
