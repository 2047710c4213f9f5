"""The scale of an autoencoder's latents, moved between the two layers round them.

Both are 1x1 convolutions, so what the autoencoder does stays exactly the same.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from visualizer.engine.builtin.for_diffusers import PatchAutoencoder


@torch.no_grad()
def normalise(network: PatchAutoencoder, x: Tensor) -> None:
    """Fold mean 0 and deviation 1 of each latent channel into the layers round the latents."""
    latents = network.encoder(x)
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    last, first = network.encoder[-1], network.decoder[0]
    assert isinstance(last, nn.Conv2d)
    assert isinstance(first, nn.Conv2d)
    assert last.bias is not None
    assert first.bias is not None
    last.weight.div_(deviation.view(-1, 1, 1, 1))
    last.bias.sub_(mean).div_(deviation)
    first.bias.add_(first.weight[:, :, 0, 0] @ mean)
    first.weight.mul_(deviation.view(1, -1, 1, 1))
