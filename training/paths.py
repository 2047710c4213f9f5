"""Where trainings keep what they make, and where the shipped model lies."""

from __future__ import annotations

from pathlib import Path

RUNS = Path(__file__).parent / "runs"
MODEL = Path(__file__).parent.parent / "visualizer" / "models" / "builtin"
