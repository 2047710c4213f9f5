"""The cached pictures as latents and token numbers, all in memory: what the denoiser learns from.

python -m training.latents
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training import cache, synonyms
from training.checkpoint import RUNS, save
from training.model import encode_captions, make_tokenizer
from training.pictures import SCENE_NAMES
from training.progress import track
from training.taught import TAUGHT
from visualizer.engine.autoencoder import PatchAutoencoder

FOLDER = RUNS / "latents"


@dataclass(frozen=True)
class Latents:
    """``latents`` float16 (n, c, h, w), ``tokens`` int64 (n, tokens), ``flat`` (m, c, h, w).

    ``flat`` are pictures of one colour: white first, then black, then others.
    """

    latents: Tensor
    tokens: Tensor
    flat: Tensor


@torch.inference_mode()
def encode(network: PatchAutoencoder, images: Tensor, batch: int = 32) -> Tensor:
    """uint8 pictures (n, 3, h, w) to float16 latents."""
    device = next(network.parameters()).device
    parts = [
        network.encode(part.to(device).float() / 127.5 - 1, return_dict=False)[0].half().cpu()
        for part in torch.split(images, batch)
    ]
    return torch.cat(parts)


def flat_pictures(count: int, size: int) -> Tensor:
    """Pictures of one colour each, uint8 (count, 3, size, size): white, black, any others."""
    gen = torch.Generator().manual_seed(0)
    colours = (torch.rand(count, 3, 1, 1, generator=gen) * 255).to(torch.uint8)
    colours[0], colours[1] = 255, 0
    return colours.expand(-1, -1, size, size)


def write(
    autoencoder: Path, pictures: Path, vocabulary: Path, out: Path, device: torch.device
) -> None:
    """Encode every shard that is not encoded yet."""
    network = PatchAutoencoder.from_pretrained(autoencoder)
    network.to(device, memory_format=torch.channels_last).eval()
    tokenizer = make_tokenizer(vocabulary)
    rows = cache.shards(pictures)
    for path in track(rows, len(rows), "latents"):
        target = out / f"{path.name}.pt"
        if target.exists():
            continue
        shard = cache.read_shard(path)
        latents = encode(network, torch.from_numpy(shard.images.copy()))
        draw = random.Random(path.name)
        labelled = zip(shard.captions, shard.scenes, shard.palettes, strict=True)
        captions = [synonyms.swap(*labels, draw) for labels in labelled]
        tokens = encode_captions(tokenizer, captions)
        save(target, {"latents": latents, "tokens": tokens})
    size = cache.read_shard(rows[0]).images.shape[-1]
    save(out / "flat.pt", {"latents": encode(network, flat_pictures(32, size))})


def read(folder: Path, pictures: Path, scenes: Sequence[str] = TAUGHT) -> Latents:
    """All encoded shards together, of the scenes that are taught."""
    taught = torch.tensor([SCENE_NAMES.index(name) for name in scenes])
    latents, tokens = [], []
    for path in sorted(folder.glob("[0-9]*.pt")):
        part = torch.load(path, weights_only=True)
        drawn = torch.as_tensor(cache.read_shard(pictures / path.stem).scenes)
        wanted = torch.isin(drawn, taught)
        latents.append(part["latents"][wanted])
        tokens.append(part["tokens"][wanted])
    return Latents(
        latents=torch.cat(latents),
        tokens=torch.cat(tokens),
        flat=torch.load(folder / "flat.pt", weights_only=True)["latents"],
    )


def main(argv: list[str] | None = None) -> None:
    """Encode the cached pictures."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--autoencoder", type=Path, default=RUNS / "autoencoder" / "model")
    parser.add_argument("--pictures", type=Path, default=cache.FORMS)
    parser.add_argument("--vocabulary", type=Path, default=RUNS / "embeddings" / "vocab.txt")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    write(options.autoencoder, options.pictures, options.vocabulary, options.out, device)


if __name__ == "__main__":
    main()
