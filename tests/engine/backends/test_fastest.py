"""Faster parts: found beside the show, handed over once, kept for the next show."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from visualizer.engine.backends import trials
from visualizer.engine.backends.fastest import Fastest
from visualizer.engine.backends.openvino import KINDS, at_once, runtime
from visualizer.engine.backends.openvino_network import EDITION
from visualizer.engine.backends.trial import Choice
from visualizer.engine.backends.trials import KEPT, TrialError, measure
from visualizer.engine.backends.variants import AS_IT_COMES, VARIANTS, BFloatParts, Sample
from visualizer.engine.models.pipelines import load

from ..conftest import SIDE, unheard

BFLOAT = "torch bfloat16"


class Bench:
    """A measurement that says what it is told to, or fails; it keeps what it was asked."""

    def __init__(self, *says: Choice | TrialError) -> None:
        self.says = list(says)
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, model: str, side: int, folder: Path, variants: Sequence[str]) -> None:
        self.asked.append(tuple(variants))
        told = self.says[min(len(self.asked), len(self.says)) - 1]
        if isinstance(told, TrialError):
            (folder / "half.bin").touch()
            raise told
        told.write(folder)


@pytest.fixture
def model(sd_folder: Path) -> Any:
    """A tiny SD."""
    return load(str(sd_folder), "cpu", True, unheard)


@pytest.fixture(autouse=True)
def openvino(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is installed, or it looks as if it were: most tests ask no more of it than that."""
    try:
        runtime()
    except ImportError:
        monkeypatch.setitem(sys.modules, "openvino", ModuleType("openvino"))


@pytest.fixture
def said() -> list[str]:
    """What was reported."""
    return []


@pytest.fixture
def look(model: Any, said: list[str], tmp_path: Path) -> Callable[..., Fastest]:
    """Look for what is fastest, here and now."""

    def looked(bench: Bench, **options: Any) -> Fastest:
        values = {"cache": tmp_path / "cache", "cpu": lambda: "some", "start": at_once, **options}
        pipeline, side = values.pop("pipeline", model), values.pop("side", SIDE)
        return Fastest(pipeline, "tiny", side, report=said.append, measure=bench, **values)

    return looked


Look = Callable[..., Fastest]


def test_faster_parts_are_handed_over_once(look: Look, model: Any, said: list[str]) -> None:
    fastest = look(Bench(Choice(BFLOAT)))
    assert fastest.chosen == BFLOAT
    parts = fastest.ready()
    assert isinstance(parts, BFloatParts)
    assert all(torch.isfinite(made).all() for made in Sample.of(model, SIDE).outputs(parts))
    assert model.unet.dtype == torch.float32  # whoever uses it still does
    assert fastest.ready() is None
    assert said == []


def test_where_nothing_is_faster_nothing_is_handed_over(look: Look, said: list[str]) -> None:
    fastest = look(Bench(Choice(AS_IT_COMES)))
    assert (fastest.chosen, fastest.ready(), said) == (AS_IT_COMES, None, [])


def test_the_show_never_waits(look: Look) -> None:
    works: list[Callable[[], None]] = []
    bench = Bench(Choice(BFLOAT))
    fastest = look(bench, start=works.append)
    assert (fastest.chosen, fastest.ready(), bench.asked) == ("", None, [])
    works[0]()
    assert fastest.ready() is not None


def test_the_next_show_needs_no_trial(look: Look) -> None:
    bench = Bench(Choice(BFLOAT))
    for _ in range(2):
        assert isinstance(look(bench).ready(), BFloatParts)
    assert len(bench.asked) == 1


