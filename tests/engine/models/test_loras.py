"""LoRAs: what they do to the picture is what their weights merged into the model's do."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from visualizer.engine.diffusion.denoiser import denoiser_of
from visualizer.engine.diffusion.seed_walk import Place
from visualizer.engine.failures import ModelError
from visualizer.engine.models import assembly
from visualizer.engine.models.catalogue import BUILTIN, COLOUR_FIELDS
from visualizer.engine.models.fallbacks import open_engine
from visualizer.engine.models.loading import load_model
from visualizer.engine.models.loras import LoraScale, attach
from visualizer.openers import open_now
from visualizer.options import OptionError, Options
from visualizer.show.lora import Lora, joined
from visualizer.show.status import Phase, Status

from ..conftest import picture, request, unheard
from ..hub import serving
from .lora_format import Layer, layers_for, merge, save, save_kohya, save_peft

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

FORMATS = {"peft": save_peft, "kohya": save_kohya}
BOTH = ("unet", "text_encoder")


@pytest.fixture(scope="module")
def sd(sd_folder: Path) -> Any:
    """The tiny Stable Diffusion; to be copied before it is changed."""
    return load_model(str(sd_folder), "cpu", True, unheard)


def made(pipeline: Any, weight: float = 1.0, scale: LoraScale | None = None) -> Tensor:
    """A picture of a pipeline; scale: of its LoRAs."""
    if scale is not None:
        scale(weight)
    return denoiser_of(pipeline)(picture(), request(guidance=2.0), Place(7))


def with_loras(pipeline: Any, *names: Lora) -> tuple[Any, LoraScale]:
    """A copy of a pipeline with LoRAs, all of which fit."""
    pipeline = copy.deepcopy(pipeline)
    heard: list[Status] = []
    scale = attach(pipeline, "sd", names, True, heard.append, True)
    assert scale is not None
    assert faults(heard) == []
    return pipeline, scale


def merged(pipeline: Any, *parts: tuple[Sequence[Layer], float]) -> Tensor:
    """The picture of a copy of a pipeline whose own weights hold layers, each with a weight."""
    pipeline = copy.deepcopy(pipeline)
    for layers, weight in parts:
        merge(pipeline, layers, weight)
    return made(pipeline)


def faults(heard: Sequence[Status]) -> list[str]:
    """The lines on what went wrong."""
    return [status.text for status in heard if status.phase is Phase.FAILED]


def alike(one: Tensor, other: Tensor) -> bool:
    """To within rounding."""
    return bool((one - other).abs().max() < 1e-4)


@pytest.mark.parametrize("save_as", FORMATS.values(), ids=FORMATS)
def test_a_lora_acts_as_its_weights_merged_into_the_models(
    save_as: Callable[..., None], sd: Any, tmp_path: Path
) -> None:
    layers = layers_for(sd, alpha=1.0, parts=BOTH)
    unet = [layer for layer in layers if layer.part == "unet"]
    words = [layer for layer in layers if layer.part != "unet"]
    file = tmp_path / "film.safetensors"
    save_as(layers, file)
    pipeline, scale = with_loras(sd, Lora(str(file)))
    whole = merged(sd, (layers, 1.0))
    assert (whole - made(sd)).abs().max() > 0.1
    assert alike(made(pipeline, 1.0, scale), whole)
    # The knob plays the network that is asked each frame; the text encoder stays as it is.
    half = merged(sd, (unet, 0.5), (words, 1.0))
    assert alike(made(pipeline, 0.5, scale), half)
    assert not alike(half, whole)
    assert alike(made(pipeline, 0.0, scale), merged(sd, (words, 1.0)))
    assert alike(made(pipeline, 1.0, scale), whole)  # and back
    pipeline, scale = with_loras(sd, Lora(str(file), 0.5))
    assert alike(made(pipeline, 1.0, scale), merged(sd, (layers, 0.5)))
    save_as(unet, file)
    pipeline, scale = with_loras(sd, Lora(str(file)))
    assert torch.equal(made(pipeline, 0.0, scale), made(sd)), "to the last bit"


def test_several_at_once_add_up(pipeline: Any, tmp_path: Path) -> None:
    first, second = (layers_for(pipeline, seed) for seed in (1, 2))
    names = Lora(str(tmp_path / "1.safetensors"), 0.8), Lora(str(tmp_path / "2.safetensors"), -0.5)
    save_peft(first, Path(names[0].name))
    save_kohya(second, Path(names[1].name))
    played, scale = with_loras(pipeline, *names)
    both = merged(pipeline, (first, 0.8), (second, -0.5))
    assert alike(made(played, 1.0, scale), both)
    assert not alike(both, merged(pipeline, (first, 0.8)))
    twice = merged(pipeline, (first, 1.6), (second, -1.0))
    assert alike(made(played, 2.0, scale), twice)


def test_a_changed_weight_is_written_where_the_networks_read_it(sd: Any, tmp_path: Path) -> None:
    """So that a CUDA graph, which has recorded where that is, follows it; and is never added up,
    so that nothing wears off in a knob's thousand turns."""
    file = tmp_path / "film.safetensors"
    save_peft(layers_for(sd), file)
    pipeline, scale = with_loras(sd, Lora(str(file), 0.5))
    found = [module.scaling for module in pipeline.unet.modules() if hasattr(module, "lora_A")]
    places = [scaling["lora0"] for scaling in found]
    before = made(pipeline, 1.0, scale)
    for weight in [*(step % 97 / 48 for step in range(1000)), 0.3]:
        scale(weight)
    assert all(place is scaling["lora0"] for place, scaling in zip(places, found, strict=True))
    assert [float(place) for place in places] == pytest.approx([0.5 * 0.3] * len(places))
    assert torch.equal(made(pipeline, 1.0, scale), before)


