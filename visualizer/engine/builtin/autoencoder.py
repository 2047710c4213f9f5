"""The built-in model's autoencoder: pictures to small latents and back, fast without a GPU.

A picture of 512 by 512 becomes 8 channels of 32 by 32. Nothing is ever convolved at full size:
the first layer reads overlapping patches (8 by 8, one every 4 pixels), and the last one writes
overlapping patches, so that no seams show between them. It is called as diffusers'
``AutoencoderTiny`` is; for_diffusers.py makes it one of diffusers' models.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from visualizer.engine.builtin.network import Network


class Encoded(NamedTuple):
    """``latents``: (n, latent_channels, h / 16, w / 16), about zero mean and unit variance."""

    latents: Tensor


class Decoded(NamedTuple):
    """``sample``: (n, 3, h, w), pictures in [-1, 1]."""

    sample: Tensor


class _Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut, with no normalisation (as in TAESD)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.second(F.silu(self.first(F.silu(x))))
        return out


class _Patches(nn.ConvTranspose2d):
    """Overlapping patches written side by side, each twice as wide as the step between them.

    The sums of a transposed convolution, done as a plain one and a shuffle of channels to places,
    which processors are twice as fast at.
    """

    def __init__(self, channels: int, out: int, step: int) -> None:
        super().__init__(channels, out, 2 * step, stride=step, padding=step // 2)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        step, pad = self.stride[0], int(self.padding[0])
        weight = F.pad(self.weight, (pad, pad, pad, pad))
        channels, out = weight.shape[:2]
        # A pixel at place r of cell i gets from cell i + 1 - t what lies at step * t + r there.
        taps = weight.view(channels, out, 3, step, 3, step).flip(2, 4)
        taps = taps.permute(1, 3, 5, 0, 2, 4).reshape(out * step * step, channels, 3, 3)
        assert self.bias is not None
        bias = self.bias.repeat_interleave(step * step)
        return F.pixel_shuffle(F.conv2d(x, taps, bias, padding=1), step)


def _residuals(channels: int, count: int) -> list[nn.Module]:
    return [_Residual(channels) for _ in range(count)]


def _encoder(
    widths: tuple[int, int, int], blocks: tuple[int, int, int], latent: int
) -> nn.Sequential:
    """(n, 3, h, w) → (n, latent, h / 16, w / 16), through sides of h / 4 and h / 8."""
    fine, middle, coarse = widths
    return nn.Sequential(
        nn.Conv2d(3, fine, 8, stride=4, padding=2),
        *_residuals(fine, blocks[0]),
        nn.SiLU(),
        nn.Conv2d(fine, middle, 4, stride=2, padding=1),
        *_residuals(middle, blocks[1]),
        nn.SiLU(),
        nn.Conv2d(middle, coarse, 4, stride=2, padding=1),
        *_residuals(coarse, blocks[2]),
        nn.SiLU(),
        nn.Conv2d(coarse, latent, 1),
    )


def _decoder(
    widths: tuple[int, int, int], blocks: tuple[int, int, int], latent: int
) -> nn.Sequential:
    """(n, latent, h, w) → (n, 3, 16 h, 16 w): the encoder mirrored."""
    fine, middle, coarse = widths
    return nn.Sequential(
        nn.Conv2d(latent, coarse, 1),
        *_residuals(coarse, blocks[2]),
        nn.SiLU(),
        nn.ConvTranspose2d(coarse, middle, 4, stride=2, padding=1),
        *_residuals(middle, blocks[1]),
        nn.SiLU(),
        nn.ConvTranspose2d(middle, fine, 4, stride=2, padding=1),
        *_residuals(fine, blocks[0]),
        nn.SiLU(),
        _Patches(fine, 3, 4),
    )


class Autoencoder(Network):
    """A deterministic autoencoder, 16 pixels to a latent cell.

    ``widths`` are the channels at a quarter, an eighth and a sixteenth of the picture's size,
    ``encoder_blocks`` and ``decoder_blocks`` the residual blocks there. ``block_out_channels``
    does nothing here: diffusers takes 2 ** (its length - 1) for the pixels to a latent cell.
    """

    def __init__(
        self,
        widths: tuple[int, int, int] = (64, 96, 160),
        encoder_blocks: tuple[int, int, int] = (1, 1, 1),
        decoder_blocks: tuple[int, int, int] = (1, 1, 2),
        latent_channels: int = 16,
        scaling_factor: float = 1.0,
        block_out_channels: tuple[int, ...] = (64, 64, 64, 96, 160),
        in_channels: int = 3,
        out_channels: int = 3,
        force_upcast: bool = False,
    ) -> None:
        super().__init__()
        self.encoder = _encoder(widths, encoder_blocks, latent_channels)
        self.decoder = _decoder(widths, decoder_blocks, latent_channels)

    def encode(self, x: Tensor, **unused: Any) -> Encoded:
        """Pictures (n, 3, h, w) in [-1, 1], sides multiples of 16."""
        return Encoded(self.encoder(x.contiguous(memory_format=torch.channels_last)))

    def decode(self, z: Tensor, **unused: Any) -> Decoded:
        """Latents to pictures (n, 3, h, w), cut to [-1, 1] unless in training."""
        sample = self.decoder(z.contiguous(memory_format=torch.channels_last))
        return Decoded(sample if self.training else sample.clamp(-1, 1))

    def forward(self, sample: Tensor, **unused: Any) -> Decoded:
        """Pictures (n, 3, h, w) through the latents and back."""
        return self.decode(self.encode(sample).latents)
