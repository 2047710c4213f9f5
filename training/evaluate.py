"""Measure an exported model: does it show what it is asked for, crisply, and does its loop live?

Pictures are made as the show makes them, with the visualizer's own engine: "loop" is FRAMES frames
of one step each from white, "steps" one frame of twelve steps from noise. The judge and the drawn
pictures are the same for every model, so two runs compare.

    python -m training.evaluate
    python -m training.evaluate --model OTHER --results other.json --sheet other.jpg --frames 10000
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor

from training.data import picture_store
from training.data.palettes import HUES, PALETTES
from training.data.pictures import SCENE_NAMES, make_pictures, render_all
from training.data.plans import PALETTE_NAMES, Plan
from training.data.scenes import SCENES
from training.data.synonyms import HELD_OUT
from training.judge import figures, scene_judge
from training.judge.hues import dominant_hue, hue_distance
from training.judge.showing import Model, ask, by_loop, by_steps, frames_of, open_model, sheet
from training.paths import MODEL
from training.train.autoencoder import psnr, reconstruct
from visualizer.engine.builtin.for_diffusers import PatchAutoencoder

HERE = Path(__file__).parent
TOLERANCE = 30.0  # degrees of hue
SEEDS = (1, 2, 3)
SHOWN = 12  # scenes on the sheet, spread over all
VARIED = ("galaxy", "city skyline", "flower", "mandala")
Make = Callable[[Model, str, int], Tensor]
MAKERS: dict[str, Make] = {"loop": by_loop, "steps": by_steps}


def megabytes(folder: Path) -> float:
    """Size of all files, in millions of bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def own_palette(scene: int) -> int:
    """The palette that suits a scene best."""
    return PALETTE_NAMES.index(SCENES[scene].palettes[0])


def own_prompt(scene: int) -> str:
    """A scene in its own palette, in words."""
    return f"{PALETTES[own_palette(scene)].adjectives[0]} {SCENE_NAMES[scene]}"


def drawn(each: int, size: int, seed: int) -> Tensor:
    """Drawn pictures of every scene in its own palette, uint8 (scenes, each, 3, size, size)."""
    plans = [
        Plan(scene, own_palette(scene), (), (), None)
        for scene in range(len(SCENES))
        for _ in range(each)
    ]
    with torch.inference_mode():
        images = render_all(plans, seed, size, torch.device("cpu"))
    return images.view(len(SCENES), each, *images.shape[1:])


def colour_words(model: Model, make: Make, hues: dict[str, float]) -> dict[str, Any]:
    """Share of pictures whose dominant hue lies within TOLERANCE of what a word asks for."""
    draw, shares = random.Random(0), {}
    for word, hue in hues.items():
        prompts = [f"{word} {draw.choice(SCENE_NAMES)}" for _ in SEEDS]
        both = zip(prompts, SEEDS, strict=True)
        made = torch.stack([make(model, prompt, seed) for prompt, seed in both])
        near = hue_distance(dominant_hue(made), hue) <= TOLERANCE
        shares[word] = float(near.float().mean())
    return {"share": sum(shares.values()) / len(shares), "words": shares}


def scenes_recognised(judge: scene_judge.Judge, model: Model, make: Make) -> dict[str, Any]:
    """Share of pictures of all scenes that the judge names as asked; prompts name nothing else."""
    shares = {}
    for number, name in enumerate(SCENE_NAMES):
        made = torch.stack([make(model, name, seed) for seed in SEEDS])
        shares[name] = float((judge.named(made) == number).float().mean())
    return {"share": sum(shares.values()) / len(shares), "scenes": shares}


def beside_drawn(judge: scene_judge.Judge, made: Tensor, wanted: Tensor) -> dict[str, Any]:
    """Crispness and distance of made pictures (scenes, n, 3, h, w) to drawn ones."""
    crisp = torch.stack([figures.crispness(each).mean() for each in made])
    shares = crisp / torch.stack([figures.crispness(each).mean() for each in wanted])
    kid = figures.kernel_distance(
        judge.features(made.flatten(0, 1)), judge.features(wanted.flatten(0, 1))
    )
    named = {name: round(float(s), 3) for name, s in zip(SCENE_NAMES, shares, strict=True)}
    return {
        "crispness_median": float(shares.median()),
        "crispness_least": float(shares.min()),
        "kid": kid,
        "crispness": named,
    }