def test_files_that_do_not_fit_are_one_line_each_and_change_nothing(
    sd: Any, tmp_path: Path
) -> None:
    layer = layers_for(sd)[1]
    key = f"unet.{layer.name}.lora"
    fit = {f"{key}_A.weight": layer.down, f"{key}_B.weight": layer.up}
    away = {name.replace("down_blocks.1", "down_blocks.7"): t for name, t in fit.items()}
    wide = {**fit, f"{key}_A.weight": torch.zeros(2, 768)}
    sheet = torch.zeros(2, 2)
    cases: list[tuple[dict[str, Tensor], str]] = [
        (wide, "made for Stable Diffusion 1 (text 768 wide), but sd has text 16 wide"),
        (away, "does not fit sd"),
        ({**fit, f"{key}_B.weight": layer.up[:3]}, "does not fit sd"),
        ({"transformer.x.lora_A.weight": sheet}, "does not fit sd"),
        ({"lora_te1_x.lora_down.weight": sheet}, "does not fit sd"),
        ({**fit, f"{key}_B.weight": layer.up * torch.nan}, "damaged, or too large for"),
        ({"lora_unet_x.hada_w1_a": sheet}, "a LoHa, LoKr, DoRA or the like; use a plain LoRA"),
        ({**fit, f"{key}_magnitude_vector": sheet}, "a LoHa, LoKr, DoRA or the like"),
        ({"unet.(a+)+$.lora_A.weight": sheet}, "the names or number of its tensors"),
        ({"model.diffusion_model.x": sheet}, "not a LoRA; a complete model is given with --model"),
    ]
    pipeline = copy.deepcopy(sd)
    file = tmp_path / "film.safetensors"
    for tensors, says in cases:
        save(tensors, file)
        heard: list[Status] = []
        assert attach(pipeline, "sd", [Lora(str(file))], True, heard.append, False) is None
        (line,) = faults(heard)
        assert line.startswith(f"{file}: {says}")
        assert line.endswith("; sd plays without it")
        assert "\n" not in line
        with pytest.raises(ModelError, match="film"):
            attach(pipeline, "sd", [Lora(str(file))], True, unheard, True)
        assert torch.equal(made(pipeline), made(sd))
    for text, name in ((b"no header", "film.safetensors"), (b"", "film.ckpt"), (b"", "film.txt")):
        (tmp_path / name).write_bytes(text)
        with pytest.raises(ModelError, match=r"can't be read as safetensors|a pickle|not a LoRA"):
            attach(pipeline, "sd", [Lora(str(tmp_path / name))], True, unheard, True)
    # One that fits plays beside one that doesn't.
    good = tmp_path / "good.safetensors"
    layers = layers_for(sd, 3)
    save_kohya(layers, good)
    save(wide, file)
    both = [Lora(str(file)), Lora(str(good))]
    assert attach(pipeline, "sd", both, True, unheard, False) is not None
    assert alike(made(pipeline), merged(sd, (layers, 1.0)))


@pytest.mark.parametrize(
    "facts",
    ["{", "[]", '{"unet.lora_alpha": "x"}', '{"unet.lora_alpha": 1, "unet.alpha_pattern": [1]}'],
)
def test_what_a_file_says_of_itself_may_be_anything(facts: str, sd: Any, tmp_path: Path) -> None:
    layer = layers_for(sd)[0]
    key = f"unet.{layer.name}.lora"
    file = tmp_path / "film.safetensors"
    tensors = {f"{key}_A.weight": layer.down, f"{key}_B.weight": layer.up}
    save(tensors, file, {"lora_adapter_metadata": facts})
    with pytest.raises(ModelError, match=r"can't be read|damaged"):
        attach(copy.deepcopy(sd), "sd", [Lora(str(file))], True, unheard, True)


def test_nothing_but_numbers_is_taken_of_what_a_file_says_of_itself(
    sd: Any, tmp_path: Path
) -> None:
    """peft would import the module that megatron_core names."""
    (layer,) = layers_for(sd)[:1]
    key = f"unet.{layer.name}.lora"
    file = tmp_path / "film.safetensors"
    facts = {"unet.megatron_config": {}, "unet.megatron_core": "evil", "unet.lora_alpha": 4}
    tensors = {f"{key}_A.weight": layer.down, f"{key}_B.weight": layer.up}
    save(tensors, file, {"lora_adapter_metadata": json.dumps(facts)})
    pipeline, _ = with_loras(sd, Lora(str(file)))
    assert alike(made(pipeline), merged(sd, ([layer._replace(alpha=4.0)], 1.0)))


