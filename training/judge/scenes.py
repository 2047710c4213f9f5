"""A small judge that names the scene of a picture; trained on drawn pictures only.

It never sees what the model makes before it judges it.

    python -m training.classifier --minutes 4
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training import cache
from training.checkpoint import RUNS, save
from training.pictures import SCENE_NAMES, make_pictures
from training.progress import Budget

SIDE = 48
FILE = RUNS / "classifier" / "weights.pt"


def small(images: Tensor) -> Tensor:
    """uint8 pictures (n, 3, h, w) to what the judge sees, float (n, 3, 48, 48) in [-1, 1]."""
    return F.interpolate(images.float() / 127.5 - 1, (SIDE, SIDE), mode="area")


def block(narrow: int, wide: int, stride: int) -> nn.Module:
    """A convolution with normalisation."""
    conv = nn.Conv2d(narrow, wide, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(wide), nn.ReLU())


def make_classifier(classes: int = len(SCENE_NAMES)) -> nn.Module:
    """A plain convolutional network, 0.8 million weights."""
    layers = [block(3, 32, 2), block(32, 64, 1), block(64, 96, 2), block(96, 128, 1)]
    layers += [block(128, 192, 2), block(192, 192, 1)]
    pool = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2)]
    return nn.Sequential(*layers, *pool, nn.Linear(192, classes))


def jitter(x: Tensor, gen: torch.Generator) -> Tensor:
    """Mirror, swap channels, soften, shift brightness and contrast: form counts, not finish."""
    if torch.rand((), generator=gen) < 0.5:
        x = x.flip(3)
    if torch.rand((), generator=gen) < 0.5:
        x = x[:, torch.randperm(3, generator=gen)]
    if torch.rand((), generator=gen) < 0.4:
        x = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
    gain = 1 + 0.2 * torch.randn(len(x), 1, 1, 1, generator=gen)
    shift = 0.1 * torch.randn(len(x), 1, 1, 1, generator=gen)
    noise = 0.05 * torch.randn(x.shape, generator=gen)
    return x * gain + shift + noise


@torch.inference_mode()
def accuracy(network: nn.Module, images: Tensor, scenes: Tensor) -> float:
    """Share of uint8 pictures whose scene it names right."""
    return float((network(small(images)).argmax(1) == scenes).float().mean())


def train(pictures: Path, minutes: float, batch: int, seed: int, most: int) -> nn.Module:
    """Train on the cached pictures; gives the averaged network."""
    torch.manual_seed(seed)
    shards = [cache.read_shard(path) for path in cache.shards(pictures)]
    data = torch.cat([small(torch.from_numpy(s.images.copy())).half() for s in shards[:most]])
    scenes = torch.tensor([scene for s in shards[:most] for scene in s.scenes])
    network = make_classifier().train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.02)
    gen = torch.Generator().manual_seed(seed)
    budget, step = Budget(minutes), 0
    while budget.part < 1:
        rows = torch.randint(len(data), (batch,), generator=gen)
        answer = network(jitter(data[rows].float(), gen))
        loss = F.cross_entropy(answer, scenes[rows], label_smoothing=0.05)
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * (1 + math.cos(math.pi * budget.part)) / 2
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        step += 1
        budget.tell(step, loss=float(loss.detach()))
    return network.eval()


def read(path: Path = FILE) -> nn.Module:
    """The trained judge; FileNotFoundError where there is none."""
    network = make_classifier()
    network.load_state_dict(torch.load(path, weights_only=True)["network"])
    return network.eval()


def main(argv: list[str] | None = None) -> None:
    """Train the judge and say how good it is on pictures it never saw."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--pictures", type=Path, default=cache.FOLDER)
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--shards", type=int, default=40, help="read at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(argv)
    torch.set_flush_denormal(True)
    torch.set_num_threads(options.threads)
    network = train(options.pictures, options.minutes, options.batch, options.seed, options.shards)
    save(options.out, {"network": network.state_dict()})
    unseen = make_pictures(960, cache.HELD_OUT_SEED + 1)
    print(f"held-out accuracy {accuracy(network, unseen.images, unseen.scenes):.3f}")


if __name__ == "__main__":
    main()
