"""The built-in model's denoiser: diffusers' UNet, with a sketch of what the words mean.

A network this small, trained for an hour on two cores, learns palettes soon and the lie of a
picture late: convolutions hardly know where they are. So it is told: by a learned vector for each
place, and by a rough picture that a second, tiny network makes of the prompt.
"""

from __future__ import annotations

import functools

import torch
import torch.nn.functional as F

# ModelMixin: diffusers looks for it in the module that a class of ours comes from, to find out
# how to load it.
from diffusers import ModelMixin, UNet2DConditionModel
from torch import Tensor, nn


def _waves(channels: int, side: int) -> Tensor:
    """Sines of many directions and lengths over a square, (1, channels, side, side).

    The amplitude is small beside that of the features.
    """
    generator = torch.Generator().manual_seed(0)
    place = (torch.arange(side) + 0.5) / side * 2 - 1
    pace = torch.pi * 2 * torch.randn(2, channels, 1, 1, generator=generator)
    phase = 2 * torch.pi * torch.rand(channels, 1, 1, generator=generator)
    waves = torch.sin(pace[0] * place.view(-1, 1) + pace[1] * place.view(1, -1) + phase)
    return 0.3 * waves.unsqueeze(0)


__all__ = ["ModelMixin", "SketchUNet"]


class _Sketch(nn.Module):
    """Words to a rough picture: what is usually where when one asks for it.

    A small network on the mean of the words; a planet sits in the middle, flames rise from
    below. It stretches to any size of latents.
    """

    def __init__(self, text_width: int, latent_channels: int, side: int) -> None:
        super().__init__()
        self.shape = (latent_channels, side, side)
        self.hidden = nn.Linear(text_width, 128)
        self.out = nn.Linear(128, latent_channels * side * side)

    def forward(self, words: Tensor, height: int, width: int) -> Tensor:
        """(n, tokens, text width) to (n, latent channels, height, width)."""
        sketch: Tensor = self.out(F.silu(self.hidden(words.mean(1))))
        sketch = sketch.view(-1, *self.shape)
        if sketch.shape[-2:] != (height, width):
            sketch = F.interpolate(sketch, (height, width), mode="bilinear", align_corners=False)
        return sketch


class _PlacedConv(nn.Conv2d):
    """A convolution that adds a learned vector for each place of the picture.

    ``times``: how many pictures of ``like``'s channels it reads side by side.
    """

    def __init__(self, like: nn.Conv2d, side: int, times: int = 1) -> None:
        super().__init__(times * like.in_channels, like.out_channels, 3, padding=1)
        self.places = nn.Parameter(_waves(like.out_channels, side))

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w); the places stretch to any height and width."""
        places: Tensor = self.places
        if places.shape[-2:] != x.shape[-2:]:
            places = F.interpolate(places, x.shape[-2:], mode="bilinear", align_corners=False)
        out: Tensor = super().forward(x) + places
        return out


class SketchUNet(UNet2DConditionModel):  # type: ignore[misc]
    """A UNet2DConditionModel with the same configuration and the same call."""

    # diffusers reads a model's configuration off the signature of __init__; wraps hands it on.
    @functools.wraps(UNet2DConditionModel.__init__)  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        side, width = self.config.sample_size, self.config.cross_attention_dim
        self.conv_in: nn.Conv2d = _PlacedConv(self.conv_in, side, times=2)
        self.sketch = _Sketch(width, self.config.in_channels, side)

    def forward(
        self,
        sample: Tensor,
        timestep: Tensor | float | int,
        encoder_hidden_states: Tensor,
        *args: object,
        **kwargs: object,
    ) -> object:
        """As diffusers', with the sketch beside the sample (n, c, h, w)."""
        sketch = self.sketch(encoder_hidden_states, *sample.shape[-2:])
        sample = torch.cat([sample, sketch], 1)
        return super().forward(sample, timestep, encoder_hidden_states, *args, **kwargs)
