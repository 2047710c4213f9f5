"""Muon: momentum whose matrices are made orthogonal before each step (Jordan et al. 2024,
https://kellerjordan.github.io/posts/muon/), scaled to AdamW's step size (Liu et al. 2025,
arXiv:2502.16982), so that one learning rate serves both.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

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
    found: Tensor = (x.T if tall else x).to(matrix.dtype)
    return found


class Muon(torch.optim.Optimizer):
    """For weights of two and more dimensions, the first of which are the rows of a matrix.

    pool: threads to share the matrices between, where it is on a CPU.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float,
        weight_decay: float,
        pool: ThreadPoolExecutor | None = None,
    ) -> None:
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})
        self._pool = pool

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step along the gradients."""
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]

            def move(weight: nn.Parameter, group: dict[str, float] = group) -> None:
                with torch.no_grad():  # a thread's own switch
                    self._move(weight, group["lr"], group["weight_decay"])

            list(self._pool.map(move, weights)) if self._pool else list(map(move, weights))

    def _move(self, weight: nn.Parameter, rate: float, decay: float) -> None:
        assert weight.grad is not None
        state = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weight)
        state["momentum"].lerp_(weight.grad, 1 - MOMENTUM)
        step = orthogonal(torch.lerp(weight.grad, state["momentum"], MOMENTUM).flatten(1))
        weight.mul_(1 - rate * decay)
        weight.add_(step.view(weight.shape), alpha=-rate * 0.2 * max(step.shape) ** 0.5)
