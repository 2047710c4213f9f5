"""From a model's name to an engine: devices, fallbacks, and the lines that say why."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from visualizer.engine.engine import Engine
from visualizer.engine.failures import ModelError
from visualizer.engine.models import devices, diffusers_loading, loading
from visualizer.engine.models.catalogue import BUILTIN, BY_MODEL, COLOUR_FIELDS
from visualizer.engine.models.fallbacks import choose, open_engine
from visualizer.engine.models.loading import BUILTIN_FOLDER, load_model
from visualizer.engine.models.weights_lock import WEIGHTS_LOCK
from visualizer.show.status import Phase, Status

from ..conftest import SIDE, request, unheard

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class Heard:
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.statuses: list[Status] = []

    def __call__(self, status: Status) -> None:
        self.statuses.append(status)

    def lines(self, phase: Phase) -> list[str]:
        """The texts of one phase."""
        return [status.text for status in self.statuses if status.phase is phase]


def opened(name: str, heard: Heard, device: str = "cpu", size: int | None = None) -> Engine:
    """An engine, offline and on one thread."""
    return open_engine(name, device=device, size=size, offline=True, report=heard, threads=1)


@pytest.fixture
def no_builtin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As if the built-in model had been left out of the package."""
    monkeypatch.setattr(loading, "BUILTIN_FOLDER", tmp_path / "nowhere")


@pytest.fixture
def sd_as_builtin(monkeypatch: pytest.MonkeyPatch, sd_folder: Path) -> None:
    """The tiny model in the built-in one's place."""
    monkeypatch.setattr(
        loading,
        "_builtin",
        lambda device, report: diffusers_loading.load_pipeline(
            str(sd_folder), device, True, report
        ),
    )


def test_a_folder_opens_and_says_so(folder: Path) -> None:
    heard = Heard()
    engine = opened(str(folder), heard)
    assert engine.model == str(folder)
    assert set(heard.lines(Phase.LOADING)) == {f"loading {folder}"}
    assert [status.progress for status in heard.statuses] == [0.3, 0.7, 0.9, None]
    assert heard.lines(Phase.FAILED) == []
    assert heard.lines(Phase.RUNNING) == [""]
    assert engine.next(request()).pixels.shape == (SIDE, SIDE, 3)


def test_a_size_is_rounded_to_what_the_model_can_do(folder: Path, loads_once: None) -> None:
    for wanted, side in ((3, 4), (47, 48), (63, 64)):
        engine = opened(str(folder), Heard(), size=wanted)
        assert engine.next(request(strength=0.3)).pixels.shape == (side, side, 3)


@pytest.mark.parametrize(
    ("size", "aspect", "sides", "asked"),
    [
        (None, None, (SIDE, SIDE), ""),
        (None, 4.0, (64, 16), ""),
        (None, 0.25, (16, 64), ""),
        (None, 16 / 9, (44, 24), ""),  # a shape that 3 % hardly change
        (None, 3.0, (56, 16), "55x18"),
        ((64, 16), None, (64, 16), ""),
        ((51, 31), 2.0, (52, 32), "51x31"),
        (47, None, (48, 48), "47x47"),
    ],
)
def test_pictures_have_the_shape_that_is_asked_for_and_what_is_rounded_is_said(
    folder: Path,
    loads_once: None,
    size: Any,
    aspect: float | None,
    sides: tuple[int, int],
    asked: str,
) -> None:
    heard = Heard()
    engine = open_engine(
        str(folder), device="cpu", size=size, aspect=aspect, offline=True, report=heard, threads=1
    )
    width, height = sides
    for mirror in (0, 3):  # held and moved on too
        wanted = request(zoom=0.5, rotate=20.0, swirl=30.0, mirror=mirror, colour_hold=0.5)
        assert engine.next(wanted).pixels.shape == (height, width, 3)
    line = f"{folder} makes pictures whose sides are multiples of 4: {width}x{height} pixels"
    assert heard.lines(Phase.FAILED) == ([f"{line} instead of {asked}"] if asked else [])


def test_a_model_whose_own_pictures_are_giant_wants_a_size(
    sd_folder: Path, tmp_path: Path, no_builtin: None
) -> None:
    folder = tmp_path / "giant"
    shutil.copytree(sd_folder, folder)
    config = folder / "unet" / "config.json"
    config.write_text(config.read_text().replace('"sample_size": 16', '"sample_size": 8000'))
    heard = Heard()
    assert opened(str(folder), heard).model == COLOUR_FIELDS
    line = heard.lines(Phase.RUNNING)[0]
    assert "its size of 16000 pixels is too large; give another --size" in line
    assert opened(str(folder), Heard(), size=32).model == str(folder)


