"""Train the denoiser and the text encoder together on latents of drawn pictures.

Plain velocity prediction at the noise levels that the show uses. From ``--guide`` on, guidance is
taught into the network, so that the show needs no second pass a frame. An averaged model is
exported every few minutes, with a sheet of what its loop makes.

    python -m training.train.denoiser --latents FOLDER --autoencoder FOLDER
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import CLIPTextModel

from training.data.latents import FOLDER, Latents
from training.data.scenes import SCENES
from training.judge.showing import quick_sheet
from training.paths import MODEL, RUNS
from training.train import denoising
from training.train.loop import Average, add_options, calm, train
from training.train.model import (
    CHANNELS,
    encode_captions,
    export,
    make_scheduler,
    make_text_encoder,
    make_unet,
    open_networks,
    open_tokenizer,
    word_vectors,
)
from visualizer.engine.builtin.for_diffusers import BuiltinUNet, PatchAutoencoder

UNCONDITIONAL = 0.1  # share of samples without their caption
SKETCH = 0.3  # weight of the layout's own loss
WORD_NOISE = 0.3  # on the word vectors, whose own deviation is 1
DEPTH = 2  # answers in a row, at most, that a sample begins from
LOSING = 350, 650  # timesteps of their noise: form is kept, fine lines are lost


class Networks(nn.Module):
    """The two networks that learn: words in, velocity out."""

    def __init__(self, text_encoder: CLIPTextModel, unet: BuiltinUNet) -> None:
        """In training, the word vectors get noise: neighbours of known words then work too."""
        super().__init__()
        self.text_encoder = text_encoder
        self.unet = unet
        # Learns what the layout stands for, in training alone (see Task.losses).
        self.sketch = nn.Conv2d(unet.config["layout_channels"], unet.config["in_channels"], 1)
        text_encoder.get_input_embeddings().register_forward_hook(_blur)

    def read(self, tokens: Tensor) -> Tensor:
        """Token numbers (n, tokens) to what the denoiser reads, (n, tokens, width)."""
        hidden: Tensor = self.text_encoder(tokens).last_hidden_state
        return hidden

    def forward(self, x_t: Tensor, steps: Tensor, words: Tensor) -> Tensor:
        """The velocity at x_t (n, c, h, w), in single precision."""
        x_t = x_t.contiguous(memory_format=torch.channels_last)
        velocity: Tensor = self.unet(x_t, steps, words, return_dict=False)[0]
        return velocity.float()


def _blur(module: nn.Module, _: object, vectors: Tensor) -> Tensor:
    return vectors + WORD_NOISE * torch.randn_like(vectors) if module.training else vectors


def build(options: argparse.Namespace) -> Networks:
    """Those of an exported model that is gone on from, else fresh ones with its word vectors."""
    torch.manual_seed(options.seed)
    if options.start is not None:
        networks = Networks(*open_networks(options.start))
    else:
        vectors = word_vectors(options.base)
        channels = tuple(options.channels)
        unet = make_unet(text_width=vectors.shape[1], block_out_channels=channels)
        networks = Networks(make_text_encoder(vectors), unet)
    networks.unet.to(memory_format=torch.channels_last)
    return networks.to(torch.device(options.device)).train()


class Task:
    """What a sample asks of the networks."""

    def __init__(
        self, networks: Networks, latents: Latents, empty: Tensor, device: torch.device
    ) -> None:
        self.networks, self.latents = networks, latents
        self.empty, self.device = empty.to(device), device
        self.alphas = make_scheduler().alphas_cumprod.to(device)
        self.guide: Networks | None = None

    def answer(
        self,
        networks: Networks,
        start: Tensor,
        words: Tensor,
        steps: Tensor,
        gen: torch.Generator,
    ) -> Tensor:
        """The networks' one-step answer from ``start`` with new noise at ``steps``."""
        a, s = denoising.scales(self.alphas, steps)
        x_t = a * start + s * torch.randn(start.shape, generator=gen, device=gen.device)
        return denoising.clean(x_t, networks(x_t, steps, words), a, s)

    @torch.no_grad()
    def answered(self, start: Tensor, words: Tensor, gen: torch.Generator) -> Tensor:
        """What the averaged networks make of pictures in some frames of their loop."""
        steps = torch.randint(*LOSING, (len(start),), generator=gen, device=gen.device)
        for _ in range(int(torch.randint(1, DEPTH + 1, (), generator=gen, device=gen.device))):
            start = self.answer(self.guide or self.networks, start, words, steps, gen)
        return start

    def losses(
        self, count: int, gen: torch.Generator, weight: float = 1.0, answered: float = 0.0
    ) -> dict[str, Tensor]:
        """Squared error of the velocity; ``weight`` of guidance above 1 is taught. ``answered``:
        share of samples that begin from the networks' own answers to the wanted picture."""
        x0, tokens, _ = self.latents.draw(count, gen)
        conditional = torch.rand(count, 1, generator=gen, device=self.device) >= UNCONDITIONAL
        words = self.networks.read(torch.where(conditional, tokens, self.empty))
        steps = denoising.timesteps(count, gen)
        a, s = denoising.scales(self.alphas, steps)
        start = denoising.starts(x0, self.latents.flat.to(self.device), steps, gen)
        stray = (start != x0).flatten(1).any(1, keepdim=True)
        # The loop finds its own answers, not drawn pictures: faint lines where there were lines.
        # The mean of what those stand for has them at full strength.
        if again := math.ceil(answered * count):
            own = self.answered(start[:again], words[:again].detach(), gen)
            noisy = (steps[:again] >= denoising.LOW).view(-1, 1, 1, 1)
            start = torch.cat([torch.where(noisy, own, start[:again]), start[again:]])
        x_t = a * start + s * torch.randn(x0.shape, generator=gen, device=self.device)
        target = denoising.velocity(x_t, x0, a, s)
        velocity = self.networks(x_t, steps, words)
        if weight > 1 and self.guide is not None:
            with torch.no_grad():
                uncond = self.guide(x_t, steps, self.guide.read(self.empty).expand(count, -1, -1))
                guided = denoising.guided(target, velocity.detach(), uncond, weight)
                # From another picture, text or none makes so much of a difference that to go beyond
                # it leads out of all pictures, and the loop burns.
                asked = (conditional & ~stray).view(-1, 1, 1, 1)
                target = torch.where(asked, guided, target)
        # The layout is to be a rough picture of what the words stand for: the mean of all. That is
        # learned in minutes, and gives the network where things belong long before it finds out.
        unet = self.networks.unet
        sketch = self.networks.sketch(unet.layout(unet.text_pool(words))).float()
        coarse = F.adaptive_avg_pool2d(x0, sketch.shape[-2:])
        return {
            "velocity": F.mse_loss(velocity, target),
            "sketch": SKETCH * F.mse_loss(sketch, coarse),
        }


