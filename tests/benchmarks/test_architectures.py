"""Models of published shape: as large, and as costly, as those they stand for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import architectures
from benchmarks.playing import as_there, one_prompt
from benchmarks.subject import Subject, plain

# Schedulers of diffusers mix numpy and torch in a way that newer numpy warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def weights(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize(
    ("name", "number"), [("sd-turbo", 865_910_724), ("sdxl-turbo", 2_567_463_684)]
)
def test_the_unets_have_as_many_weights_as_those_published(name: str, number: int) -> None:
    with torch.device("meta"):
        assert weights(architectures.unet(name)) == number


def test_the_other_networks_have_as_many_weights_as_those_published() -> None:
    with torch.device("meta"):
        assert weights(architectures.autoencoder("sd-turbo")) == 83_653_863
        assert weights(architectures.tiny_autoencoder()) == 2_445_063
        assert weights(architectures.text_encoder(*architectures.VIT_L)) == 123_060_480
        assert weights(architectures.text_encoder(*architectures.VIT_H)) == 340_387_840
        big = architectures.text_encoder(*architectures.VIT_G, pooled=True)
        assert weights(big) == 694_659_840


@pytest.mark.parametrize(("name", "gflop"), [("sd-turbo", 804), ("sdxl-turbo", 1589)])
def test_a_step_at_512_pixels_costs_what_is_known(name: str, gflop: int) -> None:
    told = {"text_embeds": torch.zeros(1, 1280), "time_ids": torch.zeros(1, 6)}
    with torch.device("meta"), torch.no_grad():
        unet = architectures.unet(name)
        told = {key: value.to("meta") for key, value in told.items()}
        words = torch.zeros(1, architectures.TOKENS, unet.config.cross_attention_dim)
        with FlopCounterMode(display=False) as counter:
            unet(torch.zeros(1, 4, 64, 64), torch.zeros(()), words, added_cond_kwargs=told)
    assert counter.get_total_flops() / 1e9 == pytest.approx(gflop, abs=0.5)


def test_a_shrunk_one_is_played_by_both_loops(small: Subject) -> None:
    wanted = one_prompt().first()
    ours = small.engine().next(wanted).pixels
    theirs = small.reference().next(as_there(wanted))
    assert ours.shape == theirs.shape == (64, 64, 3)
    assert small.file("speed").endswith("-turbo-architecture-shrunk-10-64-speed")
    assert np.ptp(ours) > 0


def test_it_comes_with_its_own_autoencoder_and_with_a_tiny_one(small: Subject) -> None:
    whole = small.pipeline()
    light, ours = small.lightened(whole), plain(small.light, "cpu")
    assert type(whole.vae).__name__ == "AutoencoderKL"
    assert type(light.vae).__name__ == type(ours.vae).__name__ == "AutoencoderTiny"
    assert light.unet is whole.unet
    for mine, theirs in zip(ours.unet.parameters(), whole.unet.parameters(), strict=True):
        assert torch.equal(mine, theirs)
