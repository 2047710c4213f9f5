"""Average exported models that were trained on from one another, weight by weight.

Trainings that go on from the same weights stay so near one another that what lies between them is
a good model too, often a better one: one learned more, another kept its bounds ("model soups",
Wortsman et al. 2022, arXiv:2203.05482).

    python -m training.averaging OUT FOLDER=0.4 FOLDER=0.6
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

PARTS = (
    Path("unet", "diffusion_pytorch_model.safetensors"),
    Path("text_encoder", "model.safetensors"),
)
"""What is averaged. All else is the first model's; the autoencoders must be the same one."""

AUTOENCODER = Path("vae", "diffusion_pytorch_model.safetensors")


def averaged(weights: Sequence[tuple[dict[str, Tensor], float]]) -> dict[str, Tensor]:
    """Tensors by name, each the sum of all by their shares; in the type of the first."""
    first = weights[0][0]
    found = {}
    for name, tensor in first.items():
        parts = [share * tensors[name].float() for tensors, share in weights]
        whole = tensor if not tensor.is_floating_point() else sum(parts[1:], parts[0])
        found[name] = whole.to(tensor.dtype).contiguous()
    return found


def average(out: Path, shares: Sequence[tuple[Path, float]]) -> None:
    """Write the average of models to a new folder. Raises ValueError where they don't go together:
    shares that do not add up to 1, or another autoencoder."""
    if abs(sum(share for _, share in shares) - 1.0) > 1e-6:
        raise ValueError("the shares must add up to 1")
    first = shares[0][0]
    latents = (first / AUTOENCODER).read_bytes()
    for folder, _ in shares:
        if (folder / AUTOENCODER).read_bytes() != latents:
            raise ValueError(f"{folder} has another autoencoder than {first}")
    shutil.copytree(first, out)
    for part in PARTS:
        loaded = [(load_file(folder / part), share) for folder, share in shares]
        save_file(averaged(loaded), out / part, metadata={"format": "pt"})


def main(argv: Sequence[str] | None = None) -> None:
    """Average the models that argv names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write, not there yet")
    parser.add_argument("shares", nargs="+", metavar="FOLDER=SHARE")
    given = parser.parse_args(argv)
    pairs = [text.rpartition("=") for text in given.shares]
    average(given.out, [(Path(folder), float(share)) for folder, _, share in pairs])


if __name__ == "__main__":
    main()