def main(argv: list[str] | None = None) -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--latents", type=Path, default=FOLDER)
    parser.add_argument("--autoencoder", type=Path, default=RUNS / "autoencoder" / "model")
    parser.add_argument("--base", type=Path, default=MODEL, help="for its words")
    parser.add_argument("--start", type=Path, help="exported model to go on from")
    parser.add_argument("--guide", type=float, default=0.5, help="share after which to guide")
    parser.add_argument("--guidance", type=float, default=1.8, help="weight to teach")
    parser.add_argument(
        "--answered", type=float, default=0.4, help="share that begins from own answers"
    )
    parser.add_argument("--channels", type=int, nargs=3, default=CHANNELS, help="of the UNet")
    names = [scene.names[0] for scene in SCENES]
    parser.add_argument(
        "--often",
        nargs="+",
        default=[],
        choices=names,
        metavar="SCENE",
        help="draw these three times as often",
    )
    parser.add_argument("--prompts", type=int, default=16, help="of the sheets")
    add_options(parser, out=RUNS / "denoiser", steps=40_000, batch=64, rate=8e-4)
    options = parser.parse_args(argv)
    calm()
    device = torch.device(options.device)
    networks = build(options)
    tokenizer = open_tokenizer(options.base, Path())
    empty = encode_captions(tokenizer, [""])
    latents = Latents(options.latents, often=[names.index(name) for name in options.often])
    task = Task(networks, latents, empty, device)
    average = Average(networks, options.decay)
    task.guide = average.network  # its answers without text, which change slowly

    def losses(count: int, gen: torch.Generator, part: float) -> dict[str, Tensor]:
        weight = options.guidance if part >= options.guide else 1.0
        return task.losses(count, gen, weight, options.answered)

    def show(average: Networks, step: int) -> None:
        folder = options.out / "model"
        autoencoder = PatchAutoencoder.from_pretrained(options.autoencoder)
        export(folder, autoencoder, tokenizer, average.text_encoder, average.unet)
        quick_sheet(folder, options.out / "sheet.png", options.prompts)

    train(networks, losses, options, show, average)


if __name__ == "__main__":
    main()
