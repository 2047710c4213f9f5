"""A small classifier that names the scene of a picture; trained on drawn pictures only.

It never sees what a model makes before it judges it.

    python -m training.judge.scene_judge --pictures FOLDER
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.data import picture_store
from training.data.pictures import SCENE_NAMES, make_pictures
from training.paths import RUNS
from training.train.loop import add_options, calm, save, train

SIDE = 64
FILE = RUNS / "judge" / "weights.pt"


def small(images: Tensor) -> Tensor:
    """uint8 pictures (n, 3, h, w) to what the judge sees, float (n, 3, SIDE, SIDE) in [-1, 1]."""
    return F.interpolate(images.float() / 127.5 - 1, (SIDE, SIDE), mode="area")


def _block(narrow: int, wide: int, stride: int) -> nn.Module:
    conv = nn.Conv2d(narrow, wide, 3, stride=stride, padding=1)
    return nn.Sequential(conv, nn.GroupNorm(8, wide), nn.ReLU())


class Judge(nn.Module):
    """A plain convolutional network, 0.8 million weights."""

    def __init__(self, classes: int = len(SCENE_NAMES)) -> None:
        super().__init__()
        layers = [_block(3, 32, 2), _block(32, 64, 1), _block(64, 96, 2), _block(96, 128, 1)]
        layers += [_block(128, 192, 2), _block(192, 192, 1)]
        self.body = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(192, classes))

    def forward(self, x: Tensor) -> Tensor:
        """As small() gives them, to scores (n, classes)."""
        scores: Tensor = self.head(self.body(x))
        return scores

    @torch.inference_mode()
    def features(self, images: Tensor) -> Tensor:
        """uint8 pictures (n, 3, h, w) to (n, 192)."""
        return torch.cat([self.body(small(part)) for part in torch.split(images, 64)])

    @torch.inference_mode()
    def named(self, images: Tensor) -> Tensor:
        """The scene of each uint8 picture, an index into SCENE_NAMES, (n,)."""
        named: Tensor = self.head(self.features(images)).argmax(1)
        return named


def jitter(x: Tensor, gen: torch.Generator) -> Tensor:
    """Mirror, swap channels, soften, shift brightness and contrast: form counts, not finish."""
    chance = torch.rand(3, generator=gen).tolist()
    if chance[0] < 0.5:
        x = x.flip(3)
    if chance[1] < 0.5:
        x = x[:, torch.randperm(3, generator=gen)]
    if chance[2] < 0.4:
        x = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
    gain = 1 + 0.2 * torch.randn(len(x), 1, 1, 1, generator=gen)
    shift = 0.1 * torch.randn(len(x), 1, 1, 1, generator=gen)
    return x * gain + shift + 0.05 * torch.randn(x.shape, generator=gen)


def read(path: Path = FILE) -> Judge:
    """The trained judge; FileNotFoundError where there is none."""
    network = Judge()
    network.load_state_dict(torch.load(path, weights_only=True)["network"])
    return network.eval()


def main(argv: list[str] | None = None) -> None:
    """Train the judge and say how good it is on pictures it never saw."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--pictures", type=Path, default=picture_store.FOLDER)
    add_options(parser, out=FILE.parent, steps=2500, batch=64, rate=2e-3)
    options = parser.parse_args(argv)
    calm()
    torch.manual_seed(options.seed)
    shards = [picture_store.read_shard(path) for path in picture_store.shards(options.pictures)]
    starts = [(s.images, start) for s in shards for start in range(0, len(s.images), 64)]
    data = torch.cat([small(torch.from_numpy(i[at : at + 64].copy())) for i, at in starts])
    scenes = torch.tensor([scene for s in shards for scene in s.scenes])

    def losses(count: int, gen: torch.Generator, part: float) -> dict[str, Tensor]:
        rows = torch.randint(len(data), (count,), generator=gen)
        scores = network(jitter(data[rows], gen))
        return {"scene": F.cross_entropy(scores.float(), scenes[rows], label_smoothing=0.05)}

    def show(average: Judge, step: int) -> None:
        save(options.out / FILE.name, {"network": average.state_dict()})

    network = Judge().train()
    judge = train(network, losses, options, show).eval()
    unseen = make_pictures(480, picture_store.HELD_OUT_SEED + 1)
    right = (judge.named(unseen.images) == unseen.scenes).float().mean()
    print(f"held-out accuracy {float(right):.3f}")


if __name__ == "__main__":
    main()
