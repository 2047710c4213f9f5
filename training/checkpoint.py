"""What trainings share: averaged weights, checkpoints that can be gone on from, folders."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import nn

RUNS = Path(__file__).parent / "runs"
MODEL = Path(__file__).parent.parent / "visualizer" / "models" / "builtin"

Network = TypeVar("Network", bound=nn.Module)


class Average(Generic[Network]):
    """An exponential moving average of a network's weights.

    The early average follows faster (Karras et al. 2022, arXiv:2206.00364, use a like ramp).
    """

    def __init__(self, network: Network, decay: float) -> None:
        """Start from the network as it is."""
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._decay = decay
        self.updates = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move a little towards ``network``."""
        self.updates += 1
        keep = min(self._decay, (1 + self.updates) / (10 + self.updates))
        both = zip(self.network.parameters(), network.parameters(), strict=True)
        learned = [(old, new.detach()) for old, new in both if new.requires_grad]
        mine: list[torch.Tensor] = [pair[0] for pair in learned]
        theirs: list[torch.Tensor] = [pair[1] for pair in learned]
        torch._foreach_lerp_(mine, theirs, 1 - keep)


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    torch.save(state, draft)
    os.replace(draft, path)


def load(path: Path, device: torch.device) -> dict[str, Any] | None:
    """A checkpoint, or nothing where there is none."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return state
