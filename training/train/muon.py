"""Muon: momentum whose matrices are made orthogonal before each step (Jordan et al. 2024,
https://kellerjordan.github.io/posts/muon/), scaled to AdamW's step size (Liu et al. 2025,
arXiv:2502.16982), so that one learning rate serves both.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic that drives singular values towards 1 (Jordan)."""


def orthogonal(matrix: Tensor, steps: int = 5) -> Tensor:
    """The matrix (m, n) with all singular values near 1, by Newton and Schulz, in bfloat16."""
    a, b, c = _COEFFICIENTS
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    result: Tensor = (x.T if tall else x).to(matrix.dtype)
    return result


class Muon(torch.optim.Optimizer):
    """For weights of two and more dimensions, the first of which are rows of a matrix."""

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float, weight_decay: float) -> None:
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step along the gradients."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                momentum = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                momentum.lerp_(weight.grad, 1 - MOMENTUM)
                ahead = torch.lerp(weight.grad, momentum, MOMENTUM)
                step = orthogonal(ahead.flatten(1))
                scale = 0.2 * max(step.shape) ** 0.5
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(step.view(weight.shape), alpha=-group["lr"] * scale)
