"""Train the autoencoder on crops of drawn pictures.

The loss is the difference of colours, and that of edges at three scales. Three habits make its
latents good for a small diffusion model in a feedback loop:

- noise on the latents, so that decoding forgives what a denoiser leaves (as RAE does,
  arXiv:2510.11690);
- now and then latents at half the size must give the picture at half the size, which keeps them
  smooth (EQ-VAE, arXiv:2502.09509);
- a decoded picture must encode to the latents it came from, since the show does that every frame.

    python -m training.train.autoencoder --pictures FOLDER
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from training.data import picture_store
from training.paths import RUNS
from training.train.latent_scale import normalise
from training.train.loop import add_options, calm, train
from visualizer.engine.builtin.for_diffusers import PatchAutoencoder

WIDTHS = (32, 64, 160)
ENCODER_BLOCKS, DECODER_BLOCKS = (1, 1, 2), (1, 2, 2)
LATENT_CHANNELS = 8
CROP = 256
NOISE = 0.1  # at most, in standard deviations of the latents
HALVED = 0.1  # share of steps at half the size
AGAIN = 0.25  # share of steps that encode the decoded picture again
WHOLE = 0.9  # share of the training from which pictures come whole, not in crops
EDGES = 0.7  # weight of the edges at each scale


def edges(x: Tensor) -> Tensor:
    """Differences between neighbours, across and down, flattened."""
    across, down = x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]
    return torch.cat([across.flatten(), down.flatten()])


def difference(made: Tensor, wanted: Tensor) -> Tensor:
    """How far pictures are apart: colours, and edges at full, half and quarter size."""
    gap = made - wanted
    loss = gap.abs().mean()
    for _ in range(3):
        loss = loss + EDGES * edges(gap).abs().mean()
        gap = F.avg_pool2d(gap, 2)
    return loss


def augment(x: Tensor, gen: torch.Generator) -> Tensor:
    """Pictures as the loop bends them: channels swapped, contrast, brightness, two mixed."""
    n = len(x)

    def draw() -> float:
        return float(torch.rand((), generator=gen))

    if draw() < 0.2:
        x = x[:, torch.randperm(3, generator=gen)]
    if draw() < 0.3:
        gain = 1 + 0.25 * torch.randn(n, 1, 1, 1, generator=gen)
        shift = 0.15 * torch.randn(n, 1, 1, 1, generator=gen)
        x = (x * gain + shift).clamp(-1, 1)
    if draw() < 0.15:
        x = torch.lerp(x, x.roll(1, 0), torch.rand(n, 1, 1, 1, generator=gen))
    return x


def losses_of(network: PatchAutoencoder, x: Tensor, gen: torch.Generator) -> dict[str, Tensor]:
    """The parts of the loss for pictures ``x`` in [-1, 1]."""
    latents = network.encoder(x).float()
    spread = latents.detach().std((0, 2, 3), keepdim=True)
    wanted, source = x, latents
    if torch.rand((), generator=gen) < HALVED:
        wanted, source = F.avg_pool2d(x, 2), F.avg_pool2d(latents, 2)
    level = NOISE * torch.rand(len(x), 1, 1, 1, generator=gen)
    noise = torch.randn(source.shape, generator=gen)
    made = network.decoder(source + level * spread * noise).float()
    losses = {"picture": difference(made, wanted), "again": torch.zeros(())}
    if torch.rand((), generator=gen) < AGAIN:
        again = network.encoder(made.clamp(-1, 1)).float()
        losses["again"] = 0.1 * ((again - source.detach()) / spread).square().mean()
    return losses


@torch.no_grad()
def reconstruct(network: PatchAutoencoder, images: Tensor) -> Tensor:
    """uint8 pictures (n, 3, h, w) through the latents and back."""
    device = next(network.parameters()).device
    parts = [
        network.decoder(network.encoder(part.to(device).float() / 127.5 - 1)).clamp(-1, 1).cpu()
        for part in torch.split(images, 8)
    ]
    return ((torch.cat(parts) + 1) * 127.5).round().to(torch.uint8)


@torch.no_grad()
def psnr(network: PatchAutoencoder, images: Tensor) -> float:
    """Mean peak signal-to-noise ratio in dB over uint8 pictures (n, 3, h, w)."""
    values = []
    for part in torch.split(images, 8):
        x = part.to(next(network.parameters()).device).float() / 127.5 - 1
        made = network.decoder(network.encoder(x)).clamp(-1, 1)
        errors = (made - x).div(2).square().mean((1, 2, 3))
        values += (-10 * errors.clamp(min=1e-10).log10()).tolist()
    return sum(values) / len(values)


@torch.no_grad()
def sharpness(images: Tensor) -> Tensor:
    """Mean absolute gradient of luma of pictures (n, 3, h, w) in any range, (n,)."""
    luma = (images.float() * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(1)
    across = (luma[:, :, 1:] - luma[:, :, :-1]).abs().mean((1, 2))
    return across + (luma[:, 1:] - luma[:, :-1]).abs().mean((1, 2))


def grid(images: Tensor, columns: int) -> Image.Image:
    """uint8 pictures (n, 3, h, w) in rows."""
    n, _, h, w = images.shape
    rows = images.view(n // columns, columns, 3, h, w).permute(0, 3, 1, 4, 2)
    return Image.fromarray(rows.reshape(n // columns * h, columns * w, 3).contiguous().numpy())


@torch.no_grad()
def export(network: PatchAutoencoder, sample: Tensor, folder: Path) -> None:
    """Write the network with latents of mean 0 and deviation 1 over uint8 pictures."""
    copy = PatchAutoencoder.from_config(network.config)
    copy.load_state_dict(network.state_dict())
    normalise(copy, sample.float() / 127.5 - 1)
    copy.save_pretrained(folder)


def main(argv: list[str] | None = None) -> None:
    """Train; every few minutes write the model, a sheet, and figures on unseen pictures."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--pictures", type=Path, nargs="+", default=[picture_store.FOLDER])
    parser.add_argument("--widths", type=int, nargs=3, default=WIDTHS)
    add_options(parser, out=RUNS / "autoencoder", steps=3_200, batch=16, rate=1.5e-3)
    options = parser.parse_args(argv)
    calm()
    torch.manual_seed(options.seed)
    widths = tuple(options.widths)
    network = PatchAutoencoder(
        widths=widths,
        encoder_blocks=ENCODER_BLOCKS,
        decoder_blocks=DECODER_BLOCKS,
        latent_channels=LATENT_CHANNELS,
        block_out_channels=widths[:1] * 5,
    )
    network.to(torch.device(options.device), memory_format=torch.channels_last).train()
    local = threading.local()
    size = picture_store.size_of(options.pictures[0])
    unseen = picture_store.held_out(48, size)

    def crops(count: int, gen: torch.Generator, side: int) -> Tensor:
        if not hasattr(local, "batches"):
            seed = gen.initial_seed()
            each = max(options.batch // options.threads, 1)
            local.batches = picture_store.batches(options.pictures, each, seed)
        batches: Iterator[Tensor] = local.batches
        images = next(batches)[:count]
        room = images.shape[-1] - side
        top, left = (int(v) for v in torch.randint(0, room // 4 + 1, (2,), generator=gen) * 4)
        part = images[..., top : top + side, left : left + side]
        x = augment(part.float() / 127.5 - 1, gen).to(options.device)
        return x.contiguous(memory_format=torch.channels_last)

    def loss(count: int, gen: torch.Generator, part: float) -> dict[str, Tensor]:
        side, share = (size, 4) if part > WHOLE else (min(CROP, size), 1)
        return losses_of(network, crops(max(count // share, 1), gen, side), gen)

    def show(average: PatchAutoencoder, step: int) -> None:
        pixels = reconstruct(average, unseen[:24])
        share = float((sharpness(pixels) / sharpness(unseen[:24])).median())
        print(f"step {step}: {psnr(average, unseen):.2f} dB, sharpness {share:.3f}", flush=True)
        pairs = torch.stack([unseen[:12], pixels[:12]], 1).flatten(0, 1)
        grid(pairs, 4).save(options.out / "sheet.png")
        export(average, unseen, options.out / "model")

    train(network, loss, options, show)


if __name__ == "__main__":
    main()
