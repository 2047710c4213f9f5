"""The built-in model's text encoder: CLIP's (Radford et al. 2021, arXiv:2103.00020), and small.

It reads the files and gives the numbers of transformers' ``CLIPTextModel``, which takes seconds to
import. Modules are named as there: the names of the weights come from them.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self._heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            project(x).unflatten(-1, (self._heads, -1)).transpose(1, 2)
            for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        out: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return out


class _FeedForward(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return out


class _Layer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(width)
        self.self_attn = _Attention(width, heads)
        self.layer_norm2 = nn.LayerNorm(width)
        self.mlp = _FeedForward(width, inner)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.layer_norm1(x))
        out: Tensor = x + self.mlp(self.layer_norm2(x))
        return out


class TextEncoder(nn.Module):
    """Token numbers (n, length) to hidden states (n, length, hidden_size).

    The arguments are those of CLIP's configuration; ``unused`` ones are fixed here (GELU, layer
    norms of 1e-5).
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int,
        intermediate_size: int,
        num_hidden_layers: int,
        num_attention_heads: int,
        max_position_embeddings: int,
        **unused: Any,
    ) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {
                "token_embedding": nn.Embedding(vocab_size, hidden_size),
                "position_embedding": nn.Embedding(max_position_embeddings, hidden_size),
            }
        )
        layers = nn.ModuleList(
            _Layer(hidden_size, num_attention_heads, intermediate_size)
            for _ in range(num_hidden_layers)
        )
        self.encoder = nn.ModuleDict({"layers": layers})
        self.final_layer_norm = nn.LayerNorm(hidden_size)

    def forward(self, tokens: Tensor) -> Tensor:
        """See the class."""
        places = torch.arange(tokens.shape[1], device=tokens.device)
        embeddings = self.embeddings
        x = embeddings["token_embedding"](tokens) + embeddings["position_embedding"](places)
        for layer in self.encoder["layers"]:  # type: ignore[attr-defined]
            x = layer(x)
        out: Tensor = self.final_layer_norm(x)
        return out
