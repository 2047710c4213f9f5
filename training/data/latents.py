"""Captioned pictures as latents, drawn and encoded shard by shard, while a training reads them.

A shard is one file: pictures drawn for the first time, each also mirrored, as the autoencoder
encodes them, and several wordings of each one's caption as token numbers. A training takes up new
shards as they come, so it may start with the first, and no picture has to come often.

    python -m training.data.latents --autoencoder FOLDER --shards 200
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import random
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from transformers import BertTokenizer

from training.data import synonyms
from training.data.captions import embellish, names_palette, names_scene
from training.data.pictures import Pictures, make_pictures
from training.paths import MODEL, RUNS
from training.train.loop import autocast, calm, save
from training.train.model import encode_captions, open_tokenizer
from visualizer.engine.builtin.for_diffusers import PatchAutoencoder

FOLDER = RUNS / "latents"
SHARD = 256  # pictures in a shard, before mirroring
SIZE = 512  # pixels of a picture's side
WORDINGS = 8  # captions of each picture
SEED = 200_000  # of the first shard; those of held-out pictures lie far above
RESCAN = 30.0  # seconds between looks for new shards
FARTHEST = 10.0  # latents have deviation 1


@dataclass(frozen=True)
class Shard:
    """``latents`` float16 (n, c, h, w); ``tokens`` int16 (n, wordings, tokens); ``scenes`` and
    ``palettes`` int64 (n,). ``rows``: those to draw from, some of them several times."""

    latents: Tensor
    tokens: Tensor
    scenes: Tensor
    palettes: Tensor
    rows: Sequence[int] = ()


@torch.inference_mode()
def encode(network: PatchAutoencoder, images: Tensor, batch: int = 16) -> Tensor:
    """uint8 pictures (n, 3, h, w) to float16 latents (n, c, h / 16, w / 16) on the CPU."""
    device = next(network.parameters()).device
    parts = []
    for part in torch.split(images, batch):
        with autocast(device):
            x = part.to(device).float() / 127.5 - 1
            parts.append(network.encode(x, return_dict=False)[0].float().cpu())
    return torch.cat(parts).nan_to_num(0).clamp(-FARTHEST, FARTHEST).half()


def strange_words(tokenizer: BertTokenizer) -> list[str]:
    """Whole words of the vocabulary that no caption explains, none of them held out."""
    explained = {word for texts in synonyms.SYNONYMS.values() for t in texts for word in t.split()}
    taken = explained.union(synonyms.HELD_OUT)
    return [w for w in tokenizer.get_vocab() if w.isalpha() and len(w) > 2 and w not in taken]


def reword(pictures: Pictures, strange: Sequence[str], seed: int) -> list[list[str]]:
    """All wordings of all pictures, now and then with synonyms, praise and strange words."""
    draw = random.Random(seed)
    texts = []
    labelled = zip(pictures.wordings, pictures.scenes, pictures.palettes, strict=True)
    for wordings, scene, palette in labelled:
        complete = names_scene(wordings[0], scene) and names_palette(wordings[0], palette)
        swapped = [synonyms.swap(caption, int(scene), int(palette), draw) for caption in wordings]
        texts.append([embellish(caption, complete, strange, draw) for caption in swapped])
    return texts


def write_shard(
    path: Path,
    seed: int,
    network: PatchAutoencoder,
    tokenizer: BertTokenizer,
    count: int,
    size: int,
) -> None:
    """Draw, encode and keep one shard."""
    pictures = make_pictures(count, seed, size, wordings=WORDINGS)
    texts = reword(pictures, strange_words(tokenizer), seed)
    tokens = encode_captions(tokenizer, [text for row in texts for text in row])
    tokens = tokens.to(torch.int16).view(count, WORDINGS, -1)
    both = torch.cat([pictures.images, pictures.images.flip(3)])
    state = {
        "latents": encode(network, both),
        "tokens": tokens.repeat(2, 1, 1),
        "scenes": pictures.scenes.repeat(2),
        "palettes": pictures.palettes.repeat(2),
    }
    save(path, state)


def flat_pictures(count: int, size: int) -> Tensor:
    """Pictures of one colour each, uint8 (count, 3, size, size): white, black, any others."""
    gen = torch.Generator().manual_seed(0)
    colours = (torch.rand(count, 3, 1, 1, generator=gen) * 255).to(torch.uint8)
    colours[0], colours[1] = 255, 0
    return colours.expand(-1, -1, size, size).contiguous()


class Latents:
    """All shards of a folder in memory, also those that come later; many threads may draw."""

    def __init__(
        self, folder: Path, wait: float = 600.0, often: Collection[int] = (), times: int = 3
    ) -> None:
        """Pictures of the scenes ``often`` (their numbers) are drawn ``times`` as often as others.
        Raises FileNotFoundError where no shard comes within ``wait`` seconds."""
        self._folder = folder
        self._often, self._times = frozenset(often), times
        self._lock = threading.Lock()
        self._shards: dict[Path, Shard] = {}
        self._looked = -RESCAN
        end = time.monotonic() + wait
        while not self.shards():
            if time.monotonic() > end:
                raise FileNotFoundError(f"no shards in {folder}: run training.data.latents")
            self._looked = -RESCAN
            time.sleep(1)
        self.flat: Tensor = torch.load(folder / "flat.pt", weights_only=True)["latents"]

    def shards(self) -> list[Shard]:
        """Those that are there by now."""
        with self._lock:
            if time.monotonic() - self._looked > RESCAN:
                self._looked = time.monotonic()
                for path in sorted(self._folder.glob("[0-9]*.pt")):
                    if path not in self._shards:
                        shard = Shard(**torch.load(path, weights_only=True))
                        self._shards[path] = dataclasses.replace(shard, rows=self._rows(shard))
            return list(self._shards.values())

    def _rows(self, shard: Shard) -> list[int]:
        return [
            row
            for row, scene in enumerate(shard.scenes.tolist())
            for _ in range(self._times if scene in self._often else 1)
        ]

    def draw(self, count: int, gen: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Random latents (count, c, h, w) float32, with a caption of each, int64 (count, tokens),
        and its scene."""
        shards = self.shards()
        device = gen.device
        rows = []
        # All at once: each list waits for the device.
        for place, row_share, wording_share in torch.rand(
            count, 3, generator=gen, device=device, dtype=torch.float64
        ).tolist():
            shard = shards[int(place * len(shards))]
            row = shard.rows[int(row_share * len(shard.rows))]
            wording = int(wording_share * shard.tokens.shape[1])
            rows.append((shard.latents[row].float(), shard.tokens[row, wording], shard.scenes[row]))
        latents, tokens, scenes = (torch.stack(part) for part in zip(*rows, strict=True))
        return latents.to(device), tokens.to(device).long(), scenes.to(device)


