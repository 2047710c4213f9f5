"""The built-in model's denoiser: a small text-conditioned UNet with few, wide operations.

Three resolutions. Convolutions at the two finer ones, a transformer at the coarsest, where image
tokens attend to themselves and to the text in one joint attention. Timestep and text also scale
and shift the features of every block (adaptive normalisation, Perez et al. 2018, arXiv:1709.07871),
and a layout, a coarse feature map computed from the text alone, tells convolutions what belongs
where. All that depends on the text alone can be computed once a prompt.

It is called as diffusers' ``UNet2DConditionModel`` is; for_diffusers.py makes it one of diffusers'
models.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from visualizer.engine.builtin.network import Network

TIME_CHANNELS = 128


def timestep_embedding(timestep: Tensor, channels: int = TIME_CHANNELS) -> Tensor:
    """Sines and cosines of timesteps (n,), as in DDPM (arXiv:2006.11239): (n, channels) float32."""
    half = channels // 2
    exponent = -math.log(10_000) * torch.arange(half, device=timestep.device) / half
    angles = timestep.float().view(-1, 1) * exponent.exp()
    return torch.cat([angles.cos(), angles.sin()], 1)


def _modulate(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    return x * (1 + scale) + shift


class _ResidualBlock(nn.Module):
    """Normalise, scale and shift, then two 3x3 convolutions beside a shortcut."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """x: (n, c, h, w); scale and shift: (n, c)."""
        h = _modulate(self.norm(x), scale[:, :, None, None], shift[:, :, None, None])
        out: Tensor = x + self.second(F.silu(self.first(F.silu(h))))
        return out


class _TransformerBlock(nn.Module):
    """Attention over image and text tokens together, then a feed-forward layer."""

    def __init__(self, channels: int, heads: int, text_channels: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(channels, elementwise_affine=False)
        self.image_qkv = nn.Linear(channels, 3 * channels)
        self.text_kv = nn.Linear(text_channels, 2 * channels)
        self.out = nn.Linear(channels, channels)
        self.feed_norm = nn.LayerNorm(channels, elementwise_affine=False)
        self.feed_in = nn.Linear(channels, 4 * channels)
        self.feed_out = nn.Linear(4 * channels, channels)
        for layer in (self.out, self.feed_out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def forward(self, x: Tensor, words: Tensor, modulation: Sequence[Tensor]) -> Tensor:
        """x: (n, places, c); words: (n, tokens, text channels); modulation: four of (n, c)."""
        scale, shift, feed_scale, feed_shift = (part.unsqueeze(1) for part in modulation)
        query, key, value = self.image_qkv(_modulate(self.norm(x), scale, shift)).chunk(3, -1)
        text_key, text_value = self.text_kv(words).chunk(2, -1)
        key = self._heads(torch.cat([key, text_key], 1))
        value = self._heads(torch.cat([value, text_value], 1))
        # Plain matrix products: on CPUs the backward pass of torch's own attention is slow.
        weights = self._heads(query) @ key.transpose(-1, -2) / math.sqrt(key.shape[-1])
        mixed = (weights.softmax(-1) @ value).transpose(1, 2).flatten(2)
        x = x + self.out(mixed)
        hidden = self.feed_in(_modulate(self.feed_norm(x), feed_scale, feed_shift))
        out: Tensor = x + self.feed_out(F.gelu(hidden))
        return out


class _TextPool(nn.Module):
    """A few learned queries read the words: (n, tokens, width) to (n, channels)."""

    def __init__(self, width: int, queries: int, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, queries)
        self.out = nn.Linear(queries * width, channels)

    def forward(self, words: Tensor) -> Tensor:
        words = self.norm(words)
        weights = self.query(words).softmax(1)
        out: Tensor = self.out((weights.transpose(1, 2) @ words).flatten(1))
        return out


class _Layout(nn.Module):
    """A coarse feature map from the text alone: (n, channels) to (n, depth, side, side)."""

    def __init__(self, channels: int, depth: int, side: int) -> None:
        super().__init__()
        self.shape = (depth, side, side)
        self.hidden = nn.Linear(channels, 128)
        self.out = nn.Linear(128, depth * side * side)

    def forward(self, text: Tensor) -> Tensor:
        out: Tensor = self.out(F.silu(self.hidden(F.silu(text)))).view(-1, *self.shape)
        return out


def _stretched(places: Tensor, size: Sequence[int]) -> Tensor:
    """A map (n, c, h, w) at another size; what is learned for a square fits any shape."""
    if tuple(places.shape[-2:]) == tuple(size):
        return places
    return F.interpolate(places, tuple(size), mode="bilinear", align_corners=False)


class UNet(Network):
    """Latents (n, in_channels, h, w), sides multiples of 4, to a velocity of the same shape.

    ``block_out_channels`` are the widths at full, half and quarter resolution,
    ``residual_blocks`` how many blocks there are on each side of the U at the two finer ones (the
    way up has one more at the finest),
    ``transformer_blocks`` how many at the coarsest, between two residual blocks. ``sample_size``
    is the side that positions are learned for. The other arguments are fixed: diffusers'
    pipelines read them.
    """

    num_upsamplers = 2  # how often it halves its latents; diffusers' UNets have this too

    def __init__(
        self,
        sample_size: int = 32,
        in_channels: int = 8,
        out_channels: int = 8,
        block_out_channels: tuple[int, int, int] = (64, 192, 384),
        residual_blocks: tuple[int, int] = (0, 2),
        transformer_blocks: int = 3,
        attention_head_dim: int = 64,
        norm_num_groups: int = 8,
        cross_attention_dim: int = 160,
        embedding_channels: int = 512,
        layout_channels: int = 32,
        text_queries: int = 8,
        time_cond_proj_dim: None = None,
        addition_embed_type: None = None,
    ) -> None:
        super().__init__()
        fine, middle, coarse = block_out_channels
        groups = norm_num_groups
        side = sample_size // 2

        def blocks(channels: int, count: int) -> nn.ModuleList:
            return nn.ModuleList(_ResidualBlock(channels, groups) for _ in range(count))

        self.time_embedding = nn.Sequential(
            nn.Linear(TIME_CHANNELS, embedding_channels),
            nn.SiLU(),
            nn.Linear(embedding_channels, embedding_channels),
        )
        self.text_pool = _TextPool(cross_attention_dim, text_queries, embedding_channels)
        self.layout = _Layout(embedding_channels, layout_channels, side)
        self.layout_in = nn.Conv2d(layout_channels, middle, 1)
        self.places = nn.Parameter(0.02 * torch.randn(1, middle, side, side))
        self.coarse_places = nn.Parameter(0.02 * torch.randn(1, coarse, side // 2, side // 2))

        self.conv_in = nn.Conv2d(in_channels, fine, 3, padding=1)
        self.fine_down = blocks(fine, residual_blocks[0])
        self.to_middle = nn.Conv2d(fine, middle, 2, stride=2)
        self.middle_down = blocks(middle, residual_blocks[1])
        self.to_coarse = nn.Conv2d(middle, coarse, 2, stride=2)
        self.coarse_first = blocks(coarse, 1)
        self.transformer = nn.ModuleList(
            _TransformerBlock(coarse, max(coarse // attention_head_dim, 1), cross_attention_dim)
            for _ in range(transformer_blocks)
        )
        self.coarse_last = blocks(coarse, 1)
        self.from_coarse = nn.Conv2d(coarse, 4 * middle, 1)
        self.middle_up = blocks(middle, residual_blocks[1])
        self.from_middle = nn.Conv2d(middle, 4 * fine, 1)
        self.fine_up = blocks(fine, residual_blocks[0] + 1)
        self.norm_out = nn.GroupNorm(groups, fine)
        self.conv_out = nn.Conv2d(fine, out_channels, 3, padding=1)

        at_fine, at_middle = residual_blocks
        down = [fine] * at_fine + [middle] * at_middle
        up = [middle] * at_middle + [fine] * (at_fine + 1)
        # In the order in which the blocks use them; a transformer block takes two.
        self._widths = down + [coarse] * (2 + 2 * transformer_blocks) + up
        self.modulation = nn.Linear(embedding_channels, 2 * sum(self._widths))
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def get_time_embed(self, sample: Tensor, timestep: Tensor | float | int) -> Tensor:
        """Timesteps, one or one a sample, as the first layer reads them: (n, TIME_CHANNELS)."""
        steps = torch.as_tensor(timestep, device=sample.device).reshape(-1)
        return timestep_embedding(steps.expand(len(sample)))

    def forward(
        self,
        sample: Tensor,
        timestep: Tensor | float | int,
        encoder_hidden_states: Tensor,
        **unused: Any,
    ) -> tuple[Tensor]:
        """See the class. ``encoder_hidden_states``: (n, tokens, cross_attention_dim)."""
        words = encoder_hidden_states
        text = self.text_pool(words)
        layout = self.layout_in(self.layout(text))
        time = self.time_embedding(self.get_time_embed(sample, timestep).to(words.dtype))
        parts = self.modulation(F.silu(time + text)).split([2 * w for w in self._widths], 1)
        modulation = iter(part.chunk(2, 1) for part in parts)

        x = self.conv_in(sample)
        for block in self.fine_down:
            x = block(x, *next(modulation))
        fine, x = x, self.to_middle(x)
        x = x + _stretched(self.places + layout, x.shape[-2:])
        for block in self.middle_down:
            x = block(x, *next(modulation))
        middle, x = x, self.to_coarse(x)
        x = x + _stretched(self.coarse_places, x.shape[-2:])
        x = self.coarse_first[0](x, *next(modulation))
        tokens = x.flatten(2).transpose(1, 2)
        for block in self.transformer:
            tokens = block(tokens, words, (*next(modulation), *next(modulation)))
        x = tokens.transpose(1, 2).reshape(x.shape)
        x = self.coarse_last[0](x, *next(modulation))
        x = middle + F.pixel_shuffle(self.from_coarse(x), 2)
        for block in self.middle_up:
            x = block(x, *next(modulation))
        x = fine + F.pixel_shuffle(self.from_middle(x), 2)
        for block in self.fine_up:
            x = block(x, *next(modulation))
        return (self.conv_out(F.silu(self.norm_out(x))),)
