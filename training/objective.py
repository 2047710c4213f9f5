"""What the denoiser is asked in a step of training: its batches, its loss and its gradients."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import CLIPTextModel

from training import denoising, latents
from visualizer.engine.unet import SketchUNet

DROPPED = 0.1  # share of samples without their caption
WORD_NOISE = 0.3  # on the word vectors, whose own deviation is 1


class Networks(nn.Module):
    """The two networks that learn: words in, velocity out."""

    def __init__(self, text_encoder: CLIPTextModel, unet: SketchUNet) -> None:
        """Both as they are; in training the word vectors get noise."""
        super().__init__()
        self.text_encoder = text_encoder
        self.unet = unet

    def read(self, tokens: Tensor) -> Tensor:
        """Token numbers (n, tokens) to what the denoiser reads, (n, tokens, width)."""
        hidden: Tensor = self.text_encoder(tokens).last_hidden_state
        return hidden

    def forward(self, x_t: Tensor, steps: Tensor, words: Tensor) -> Tensor:
        """The velocity at x_t (n, c, h, w), in single precision."""
        answer: Tensor = self.unet(x_t, steps, words, return_dict=False)[0]
        return answer.float()


@dataclass(frozen=True)
class Batch:
    """``start`` is what gets noised, ``x0`` what is wanted; ``told`` is false where untold.

    ``alike`` (n, some, c, h, w) are other pictures that the same captions could ask for.
    """

    start: Tensor
    x0: Tensor
    alike: Tensor
    noise: Tensor
    steps: Tensor
    tokens: Tensor
    told: Tensor


def draw(
    data: latents.Latents, empty: Tensor, count: int, gen: torch.Generator, alike: int = 0
) -> Batch:
    """A random batch with its noise and timesteps, made where ``data`` and ``gen`` are."""
    place = gen.device
    rows = torch.randint(len(data.latents), (count,), generator=gen, device=place)
    wording = torch.randint(data.tokens.shape[1], (count,), generator=gen, device=place)
    x0 = data.latents[rows].float()
    steps = denoising.timesteps(count, gen)
    told = torch.rand(count, 1, generator=gen, device=place) >= DROPPED
    return Batch(
        start=denoising.starts(x0, data.flat, steps, gen),
        x0=x0,
        alike=data.latents[data.alikes(rows, alike, gen)],
        noise=torch.randn(x0.shape, generator=gen, device=place),
        steps=steps,
        tokens=torch.where(told, data.tokens[rows, wording].long(), empty),
        told=told.view(-1, 1, 1, 1),
    )


@torch.no_grad()
def roll_out(
    networks: Networks, batch: Batch, words: Tensor, alphas: Tensor, share: float, frames: int
) -> Batch:
    """Let the first ``share`` of the samples start from the network's own answers.

    They come from a loop of ``frames`` frames at each sample's own timestep. In the show the same
    noise often comes again, so it does for half of them. What is wanted of a sample is then the
    nearest of its alikes: where a loop has lost its way to ``x0``, asking for that would teach the
    mean of all forms, a blur.
    """
    count = round(share * len(batch.x0))
    if count == 0:
        return batch
    a, s = denoising.scales(alphas, batch.steps[:count])
    start, noise = batch.start[:count], batch.noise[:count].clone()
    for _ in range(frames):
        noise[: count // 2] = torch.randn_like(noise[: count // 2])
        x_t = (a * start + s * noise).contiguous(memory_format=torch.channels_last)
        v = networks(x_t, batch.steps[:count], words[:count])
        start = denoising.clean(x_t, v, a, s)
    noise[: count // 2] = torch.randn_like(noise[: count // 2])
    near = torch.cat([batch.x0[:count, None], batch.alike[:count].float()], 1)
    away = (near - start[:, None]).square().flatten(2).mean(2)
    wanted = near[torch.arange(count, device=near.device), away.argmin(1)]
    return replace(
        batch,
        x0=torch.cat([wanted, batch.x0[count:]]),
        start=torch.cat([start, batch.start[count:]]),
        noise=torch.cat([noise, batch.noise[count:]]),
    )


def loss_of(
    networks: Networks,
    average: Networks,
    batch: Batch,
    empty: Tensor,
    alphas: Tensor,
    weight: float,
    share: float,
    frames: int = 1,
) -> Tensor:
    """Mean squared error of the velocity; guidance ``weight`` 1 and ``share`` 0 are plain."""
    words = networks.read(batch.tokens)
    batch = roll_out(networks, batch, words, alphas, share, frames)
    a, s = denoising.scales(alphas, batch.steps)
    x_t = (a * batch.start + s * batch.noise).contiguous(memory_format=torch.channels_last)
    target = denoising.velocity(x_t, batch.x0, a, s)
    answer = networks(x_t, batch.steps, words)
    if weight > 1:
        with torch.no_grad():
            nothing = average.read(empty).expand(len(x_t), -1, -1)
            without = average(x_t, batch.steps, nothing)
            guided = denoising.guided(target, answer.detach(), without, weight)
            target = torch.where(batch.told, guided, target)
    return F.mse_loss(answer, target)


def parts(batch: Batch, count: int) -> list[Batch]:
    """The batch cut into ``count`` batches of about the same size."""
    names = list(batch.__dataclass_fields__)
    pieces = zip(*(getattr(batch, name).tensor_split(count) for name in names), strict=True)
    return [Batch(**dict(zip(names, piece, strict=True))) for piece in pieces]


def gradients(
    pool: ThreadPoolExecutor,
    loss: Callable[[Batch], Tensor],
    batches: list[Batch],
    learning: list[nn.Parameter],
) -> Tensor:
    """Set the parameters' gradients to the mean over ``batches``; gives the mean loss.

    Each batch is worked on in a thread of its own, with one core: on a processor that is shared
    with other work, threads that meet only once a step lose far less than those inside each
    layer, which wait for one another hundreds of times.
    """

    def work(batch: Batch) -> tuple[Tensor, tuple[Tensor, ...]]:
        value = loss(batch)
        return value.detach(), torch.autograd.grad(value, learning)

    results = list(pool.map(work, batches))
    for i, parameter in enumerate(learning):
        total = results[0][1][i]
        for _, found in results[1:]:
            total += found[i]
        parameter.grad = total.div_(len(results))
    return torch.stack([value for value, _ in results]).mean()


def add_word_noise(networks: Networks, level: float) -> None:
    """Blur the word vectors in training, so that neighbours of known words work too."""
    table = networks.text_encoder.get_input_embeddings()

    def blur(module: nn.Module, _: object, vectors: Tensor) -> Tensor:
        return vectors + level * torch.randn_like(vectors) if module.training else vectors

    table.register_forward_hook(blur)
