"""Networks that are exchanged between two frames: for faster ones, when there are some."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diffusers import AutoencoderTiny

from visualizer.engine.backends.networks import TorchNetworks
from visualizer.engine.loop.feedback import Feedback
from visualizer.engine.models import assembly, vaes
from visualizer.engine.models.assembly import assemble
from visualizer.engine.models.catalogue import BUILTIN
from visualizer.engine.models.fallbacks import open_engine
from visualizer.engine.models.loading import load_model
from visualizer.show.status import Phase, Report, Status

from ..conftest import request, unheard

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class Found:
    """Stands for the search for faster parts. made: all there were."""

    made: list[Found]

    def __init__(self, pipeline: Any, model: str, side: int, **_: Any) -> None:
        self.networks: TorchNetworks | None = None
        self.made.append(self)

    def ready(self) -> TorchNetworks | None:
        found, self.networks = self.networks, None
        return found


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[Found]:
    """Every search that is begun."""
    Found.made = []
    monkeypatch.setattr(assembly, "OpenVino", Found)
    return Found.made


def engine_of(
    folder: Path,
    *,
    backend: str = "auto",
    live: bool = True,
    name: str = "a/model",
    tiny_vae: str = "off",
    report: Report = unheard,
) -> tuple[Feedback, Any]:
    """An engine, and the pipeline that it is made of."""
    pipeline = load_model(str(folder), "cpu", True, unheard)
    options: dict[str, Any] = {"size": None, "aspect": None, "offline": True}
    options |= {"tiny_vae": tiny_vae, "backend": backend, "live": live}
    made = assemble(pipeline, name, "cpu", report=report, **options)
    return made, pipeline


def test_the_built_in_model_looks_for_faster_parts(searches: list[Found]) -> None:
    engine = open_engine(
        BUILTIN, device="cpu", offline=True, live=True, backend="auto", report=unheard
    )
    assert engine.model == BUILTIN
    assert len(searches) == 1


def test_faster_parts_are_taken_between_two_frames(searches: list[Found], sd_folder: Path) -> None:
    engine, pipeline = engine_of(sd_folder)
    used: list[str] = []

    class Faster(TorchNetworks):
        def decode(self, latents: Any) -> Any:
            used.append("decode")
            return super().decode(latents)

    engine.next(request())
    engine.prepare(request())
    assert used == []
    searches[0].networks = Faster(pipeline)
    engine.next(request())
    assert used == [], "not in the middle of a frame"
    engine.prepare(request())
    engine.next(request())
    assert used == ["decode"]


def test_nothing_is_searched_for_where_torch_is_asked_for(
    searches: list[Found], sd_folder: Path
) -> None:
    engine_of(sd_folder, backend="torch")
    assert searches == []


def test_without_a_show_faster_parts_are_there_from_the_first_frame(
    sd_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ready(Found):
        """Stands for a search that is over when it is begun."""

        def __init__(self, pipeline: Any, model: str, side: int, **_: Any) -> None:
            self.networks = TorchNetworks(pipeline)
            self.networks.backend = "faster"

    monkeypatch.setattr(assembly, "OpenVino", Ready)
    assert engine_of(sd_folder, live=False)[0].backend == "faster"
    assert engine_of(sd_folder, live=True)[0].backend == "torch"


def test_nothing_is_searched_for_where_nothing_can_be_found(
    searches: list[Found], sdxl_folder: Path
) -> None:
    engine_of(sdxl_folder)
    assert searches == []


def test_the_first_picture_that_is_tried_leaves_no_trace(sd_folder: Path) -> None:
    tried, _ = engine_of(sd_folder, backend="torch")
    untried, _ = engine_of(sd_folder, backend="torch", name=BUILTIN)
    for wanted in (request(), request(seed=3)):
        assert np.array_equal(tried.next(wanted).pixels, untried.next(wanted).pixels)


def taking(tiny: AutoencoderTiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a tiny autoencoder on this machine."""

    def take(pipeline: Any, *_: Any) -> bool:
        pipeline.register_modules(vae=tiny)
        return True

    monkeypatch.setattr(vaes, "take_tiny", take)


def test_nothing_is_searched_for_with_another_autoencoder_than_the_models_own(
    searches: list[Found],
    sd_folder: Path,
    tiny_vae: AutoencoderTiny,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taking(tiny_vae, monkeypatch)
    engine_of(sd_folder, tiny_vae="on")
    assert searches == []


def test_openvino_asked_for_where_it_cannot_run_is_said(
    searches: list[Found],
    sd_folder: Path,
    tiny_vae: AutoencoderTiny,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taking(tiny_vae, monkeypatch)
    heard: list[Status] = []
    engine_of(sd_folder, backend="openvino", tiny_vae="on", report=heard.append)
    assert searches == []
    assert [each.text for each in heard if each.phase is Phase.FAILED] == [
        "a/model: not a model that OpenVINO runs here, so torch is used"
    ]


def test_faster_parts_that_come_after_a_step_down_are_not_taken(
    searches: list[Found],
    sd_folder: Path,
    tiny_vae: AutoencoderTiny,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, pipeline = engine_of(sd_folder)
    found = searches[0].networks = TorchNetworks(pipeline)
    taking(tiny_vae, monkeypatch)
    assert "tiny autoencoder" in engine.reduce_memory()
    engine.prepare(request())
    assert searches[0].networks is found
