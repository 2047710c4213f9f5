"""Trainings run, go on where they stopped, and export a model that diffusers loads."""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from training import all as everything
from training.data import captions, latents, picture_store, synonyms, translations, word_vectors
from training.data.palettes import PALETTES
from training.data.pictures import make_pictures
from training.data.scenes import SCENES
from training.judge import figures, hues, showing
from training.paths import MODEL
from training.train import autoencoder, denoiser, denoising, finish, latent_scale, loop, model
from visualizer.engine.builtin.for_diffusers import PatchAutoencoder

TINY = ("--threads", "2", "--batch", "4")


@pytest.fixture(autouse=True)
def whole_floats() -> Iterator[None]:
    """A training takes numbers near zero for zero; other tests of this process need them."""
    yield
    torch.set_flush_denormal(False)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight tiny pictures and an untrained autoencoder."""
    folder = tmp_path_factory.mktemp("runs")
    picture_store.write_shard(folder / "pictures", 0, seed=1, count=8, size=64, wordings=3)
    torch.manual_seed(0)
    PatchAutoencoder(widths=(8, 8, 16), latent_channels=4).save_pretrained(folder / "autoencoder")
    return folder


def step_of(folder: Path) -> int:
    """The step of a training's checkpoint."""
    state = loop.load(folder / "checkpoint.pt", torch.device("cpu"))
    assert state is not None
    return int(state["step"])


def test_a_shard_that_is_there_is_not_drawn_again(runs: Path) -> None:
    shard = picture_store.shard_path(runs / "pictures", 0)
    before = (shard / "images.npy").stat().st_mtime_ns
    picture_store.write_shard(runs / "pictures", 0, seed=2, count=8, size=64)
    assert (shard / "images.npy").stat().st_mtime_ns == before


def test_batches_are_pictures_of_the_cache(runs: Path) -> None:
    batch = next(picture_store.batches([runs / "pictures"], 4, seed=0))
    assert batch.shape == (4, 3, 64, 64)
    assert batch.dtype == torch.uint8


def test_a_training_without_pictures_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"training\.data\.picture_store"):
        autoencoder.main(["--pictures", str(tmp_path), "--out", str(tmp_path / "out"), *TINY])


def test_every_wording_of_a_picture_says_the_same(runs: Path) -> None:
    shard = picture_store.read_shard(picture_store.shards(runs / "pictures")[0])
    assert {len(texts) for texts in shard.wordings} == {3}
    for texts, scene in zip(shard.wordings, shard.scenes, strict=True):
        assert len({captions.names_scene(text, scene) for text in texts}) == 1


@pytest.mark.filterwarnings("ignore")  # of diffusers and transformers
def test_the_trainings_run_resume_and_export_a_model_that_loads(runs: Path, tmp_path: Path) -> None:
    coder = tmp_path / "autoencoder"
    for steps in (2, 4):
        widths = ("--widths", "8", "8", "16")
        pictures = ("--pictures", str(runs / "pictures"))
        autoencoder.main([*pictures, "--out", str(coder), "--steps", str(steps), *widths, *TINY])
        assert step_of(coder) == steps
    assert PatchAutoencoder.from_pretrained(coder / "model").config.widths[0] == 8
    assert (coder / "sheet.png").exists()

    kept = tmp_path / "latents"
    encode = ["--autoencoder", str(coder / "model"), "--out", str(kept)]
    latents.main([*encode, "--shards", "2", "--count", "6", "--size", "64"])
    source = latents.Latents(kept)
    assert [shard.latents.shape for shard in source.shards()] == [(12, 8, 4, 4)] * 2
    weak = int(source.shards()[0].scenes[0])
    favouring = latents.Latents(kept, often=[weak], times=1000)
    scenes = favouring.draw(40, torch.Generator().manual_seed(0))[2].tolist()
    assert scenes.count(weak) > 15, "half of the draws, or more, fall into the first shard"

    base = tmp_path / "denoiser"
    sources = ["--latents", str(kept), "--prompts", "1"]
    for steps in (2, 4):
        denoiser.main(
            [
                *("--autoencoder", str(coder / "model"), "--out", str(base), "--guide", "0.5"),
                *("--channels", "16", "16", "32", "--steps", str(steps), *sources, *TINY),
            ]
        )
        assert step_of(base) == steps
    configs = (base / "model").rglob("config.json")
    assert not any("_name_or_path" in path.read_text() for path in configs)

    out = tmp_path / "finish"
    start = ["--start", str(base / "model"), "--out", str(out)]
    finish.main([*start, "--steps", "2", *sources, *TINY])
    assert step_of(out) == 2
    words = PreTrainedTokenizerFast.from_pretrained(out / "model" / "tokenizer")
    found = words.tokenize("Красный закат и горы 🔥")
    assert found == ["red", "sunset", "[UNK]", "mountains", "fire"]
    loaded = showing.open_model(out / "model")
    assert loaded.size == 512
    frames = list(showing.frames_of(loaded, showing.ask("red", 1), frames=2))
    assert [frame.shape for frame in frames] == [(3, 512, 512)] * 2


