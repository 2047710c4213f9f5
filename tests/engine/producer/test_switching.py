"""Models that take over while frames are made: which one plays, and what it goes on from."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from visualizer.engine.engine import Engine
from visualizer.engine.models.catalogue import BUILTIN, COLOUR_FIELDS, Choice
from visualizer.engine.producer.model_crossfade import HANDOVER
from visualizer.frame import Pixels
from visualizer.show.lora import Lora
from visualizer.show.status import Phase, Report, Status

from ..conftest import request
from ..rig import FULL, SOON, Gated, Rig


def test_it_asks_for_a_model_with_the_default_and_why(rig: Rig) -> None:
    rig.producer.start()
    status = rig.status(lambda status: status.phase is Phase.ASKING)
    assert (status.default, status.reason, status.models) == (BUILTIN, "because", (BUILTIN,))


def test_the_builtin_model_is_opened_while_the_question_stands(rig: Rig) -> None:
    opened = threading.Event()

    def open_(name: str, report: Report) -> Engine:
        engine = rig.open(name, report)
        opened.set()
        return engine

    rig.producer = rig.new(open_engine=open_)
    rig.requests.put(request())
    rig.producer.start()
    assert opened.wait(SOON)
    assert rig.builtin.asked.wait(0.2) is None, "no frame before the answer"
    rig.builtin.permits.release()
    rig.models.put("")
    rig.frame()
    assert (rig.opened, rig.loaded) == ([BUILTIN], [])


def test_no_name_is_the_default_model(rig: Rig) -> None:
    rig.start("")
    status = rig.runs(BUILTIN)
    assert (status.device, status.text) == ("cpu", "about builtin")
    assert (rig.opened, rig.loaded) == ([BUILTIN], [])


def test_a_large_default_model_loads_behind_the_builtin_one(rig: Rig) -> None:
    rig.producer = rig.new(
        choose=lambda named: Choice("other", "there is a GPU", (BUILTIN, "other"))
    )
    rig.start("")
    rig.runs("other")
    assert (rig.opened, rig.loaded) == ([BUILTIN], ["other"])


def test_colour_fields_need_no_model_before_them(rig: Rig) -> None:
    rig.engines[COLOUR_FIELDS] = Gated(COLOUR_FIELDS)
    rig.start(COLOUR_FIELDS)
    rig.runs(COLOUR_FIELDS)
    assert (rig.opened, rig.loaded) == ([COLOUR_FIELDS], [])


def test_colour_fields_play_without_torch_until_another_model_is_wanted(rig: Rig) -> None:
    rig.engines[COLOUR_FIELDS] = fields = Gated(COLOUR_FIELDS)
    chosen: list[tuple[str, str]] = []

    def choose(named: str) -> Choice:
        chosen.append((named, threading.current_thread().name))
        return Choice("" if named else "other", "", (BUILTIN,))

    rig.producer = rig.new(choose=choose)
    rig.requests.put(request())
    rig.start(COLOUR_FIELDS)
    fields.permits.release(1000)
    rig.frame()
    assert chosen == [(COLOUR_FIELDS, "producer")]
    rig.builtin.permits.release(1000)
    for model in (BUILTIN, COLOUR_FIELDS, BUILTIN):
        rig.models.put(model)
        rig.runs(model)
    assert chosen[1:] == [("", "loader")], "once, while the colour fields play on"
    rig.other.permits.release(1000)
    rig.models.put("")
    rig.runs("other")


def test_a_ready_model_takes_over_between_two_frames(rig: Rig) -> None:
    engine = rig.start()
    rig.requests.put(request())
    engine.asked.wait(SOON)
    rig.models.put("other")
    engine.permits.release()
    assert rig.frame().number == 1
    rig.builtin.permits.release(1000)
    status = rig.runs("other")
    assert (status.text, status.models) == ("about other", (BUILTIN, "other"))
    made = len(engine.requests)
    rig.other.permits.release()
    while not rig.other.prepared:
        rig.frame()
    assert len(engine.requests) == made


def test_other_loras_load_the_model_again_and_its_name_stays(rig: Rig) -> None:
    rig.engines["other +lora film:0.5"] = rig.engines["other +lora grain"] = rig.other
    rig.start()
    rig.runs(BUILTIN)
    for name in ("other", "other +lora film:0.5", "other +lora grain"):
        rig.hold.clear()
        rig.models.put(name)
        assert rig.status(lambda status: bool(status.coming)).coming == "other"
        rig.hold.set()
        rig.runs("other")
        rig.models.put(name)  # asked for again, it plays already
    assert rig.loaded == ["other", "other +lora film:0.5", "other +lora grain"]


def test_a_lora_that_failed_is_tried_again_where_it_is_asked_for_again(rig: Rig) -> None:
    name = "other +lora film +lora grain"
    rig.engines[name] = rig.other
    rig.lost_loras.add(Lora("grain"))
    rig.start()
    rig.runs(BUILTIN)
    for _ in range(2):
        rig.models.put(name)
        rig.runs("other")
    rig.lost_loras.clear()
    for _ in range(2):  # the second time it plays already
        rig.models.put(name)
        rig.runs("other")
    assert rig.loaded == [name] * 3


def test_the_built_in_model_plays_on_without_loras_and_says_so(rig: Rig) -> None:
    rig.start(f"{BUILTIN} +lora film")
    line = f"{BUILTIN} takes no LoRA, so it plays without film"
    rig.status(lambda status: status.text.startswith(f"about {BUILTIN}; {line}"))
    rig.models.put(" +lora film")  # the default
    rig.status(lambda status: status.text.startswith(line))
    assert (rig.opened, rig.loaded) == ([BUILTIN], [])


def test_a_model_takes_over_while_no_frame_is_wanted(rig: Rig) -> None:
    rig.start()
    rig.runs(BUILTIN)
    rig.models.put("other")
    rig.runs("other")
    assert rig.other.adopted == []


def test_the_new_model_goes_on_from_the_last_picture_and_is_faded_in(rig: Rig) -> None:
    seconds = 0.0
    rig.producer = rig.new(clock=lambda: seconds)
    engine = rig.start()
    engine.permits.release()
    rig.requests.put(request())
    last = rig.frame().pixels
    rig.models.put("other")
    engine.permits.release(1000)
    rig.runs("other")
    rig.other.asked.wait(SOON)
    assert np.array_equal(rig.other.adopted[0], last)
    rig.frames.get()
    shades = []
    for share in (0.0, 0.25, 0.5, 1.0, 2.0):
        seconds = share * HANDOVER
        rig.other.permits.release()
        pixels = rig.frame().pixels
        assert pixels.shape == (4, 4, 3)
        shades.append(int(pixels[0, 0, 0]))
    assert shades == [0, 31, 100, 200, 200]


def test_a_new_model_that_cannot_take_the_picture_over_begins_from_white_and_plays(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def continue_from(_: Pixels) -> None:
        raise RuntimeError(FULL)

    monkeypatch.setattr(rig.other, "continue_from", continue_from)
    engine = rig.start()
    rig.requests.put(request())
    engine.permits.release()
    rig.frame()
    rig.models.put("other")
    engine.permits.release(1000)
    rig.runs("other")
    rig.other.permits.release()
    while not rig.other.prepared:
        rig.frame()


def test_while_another_model_is_read_colour_fields_stand_in_for_the_builtin_one(rig: Rig) -> None:
    rig.engines[COLOUR_FIELDS] = Gated(COLOUR_FIELDS)

    def open_(name: str, report: Report) -> Engine:
        report(Status(Phase.RUNNING, f"{name}: another model is loading"))
        return rig.engines[COLOUR_FIELDS]

    rig.producer = rig.new(open_engine=open_)
    rig.start()
    rig.runs(BUILTIN)
    assert rig.loaded == [BUILTIN]