def test_a_model_that_is_not_here_gives_way_to_the_builtin_one_when_offline(
    sd_as_builtin: None,
) -> None:
    heard = Heard()
    engine = opened("nobody/nothing", heard)
    assert engine.model == BUILTIN
    (line,) = heard.lines(Phase.FAILED)
    assert line == (
        "nobody/nothing: incomplete in the local cache, and offline; run it once with a network "
        "connection; builtin plays instead"
    )
    assert heard.lines(Phase.RUNNING) == [line]


def strict(name: str, heard: Heard, device: str = "cpu") -> Engine:
    """An engine of just that model."""
    return open_engine(name, device=device, offline=True, strict=True, report=heard, threads=1)


def test_where_a_model_must_be_that_one_nothing_takes_its_place(sd_folder: Path) -> None:
    heard = Heard()
    with pytest.raises(ModelError, match="nobody/nothing: incomplete in the local cache"):
        strict("nobody/nothing", heard)
    assert heard.lines(Phase.RUNNING) == heard.lines(Phase.FAILED) == []
    assert strict(str(sd_folder), heard).model == str(sd_folder)
    assert strict(COLOUR_FIELDS, heard).model == COLOUR_FIELDS


def test_a_model_that_does_not_fit_beside_the_one_that_plays_is_refused(
    gpu: None, sd_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = MagicMock(side_effect=torch.OutOfMemoryError("CUDA out of memory"))
    monkeypatch.setattr(diffusers_loading, "_settled", full)
    with pytest.raises(ModelError, match="beside the current model; change to builtin first"):
        strict(str(sd_folder), Heard(), device="cuda")


def test_where_every_model_fails_colour_fields_play(no_builtin: None) -> None:
    heard = Heard()
    engine = opened("nobody/nothing", heard)
    assert engine.model == COLOUR_FIELDS
    failed = heard.lines(Phase.FAILED)
    assert [line.rpartition("; ")[2] for line in failed] == [
        "builtin plays instead",
        "colour-fields plays instead",
    ]
    assert all("\n" not in line for line in failed)
    assert engine.next(request()).pixels.any()


def test_a_broken_folder_is_one_line(sd_folder: Path, tmp_path: Path, no_builtin: None) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(sd_folder, folder)
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="can't be loaded: ") as caught:
        load_model(str(folder), "cpu", True, unheard)
    assert "\n" not in str(caught.value)
    assert opened(str(folder), Heard()).model == COLOUR_FIELDS


def test_a_missing_gpu_is_said_and_the_processor_works(no_gpu: None, sd_folder: Path) -> None:
    heard = Heard()
    engine = opened(str(sd_folder), heard, device="cuda")
    assert engine.device == "cpu"
    (line,) = heard.lines(Phase.FAILED)
    assert "no NVIDIA GPU" in line
    assert "it runs on the processor" in line


