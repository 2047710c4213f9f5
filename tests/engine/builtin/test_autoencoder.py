"""The built-in autoencoder keeps the promises that diffusers' pipelines rely on."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from visualizer.engine.builtin.autoencoder import _Patches
from visualizer.engine.builtin.for_diffusers import PatchAutoencoder


@pytest.fixture
def tiny() -> PatchAutoencoder:
    torch.manual_seed(0)
    network: PatchAutoencoder = PatchAutoencoder(widths=(8, 12, 16), latent_channels=4)
    network.eval()
    return network


@pytest.mark.parametrize(("height", "width"), [(64, 64), (32, 96)])
def test_sixteen_pixels_make_one_latent_cell(
    tiny: PatchAutoencoder, height: int, width: int
) -> None:
    picture = torch.rand(2, 3, height, width) * 2 - 1
    latents = tiny.encode(picture).latents
    assert latents.shape == (2, 4, height // 16, width // 16)
    assert tiny.decode(latents).sample.shape == picture.shape


def test_decoded_pictures_stay_in_range(tiny: PatchAutoencoder) -> None:
    sample = tiny.decode(50 * torch.randn(1, 4, 4, 4)).sample
    assert sample.min() >= -1
    assert sample.max() <= 1


def test_diffusers_reads_the_right_scale_from_the_config(tiny: PatchAutoencoder) -> None:
    assert 2 ** (len(tiny.config["block_out_channels"]) - 1) == 16
    assert tiny.config["latent_channels"] == 4
    assert tiny.config["scaling_factor"] == 1.0


def test_a_saved_autoencoder_comes_back_the_same(tiny: PatchAutoencoder, tmp_path: Path) -> None:
    tiny.save_pretrained(tmp_path)  # type: ignore[operator]
    again = PatchAutoencoder.from_pretrained(tmp_path).eval()
    picture = torch.rand(1, 3, 32, 32)
    assert torch.equal(tiny(picture).sample, again(picture).sample)


def test_tuples_stand_in_for_results(tiny: PatchAutoencoder) -> None:
    picture = torch.rand(1, 3, 32, 32)
    (latents,) = tiny.encode(picture, return_dict=False)
    (sample,) = tiny.decode(latents, return_dict=False)
    assert torch.equal(sample, tiny(picture).sample)


@pytest.mark.parametrize("step", [2, 4])
def test_patches_are_written_as_a_transposed_convolution_writes_them(step: int) -> None:
    torch.manual_seed(1)
    ours = _Patches(5, 3, step)
    plain = torch.nn.ConvTranspose2d(5, 3, 2 * step, stride=step, padding=step // 2)
    plain.load_state_dict(ours.state_dict())
    x = torch.randn(2, 5, 6, 4)
    torch.testing.assert_close(ours(x), plain(x), atol=1e-5, rtol=1e-5)
