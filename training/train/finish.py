"""Finish the denoiser with an adversarial loss, so that one step a frame is crisp.

A network trained on squared error answers with the mean of all pictures that it could be, and a
mean is soft. Here a discriminator judges its one-step answers in latent space (in the manner of
LADD, Sauer et al. 2024, arXiv:2403.12015), for real pictures with noise and for frames of the
model's own loop. The squared error stays, so that colours and scenes do.

    python -m training.train.finish --start EXPORTED_MODEL
"""

from __future__ import annotations

import argparse
import copy
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils.parametrizations import spectral_norm

from training.data.latents import FOLDER, Latents
from training.judge.showing import quick_sheet
from training.paths import RUNS
from training.train.denoiser import Networks, Task
from training.train.loop import add_options, calm, train
from training.train.model import encode_captions, export, open_networks, open_tokenizer
from visualizer.engine.builtin.for_diffusers import PatchAutoencoder

FROM, TO = 350, 1000  # timesteps of answers that are judged
LOOPED = 0.5  # share of samples that start from frames of the model's own loop
DEPTH = 4  # frames of that loop, at most
BLUR = 0.2  # deviation of the noise on what the discriminator sees, at most


def _block(narrow: int, wide: int, stride: int) -> nn.Module:
    conv = spectral_norm(nn.Conv2d(narrow, wide, 3, stride=stride, padding=1))
    return nn.Sequential(conv, nn.LeakyReLU(0.2))


class Discriminator(nn.Module):
    """Scores latents (n, c, h, w) with words (n, tokens, width) at three scales: (n, scores).

    A score is linear in the features plus their product with the words (projection
    discriminator, Miyato and Koyama 2018, arXiv:1802.05637).
    """

    def __init__(self, channels: int, text_width: int) -> None:
        super().__init__()
        self.fine = nn.Sequential(_block(channels, 64, 1), _block(64, 96, 1))
        self.middle = nn.Sequential(_block(96, 192, 2), _block(192, 192, 1))
        self.coarse = nn.Sequential(_block(192, 256, 2), _block(256, 256, 1))
        widths = (96, 192, 256)
        self.plain = nn.ModuleList(spectral_norm(nn.Conv2d(w, 1, 1)) for w in widths)
        self.words = nn.ModuleList(spectral_norm(nn.Linear(text_width, w)) for w in widths)

    def forward(self, x: Tensor, words: Tensor) -> Tensor:
        """See the class."""
        said, scores = words.mean(1), []
        stages = zip((self.fine, self.middle, self.coarse), self.plain, self.words, strict=True)
        for stage, plain, projected in stages:
            x = stage(x)
            match = (x * projected(said)[:, :, None, None]).sum(1, keepdim=True)
            scores.append((plain(x) + match).flatten(1))
        return torch.cat(scores, 1)


class Pair(nn.Module):
    """The networks in training and the discriminator, as one."""

    def __init__(self, networks: Networks, discriminator: Discriminator) -> None:
        super().__init__()
        self.networks = networks
        self.discriminator = discriminator


def main(argv: list[str] | None = None) -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--start", type=Path, required=True, help="exported model to finish")
    parser.add_argument("--latents", type=Path, default=FOLDER)
    parser.add_argument("--guidance", type=float, default=1.8, help="as the model was taught")
    parser.add_argument("--adversary", type=float, default=0.05, help="its weight")
    parser.add_argument("--prompts", type=int, default=16, help="of the sheets")
    add_options(parser, out=RUNS / "finish", steps=3000, batch=32, rate=5e-5)
    parser.set_defaults(momentum=0.0, decay=0.995)
    options = parser.parse_args(argv)
    if options.batch < 2 * (options.threads if options.device == "cpu" else 1):
        parser.error("--batch: two samples a thread at least, as each takes another one's words")
    calm()
    torch.manual_seed(options.seed)
    device = torch.device(options.device)
    networks = Networks(*open_networks(options.start))
    networks.unet.to(memory_format=torch.channels_last)
    tokenizer = open_tokenizer(options.start, Path())
    latents = Latents(options.latents)
    config = networks.unet.config
    discriminator = Discriminator(config["in_channels"], config["cross_attention_dim"])
    pair = Pair(networks, discriminator.to(memory_format=torch.channels_last)).to(device).train()
    task = Task(networks, latents, encode_captions(tokenizer, [""]), device)
    # Words for the discriminator and unconditional answers: those of the model as it came.
    task.guide = copy.deepcopy(networks).eval().requires_grad_(False)
    judge_words = task.guide

    def losses(count: int, gen: torch.Generator, part: float) -> dict[str, Tensor]:
        found = task.losses(count, gen, options.guidance)
        x0, tokens, _ = latents.draw(count, gen)
        words = networks.read(tokens)
        start = x0
        looped = math.ceil(LOOPED * count)  # of one sample too
        with torch.no_grad():
            said = judge_words.read(tokens)
            frames = int(torch.randint(1, DEPTH + 1, (), generator=gen, device=gen.device))
            rolled = loop(task, x0[:looped], words[:looped].detach(), frames, gen)
            start = torch.cat([rolled, x0[looped:]])
        steps = torch.randint(FROM, TO, (count,), generator=gen, device=gen.device)
        made = task.answer(networks, start, words, steps, gen)
        fixed = {k: v.detach() for k, v in discriminator.state_dict(keep_vars=True).items()}
        level = BLUR * torch.rand(count, 1, 1, 1, generator=gen, device=gen.device)
        noise = level * torch.randn(x0.shape, generator=gen, device=gen.device)
        found["adversary"] = (
            -options.adversary * functional_call(discriminator, fixed, (made + noise, said)).mean()
        )
        real = discriminator(x0 + noise, said)
        fake = discriminator(made.detach() + noise, said)
        wrong = discriminator(x0 + noise, said.roll(1, 0))
        found["discriminator"] = F.relu(1 - real).mean() + 0.5 * (
            F.relu(1 + fake).mean() + F.relu(1 + wrong).mean()
        )
        return found

    def show(average: Pair, step: int) -> None:
        folder = options.out / "model"
        autoencoder = PatchAutoencoder.from_pretrained(options.start / "vae")
        parts = average.networks
        export(folder, autoencoder, tokenizer, parts.text_encoder, parts.unet)
        quick_sheet(folder, options.out / "sheet.png", options.prompts)

    train(pair, losses, options, show)


def loop(task: Task, x0: Tensor, words: Tensor, frames: int, gen: torch.Generator) -> Tensor:
    """Frames of the networks' own loop at the show's strengths, from other pictures and white."""
    count = len(x0)
    white = task.latents.flat[:1].to(x0)
    away = torch.rand(count, 1, 1, 1, generator=gen, device=gen.device)
    start = torch.where(away < 0.3, white, torch.where(away < 0.6, x0.roll(1, 0), x0))
    steps = torch.randint(450, 800, (count,), generator=gen, device=gen.device)
    for _ in range(frames):
        start = task.answer(task.networks, start, words, steps, gen)
    return start


if __name__ == "__main__":
    main()
