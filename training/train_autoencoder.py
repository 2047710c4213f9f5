"""Train the autoencoder on crops of the cached pictures.

The loss is the plain difference of colours, at full size and pooled, and that of edges. Three
habits make its latents good for a small diffusion model in a feedback loop:

- noise on the latents, so that decoding forgives what a denoiser leaves (as RAE does,
  arXiv:2510.11690);
- now and then latents at half the size must give the picture at half the size, which keeps them
  smooth (EQ-VAE, arXiv:2502.09509);
- a decoded picture must encode to the latents it came from, since the show does that every frame.

    python -m training.train_autoencoder --minutes 20
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from training import acceleration, cache
from training.checkpoint import RUNS, Average, load, save
from training.progress import Budget
from training.scaling import loosen, normalise
from visualizer.engine.autoencoder import PatchAutoencoder

WIDTHS = (48, 96, 192)
NOISE = 0.15  # at most, in standard deviations of the latents
HALVED = 0.2  # share of steps at half the size
COMPARE_EVERY = 3  # steps between those that encode the decoded picture again
WHOLE = 0.85  # part of the training from which pictures come whole, not in crops


def edges(x: Tensor) -> Tensor:
    """Differences between neighbours, across and down, flattened."""
    across, down = x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]
    return torch.cat([across.flatten(), down.flatten()])


def difference(made: Tensor, wanted: Tensor) -> Tensor:
    """How far pictures are apart: colours, pooled colours, edges."""
    gap = made - wanted
    return gap.abs().mean() + 0.5 * F.avg_pool2d(gap, 4).abs().mean() + edges(gap).abs().mean()


def augment(x: Tensor, generator: torch.Generator) -> Tensor:
    """Pictures as the loop bends them: channels swapped, contrast, brightness, two mixed."""
    n = len(x)
    if torch.rand((), generator=generator) < 0.2:
        x = x[:, torch.randperm(3, generator=generator)]
    if torch.rand((), generator=generator) < 0.3:
        gain = 1 + 0.25 * torch.randn(n, 1, 1, 1, generator=generator).to(x)
        shift = 0.15 * torch.randn(n, 1, 1, 1, generator=generator).to(x)
        x = (x * gain + shift).clamp(-1, 1)
    if torch.rand((), generator=generator) < 0.15:
        share = torch.rand(n, 1, 1, 1, generator=generator).to(x)
        x = torch.lerp(x, x.roll(1, 0), share)
    return x


def crops(
    batches: Iterator[Tensor], side: int, count: int, device: torch.device, gen: torch.Generator
) -> Tensor:
    """``count`` pictures (n, 3, side, side) in [-1, 1], cut from one cached batch."""
    images = next(batches)[:count]
    room = images.shape[-1] - side
    top, left = (int(v) for v in torch.randint(0, room // 4 + 1, (2,), generator=gen) * 4)
    part = images[..., top : top + side, left : left + side].to(device)
    return augment(part.float() / 127.5 - 1, gen)


def loss_of(network: PatchAutoencoder, x: Tensor, step: int, gen: torch.Generator) -> Tensor:
    """The whole loss for pictures ``x`` in [-1, 1]."""
    latents = network.encoder(x).float()
    spread = latents.detach().std((0, 2, 3), keepdim=True)
    wanted, source = x, latents
    if torch.rand((), generator=gen) < HALVED:
        wanted, source = F.avg_pool2d(x, 2), F.avg_pool2d(latents, 2)
    level = NOISE * torch.rand(len(x), 1, 1, 1, generator=gen).to(x)
    # The many numbers come from where the pictures are.
    noise = torch.randn_like(source)
    made = network.decoder(source + level * spread * noise).float()
    loss = difference(made, wanted)
    if step % COMPARE_EVERY == 0:
        again = network.encoder(made.clamp(-1, 1)).float()
        loss = loss + 0.1 * ((again - source.detach()) / spread).pow(2).mean()
    return loss


@torch.no_grad()
def psnr(network: PatchAutoencoder, images: Tensor) -> float:
    """Mean peak signal-to-noise ratio in dB over uint8 pictures (n, 3, h, w)."""
    values = []
    for part in torch.split(images, 16):
        x = part.to(next(network.parameters()).device).float() / 127.5 - 1
        made = network.decoder(network.encoder(x)).clamp(-1, 1)
        errors = (made - x).div(2).pow(2).mean((1, 2, 3))
        values += (-10 * errors.clamp(min=1e-10).log10()).tolist()
    return sum(values) / len(values)


def start(options: argparse.Namespace) -> PatchAutoencoder:
    """The exported autoencoder to go on from where there is one, else a fresh one."""
    network: PatchAutoencoder
    if options.start is None:
        widths = options.widths
        network = PatchAutoencoder(widths=widths, block_out_channels=(widths[0],) * 5)
    else:
        network = PatchAutoencoder.from_pretrained(options.start).float()
        loosen(network)
    return network


def train(options: argparse.Namespace) -> PatchAutoencoder:
    """Train until the time is up; gives the averaged network, normalised."""
    device = torch.device(options.device)
    acceleration.prepare(device)
    torch.manual_seed(options.seed)
    network = start(options)
    network.to(device, memory_format=torch.channels_last).train()
    average: Average[PatchAutoencoder] = Average(network, 0.998)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=options.rate, betas=(0.9, 0.99), fused=True
    )
    learning = list(network.parameters())
    lost = torch.zeros((), dtype=torch.int64, device=device)
    path = options.out / "checkpoint.pt"
    step, spent = 0, 0.0
    if state := load(path, device):
        network.load_state_dict(state["network"])
        average.network.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent, average.updates = state["step"], state["spent"], state["step"]
    gen = torch.Generator().manual_seed(options.seed + step)
    on_card = device.type != "cpu"
    # On a card pictures are drawn beside this; elsewhere they are there or were forgotten.
    cache.wait(options.pictures[0], options.ready, 120 if on_card else 0)
    if not on_card:
        batches = cache.batches(options.pictures, options.batch, options.seed + step)
    else:
        batches = cache.resident(
            options.pictures, options.batch, options.seed + step, device, options.resident
        )
    budget, kept = Budget(options.minutes, spent), spent

    def keep() -> None:
        weights = {"network": network.state_dict(), "average": average.network.state_dict()}
        state = {"optimizer": optimizer.state_dict(), "step": step, "spent": budget.spent}
        save(path, {**weights, **state})

    while budget.part < 1 and step < options.most:
        whole = budget.part > WHOLE
        side, count = (256, options.batch // 4) if whole else (128, options.batch)
        x = crops(batches, min(side, options.side), max(count, 1), device, gen)
        rate = options.rate * min(1, (step + 1) / 200) * (1 + math.cos(math.pi * budget.part)) / 2
        for group in optimizer.param_groups:
            group["lr"] = rate
        with acceleration.autocast(device, options.single):
            loss = loss_of(network, x.contiguous(memory_format=torch.channels_last), step, gen)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = acceleration.clip(learning, 1.0, lost)
        optimizer.step()
        average.update(network)
        step += 1
        if budget.due:
            found = float(loss.detach())
            budget.tell(step, int(lost), loss=found, norm=float(norm), rate=rate)
        if budget.spent - kept > 120:
            keep()
            kept = budget.spent
    keep()
    trained: PatchAutoencoder = average.network
    normalise(trained, next(batches)[:256].to(device).float() / 127.5 - 1)
    trained.save_pretrained(options.out / "model")
    return trained


def better(trained: PatchAutoencoder, first: Path | None, images: Tensor) -> PatchAutoencoder:
    """The trained network, or the one in ``first`` where that does at least as well on pictures."""
    if first is None:
        return trained
    old: PatchAutoencoder = PatchAutoencoder.from_pretrained(first).float()
    old.to(next(trained.parameters()).device)
    before, after = psnr(old, images), psnr(trained, images)
    print(f"PSNR {before:.2f} dB before, {after:.2f} dB after", flush=True)
    return trained if after > before else old


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Options with defaults for two cores of a processor."""
    parser = argparse.ArgumentParser(description="Train the autoencoder.")
    parser.add_argument("--pictures", type=Path, nargs="+", default=[cache.FOLDER])
    parser.add_argument("--ready", type=int, default=1, help="shards to wait for")
    parser.add_argument("--resident", type=int, default=400, help="shards kept on a card")
    parser.add_argument("--start", type=Path, help="exported autoencoder to go on from")
    parser.add_argument("--out", type=Path, default=RUNS / "autoencoder")
    parser.add_argument("--minutes", type=float, default=22)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--side", type=int, default=256, help="largest width and height")
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    parser.add_argument("--widths", type=int, nargs=3, default=WIDTHS)
    parser.add_argument("--single", action="store_true", help="on a card: no bfloat16")
    parser.add_argument("--most", type=int, default=1 << 40, help="steps at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Train, then say how well it does on pictures it never saw."""
    options = parse(argv)
    # Before any thread starts: numbers near zero slow gradients down fourfold (measured).
    torch.set_flush_denormal(True)
    torch.set_num_threads(options.threads)
    trained, unseen = train(options), cache.held_out(256)
    kept = better(trained, options.start, unseen)
    kept.save_pretrained(options.out / "model")
    print(f"held-out PSNR {psnr(kept, unseen):.2f} dB")


if __name__ == "__main__":
    main()