def test_a_gpu_whose_memory_is_out_gives_way_to_the_processor(
    gpu: None, sd_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(pipeline: Any, device: str) -> Any:
        if device != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return pipeline

    monkeypatch.setattr(diffusers_loading, "_settled", full)
    heard = Heard()
    engine = opened(str(sd_folder), heard, device="cuda")
    assert (engine.model, engine.device) == (str(sd_folder), "cpu")
    (line,) = heard.lines(Phase.FAILED)
    assert "too large for the GPU's memory" in line


def test_a_gpu_that_fails_otherwise_leaves_the_builtin_model_on_the_processor(
    gpu: None, sd_folder: Path, sd_as_builtin: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(pipeline: Any, device: str) -> Any:
        if device != "cpu":
            raise RuntimeError("CUDA error: misaligned address")
        return pipeline

    monkeypatch.setattr(diffusers_loading, "_settled", broken)
    heard = Heard()
    engine = opened(str(sd_folder), heard, device="cuda")
    assert (engine.model, engine.device) == (BUILTIN, "cpu")
    first, second = heard.lines(Phase.FAILED)
    assert first.startswith(f"{sd_folder}: RuntimeError: CUDA error: misaligned address")
    assert second.startswith("builtin: RuntimeError: CUDA error: misaligned address")


def test_a_gpu_that_cannot_compute_is_said_once_and_the_processor_works(
    gpu: None, sd_as_builtin: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "_cuda_fault", lambda: "no kernel image")
    heard = Heard()
    engine = opened("nobody/nothing", heard, device="auto")
    assert (engine.model, engine.device) == (BUILTIN, "cpu")
    (line,) = heard.lines(Phase.RUNNING)
    assert line.count("can't use it (no kernel image); it runs on the processor") == 1


@pytest.fixture
def halves(monkeypatch: pytest.MonkeyPatch) -> list[torch.dtype]:
    """Models are loaded in half precision, which gives no numbers; what was tried, by type."""
    tried: list[torch.dtype] = []
    read = diffusers_loading._read

    def poisoned(unet: Any, inputs: Any, outputs: tuple[Tensor]) -> tuple[Tensor]:
        tried.append(unet.dtype)
        return (outputs[0] * math.nan,) if unet.dtype == torch.float16 else outputs

    def read_half(name: str, folder: Path, half: bool) -> Any:
        pipeline = read(name, folder, half).to(torch.float16)
        pipeline.unet.register_forward_hook(poisoned)
        return pipeline

    monkeypatch.setattr(diffusers_loading, "_read", read_half)
    return tried


def test_where_half_precision_gives_no_numbers_the_model_runs_in_full(
    folder: Path, halves: list[torch.dtype]
) -> None:
    heard = Heard()
    engine = opened(str(folder), heard)
    assert engine.model == str(folder)
    assert halves == [torch.float16, torch.float32]
    assert "in half precision" in heard.lines(Phase.RUNNING)[0]
    assert engine.next(request()).pixels.shape == (SIDE, SIDE, 3)


def test_a_model_that_gives_no_numbers_at_all_gives_way(
    sd_folder: Path, tmp_path: Path, no_builtin: None
) -> None:
    folder = tmp_path / "poisoned"
    shutil.copytree(sd_folder, folder)
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    tensors = {name: tensor * math.nan for name, tensor in load_file(weights).items()}
    save_file(tensors, weights)
    heard = Heard()
    assert opened(str(folder), heard).model == COLOUR_FIELDS
    assert "contains NaN values on this processor" in heard.lines(Phase.FAILED)[0]


def test_without_torch_colour_fields_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("visualizer.engine.models.devices")
    monkeypatch.setitem(sys.modules, "visualizer.engine.models.devices", None)
    name, reason, _ = choose()
    assert name == COLOUR_FIELDS
    assert reason.startswith("torch can't be used here")
    assert opened("any/thing", Heard()).model == COLOUR_FIELDS


def test_colour_fields_that_are_named_are_not_kept_waiting_for_torch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices, "default_model", None)
    assert choose(named=COLOUR_FIELDS) == ("", "", (BUILTIN,))


def test_a_licence_with_strings_attached_is_told(
    sd_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diffusers_loading, "_folder", lambda name: sd_folder)
    heard = Heard()
    opened("stabilityai/sdxl-turbo", heard)
    (line,) = heard.lines(Phase.RUNNING)
    assert "non-commercial without an agreement" in line


def test_the_builtin_model_plays() -> None:
    if not (BUILTIN_FOLDER / "model_index.json").is_file():
        pytest.skip("the built-in model is not exported yet")
    heard = Heard()
    engine = opened(BUILTIN, heard)
    assert heard.lines(Phase.FAILED) == []
    assert engine.model == BUILTIN
    side = BY_MODEL[BUILTIN].size
    assert engine.next(request(steps=1)).pixels.shape == (side, side, 3)


def test_while_another_model_is_read_colour_fields_come_at_once(sd_as_builtin: None) -> None:
    heard = Heard()
    with WEIGHTS_LOCK:
        assert opened(BUILTIN, heard).model == COLOUR_FIELDS
    assert heard.lines(Phase.FAILED) == [
        "builtin: another model is loading; colour-fields plays instead"
    ]


def test_the_builtin_model_plays_without_slow_libraries_and_others_leave_the_terminal_clean(
    sd_folder: Path,
) -> None:
    """Some take seconds to import; and they warn of what they lack as soon as they are imported."""
    script = (
        "import sys\n"
        "from visualizer.engine.models.fallbacks import choose, open_engine\n"
        "choose('cpu')\n"
        "engine = open_engine('builtin', live=True, offline=True, report=lambda _: None)\n"
        "assert engine.model == 'builtin', engine.model\n"
        "engine.reduce_memory()\n"
        "slow = {'diffusers', 'transformers', 'torch._dynamo', 'sympy'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)\n"
        f"model = open_engine({str(sd_folder)!r}, offline=True, report=lambda _: None).model\n"
        f"assert model == {str(sd_folder)!r}, model\n"
        "import visualizer.engine.backends.converted\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
