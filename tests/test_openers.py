"""Where an engine runs, by what was asked for and what there is."""

from __future__ import annotations

import pickle
import sys
from functools import partial
from pathlib import Path

import pytest

from visualizer import openers
from visualizer.engine.host.engine_host import Slots
from visualizer.engine.host.failover import Failover
from visualizer.engine.host.process_host import ProcessHost
from visualizer.engine.models.catalogue import BUILTIN, COLOUR_FIELDS
from visualizer.openers import host, place
from visualizer.options import LiveOptions, OptionError

from .engine.host.engines import WANTED


def test_the_engine_runs_in_a_process_where_a_driver_could_take_the_show_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for engine, device, has_nvidia, where in (
        ("auto", "auto", True, "process"),
        ("auto", "auto", False, "thread"),
        ("auto", "cuda", False, "process"),
        ("auto", "cpu", True, "thread"),
        ("auto", "mps", False, "thread"),
        ("thread", "cuda", True, "thread"),
        ("process", "cpu", False, "process"),
    ):
        monkeypatch.setattr(openers, "_has_nvidia", lambda has=has_nvidia: has)
        assert openers.place(engine, device) == where


def test_what_a_process_is_given_can_be_sent_to_it_whatever_the_options() -> None:
    options = LiveOptions(settings={"zoom": 0.5}, size=(640, 360), output=(("camera", ""),))
    for make in (openers.host("process", options), openers.without_torch(options)):
        pickle.dumps(make)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has loaded")
def test_the_last_resort_plays_colour_fields_in_a_process_that_loads_no_torch() -> None:
    slots = Slots()
    host = openers.without_torch(LiveOptions(size=(64, 32)))(slots, None)
    assert isinstance(host, ProcessHost)
    slots.models.put(COLOUR_FIELDS)
    slots.requests.put(WANTED)
    host.start()
    frame = slots.frames.wait(120.0)
    assert frame is not None
    assert frame.pixels.shape == (32, 64, 3)
    assert "libtorch" not in Path(f"/proc/{host.pid}/maps").read_text()
    assert host.stop(60.0)


def test_an_engine_on_a_cluster_is_refused_in_a_line_where_ray_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "visualizer.engine.host.ray_cluster.importlib.util.find_spec", lambda name: None
    )
    for engine in ("ray", "ray://10.0.0.2:10001"):
        with pytest.raises(OptionError, match=r"--engine ray.*pip install 'visualizer\[ray\]'"):
            place(engine, "cpu")
    assert place("thread", "cpu") == "thread"


def test_what_a_far_engine_is_made_of_can_be_sent_to_it() -> None:
    made = host("ray://10.0.0.2:10001", LiveOptions(model=BUILTIN, device="cpu"))
    assert isinstance(made, partial)
    assert made.func is Failover
    far, near = made.args
    assert pickle.loads(pickle.dumps(far)).func is ProcessHost
    assert near.func is not Failover
