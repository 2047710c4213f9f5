"""Trainings run, go on where they stopped, and export a model that diffusers loads."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from training import all as everything
from training.data import captions, latents, picture_store
from training.judge import showing
from training.train import autoencoder, denoiser, finish, loop
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