def main(argv: list[str] | None = None) -> None:
    """Draw and encode shards that are not there yet; several processes may share a folder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--autoencoder", type=Path, default=RUNS / "autoencoder" / "model")
    parser.add_argument("--tokenizer", type=Path, default=MODEL, help="an exported model")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--shards", type=int, default=200)
    parser.add_argument("--count", type=int, default=SHARD, help="pictures in a shard")
    parser.add_argument("--size", type=int, default=SIZE, help="pixels of a picture's side")
    parser.add_argument("--first", type=int, default=0, help="number of the first shard")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args(argv)
    calm()
    network = PatchAutoencoder.from_pretrained(options.autoencoder).to(options.device)
    network.to(memory_format=torch.channels_last).eval()
    tokenizer = open_tokenizer(options.tokenizer, Path())
    if not (options.out / "flat.pt").exists():
        save(options.out / "flat.pt", {"latents": encode(network, flat_pictures(32, options.size))})
    for index in range(options.first, options.first + options.shards):
        path, claim = options.out / f"{index:04d}.pt", options.out / f"{index:04d}.claim"
        try:
            if path.exists():
                continue
            # One process a shard; a claim of a process that died an hour ago counts no more.
            if claim.exists() and time.time() - claim.stat().st_mtime > 3600:
                claim.unlink(missing_ok=True)
            os.close(os.open(claim, os.O_CREAT | os.O_EXCL))
        except (FileExistsError, FileNotFoundError):  # another process has it, or just had it
            continue
        begin = time.monotonic()
        write_shard(path, SEED + index, network, tokenizer, options.count, options.size)
        claim.unlink(missing_ok=True)
        print(f"{path.name} in {time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
