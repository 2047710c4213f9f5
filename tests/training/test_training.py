"""Trainings run, go on where they stopped, and export a model that diffusers loads."""

from __future__ import annotations

import random
from argparse import Namespace
from pathlib import Path

import pytest
import torch

from training import (
    cache,
    checkpoint,
    denoising,
    embeddings,
    hues,
    latents,
    model,
    scaling,
    showing,
    synonyms,
    train_autoencoder,
    train_unet,
)
from training.palettes import PALETTES
from training.pictures import SCENE_NAMES
from training.scenes import SCENES
from visualizer.engine.autoencoder import PatchAutoencoder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight tiny pictures, an untrained autoencoder, word vectors and latents."""
    folder = tmp_path_factory.mktemp("runs")
    cache.write_shard(folder / "pictures", 0, seed=1, count=8, size=64)
    torch.manual_seed(0)
    PatchAutoencoder(widths=(8, 8, 16), latent_channels=4).save_pretrained(folder / "autoencoder")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", "red"]
    (folder / "words").mkdir()
    (folder / "words" / "vocab.txt").write_text("\n".join(words) + "\n")
    torch.save(torch.randn(len(words), 32), folder / "words" / "words.pt")
    latents.main(
        [
            "--autoencoder",
            str(folder / "autoencoder"),
            "--pictures",
            str(folder / "pictures"),
            "--vocabulary",
            str(folder / "words" / "vocab.txt"),
            "--out",
            str(folder / "latents"),
        ]
    )
    return folder


def unet_options(runs: Path, out: Path, most: int, *more: str) -> Namespace:
    values = {
        "latents": runs / "latents",
        "pictures": runs / "pictures",
        "embeddings": runs / "words",
        "autoencoder": runs / "autoencoder",
        "out": out / "unet",
        "model": out / "builtin",
        "most": most,
        "batch": 4,
        "guide": 0,
        "rollout": 0,
    }
    texts = [text for name, value in values.items() for text in (f"--{name}", str(value))]
    return train_unet.parse(
        [*texts, "--channels", "32", "32", "--scenes", *SCENE_NAMES, *more],
    )


def test_a_shard_that_is_there_is_not_drawn_again(runs: Path) -> None:
    shard = cache.shard_path(runs / "pictures", 0)
    before = (shard / "images.npy").stat().st_mtime_ns
    cache.write_shard(runs / "pictures", 0, seed=2, count=8, size=64)
    assert (shard / "images.npy").stat().st_mtime_ns == before


def test_batches_are_pictures_of_the_cache(runs: Path) -> None:
    batch = next(cache.batches([runs / "pictures"], 4, seed=0))
    assert batch.shape == (4, 3, 64, 64)
    assert batch.dtype == torch.uint8


def test_the_autoencoders_training_goes_on_where_it_stopped(runs: Path, tmp_path: Path) -> None:
    steps = []
    for most in ("2", "4"):
        options = train_autoencoder.parse(
            [
                "--pictures",
                str(runs / "pictures"),
                "--out",
                str(tmp_path),
                "--most",
                most,
                "--batch",
                "4",
                "--side",
                "32",
                "--widths",
                "8",
                "8",
                "16",
            ]
        )
        train_autoencoder.train(options)
        state = checkpoint.load(tmp_path / "checkpoint.pt", torch.device("cpu"))
        assert state is not None
        steps.append(state["step"])
    assert steps == [2, 4]
    assert PatchAutoencoder.from_pretrained(tmp_path / "model").config.widths[0] == 8


def test_normalising_changes_latents_but_not_pictures() -> None:
    torch.manual_seed(0)
    network = PatchAutoencoder(widths=(8, 8, 16), latent_channels=4).eval()
    pictures = torch.rand(4, 3, 64, 64) * 2 - 1
    before = network(pictures).sample
    scaling.normalise(network, pictures)
    found = network.encode(pictures).latents
    assert torch.allclose(network(pictures).sample, before, atol=1e-5)
    assert torch.allclose(found.mean((0, 2, 3)), torch.zeros(4), atol=1e-4)
    assert torch.allclose(found.std((0, 2, 3)), torch.ones(4), atol=1e-4)


@pytest.mark.filterwarnings("ignore")  # of diffusers and transformers
def test_the_denoiser_trains_resumes_and_exports(runs: Path, tmp_path: Path) -> None:
    steps = []
    for most in (2, 4):
        train_unet.train(unet_options(runs, tmp_path, most))
        state = checkpoint.load(tmp_path / "unet" / "checkpoint.pt", torch.device("cpu"))
        assert state is not None
        steps.append(state["step"])
    assert steps == [2, 4]
    configs = (tmp_path / "builtin").rglob("config.json")
    assert not any("_name_or_path" in path.read_text() for path in configs)
    denoiser = showing.open_model(tmp_path / "builtin")
    frames = showing.loop(denoiser, showing.ask("red", 1), frames=2, size=256)
    assert frames.shape == (2, 3, 256, 256)


def test_the_last_timestep_holds_no_signal() -> None:
    scheduler = model.make_scheduler()
    assert float(scheduler.alphas_cumprod[-1]) == pytest.approx(0, abs=1e-9)
    assert scheduler.config.prediction_type == "v_prediction"
    assert scheduler.config.timestep_spacing == "trailing"


def test_velocity_leads_to_the_wanted_picture_from_any_start() -> None:
    torch.manual_seed(0)
    wanted, start, noise = torch.randn(3, 5, 4, 2, 2).unbind(0)
    steps = torch.tensor([300, 450, 600, 800, 999])
    a, s = denoising.scales(model.make_scheduler().alphas_cumprod, steps)
    x_t = a * start + s * noise
    v = denoising.velocity(x_t, wanted, a, s)
    assert torch.allclose(denoising.clean(x_t, v, a, s), wanted, atol=1e-4)


def test_guided_targets_settle_at_the_wanted_weight() -> None:
    plain, without = torch.tensor([1.0]), torch.tensor([0.2])
    answer = plain
    for _ in range(60):
        answer = denoising.guided(plain, answer, without, weight=2.0)
    assert float(answer) == pytest.approx(0.2 + 2.0 * 0.8, abs=1e-4)


def test_hues_are_those_of_the_colour_wheel() -> None:
    colours = torch.tensor([[255, 0, 0], [0, 255, 0], [0, 40, 255], [255, 0, 200]])
    pictures = colours.to(torch.uint8).view(4, 3, 1, 1).expand(-1, -1, 8, 8)
    away = hues.hue_distance(hues.dominant_hue(pictures), torch.tensor([0.0, 120.0, 231.0, 313.0]))
    assert bool((away < 5).all())


def test_synonyms_never_touch_the_scene() -> None:
    scene = next(i for i, row in enumerate(SCENES) if row.names[0] == "forest")
    palette = next(i for i, row in enumerate(PALETTES) if row.name == "forest")
    draw = random.Random(0)
    texts = {synonyms.swap("forest in forest colours", scene, palette, draw) for _ in range(50)}
    assert texts == {"forest in forest colours"}


def test_held_out_words_are_never_taught() -> None:
    texts = [text for texts in synonyms.SYNONYMS.values() for text in texts]
    taught = {word for text in texts for word in text.split()}
    assert not taught.intersection(synonyms.HELD_OUT)


def test_special_tokens_come_first() -> None:
    tokens = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "##s", "1999", "é"]
    assert [tokens[i] for i in embeddings.kept_tokens(tokens)] == [
        *embeddings.SPECIAL,
        "red",
        "##s",
    ]
    names = [embeddings.SPECIAL[i] for i in (model.PAD, model.START, model.END)]
    assert names == ["[PAD]", "[CLS]", "[SEP]"]
