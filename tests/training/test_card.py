"""What only a card's training uses, run on a processor. CUDA itself is not proven here."""

from __future__ import annotations

import importlib
import random
import subprocess
from pathlib import Path

import pytest
import torch

from training import (
    acceleration,
    cache,
    captions,
    denoising,
    latents,
    objective,
    scaling,
    synonyms,
    train_autoencoder,
    train_unet,
)
from training import all as everything
from training.model import make_scheduler
from training.pictures import SCENE_NAMES
from training.progress import RAN_OFF, Budget
from visualizer.engine.autoencoder import PatchAutoencoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shards of six tiny pictures in three wordings."""
    folder = tmp_path_factory.mktemp("card") / "pictures"
    for index in range(2):
        cache.write_shard(folder, index, seed=1, count=6, size=32, wordings=3)
    return folder


def rows(count: int, keys: list[str]) -> latents.Latents:
    pictures = torch.arange(count).half().view(-1, 1, 1, 1).expand(-1, 2, 4, 4)
    return latents.grouped(pictures, torch.zeros(count, 3, 24).short(), pictures[:1], keys)


def test_resident_batches_are_the_folders_pictures(folder: Path) -> None:
    device = torch.device("cpu")
    batch = next(cache.resident([folder], 12, seed=0, device=device, most=9))
    drawn = [torch.from_numpy(cache.read_shard(p).images.copy()) for p in cache.shards(folder)]
    known = torch.cat([*drawn, *(part.flip(3) for part in drawn)]).flatten(1)
    assert batch.shape == (12, 3, 32, 32)
    assert all(bool((known == picture).all(1).any()) for picture in batch.flatten(1))


def test_resident_batches_come_from_no_more_shards_than_asked(folder: Path) -> None:
    batches = cache.resident([folder], 12, seed=0, device=torch.device("cpu"), most=1)
    first = torch.from_numpy(cache.read_shard(cache.shards(folder)[0]).images.copy())
    known = torch.cat([first, first.flip(3)]).flatten(1)
    for _ in range(120):
        batch = next(batches)
    assert all(bool((known == picture).all(1).any()) for picture in batch.flatten(1))


def test_pictures_that_are_not_there_are_not_waited_for_unless_they_are_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FileNotFoundError, match=r"training\.cache"):
        cache.wait(tmp_path, 1, seconds=0)
    assert capsys.readouterr().out == ""
    with pytest.raises(FileNotFoundError, match=r"training\.cache"):
        cache.wait(tmp_path, 1, seconds=1e-3)
    assert "waiting" in capsys.readouterr().out


def test_on_a_processor_a_training_without_pictures_fails_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slept(seconds: float) -> None:
        raise AssertionError("it waits")

    monkeypatch.setattr("training.cache.time.sleep", slept)
    options = ["--pictures", str(tmp_path), "--out", str(tmp_path), "--widths", "8", "8", "16"]
    with pytest.raises(FileNotFoundError, match=r"training\.cache"):
        train_autoencoder.train(train_autoencoder.parse(options))


def test_every_wording_of_a_picture_says_the_same(folder: Path) -> None:
    shard = cache.read_shard(cache.shards(folder)[0])
    assert {len(texts) for texts in shard.wordings} == {3}
    for texts, scene in zip(shard.wordings, shard.scenes, strict=True):
        assert len({captions.names_scene(text, scene) for text in texts}) == 1


def test_alikes_show_the_same_scene_palette_and_looks() -> None:
    keys = [*"abacab"]
    data, gen = rows(6, keys), torch.Generator().manual_seed(0)
    picked = data.alikes(torch.arange(6), 20, gen)
    for row in range(6):
        assert {keys[i] for i in picked[row].tolist()} == {keys[row]}
    assert set(picked[0].tolist()) == {0, 2, 4}


def test_a_rolled_out_sample_wants_the_alike_nearest_to_where_it_got() -> None:
    class Still(objective.Networks):
        """Answers 2 everywhere, whatever it is asked."""

        def __init__(self) -> None:
            torch.nn.Module.__init__(self)

        def forward(
            self, x_t: torch.Tensor, steps: torch.Tensor, words: torch.Tensor
        ) -> torch.Tensor:
            a, s = denoising.scales(alphas, steps)
            return (a * x_t - 2) / s

    alphas = make_scheduler().alphas_cumprod
    data, gen = rows(4, ["a", "a", "a", "b"]), torch.Generator().manual_seed(0)
    batch = objective.draw(data, torch.zeros(1, 24).long(), 40, gen, alike=16)
    words = torch.zeros(40, 24, 8)
    rolled = objective.roll_out(Still(), batch, words, alphas, share=0.5, frames=3)
    wanted = torch.where(batch.x0[:20] == 3, 3.0, 2.0)
    assert torch.equal(rolled.x0[:20], wanted)
    assert torch.equal(rolled.x0[20:], batch.x0[20:])
    assert torch.allclose(rolled.start[:20], torch.full((20, 2, 4, 4), 2.0), atol=1e-3)


def test_loosening_changes_weights_but_not_pictures() -> None:
    torch.manual_seed(0)
    network = PatchAutoencoder(widths=(8, 8, 16), latent_channels=4).eval()
    pictures = torch.rand(4, 3, 64, 64) * 2 - 1
    scaling.normalise(network, pictures)
    before = network(pictures).sample
    scaling.loosen(network)
    assert torch.allclose(network(pictures).sample, before, atol=1e-5)
    fresh = 1 / (3 * 16) ** 0.5
    assert float(network.encoder[-1].weight.detach().std()) == pytest.approx(fresh, rel=0.2)


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


def test_a_training_that_runs_off_stops_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    budget = Budget(1.0)
    monkeypatch.setattr(Budget, "due", True)
    budget.tell(10, lost=5)
    with pytest.raises(FloatingPointError, match="rate"):
        budget.tell(20, lost=11)


def test_gradients_that_are_not_finite_count_as_none_and_are_counted() -> None:
    layer, lost = torch.nn.Linear(2, 2), torch.zeros((), dtype=torch.int64)
    learning = list(layer.parameters())
    for broken in (float("nan"), float("inf")):
        learning[0].grad, learning[1].grad = torch.ones(2, 2), torch.tensor([1.0, broken])
        assert acceleration.clip(learning, 1.0, lost) == 0
        assert all(float(p.grad.abs().sum()) == 0 for p in learning if p.grad is not None)
    assert int(lost) == 2


def test_finite_gradients_are_cut_to_the_norm() -> None:
    layer, lost = torch.nn.Linear(2, 2), torch.zeros((), dtype=torch.int64)
    learning = list(layer.parameters())
    learning[0].grad, learning[1].grad = torch.full((2, 2), 3.0), torch.zeros(2)
    assert float(acceleration.clip(learning, 1.0, lost)) == pytest.approx(6)
    assert float(learning[0].grad.norm()) == pytest.approx(1)
    assert int(lost) == 0


def test_latents_are_finite_even_from_an_autoencoder_that_ran_off() -> None:
    torch.manual_seed(0)
    network = PatchAutoencoder(widths=(8, 8, 16), latent_channels=4)
    pictures = torch.full((2, 3, 32, 32), 255, dtype=torch.uint8)
    for bias in (float("inf"), float("nan"), 1e6):
        torch.nn.init.constant_(network.encoder[-1].bias, bias)
        assert bool(latents.encode(network, pictures).isfinite().all())


def test_an_autoencoder_that_got_no_better_is_not_kept(tmp_path: Path) -> None:
    torch.manual_seed(0)
    worse, first = (PatchAutoencoder(widths=(8, 8, 16), latent_channels=4) for _ in range(2))
    torch.nn.init.constant_(worse.decoder[-1].bias, 50.0)
    first.save_pretrained(tmp_path)
    pictures = torch.full((2, 3, 32, 32), 128, dtype=torch.uint8)
    kept = train_autoencoder.better(worse, tmp_path, pictures)
    assert torch.equal(
        kept.encode(pictures / 127.5 - 1).latents, first.encode(pictures / 127.5 - 1).latents
    )
    assert train_autoencoder.better(worse, None, pictures) is worse


def test_every_program_on_a_card_takes_what_it_is_told(tmp_path: Path) -> None:
    drawing, training = everything.on_card("cuda", 12, tmp_path / "a b", tmp_path / "c d")
    taken = []
    for name, *words in [*drawing, *training]:
        options = importlib.import_module(name).parse(words)
        taken += list(options) if isinstance(options, tuple) else [options]
    pictures, forms, autoencoder, encode, sketch, learned, unet = taken
    assert autoencoder.pictures == [pictures.folder, forms.folder]
    assert encode.pictures == learned.pictures == unet.pictures == forms.folder
    assert encode.autoencoder == unet.autoencoder == autoencoder.out / "model"
    assert learned.latents == unet.latents == encode.out
    assert unet.start == sketch.out
    assert unet.model == tmp_path / "c d"
    assert unet.scenes == SCENE_NAMES
    assert {one.device for one in (autoencoder, encode, learned, unet)} == {"cuda"}


@pytest.mark.parametrize("more", [[], ["--model", "elsewhere"]])
def test_the_shipped_weights_are_overwritten_only_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    asked = []
    monkeypatch.setattr(everything, "run_on_card", lambda *commands: asked.append(commands))
    everything.main(["--device", "cuda", "--work", str(tmp_path), *more])
    ((_, training),) = asked
    unet = train_unet.parse(training[-1][1:])
    assert unet.model == (Path("elsewhere") if more else tmp_path / "model")


@pytest.mark.parametrize("minutes", ["3", "0", "-1", "nan"])
def test_too_few_minutes_on_a_card_are_refused(
    minutes: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(everything, "run_on_card", lambda *commands: None)
    with pytest.raises(SystemExit):
        everything.main(["--device", "cuda", f"--minutes={minutes}"])
    assert "--minutes" in capsys.readouterr().err


@pytest.mark.parametrize(("status", "runs"), [(RAN_OFF, 1), (1, 2)])
def test_a_training_that_ran_off_is_not_run_again_one_that_broke_is_without_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, runs: int
) -> None:
    notes = tmp_path / "notes"
    (tmp_path / "fine.py").touch()
    (tmp_path / "last.py").write_text(
        "import sys\n"
        f"open({str(notes)!r}, 'a').write(' '.join(sys.argv[1:]) + ';')\n"
        f"sys.exit({status})\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(subprocess.CalledProcessError):
        everything.run_on_card([["fine"]], [["fine"], ["last", "--record", "x"]])
    assert notes.read_text() == "--record x;x;"[: None if runs == 2 else 11]


def test_a_denoisers_training_that_runs_off_says_so_by_its_exit_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_off(options: object) -> None:
        raise FloatingPointError("off")

    monkeypatch.setattr(train_unet, "train", run_off)
    monkeypatch.setattr(train_unet, "calm", lambda: None)
    with pytest.raises(SystemExit) as ended:
        train_unet.main([])
    assert ended.value.code == RAN_OFF
    assert capsys.readouterr().err == "off\n"


def test_latents_of_another_autoencoder_are_encoded_anew(tmp_path: Path) -> None:
    torch.manual_seed(0)
    first, other = (PatchAutoencoder(widths=(8, 8, 16), latent_channels=4) for _ in range(2))
    (tmp_path / "0000.pt").touch()  # of nobody knows which one
    kept = tmp_path / "0001.pt"
    for network, stays in ((first, False), (first, True), (other, False), (other, True)):
        latents.made_for(tmp_path, network)
        assert kept.exists() == stays
        assert not (tmp_path / "0000.pt").exists()
        kept.touch()


def test_the_minutes_on_a_card_are_shared_out(tmp_path: Path) -> None:
    drawing, training = everything.on_card("cuda", 12, tmp_path / "a b", tmp_path / "model")
    minutes = [float(c[c.index("--minutes") + 1]) for c in training if "--minutes" in c]
    assert sum(minutes) < 12
    assert [c[0].split(".")[1] for c in drawing] == ["cache", "cache"]
    assert str(tmp_path / "a b" / "forms") in training[-1]
