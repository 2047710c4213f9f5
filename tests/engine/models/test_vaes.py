"""Which autoencoder a model plays with, and where it comes from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, AutoencoderTiny

from visualizer.engine.failures import ModelError
from visualizer.engine.loop import feedback
from visualizer.engine.loop.feedback import Feedback
from visualizer.engine.models import catalogue, vaes
from visualizer.engine.models.assembly import assemble
from visualizer.engine.models.catalogue import SAFE_VAE, TINY_VAES
from visualizer.engine.models.diffusers_loading import load_pipeline, load_vae
from visualizer.engine.models.weights_lock import WEIGHTS_LOCK
from visualizer.show.status import Phase, Status

from ..conftest import SIDE, request, unheard
from ..hub import Hub, serving

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A Hugging Face on this machine, without any model yet, and an empty cache."""
    with serving(monkeypatch, tmp_path) as hub:
        yield hub


@pytest.fixture
def with_tiny(hub: Hub, tiny_vae: AutoencoderTiny, tmp_path: Path) -> Hub:
    """It has the tiny autoencoders: stand-ins of the same class."""
    tiny_vae.save_pretrained(tmp_path / "tiny")
    hub.repos |= dict.fromkeys(TINY_VAES.values(), tmp_path / "tiny")
    return hub


Assemble = Callable[..., Feedback]


@pytest.fixture
def heard() -> list[Status]:
    """What was reported."""
    return []


@pytest.fixture
def assembled(pipeline: Any, heard: list[Status]) -> Assemble:
    """Makes an engine of the pipeline under a name."""

    def make(name: str, tiny_vae: str = "auto", **changes: Any) -> Feedback:
        options: dict[str, Any] = {"size": None, "aspect": None, "offline": False}
        options |= {"backend": "torch", "live": True, **changes}
        return assemble(pipeline, name, "cpu", tiny_vae=tiny_vae, report=heard.append, **options)

    return make


def failures(heard: list[Status]) -> list[str]:
    return [status.text for status in heard if status.phase is Phase.FAILED]


def test_models_made_for_few_steps_are_known_by_their_names() -> None:
    for name, hurried in (
        ("stabilityai/sdxl-turbo", True),
        ("SimianLuo/LCM_Dreamshaper_v7", True),
        ("/home/turbo/models/plain", False),
        ("C:\\models\\SDXL-Lightning\\", True),
        ("builtin", False),
    ):
        assert catalogue.is_hurried(name) is hurried


@pytest.mark.parametrize(
    ("name", "option", "tiny"),
    [
        ("a/plain", "auto", False),
        ("a/turbo", "auto", True),
        ("a/plain", "on", True),
        ("a/turbo", "off", False),
        ("builtin", "on", False),
    ],
)
def test_a_tiny_autoencoder_is_for_turbo_models_or_for_whoever_asks(
    with_tiny: Hub, assembled: Assemble, pipeline: Any, heard: list[Status],
    name: str, option: str, tiny: bool,
) -> None:  # fmt: skip
    engine = assembled(name, option)
    assert isinstance(pipeline.vae, AutoencoderTiny if tiny else AutoencoderKL)
    assert engine.next(request()).pixels.shape == (SIDE, SIDE, 3)
    assert failures(heard) == []


def test_it_is_fetched_once_and_taken_from_the_cache_from_then_on(
    with_tiny: Hub, sd_folder: Path
) -> None:
    for offline in (False, True):
        pipeline = load_pipeline(str(sd_folder), "cpu", True, unheard)
        assert vaes.take_tiny(pipeline, offline, unheard)
        with_tiny.repos.clear()
    assert len(with_tiny.asked) == 2


def test_where_it_cannot_be_had_the_full_one_plays_and_a_line_says_so(
    hub: Hub, assembled: Assemble, pipeline: Any, heard: list[Status]
) -> None:
    assembled("a/turbo")
    assert isinstance(pipeline.vae, AutoencoderKL)
    (line,) = failures(heard)
    assert "Hugging Face has no such model" in line
    assert line.endswith("a/turbo plays with its full autoencoder, slower")


def test_one_that_does_not_fit_the_model_is_refused(
    with_tiny: Hub, tmp_path: Path, sd_folder: Path
) -> None:
    shutil.rmtree(tmp_path / "tiny")
    widths = {"encoder_block_out_channels": (8,) * 3, "decoder_block_out_channels": (8,) * 3}
    blocks = {"num_encoder_blocks": (1,) * 3, "num_decoder_blocks": (1,) * 3}
    AutoencoderTiny(**widths, **blocks).save_pretrained(tmp_path / "tiny")
    pipeline = load_pipeline(str(sd_folder), "cpu", True, unheard)
    with pytest.raises(ModelError, match="does not fit"):
        vaes.take_tiny(pipeline, False, unheard)
    assert isinstance(pipeline.vae, AutoencoderKL)


