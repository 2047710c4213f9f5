"""Teach the denoiser's sketch first: the mean picture that words stand for, by least squares.

Fitting it alone takes a minute, since nothing but the sketch is computed; learning the same
through the whole denoiser takes an hour on this machine.

    python -m training.sketching
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from training import latents, train_unet
from training.checkpoint import RUNS, load, save
from training.objective import Networks
from training.progress import Budget


@torch.inference_mode()
def read_all(networks: Networks, tokens: Tensor) -> Tensor:
    """What the denoiser reads of each caption, averaged over its words, (n, width)."""
    return torch.cat([networks.read(part).mean(1) for part in torch.split(tokens, 256)])


def fit(networks: Networks, data: latents.Latents, seconds: float) -> float:
    """Fit the sketch to the latents for a while; gives the last mean squared error."""
    sketch = networks.unet.sketch
    words = read_all(networks.eval(), data.tokens).clone()
    optimizer = torch.optim.AdamW(sketch.parameters(), lr=3e-3, weight_decay=0.02, fused=True)
    gen = torch.Generator().manual_seed(0)
    budget, mean = Budget(seconds / 60), 1.0
    side = data.latents.shape[-1]
    while budget.part < 1:
        rows = torch.randint(len(words), (256,), generator=gen)
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * (1 - budget.part) + 3e-5
        seen = words[rows] + 0.1 * torch.randn(256, words.shape[1], generator=gen)
        loss = F.mse_loss(sketch(seen.unsqueeze(1), side, side), data.latents[rows].float())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        mean += 0.05 * (float(loss.detach()) - mean)
        budget.tell(0, loss=mean)
    return mean


@torch.no_grad()
def widen(networks: Networks, weights: dict[str, Tensor]) -> None:
    """Take weights of a denoiser without a sketch; the new inputs begin as more of the same."""
    key = "unet.conv_in.weight"
    if key in weights and weights[key].shape[1] < networks.unet.conv_in.weight.shape[1]:
        weights = weights | {key: torch.cat([weights[key], 0.7 * weights[key]], 1)}
    networks.load_state_dict(weights, strict=False)


def main(argv: list[str] | None = None) -> None:
    """Write a checkpoint to start the denoiser's training from."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--start", type=Path, help="a trained denoiser to go on from")
    parser.add_argument("--out", type=Path, default=RUNS / "sketch" / "checkpoint.pt")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args(argv)
    train_unet.calm()
    settings = train_unet.parse([])
    data = latents.read(settings.latents, settings.pictures)
    networks = train_unet.build(settings, data.latents.shape[1])
    if options.start is not None:
        state = load(options.start, torch.device("cpu"))
        if state is None:
            raise FileNotFoundError(options.start)
        widen(networks, state["networks"])
    print(f"mean squared error {fit(networks, data, options.seconds):.4f}")
    save(options.out, {"networks": networks.state_dict()})


if __name__ == "__main__":
    main()