def long_loop(model: Model, prompt: str, count: int) -> dict[str, float]:
    """Whether a long feedback loop stays alive and steady; frames are not kept."""
    begin = time.perf_counter()
    course, motions, before = [], [], None
    for frame in frames_of(model, ask(prompt, 1), count):
        course.append(figures.course(frame[None])[0])
        if before is not None:
            motions.append(float((frame.float() - before.float()).abs().mean()))
        before = frame
    rows = torch.stack(course)
    names = ("brightness", "spread", "saturation", "sharpness")
    drifts = figures.drift(rows, settle=min(200, count // 5), window=min(100, count // 5))
    return {
        "frames": count,
        "frames_a_second": count / (time.perf_counter() - begin),
        "least_motion": min(motions[20:]),
        "mean_motion": sum(motions[20:]) / len(motions[20:]),
        "least_spread": float(rows[20:, 1].min()),
        **{f"drift_{name}": value for name, value in zip(names, drifts, strict=True)},
    }


def picture_rows(
    model: Model, autoencoder: PatchAutoencoder, wanted: Tensor, made: Tensor
) -> list[Tensor]:
    """Rows of the sheet: drawn, autoencoded, loop, steps."""
    chosen = list(range(0, len(SCENES), len(SCENES) // SHOWN))[:SHOWN]
    first = wanted[chosen, 0]
    coded = reconstruct(autoencoder, first)
    stepped = torch.stack([by_steps(model, own_prompt(scene), 1) for scene in chosen])
    return [first, coded, made[chosen, 0], stepped]


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures, and the sheet on the way."""
    model = open_model(options.model)
    autoencoder = PatchAutoencoder.from_pretrained(options.model / "vae").eval()
    unseen = make_pictures(240, picture_store.HELD_OUT_SEED, model.size)
    judge = scene_judge.read(options.judge)
    with torch.no_grad():
        right = (judge.named(unseen.images) == unseen.scenes).float().mean()
    results: dict[str, Any] = {
        "size": model.size,
        "megabytes": megabytes(options.model),
        "autoencoder_psnr_db": psnr(autoencoder, unseen.images[:96]),
        "judge_accuracy": float(right),
    }
    wanted = drawn(6, model.size, picture_store.HELD_OUT_SEED)
    prompts = [own_prompt(scene) for scene in range(len(SCENES))]
    made = torch.stack(
        [
            torch.stack([by_loop(model, prompt, seed) for seed in SEEDS])
            for prompt in track(prompts, "loops")
        ]
    )
    results["loop_pictures"] = beside_drawn(judge, made, wanted)
    for name, make in MAKERS.items():
        results[f"scenes_{name}"] = scenes_recognised(judge, model, make)
        results[f"colours_{name}"] = colour_words(model, make, HUES)
        results[f"unseen_words_{name}"] = colour_words(model, make, HELD_OUT)
    varied = [SCENE_NAMES.index(name) for name in VARIED]
    seeds = range(1, 7)
    loops = [torch.stack([by_loop(model, prompts[s], seed) for seed in seeds]) for s in varied]
    results["variety"] = {
        "loop": sum(figures.variety(each) for each in loops) / len(loops),
        "drawn": sum(figures.variety(wanted[s]) for s in varied) / len(varied),
    }
    results["long_loop"] = long_loop(model, "neon city skyline", options.frames)
    rows = picture_rows(model, autoencoder, wanted, made)
    small = F.interpolate(torch.cat(rows).float(), (256, 256), mode="area").round().byte()
    shown = [SCENE_NAMES[s] for s in range(0, len(SCENES), len(SCENES) // SHOWN)][:SHOWN]
    captions = [f"{kind}: {n}" for kind in ("drawn", "coded", "loop", "steps") for n in shown]
    sheet(list(small), captions, SHOWN).save(options.sheet, quality=85, optimize=True)
    return results


def show(results: dict[str, Any]) -> None:
    """Print the figures as a table."""
    table = Table("figure", "value")
    for name, value in results.items():
        rows = value.items() if isinstance(value, dict) else [("", value)]
        for part, figure in rows:
            if isinstance(figure, dict):
                worst = sorted(figure, key=lambda word: float(figure[word]))[:8]
                figure = ", ".join(f"{word} {figure[word]:.2f}" for word in worst)
                part = f"{part}, worst"
            text = f"{figure:.4f}" if isinstance(figure, float) else str(figure)
            table.add_row(f"{name} {part}".strip(), text)
    Console().print(table)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure the exported model."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--judge", type=Path, default=scene_judge.FILE)
    parser.add_argument("--results", type=Path, default=HERE / "results.json")
    parser.add_argument("--sheet", type=Path, default=HERE / "contact_sheet.jpg")
    parser.add_argument("--frames", type=int, default=1000, help="of the long loop")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    results = measure(options)
    options.results.write_text(json.dumps(results, indent=2) + "\n")
    show(results)


if __name__ == "__main__":
    main()