@pytest.fixture
def half_sdxl(sdxl_folder: Path) -> Any:
    """A tiny SDXL as on a GPU: in half precision, which its own autoencoder overflows in."""
    pipeline = load_pipeline(str(sdxl_folder), "cpu", True, unheard).to(torch.float16)
    assert pipeline.vae.config.force_upcast
    return pipeline


def test_sdxl_in_half_precision_takes_an_autoencoder_that_is_safe_in_it(
    hub: Hub, half_sdxl: Any, tmp_path: Path
) -> None:
    shutil.copytree(Path(half_sdxl.config._name_or_path) / "vae", tmp_path / "safe")
    config = tmp_path / "safe" / "config.json"
    config.write_text(config.read_text().replace('"force_upcast": true', '"force_upcast": false'))
    hub.repos[SAFE_VAE] = tmp_path / "safe"
    vaes.take_safe(half_sdxl, False, unheard)
    assert not half_sdxl.vae.config.force_upcast
    assert half_sdxl.vae.dtype == torch.float16


def test_sdxl_without_a_safe_autoencoder_keeps_its_own(hub: Hub, half_sdxl: Any) -> None:
    own = half_sdxl.vae
    vaes.take_safe(half_sdxl, False, unheard)
    assert half_sdxl.vae is own


def test_models_in_full_precision_need_no_safe_autoencoder(hub: Hub, pipeline: Any) -> None:
    own = pipeline.vae
    vaes.take_safe(pipeline, False, unheard)
    assert pipeline.vae is own
    assert hub.asked == []


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures may get so small that they cost a test nothing: attention grows with their area
    squared."""
    monkeypatch.setattr(feedback, "SMALLEST", 16)


def test_where_memory_is_out_a_tiny_autoencoder_is_the_first_step_down(
    with_tiny: Hub, assembled: Assemble, pipeline: Any, small_steps: None
) -> None:
    engine = assembled("a/plain", size=(64, 64))
    before = engine.next(request()).pixels
    assert engine.reduce_memory().endswith("pictures are generated at 48 pixels"), (
        "not here: no download"
    )
    load_vae(next(iter(TINY_VAES.values())), AutoencoderTiny, False, False, unheard)
    load_vae(TINY_VAES["sdxl"], AutoencoderTiny, False, False, unheard)
    assert engine.reduce_memory() == "out of memory: a tiny autoencoder is used"
    assert isinstance(pipeline.vae, AutoencoderTiny)
    after = engine.next(request()).pixels
    assert before.shape == (64, 64, 3)
    assert after.shape == (48, 48, 3)
    assert "pixels" in engine.reduce_memory()


def test_memory_that_is_out_at_the_first_picture_is_helped_by_a_tiny_autoencoder(
    with_tiny: Hub, assembled: Assemble, pipeline: Any, heard: list[Status],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for name in TINY_VAES.values():
        load_vae(name, AutoencoderTiny, False, False, unheard)

    def full(*_: Any, **__: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(pipeline.vae, "encode", full)
    engine = assembled("a/plain")
    assert failures(heard) == ["a/plain: out of memory: a tiny autoencoder is used"]
    assert engine.next(request()).pixels.shape == (SIDE, SIDE, 3)


def test_one_whose_download_broke_off_is_fetched_anew(with_tiny: Hub, tmp_path: Path) -> None:
    name = TINY_VAES["sd"]
    weights = tmp_path / "tiny" / "diffusion_pytorch_model.safetensors"
    aside = weights.rename(tmp_path / "aside")
    for offline in (False, True):
        with pytest.raises(ModelError):
            load_vae(name, AutoencoderTiny, False, offline, unheard)
    aside.rename(weights)
    with pytest.raises(ModelError, match="incomplete in the local cache, and offline"):
        load_vae(name, AutoencoderTiny, False, True, unheard)
    assert isinstance(load_vae(name, AutoencoderTiny, False, False, unheard), AutoencoderTiny)


@pytest.mark.parametrize("half", [False, True])
def test_one_that_comes_in_half_precision_alone_is_read(
    with_tiny: Hub, tmp_path: Path, half: bool
) -> None:
    weights = tmp_path / "tiny" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_name("diffusion_pytorch_model.fp16.safetensors"))
    vae = load_vae(TINY_VAES["sd"], AutoencoderTiny, half, False, unheard)
    assert vae.dtype == (torch.float16 if half else torch.float32)


def test_no_step_down_waits_until_another_model_is_read(
    with_tiny: Hub, assembled: Assemble, small_steps: None
) -> None:
    for name in TINY_VAES.values():
        load_vae(name, AutoencoderTiny, False, False, unheard)
    engine = assembled("a/plain", size=(64, 64))
    with WEIGHTS_LOCK:
        assert engine.reduce_memory().endswith("pictures are generated at 48 pixels")
