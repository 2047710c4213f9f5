"""What the built-in model's networks have in common with those of diffusers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn


class Network(nn.Module):
    """A torch module that says what it was built with, where it is, and in which type."""

    config: Mapping[str, Any]
    """The constructor's arguments, by name; set by the code that reads them from a file."""

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """The type of its weights."""
        return next(self.parameters()).dtype