def test_layers_that_do_not_fit_are_counted(sd: Any, tmp_path: Path) -> None:
    one, two = layers_for(sd)[:2]
    file = tmp_path / "film.safetensors"
    save_peft([one, two._replace(name=two.name.replace("down_blocks.1", "down_blocks.7"))], file)
    heard: list[Status] = []
    attach(copy.deepcopy(sd), "sd", [Lora(str(file))], True, heard.append, True)
    assert faults(heard) == [f"{file}: only 1 of its 2 layers fit sd"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no/such.safetensors", "no such file"),
        ("nowhere", "no such file, and not a Hugging Face name"),
        ("film.pt", "a pickle, which is never loaded"),
        ("some/lora", "not here or in the local cache, and offline"),
        ("some/lora/film.safetensors", "not here or in the local cache, and offline"),
    ],
)
def test_a_name_that_is_not_there_is_said_so(
    name: str, says: str, sd: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(monkeypatch, tmp_path / "hub"), pytest.raises(ModelError, match=says):
        attach(sd, "sd", [Lora(name)], True, unheard, True)


def test_a_name_that_the_system_refuses_costs_no_more_than_the_lora(
    sd: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is too long; and, whoever runs this, a folder that may not be looked into."""
    monkeypatch.setattr(Path, "iterdir", refused)
    for name in ("x" * 5000 + ".safetensors", str(tmp_path)):
        heard: list[Status] = []
        assert attach(copy.deepcopy(sd), "sd", [Lora(name)], True, heard.append, False) is None
        (line,) = faults(heard)
        assert line.endswith("sd plays without it")
        assert "Permission denied" in line or "too long" in line or "no such file" in line
        assert "\n" not in line


def refused(folder: Path) -> None:
    raise PermissionError(13, "Permission denied", str(folder))


def test_a_name_on_hugging_face_is_fetched_once(
    sd: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    layers = layers_for(sd)
    save_peft(layers, repo / "film.safetensors")
    (repo / "film.bin").write_bytes(b"a pickle")
    with serving(monkeypatch, tmp_path / "hub") as hub:
        hub.repos["some/lora"] = repo
        fetching = copy.deepcopy(sd)
        assert attach(fetching, "sd", [Lora("some/lora")], False, unheard, True) is not None
        assert {file for _, file in hub.asked} == {"film.safetensors"}
        hub.repos.clear()
        for name in ("some/lora", "some/lora/film.safetensors", str(repo)):
            assert alike(made(with_loras(sd, Lora(name))[0]), merged(sd, (layers, 1.0)))
    save_peft(layers, repo / "grain.safetensors")
    with pytest.raises(ModelError, match=r"there are film\.safetensors, grain\.safetensors"):
        attach(sd, "sd", [Lora(str(repo))], True, unheard, True)


def test_a_lora_plays_in_an_engine_and_its_weight_comes_with_the_request(
    sd_folder: Path, sd: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches: list[Any] = []
    monkeypatch.setattr(assembly, "OpenVino", lambda *args, **_: searches.append(args))
    file = tmp_path / "film.safetensors"
    save_peft(layers_for(sd), file)
    heard: list[Status] = []
    options: dict[str, Any] = {"device": "cpu", "offline": True, "threads": 1, "strict": True}
    plain = open_engine(str(sd_folder), **options, report=unheard)
    name = joined(str(sd_folder), [Lora(str(file))])
    engine = open_engine(name, **options, backend="auto", report=heard.append)
    assert engine.model == str(sd_folder)
    assert searches == []
    assert faults(heard) == [
        f"{sd_folder} has a LoRA, whose weight OpenVINO can't change, so torch is used"
    ]
    pictures = [
        one.next(request(lora_weight=weight, restarts=restarts)).pixels.astype(int)
        for restarts, (one, weight) in enumerate([(plain, 1.0), (engine, 0.0), (engine, 1.0)])
    ]
    assert np.array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[2] - pictures[0]).max() > 20


def test_the_built_in_model_plays_without_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Status] = []
    for model in (BUILTIN, COLOUR_FIELDS):
        name = joined(model, [Lora("a/film.safetensors", 0.5)])
        engine = open_engine(name, device="cpu", offline=True, threads=1, report=heard.append)
        assert engine.model == model
        line = f"{model} takes no LoRA, so it plays without film; give --model one that does"
        assert faults(heard) == [line]
        assert heard[-1].text == line
        heard.clear()
        options = Options(device="cpu", offline=True)
        with pytest.raises(OptionError, match=r"takes no LoRA.*; --fallback continues without it$"):
            open_now(options, name, lambda line: None)
