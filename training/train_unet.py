"""Train the denoiser and the text encoder together on cached latents.

Plain velocity prediction at the noise levels that the show uses, then (``--guide``) with
guidance taught into the network, so that the show needs no second pass. At the end
(``--rollout``) some samples start from the network's own soft answers, as in the loop, and
learn to give the sharp picture. An averaged model is exported every few minutes.

    python -m training.train_unet --minutes 60 --start training/runs/sketch/checkpoint.pt
"""

from __future__ import annotations

import argparse
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torch import Tensor

from training import cache, latents
from training.checkpoint import MODEL, RUNS, Average, load, save
from training.model import (
    encode_captions,
    export,
    make_scheduler,
    make_text_encoder,
    make_tokenizer,
    make_unet,
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
    to,
)
from training.progress import Budget
from training.taught import TAUGHT
from visualizer.engine.autoencoder import PatchAutoencoder


def calm() -> None:
    """One core for this thread; numbers near zero would slow gradients down fourfold."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def build(options: argparse.Namespace, channels: int) -> Networks:
    """Fresh networks round the word vectors."""
    torch.manual_seed(options.seed)
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
    tokenizer = make_tokenizer(options.embeddings / "vocab.txt")
    export(options.model, autoencoder, tokenizer, average.text_encoder, average.unet)


def train(options: argparse.Namespace) -> Networks:
    """Train until the time is up; gives the averaged networks."""
    device = torch.device(options.device)
    data = latents.read(options.latents, options.pictures, options.scenes)
    networks = build(options, data.latents.shape[1])
    if options.start is not None and (state := load(options.start, device)):
        networks.load_state_dict(state["networks"], strict=False)
    average = Average(networks, options.decay)
    add_word_noise(networks, WORD_NOISE)
    learning = [p for p in networks.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        learning, lr=options.rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )
    path = options.out / "checkpoint.pt"
    step, spent = 0, 0.0
    if state := load(path, device):
        networks.load_state_dict(state["networks"])
        average.network.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent, average.updates = state["step"], state["spent"], state["step"]
    gen = torch.Generator().manual_seed(options.seed + step)
    empty = encode_captions(make_tokenizer(options.embeddings / "vocab.txt"), [""]).to(device)
    alphas = make_scheduler().alphas_cumprod.to(device)
    pool = ThreadPoolExecutor(options.threads, initializer=calm)
    budget, kept, mean = Budget(options.minutes, spent), spent, 0.0

    def keep() -> None:
        weights = {"networks": networks.state_dict(), "average": average.network.state_dict()}
        state = {"optimizer": optimizer.state_dict(), "step": step, "spent": budget.spent}
        save(path, {**weights, **state})
        publish(options, average.network)

    while budget.part < 1 and step < options.most:
        batch = to(draw(data, empty.cpu(), options.batch, gen), device)
        weight = options.guidance if budget.part >= options.guide else 1.0
        share = options.rolled if budget.part >= options.rollout else 0.0
        rate = rate_at(budget.part, step, options.rate)
        for group in optimizer.param_groups:
            group["lr"] = rate

        def loss(part: Batch, weight: float = weight, share: float = share) -> Tensor:
            return loss_of(networks, average.network, part, empty, alphas, weight, share)

        found = gradients(pool, loss, parts(batch, options.threads), learning)
        norm = torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        average.update(networks)
        step += 1
        mean += (found - mean) * max(0.01, 1 / step)
        budget.tell(step, loss=mean, norm=float(norm), rate=rate)
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
    parser.add_argument("--most", type=int, default=1 << 40, help="steps at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2, help="parts of a batch")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Train and export."""
    options = parse(argv)
    calm()
    train(options)


if __name__ == "__main__":
    main()