@pytest.mark.parametrize(
    "other", ["size", "processor", "version", "weights", "openvino", "options", "edition"]
)
def test_what_was_found_holds_for_nothing_else(
    look: Look, model: Any, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    bench = Bench(Choice(BFLOAT))
    look(bench)
    options: dict[str, Any] = {}
    if other == "size":
        options = {"side": 2 * SIDE}
    elif other == "processor":
        options = {"cpu": lambda: "another"}
    elif other == "weights":
        with torch.no_grad():
            model.unet.conv_out.bias[0] += 1e-3
    elif other == "options":
        monkeypatch.setitem(KINDS, "float32", {"INFERENCE_PRECISION_HINT": "other"})
    elif other == "edition":
        monkeypatch.setattr(trials, "EDITION", EDITION + 1)
    else:
        of = {"version": "torch", "openvino": "openvino"}[other]
        old = trials._version
        monkeypatch.setattr(trials, "_version", lambda name: "new" if name == of else old(name))
    look(bench, **options)
    assert len(bench.asked) == 2


def test_the_same_weights_elsewhere_are_known(look: Look, sd_folder: Path, tmp_path: Path) -> None:
    bench = Bench(Choice(BFLOAT))
    look(bench)
    load(str(sd_folder), "cpu", True, unheard).save_pretrained(tmp_path / "copy")
    look(bench, pipeline=load(str(tmp_path / "copy"), "cpu", True, unheard))
    assert len(bench.asked) == 1


def test_all_ways_are_measured_where_openvino_is_installed(look: Look) -> None:
    bench = Bench(Choice(AS_IT_COMES))
    look(bench)
    assert bench.asked == [VARIANTS]


def test_without_openvino_its_ways_are_simply_not_chosen(
    look: Look, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    bench = Bench(Choice(BFLOAT))
    assert look(bench).ready() is not None
    assert bench.asked == [(AS_IT_COMES, BFLOAT)]
    assert said == []


def test_a_crash_of_openvino_leaves_the_other_ways_and_is_not_tried_again(
    look: Look, said: list[str]
) -> None:
    bench = Bench(TrialError("it crashed", crashed=True), Choice(BFLOAT))
    for _ in range(2):
        assert isinstance(look(bench).ready(), BFloatParts)
    assert bench.asked == [VARIANTS, (AS_IT_COMES, BFLOAT)]
    assert said == ["OpenVINO can't be used with tiny: it crashed"]


def test_what_may_go_better_next_time_is_tried_again(look: Look) -> None:
    full = TrialError("no room on the disk")
    bench = Bench(full, Choice(BFLOAT), Choice(BFLOAT))
    assert look(bench).chosen == BFLOAT
    look(bench)
    look(bench)
    assert len(bench.asked) == 3


def test_a_way_that_cant_be_had_is_said_in_a_line(look: Look, said: list[str]) -> None:
    look(Bench(Choice(AS_IT_COMES, {}, {"openvino float32": "no such thing"})))
    assert said == ["tiny: no openvino float32: no such thing"]


@pytest.mark.parametrize("says", [TrialError("no luck"), OSError("no luck")])
def test_where_every_trial_fails_the_show_stays_as_it_is(
    look: Look, said: list[str], says: Exception
) -> None:
    class Failing(Bench):
        def __call__(self, *asked: Any) -> None:
            raise says

    fastest = look(Failing())
    assert (fastest.chosen, fastest.ready()) == (AS_IT_COMES, None)
    assert len(said) == 1
    assert said[0].startswith("tiny gets no faster here: ")
    assert said[0].endswith("no luck")


def test_whatever_goes_wrong_before_a_trial_is_no_fault_of_the_show(
    look: Look, said: list[str]
) -> None:
    def unknown() -> str:
        raise RuntimeError("what processor?")

    fastest = look(Bench(Choice(BFLOAT)), cpu=unknown)
    assert (fastest.chosen, fastest.ready()) == (AS_IT_COMES, None)
    assert said == ["tiny gets no faster here: RuntimeError: what processor?"]


@pytest.mark.parametrize("error", [ImportError("libtbb.so is missing"), OSError("libtbb.so?")])
def test_a_broken_openvino_is_said_and_left_out(
    look: Look, said: list[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken() -> None:
        raise error

    monkeypatch.setattr("visualizer.engine.backends.fastest.runtime", broken)
    bench = Bench(Choice(BFLOAT))
    assert look(bench).ready() is not None
    assert bench.asked == [(AS_IT_COMES, BFLOAT)]
    assert len(said) == 1
    assert said[0].startswith("OpenVINO can't be used here: ")


def test_a_trial_without_a_result_is_a_failure(look: Look, said: list[str]) -> None:
    class Silent(Bench):
        def __call__(self, *asked: Any) -> None:
            pass

    assert look(Silent()).chosen == AS_IT_COMES
    assert said == ["tiny gets no faster here: its trial left no result"]


def test_a_cache_that_cant_be_written_to_means_a_trial_each_time(
    look: Look, said: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    bench = Bench(Choice(BFLOAT))
    for _ in range(2):
        assert look(bench, cache=tmp_path / "file" / "cache").ready() is not None
    assert len(bench.asked) == 2
    assert said == []


def test_what_openvino_left_and_is_no_good_is_thrown_away(
    look: Look, said: list[str], tmp_path: Path
) -> None:
    bench = Bench(Choice("openvino float32"))  # but no networks beside it
    fastest = look(bench)
    assert (fastest.chosen, fastest.ready()) == (AS_IT_COMES, None)
    assert len(said) == 1
    assert said[0].startswith("tiny gets no faster here: ")
    assert list((tmp_path / "cache").iterdir()) == []


def test_nothing_is_left_behind_but_the_last_few_trials(look: Look, tmp_path: Path) -> None:
    for i in range(KEPT + 2):
        look(Bench(TrialError("oh", crashed=True), Choice(BFLOAT)), cpu=lambda i=i: str(i))
    assert len(list((tmp_path / "cache").iterdir())) == KEPT
    bench = Bench(Choice(BFLOAT))
    look(bench, cpu=lambda: str(KEPT + 1))
    assert bench.asked == []  # the last one is among them


def test_a_process_finds_the_fastest_way_and_its_parts_play(
    look: Look, model: Any, sd_folder: Path, said: list[str], tmp_path: Path
) -> None:
    asked: list[Path] = []

    def really(_: str, side: int, folder: Path, variants: Sequence[str]) -> None:
        asked.append(folder)
        measure(str(sd_folder), side, folder, variants)

    fastest = look(really)
    assert fastest.chosen in VARIANTS
    assert said == []
    parts = fastest.ready()
    assert (parts is None) == (fastest.chosen == AS_IT_COMES)
    again = look(really)
    assert again.chosen == fastest.chosen
    assert len(asked) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the process")
@pytest.mark.parametrize(
    ("script", "line", "crashed"),
    [
        ("kill -SEGV $$", "it crashed in a trial (-11)", True),
        ("kill -KILL $$", "its trial failed: status -9", False),
        ("echo one >&2; echo two >&2; echo >&2; exit 3", "its trial failed: two", False),
        ("exit 0", "", False),
    ],
)
def test_how_a_process_ends_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, line: str, crashed: bool
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    if not line:
        measure("tiny", SIDE, tmp_path, VARIANTS)
        return
    with pytest.raises(TrialError) as caught:
        measure("tiny", SIDE, tmp_path, VARIANTS)
    assert (str(caught.value), caught.value.crashed) == (line, crashed)


def test_the_processor_has_a_name() -> None:
    assert trials.processor().strip()
