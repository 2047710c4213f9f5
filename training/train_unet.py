"""Train the denoiser and the text encoder together on cached latents.

Plain velocity prediction at the noise levels that the show uses, then (``--guide``) with
guidance taught into the network, so that the show needs no second pass. At the end
(``--rollout``) some samples start from the network's own soft answers, as in the loop, and
learn to give the sharp picture. An averaged model is exported every few minutes.

On a card everything is drawn there, in large batches; on a processor each core gets a part of
the batch.

    python -m training.train_unet --minutes 60 --start training/runs/sketch/checkpoint.pt
"""

from __future__ import annotations

import argparse
import functools
import math
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training import acceleration, cache, latents
from training.checkpoint import MODEL, RUNS, Average, load, save
from training.model import (
    encode_captions,
    export,
    make_scheduler,
    make_text_encoder,
    make_unet,
    open_networks,
    open_tokenizer,
)
from training.objective import (
    WORD_NOISE,
    Batch,
    Networks,
    add_word_noise,
    draw,
    gradients,
    loss_of,
    parts,
)
from training.progress import RAN_OFF, Budget
from training.taught import TAUGHT
from visualizer.engine.autoencoder import PatchAutoencoder


def calm() -> None:
    """One core for this thread; numbers near zero would slow gradients down fourfold."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def build(options: argparse.Namespace, channels: int) -> Networks:
    """Those of an exported model where there is one to start from, else fresh ones."""
    torch.manual_seed(options.seed)
    if options.base is not None:
        text_encoder, unet = open_networks(options.base)
        networks = Networks(text_encoder, unet.to(memory_format=torch.channels_last))
        return networks.to(torch.device(options.device)).train()
    vectors = torch.load(options.embeddings / "words.pt", weights_only=True)
    text_encoder = make_text_encoder(vectors)
    unet = make_unet(channels, tuple(options.channels), vectors.shape[1])
    networks = Networks(text_encoder, unet.to(memory_format=torch.channels_last))
    return networks.to(torch.device(options.device)).train()


def rate_at(part: float, step: int, highest: float) -> float:
    """Learning rate: 200 steps up, then a cosine down to 2 % over the time."""
    fall = 0.02 + 0.98 * (1 + math.cos(math.pi * part)) / 2
    return highest * min(1, (step + 1) / 200) * fall


def publish(options: argparse.Namespace, average: Networks) -> None:
    """Export the averaged model where the visualizer looks for it."""
    autoencoder = PatchAutoencoder.from_pretrained(options.autoencoder)
    tokenizer = open_tokenizer(options.base, options.embeddings / "vocab.txt")
    export(options.model, autoencoder, tokenizer, average.text_encoder, average.unet)


@dataclass(frozen=True)
class Task:
    """What a step asks for: weight of guidance, share rolled out, and for how many frames."""

    weight: float = 1.0
    share: float = 0.0
    frames: int = 1


def task_at(options: argparse.Namespace, part: float, draw: random.Random) -> Task:
    """The task when ``part`` of the training is over."""
    weight = options.guidance if part >= options.guide else 1.0
    if part < options.rollout:
        return Task(weight)
    return Task(weight, options.rolled, draw.randint(1, options.depth))


def train(options: argparse.Namespace) -> Networks:
    """Train until the time is up; gives the averaged networks."""
    device = torch.device(options.device)
    on_card = device.type != "cpu"
    acceleration.prepare(device)
    data = latents.read(options.latents, options.pictures, options.scenes).to(device)
    networks = build(options, data.latents.shape[1])
    if options.start is not None and (state := load(options.start, device)):
        networks.load_state_dict(state["networks"], strict=False)
    average = Average(networks, options.decay)
    add_word_noise(networks, WORD_NOISE)
    learning = [p for p in networks.parameters() if p.requires_grad]
    # A tensor, so that recorded steps see it change.
    now = torch.tensor(options.rate, device=device)
    optimizer = torch.optim.AdamW(
        learning, lr=now, betas=(0.9, 0.99), weight_decay=0.01, fused=True, capturable=on_card
    )
    path = options.out / "checkpoint.pt"
    step, spent = 0, 0.0
    if state := load(path, device):
        networks.load_state_dict(state["networks"])
        average.network.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent, average.updates = state["step"], state["spent"], state["step"]
    for group in optimizer.param_groups:
        group["lr"] = now
    gen = acceleration.generator(device, options.seed + step)
    depth = random.Random(options.seed + step)
    tokenizer = open_tokenizer(options.base, options.embeddings / "vocab.txt")
    empty = encode_captions(tokenizer, [""]).to(device)
    alphas = make_scheduler().alphas_cumprod.to(device)
    pool = ThreadPoolExecutor(options.threads, initializer=calm)
    budget, kept = Budget(options.minutes, spent), spent
    mean, lost = torch.zeros((), device=device), torch.zeros((), dtype=torch.int64, device=device)
    print(f"{len(data.latents)} pictures, {data.tokens.shape[1]} wordings of each", flush=True)

    def keep() -> None:
        weights = {"networks": networks.state_dict(), "average": average.network.state_dict()}
        state = {"optimizer": optimizer.state_dict(), "step": step, "spent": budget.spent}
        save(path, {**weights, **state})
        publish(options, average.network)

    def descend(task: Task) -> tuple[Tensor, Tensor]:
        """One step; gives its loss and the gradients' norm."""

        def loss(part: Batch) -> Tensor:
            with acceleration.autocast(device, options.single):
                asked = (task.weight, task.share, task.frames)
                return loss_of(networks, average.network, part, empty, alphas, *asked)

        batch = draw(data, empty, options.batch, gen, options.alike if task.share else 0)
        if on_card:
            optimizer.zero_grad()
            found = loss(batch)
            found.backward()  # type: ignore[no-untyped-call]
        else:
            found = gradients(pool, loss, parts(batch, options.threads), learning)
        norm = acceleration.clip(learning, 1.0, lost)
        optimizer.step()
        return found.detach(), norm

    steps: dict[Task, acceleration.Step] = {}
    while budget.part < 1 and step < options.most:
        task = task_at(options, budget.part, depth)
        now.fill_(rate_at(budget.part, step, options.rate))
        if task not in steps:
            one = functools.partial(descend, task)
            steps[task] = acceleration.recorded(one) if options.record else one
        found, norm = steps[task]()
        average.update(networks)
        step += 1
        mean = mean + (found - mean).nan_to_num(0, 0, 0) * max(0.01, 1 / step)
        if budget.due:
            budget.tell(step, int(lost), loss=float(mean), norm=float(norm), rate=float(now))
        if budget.spent - kept > 60 * options.every:
            keep()
            kept = budget.spent
    keep()
    pool.shutdown()
    return average.network


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Options with defaults for two cores of a processor."""
    parser = argparse.ArgumentParser(description="Train the denoiser and the text encoder.")
    parser.add_argument("--latents", type=Path, default=latents.FOLDER)
    parser.add_argument("--pictures", type=Path, default=cache.FORMS)
    parser.add_argument("--embeddings", type=Path, default=RUNS / "embeddings")
    parser.add_argument("--autoencoder", type=Path, default=RUNS / "autoencoder" / "model")
    parser.add_argument("--out", type=Path, default=RUNS / "unet", help="checkpoint's folder")
    parser.add_argument("--model", type=Path, default=MODEL, help="exported model's folder")
    parser.add_argument("--scenes", nargs="+", default=TAUGHT, help="to learn")
    parser.add_argument("--base", type=Path, help="exported model to take weights and words from")
    parser.add_argument("--start", type=Path, help="checkpoint to take weights from at first")
    parser.add_argument("--minutes", type=float, default=58)
    parser.add_argument("--every", type=float, default=10, help="minutes between exports")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=6e-4, help="highest learning rate")
    parser.add_argument("--decay", type=float, default=0.998, help="of the average")
    parser.add_argument("--channels", type=int, nargs=2, default=(128, 192))
    parser.add_argument("--guide", type=float, default=0.6, help="part after which to guide")
    parser.add_argument("--guidance", type=float, default=2.0, help="weight to teach")
    parser.add_argument("--rollout", type=float, default=0.8, help="part after which to roll out")
    parser.add_argument("--rolled", type=float, default=0.4, help="share rolled out")
    parser.add_argument("--depth", type=int, default=1, help="frames rolled out, at most")
    parser.add_argument("--alike", type=int, default=0, help="of which the nearest is wanted")
    parser.add_argument("--record", action="store_true", help="steps as CUDA graphs")
    parser.add_argument("--single", action="store_true", help="on a card: no bfloat16")
    parser.add_argument("--most", type=int, default=1 << 40, help="steps at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2, help="parts of a batch")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Train and export."""
    options = parse(argv)
    calm()
    try:
        train(options)
    except FloatingPointError as error:
        print(error, file=sys.stderr)
        raise SystemExit(RAN_OFF) from None


if __name__ == "__main__":
    main()
