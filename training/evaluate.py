"""Measure the exported model as the show uses it, and write what was found.

python -m training.evaluate
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from training import cache, classifier
from training.checkpoint import MODEL
from training.hues import colourfulness, dominant_hue, hue_distance
from training.palettes import HUES
from training.pictures import SCENE_NAMES, make_pictures
from training.showing import SHEET, ask, by_loop, by_steps, loop, open_model, sheet
from training.synonyms import HELD_OUT, SYNONYMS
from training.taught import TAUGHT
from training.train_autoencoder import psnr
from visualizer.engine.autoencoder import PatchAutoencoder
from visualizer.engine.denoiser import Denoiser

HERE = Path(__file__).parent
TOLERANCE = 30.0  # degrees of hue
SEEDS = (1, 2, 3)
Make = Callable[[Denoiser, str, int], Tensor]
MAKERS: dict[str, Make] = {"loop": by_loop, "steps": by_steps}


def megabytes(folder: Path) -> float:
    """Size of all files, in millions of bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def colour_words(denoiser: Denoiser, make: Make, hues: dict[str, float]) -> dict[str, Any]:
    """Share of pictures whose dominant hue lies within TOLERANCE of what a word asks for."""
    shares: dict[str, float] = {}
    for word, hue in hues.items():
        scenes = [TAUGHT[(7 * seed + 5 * len(shares)) % len(TAUGHT)] for seed in SEEDS]
        prompts = [f"{word} {scene}" for scene in scenes]
        made = torch.stack(
            [make(denoiser, prompt, seed) for prompt, seed in zip(prompts, SEEDS, strict=True)]
        )
        near = hue_distance(dominant_hue(made), hue) <= TOLERANCE
        shares[word] = float(near.float().mean())
    return {"share": sum(shares.values()) / len(shares), "words": shares}


def never_captioned(words: list[str]) -> bool:
    """Whether no cached caption holds any of the words."""
    shards = [path for folder in (cache.FOLDER, cache.FORMS) for path in cache.shards(folder)]
    kept = [texts for path in shards for texts in cache.read_shard(path).wordings]
    captions = [text for texts in [*kept, *SYNONYMS.values()] for text in texts]
    known = {word for text in captions for word in text.replace(",", " ").split()}
    return not known.intersection(words)


def scenes_recognised(
    denoiser: Denoiser, make: Make, each: int, scenes: Sequence[str]
) -> dict[str, Any]:
    """Share of pictures of ``scenes`` that the judge, who knows all, names as asked."""
    judge = classifier.read()
    shares: dict[str, float] = {}
    made_all = []
    for name in scenes:
        made = torch.stack([make(denoiser, name, seed) for seed in range(1, each + 1)])
        wanted = torch.full((each,), SCENE_NAMES.index(name))
        shares[name] = classifier.accuracy(judge, made, wanted)
        made_all.append(made)
    pictures = torch.cat(made_all)
    return {
        "share": sum(shares.values()) / len(shares),
        "chroma": colourfulness(pictures),
        "scenes": shares,
    }


def long_loop(denoiser: Denoiser, prompt: str, frames: int) -> dict[str, float]:
    """Whether a long feedback loop stays alive: motion, contrast, brightness; and its pace."""
    begin = time.perf_counter()
    made = loop(denoiser, ask(prompt, 1), frames).float() / 255
    pace = frames / (time.perf_counter() - begin)
    motion = (made[20:] - made[:-20]).abs().flatten(1).mean(1)[20:]
    settled = made[20:].flatten(1)
    return {
        "frames": frames,
        "frames_a_second": pace,
        "least_motion": float(motion.min()),
        "mean_motion": float(motion.mean()),
        "least_deviation": float(settled.std(1).min()),
        "least_mean": float(settled.mean(1).min()),
        "most_mean": float(settled.mean(1).max()),
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures, and the contact sheet on the way."""
    denoiser = open_model(options.model)
    autoencoder = PatchAutoencoder.from_pretrained(options.model / "vae").eval()
    unseen = make_pictures(480, cache.HELD_OUT_SEED)
    judge = classifier.read()
    results: dict[str, Any] = {
        "megabytes": megabytes(options.model),
        "autoencoder_psnr_db": psnr(autoencoder, unseen.images[:256]),
        "judge_accuracy": classifier.accuracy(judge, unseen.images, unseen.scenes),
        "drawn_chroma": colourfulness(unseen.images),
        "held_out_words_never_captioned": never_captioned(list(HELD_OUT)),
        "hue_tolerance": TOLERANCE,
    }
    for name, make in MAKERS.items():
        results[f"colours_{name}"] = colour_words(denoiser, make, HUES)
        results[f"held_out_{name}"] = colour_words(denoiser, make, HELD_OUT)
        results[f"scenes_{name}"] = scenes_recognised(
            denoiser, make, options.each, SCENE_NAMES if options.all else TAUGHT
        )
    results["loop"] = long_loop(denoiser, "neon city skyline", options.frames)
    pictures = [by_loop(denoiser, prompt, seed) for seed, prompt in enumerate(SHEET)]
    sheet(pictures, SHEET).save(options.sheet, quality=82, optimize=True)
    return results


def show(results: dict[str, Any]) -> None:
    """Print the figures as a table."""
    table = Table("figure", "value")
    for name, value in results.items():
        rows = value.items() if isinstance(value, dict) else [("", value)]
        for part, figure in rows:
            if isinstance(figure, dict):
                worst = sorted(figure, key=lambda word: float(figure[word]))[:6]
                figure = ", ".join(f"{word} {figure[word]:.2f}" for word in worst)
                part = "worst"
            text = f"{figure:.3f}" if isinstance(figure, float) else str(figure)
            table.add_row(f"{name} {part}".strip(), text)
    Console().print(table)


def main(argv: list[str] | None = None) -> None:
    """Measure the exported model."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--results", type=Path, default=HERE / "results.json")
    parser.add_argument("--sheet", type=Path, default=HERE / "contact_sheet.jpg")
    parser.add_argument("--each", type=int, default=4, help="pictures of each scene")
    parser.add_argument("--all", action="store_true", help="judge all scenes, not those taught")
    parser.add_argument("--frames", type=int, default=500, help="of the long loop")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    results = measure(options)
    options.results.write_text(json.dumps(results, indent=2) + "\n")
    show(results)


if __name__ == "__main__":
    main()
