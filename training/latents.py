"""The cached pictures as latents and token numbers, all in memory: what the denoiser learns from.

Each picture keeps all its wordings; they get synonyms and useless words here.

    python -m training.latents
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from torch import Tensor
from transformers import BertTokenizer

from training import cache, synonyms
from training.captions import embellish, names_palette, names_scene
from training.checkpoint import RUNS, save
from training.model import encode_captions, open_tokenizer
from training.pictures import SCENE_NAMES
from training.progress import track
from training.taught import TAUGHT
from visualizer.engine.autoencoder import PatchAutoencoder

FOLDER = RUNS / "latents"
FARTHEST = 100.0


@dataclass(frozen=True)
class Latents:
    """All pictures, and which of them show the same scene, palette and looks.

    ``latents`` float16 (n, c, h, w); ``tokens`` int16 (n, wordings, tokens); ``flat`` float16
    (m, c, h, w): pictures of one colour, white first, then black, then others. The alikes of row
    i are the ``count[i]`` rows in ``order`` from ``first[i]`` on, all int64 (n,).
    """

    latents: Tensor
    tokens: Tensor
    flat: Tensor
    order: Tensor
    first: Tensor
    count: Tensor

    def to(self, device: torch.device) -> Latents:
        """All of it on a device."""
        return Latents(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})

    def alikes(self, rows: Tensor, each: int, gen: torch.Generator) -> Tensor:
        """``each`` random alikes of each row, (n, each), perhaps the row itself among them."""
        share = torch.rand(len(rows), each, generator=gen, device=gen.device)
        place = (share * self.count[rows, None]).long()
        return self.order[self.first[rows, None] + place]


def grouped(latents: Tensor, tokens: Tensor, flat: Tensor, keys: list[str]) -> Latents:
    """Rows with the same key are alike."""
    numbers = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    group = torch.tensor([numbers[key] for key in keys])
    sizes = group.bincount(minlength=len(numbers))
    begins = sizes.cumsum(0) - sizes
    order = group.argsort(stable=True)
    return Latents(latents, tokens, flat, order, begins[group], sizes[group])


@torch.inference_mode()
def encode(network: PatchAutoencoder, images: Tensor, batch: int = 64) -> Tensor:
    """uint8 pictures (n, 3, h, w) to float16 latents, all finite."""
    device = next(network.parameters()).device
    parts = [
        network.encode(part.to(device).float() / 127.5 - 1, return_dict=False)[0].cpu()
        for part in torch.split(images, batch)
    ]
    # Far beyond what latents of deviation 1 reach.
    return torch.cat(parts).nan_to_num(0).clamp(-FARTHEST, FARTHEST).half()


def flat_pictures(count: int, size: int) -> Tensor:
    """Pictures of one colour each, uint8 (count, 3, size, size): white, black, any others."""
    gen = torch.Generator().manual_seed(0)
    colours = (torch.rand(count, 3, 1, 1, generator=gen) * 255).to(torch.uint8)
    colours[0], colours[1] = 255, 0
    return colours.expand(-1, -1, size, size)


def strange_words(tokenizer: BertTokenizer) -> list[str]:
    """Whole words of the vocabulary that no caption explains, none of them held out."""
    explained = {word for texts in synonyms.SYNONYMS.values() for t in texts for word in t.split()}
    taken = explained.union(synonyms.HELD_OUT)
    return [w for w in tokenizer.get_vocab() if w.isalpha() and len(w) > 2 and w not in taken]


def reword(shard: cache.Shard, strange: Sequence[str], seed: str) -> list[str]:
    """All wordings of all pictures in a row, with synonyms and useless words."""
    draw = random.Random(seed)
    texts = []
    labelled = zip(shard.wordings, shard.scenes, shard.palettes, strict=True)
    for wordings, scene, palette in labelled:
        complete = names_scene(wordings[0], scene) and names_palette(wordings[0], palette)
        for caption in wordings:
            swapped = synonyms.swap(caption, scene, palette, draw)
            texts.append(embellish(swapped, complete, strange, draw))
    return texts


def made_for(folder: Path, network: PatchAutoencoder) -> None:
    """Throw away a folder's latents unless they are this autoencoder's, and note whose come now."""
    digest = hashlib.blake2b(digest_size=16)
    for name, weights in network.state_dict().items():
        digest.update(name.encode())
        digest.update(weights.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
    note = folder / "autoencoder.txt"
    if note.exists() and note.read_text() == digest.hexdigest():
        return
    folder.mkdir(parents=True, exist_ok=True)
    old = list(folder.glob("*.pt"))
    if old:
        print(f"{folder}: latents of another autoencoder are encoded anew", flush=True)
    for path in old:
        path.unlink()
    note.write_text(digest.hexdigest())


def write(
    autoencoder: Path, pictures: Path, tokenizer: BertTokenizer, out: Path, device: torch.device
) -> None:
    """Encode every shard that is not encoded yet, all of them where the autoencoder is another."""
    network = PatchAutoencoder.from_pretrained(autoencoder)
    network.to(device, memory_format=torch.channels_last).eval()
    made_for(out, network)
    strange = strange_words(tokenizer)
    rows = cache.shards(pictures)
    begin = time.monotonic()
    for path in track(rows, len(rows), "latents"):
        target = out / f"{path.name}.pt"
        if target.exists():
            continue
        shard = cache.read_shard(path)
        latents = encode(network, torch.from_numpy(shard.images.copy()))
        tokens = encode_captions(tokenizer, reword(shard, strange, path.name))
        tokens = tokens.to(torch.int16).view(len(latents), -1, tokens.shape[1])
        save(target, {"latents": latents, "tokens": tokens})
    size = cache.read_shard(rows[0]).images.shape[-1]
    save(out / "flat.pt", {"latents": encode(network, flat_pictures(32, size))})
    print(f"{len(rows)} shards encoded in {time.monotonic() - begin:.0f} s", flush=True)


def read(folder: Path, pictures: Path, scenes: Sequence[str] = TAUGHT) -> Latents:
    """All encoded shards together, of the scenes that are taught."""
    taught = {SCENE_NAMES.index(name) for name in scenes}
    latents, tokens, keys = [], [], []
    for path in sorted(folder.glob("[0-9]*.pt")):
        part = torch.load(path, weights_only=True)
        shard = cache.read_shard(pictures / path.stem)
        wanted = torch.tensor([scene in taught for scene in shard.scenes])
        latents.append(part["latents"][wanted])
        tokens.append(part["tokens"][wanted])
        shown = zip(shard.scenes, shard.palettes, shard.looks, strict=True)
        keys += [f"{scene} {palette} {look}" for scene, palette, look in shown if scene in taught]
    if not latents:
        raise FileNotFoundError(f"no latents in {folder}: run python -m training.latents")
    flat = torch.load(folder / "flat.pt", weights_only=True)["latents"]
    return grouped(torch.cat(latents), torch.cat(tokens), flat, keys)


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Options with defaults for two cores of a processor."""
    parser = argparse.ArgumentParser(description="Encode the cached pictures.")
    parser.add_argument("--autoencoder", type=Path, default=RUNS / "autoencoder" / "model")
    parser.add_argument("--pictures", type=Path, default=cache.FORMS)
    parser.add_argument("--vocabulary", type=Path, default=RUNS / "embeddings" / "vocab.txt")
    parser.add_argument("--base", type=Path, help="exported model to take the vocabulary from")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Encode the cached pictures."""
    options = parse(argv)
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    tokenizer = open_tokenizer(options.base, options.vocabulary)
    write(options.autoencoder, options.pictures, tokenizer, options.out, device)


if __name__ == "__main__":
    main()