class Line(torch.nn.Module):
    """One weight, which is to become 3."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.fixed = torch.nn.Parameter(torch.ones(1), requires_grad=False)


def options(out: Path, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    loop.add_options(parser, out=out, steps=400, batch=4, rate=0.1)
    return parser.parse_args([*TINY, "--decay", "0.9", *more])


def to_three(line: Line) -> loop.Loss:
    return lambda count, gen, part: {"far": (line.weight - 3).square().sum()}


def test_a_training_reaches_its_end_and_shows_the_average(tmp_path: Path) -> None:
    line, shown = Line(), []
    done = loop.train(
        line, to_three(line), options(tmp_path), lambda average, step: shown.append(step)
    )
    assert float(done.weight) == pytest.approx(3.0, abs=0.05)
    assert float(done.fixed) == 1.0
    assert shown[-1] == 400
    assert step_of(tmp_path) == 400


def test_a_training_that_is_killed_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    line = Line()
    loop.train(line, to_three(line), options(tmp_path, "--steps", "100"))
    again = Line()
    before = step_of(tmp_path)
    loop.train(again, to_three(again), options(tmp_path, "--steps", "100"))
    assert (before, step_of(tmp_path)) == (100, 100)
    assert torch.equal(again.weight, line.weight)


def test_gradients_that_are_not_finite_count_as_none(tmp_path: Path) -> None:
    line, calls = Line(), []

    def loss(count: int, gen: torch.Generator, part: float) -> dict[str, Tensor]:
        calls.append(1)
        broken = float("nan") if len(calls) % 7 == 0 else 1.0
        return {"far": (line.weight - 3).square().sum() * broken}

    done = loop.train(line, loss, options(tmp_path, "--threads", "1"))
    assert float(done.weight) == pytest.approx(3.0, abs=0.1)


def test_the_learning_rate_rises_stays_and_falls_to_nothing() -> None:
    rates = [loop.rate_at(step, 10_000, 1.0, 0.3) for step in range(10_000)]
    assert rates[0] == 1 / loop.WARM_UP
    assert rates[loop.WARM_UP : 7000] == [1.0] * (7000 - loop.WARM_UP)
    assert rates[7000:] == sorted(rates[7000:], reverse=True)
    assert rates[-1] < 0.001


def test_a_checkpoint_is_whole_or_not_there_however_its_writer_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    script = (
        "import torch, pathlib\n"
        "from training.train.loop import save\n"
        f"path = pathlib.Path({str(path)!r})\n"
        "print('ready', flush=True)\n"
        "for step in range(10**6):\n"
        "    save(path, {'step': step, 'weights': torch.full((300_000,), float(step))})\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    while not path.exists():
        time.sleep(0.01)
    steps: set[int] = set()
    # What is there at any moment is what a kill at that moment leaves.
    while len(steps) < 5 and process.poll() is None:
        state = loop.load(path, torch.device("cpu"))
        assert state is not None
        assert bool((state["weights"] == state["step"]).all())
        steps.add(state["step"])
    process.kill()
    process.wait()
    process.stdout.close()
    assert len(steps) == 5
    assert step_of(tmp_path) >= max(steps)


def test_all_steps_take_what_they_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for step in everything.steps(tmp_path, "cpu", 64, drawers=2):
        module = __import__(step.module, fromlist=["main"])
        with pytest.raises(SystemExit):
            module.main([*step.options, "--nonsense"])
        assert capsys.readouterr().err.endswith("unrecognized arguments: --nonsense\n")
    assert sum(step.share for step in everything.steps(tmp_path, "cpu", 64, 1)) == pytest.approx(1)


def test_normalising_changes_latents_but_not_pictures() -> None:
    torch.manual_seed(0)
    network = PatchAutoencoder(widths=(8, 8, 16), latent_channels=4).eval()
    pictures = torch.rand(4, 3, 64, 64) * 2 - 1
    before = network(pictures).sample
    latent_scale.normalise(network, pictures)
    found = network.encode(pictures).latents
    assert torch.allclose(network(pictures).sample, before, atol=1e-5)
    assert torch.allclose(found.mean((0, 2, 3)), torch.zeros(4), atol=1e-4)
    assert torch.allclose(found.std((0, 2, 3)), torch.ones(4), atol=1e-4)


def test_latents_are_finite_even_from_an_autoencoder_that_ran_off() -> None:
    torch.manual_seed(0)
    network = PatchAutoencoder(widths=(8, 8, 16), latent_channels=4)
    pictures = torch.full((2, 3, 32, 32), 255, dtype=torch.uint8)
    for bias in (float("inf"), float("nan"), 1e6):
        torch.nn.init.constant_(network.encoder[-1].bias, bias)
        assert bool(latents.encode(network, pictures).isfinite().all())


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


class ToSeven(torch.nn.Module):
    """Networks whose every answer is a picture of sevens."""

    def forward(self, x_t: Tensor, steps: Tensor, words: Tensor) -> Tensor:
        a, s = denoising.scales(model.make_scheduler().alphas_cumprod, steps)
        return denoising.velocity(x_t, torch.full_like(x_t, 7), a, s)


class Zeros:
    """Latents of black pictures without words."""

    flat = torch.zeros(4, 8, 32, 32)

    def draw(self, count: int, gen: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        zeros = torch.zeros(count, dtype=torch.long)
        return torch.zeros(count, 8, 32, 32), torch.zeros(count, 5, dtype=torch.long), zeros


def test_a_share_of_samples_begins_from_answers_where_there_is_noise_to_hide_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = argparse.Namespace(seed=0, start=None, base=MODEL, channels=(8, 8, 16), device="cpu")
    networks = denoiser.build(options)
    given: list[tuple[Tensor, Tensor]] = []

    def forward(x_t: Tensor, steps: Tensor, words: Tensor) -> Tensor:
        given.append((x_t, steps))
        return x_t * 0

    monkeypatch.setattr(networks, "forward", forward)
    empty, black = torch.zeros(1, 5, dtype=torch.long), cast("latents.Latents", Zeros())
    task = denoiser.Task(networks, black, empty, torch.device("cpu"))
    task.guide = cast("denoiser.Networks", ToSeven())
    task.losses(64, torch.Generator().manual_seed(0), answered=0.5)
    ((x_t, steps),) = given
    a, _ = denoising.scales(task.alphas, steps)
    mean = x_t.mean((1, 2, 3)) / a.flatten().clamp(min=1e-3)
    seen = a.flatten() > 0.3
    answers = (torch.arange(64) < 32) & (steps >= denoising.LOW)
    assert bool((mean[answers & seen] > 6.5).all())
    assert bool((mean[~answers & seen].abs() < 0.5).all())
    assert int((answers & seen).sum()) >= 10
    assert int((~answers & seen).sum()) >= 10


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


def test_crispness_falls_where_a_picture_is_blurred_and_is_one_at_any_size() -> None:
    pictures = make_pictures(8, 3, 256).images
    soft = torch.nn.functional.avg_pool2d(pictures.float(), 9, 1, 4, count_include_pad=False)
    shares = figures.crispness(soft) / figures.crispness(pictures)
    assert bool((shares < 1).all())
    assert float(shares.mean()) < 0.85
    large = pictures.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.allclose(figures.crispness(large), figures.crispness(pictures), rtol=1e-3)


def test_the_kernel_distance_is_nothing_within_a_distribution_and_grows_between_two() -> None:
    gen = torch.Generator().manual_seed(0)
    one, same, other = torch.randn(3, 400, 16, generator=gen).unbind(0)
    assert abs(figures.kernel_distance(one, same)) < 0.02
    near, far = (figures.kernel_distance(one, other + shift) for shift in (0.5, 1.0))
    assert 0.05 < near < far


def test_drift_is_the_largest_deviation_of_a_running_mean() -> None:
    steady = torch.ones(1000, 4)
    assert figures.drift(steady) == [0.0] * 4
    steady[800:, 2] = 1.5
    found = figures.drift(steady)
    assert found[0] == found[1] == found[3] == 0.0
    assert 0.3 < found[2] < 0.5


def test_variety_is_nothing_between_copies() -> None:
    pictures = make_pictures(4, 5, 64).images
    assert figures.variety(pictures[:1].repeat(3, 1, 1, 1)) == 0.0
    assert figures.variety(pictures) > 20.0


def test_strange_words_come_only_where_scene_and_palette_are_named() -> None:
    draw, odd = random.Random(0), ["zygote"]
    partial = [captions.embellish("a tunnel", False, odd, draw) for _ in range(300)]
    complete = [captions.embellish("red tunnel", True, odd, draw) for _ in range(300)]
    assert not any("zygote" in text for text in partial)
    assert 10 < sum("zygote" in text for text in complete) < 60
    assert all("tunnel" in text for text in partial + complete)


def test_useless_words_are_never_held_out() -> None:
    draw = random.Random(0)
    texts = [captions.embellish("red tunnel", True, (), draw) for _ in range(3000)]
    said = {word for text in texts for word in text.replace(",", " ").split()}
    assert not said.intersection(synonyms.HELD_OUT)


def test_synonyms_never_touch_the_scene() -> None:
    scene = next(i for i, row in enumerate(SCENES) if row.names[0] == "forest")
    palette = next(i for i, row in enumerate(PALETTES) if row.name == "forest")
    draw = random.Random(0)
    texts = {synonyms.swap("forest in forest colours", scene, palette, draw) for _ in range(50)}
    assert texts == {"forest in forest colours"}


def translated(text: str) -> str:
    """A text as the tokenizer's rules leave it; Python's engine knows no Oniguruma classes."""
    text = unicodedata.normalize("NFC", text).lower()
    for pattern, content in translations.rules():
        python = pattern.replace(r"[\p{L}\p{M}]", r"\w").replace(r"\p{L}", r"\w")
        text = re.sub(python, content, text)
    return " ".join(text.split())


def test_words_of_other_languages_and_emoji_become_the_models_own() -> None:
    for text, english in (
        ("красные горы", "red mountains"),
        ("红色的山", "red 的 mountains"),
        ("青い波", "blue ocean waves"),
        ("blaue Wälder im Nebel", "blue forest im misty"),
        ("agujero negro azul", "black hole blue"),
        ("coucher de soleil, doré", "sunset , gold"),
        ("❤️🔥", "red fire"),
        ("夕焼け", "sunset"),
    ):
        assert translated(text) == english


def test_no_english_word_that_a_caption_has_is_translated() -> None:
    texts = make_pictures(480, 7, 32, wordings=4).wordings
    draw = random.Random(0)
    captions_ = [captions.embellish(t, False, (), draw) for row in texts for t in row]
    swapped = [text for texts in synonyms.SYNONYMS.values() for text in texts]
    texts_ = " ".join([*captions_, *swapped, *synonyms.HELD_OUT])
    words = " ".join(sorted(set(re.findall(r"[a-z]+", texts_))))
    assert translated(words) == words


def test_held_out_words_are_never_taught() -> None:
    texts = [text for texts in synonyms.SYNONYMS.values() for text in texts]
    taught = {word for text in texts for word in text.split()}
    assert not taught.intersection(synonyms.HELD_OUT)


def test_special_tokens_come_first() -> None:
    tokens = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "##s", "1999", "é"]
    assert [tokens[i] for i in word_vectors.kept_tokens(tokens)] == [
        *word_vectors.SPECIAL,
        "red",
        "##s",
    ]
    names = [word_vectors.SPECIAL[i] for i in (model.PAD, model.START, model.END)]
    assert names == ["[PAD]", "[CLS]", "[SEP]"]
