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
    parts = torch.split(tokens, 256 if tokens.device.type == "cpu" else 4096)
    return torch.cat([networks.read(part.long()).mean(1) for part in parts])


def fit(networks: Networks, data: latents.Latents, seconds: float, batch: int = 256) -> float:
    """Fit the sketch to the latents for a while; gives the last mean squared error."""
    sketch = networks.unet.sketch
    wordings, device = data.tokens.shape[1], data.latents.device
    words = read_all(networks.eval(), data.tokens.flatten(0, 1)).clone()
    optimizer = torch.optim.AdamW(sketch.parameters(), lr=3e-3, weight_decay=0.02, fused=True)
    gen = torch.Generator(device).manual_seed(0)
    budget, mean, step = Budget(seconds / 60), torch.ones((), device=device), 0
    side = data.latents.shape[-1]
    while budget.part < 1:
        rows = torch.randint(len(words), (batch,), generator=gen, device=device)
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * (1 - budget.part) + 3e-5
        blur = torch.randn(batch, words.shape[1], generator=gen, device=device)
        made = sketch((words[rows] + 0.1 * blur).unsqueeze(1), side, side)
        loss = F.mse_loss(made, data.latents[rows // wordings].float())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        mean += 0.05 * (loss.detach() - mean)
        step += 1
        if budget.due:
            budget.tell(step, loss=float(mean))
    return float(mean)


@torch.no_grad()
def widen(networks: Networks, weights: dict[str, Tensor]) -> None:
    """Take weights of a denoiser without a sketch; the new inputs begin as more of the same."""
    key = "unet.conv_in.weight"
    if key in weights and weights[key].shape[1] < networks.unet.conv_in.weight.shape[1]:
        weights = weights | {key: torch.cat([weights[key], 0.7 * weights[key]], 1)}
    networks.load_state_dict(weights, strict=False)


def parse(argv: list[str] | None = None) -> tuple[argparse.Namespace, argparse.Namespace]:
    """Options of the sketch, and of the training that follows."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--start", type=Path, help="a trained denoiser to go on from")
    parser.add_argument("--out", type=Path, default=RUNS / "sketch" / "checkpoint.pt")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--batch", type=int, default=256)
    options, more = parser.parse_known_args(argv)
    # The networks, the data and the device as in the training that follows.
    return options, train_unet.parse(more)


def main(argv: list[str] | None = None) -> None:
    """Write a checkpoint to start the denoiser's training from."""
    options, settings = parse(argv)
    train_unet.calm()
    device = torch.device(settings.device)
    data = latents.read(settings.latents, settings.pictures, settings.scenes).to(device)
    networks = train_unet.build(settings, data.latents.shape[1])
    if options.start is not None:
        state = load(options.start, device)
        if state is None:
            raise FileNotFoundError(options.start)
        widen(networks, state["networks"])
    print(f"mean squared error {fit(networks, data, options.seconds, options.batch):.4f}")
    save(options.out, {"networks": networks.state_dict()})


if __name__ == "__main__":
    main()
