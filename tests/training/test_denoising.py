"""What the networks are trained on: normal latents, and targets that lead to the wanted picture."""

from __future__ import annotations

import argparse
from typing import cast

import pytest
import torch
from torch import Tensor

from training.data import latents
from training.paths import MODEL
from training.train import denoiser, denoising, latent_scale, model
from visualizer.engine.builtin.for_diffusers import PatchAutoencoder


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
