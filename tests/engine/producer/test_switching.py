"""Models that come and go while frames are made."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from visualizer.engine.engine import Engine
from visualizer.engine.failures import ModelError
from visualizer.engine.models.catalogue import BUILTIN, COLOUR_FIELDS, Choice
from visualizer.engine.producer.background_load import BackgroundLoad
from visualizer.engine.producer.model_crossfade import HANDOVER
from visualizer.frame import Pixels
from visualizer.show.lora import Lora
from visualizer.show.status import Phase, Report, Status

from ..conftest import request
from ..rig import SOON, Gated, Rig, running_rig


@pytest.fixture
def rig() -> Iterator[Rig]:
    with running_rig() as rig:
        yield rig


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


def test_frames_go_on_while_a_model_loads_and_the_status_says_how_far_it_is(rig: Rig) -> None:
    rig.hold.clear()
    engine = rig.start("other")
    rig.requests.put(request())
    engine.permits.release(1000)
    while rig.frame().number < 3:
        pass
    status = rig.status(lambda status: status.progress is not None)
    assert (status.phase, status.model, status.coming) == (Phase.RUNNING, BUILTIN, "other")
    assert (status.text, status.progress) == ("fetching other: 41 %", 0.41)


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


def test_a_model_that_cannot_be_had_leaves_the_show_where_it_was_with_one_line(rig: Rig) -> None:
    engine = rig.start()
    rig.runs(BUILTIN)
    rig.models.put("nobody/nothing")
    status = rig.status(lambda status: "nobody/nothing: there is no such model" in status.text)
    assert (status.phase, status.model, status.coming) == (Phase.RUNNING, BUILTIN, "")
    assert status.text == "nobody/nothing: there is no such model"
    engine.permits.release()
    rig.requests.put(request())
    rig.frame()


def test_a_model_that_failed_can_be_asked_for_again(rig: Rig) -> None:
    rig.start()
    for _ in range(2):
        rig.models.put("nobody/nothing")
        rig.status(lambda status: "there is no such model" in status.text)
    assert rig.loaded == ["nobody/nothing"] * 2


def test_what_was_to_be_said_at_the_start_is_said_with_the_failure(rig: Rig) -> None:
    rig.start("nobody/nothing")
    status = rig.status(lambda status: not status.coming and status.phase is Phase.RUNNING)
    assert status.text == "about builtin; nobody/nothing: there is no such model"


@pytest.mark.parametrize("fault", [RuntimeError("a\nb"), SystemExit(3)])
def test_whatever_ends_a_load_is_one_line(rig: Rig, fault: BaseException) -> None:
    def load(name: str, report: Report) -> Engine:
        raise fault

    rig.producer = rig.new(load_engine=load)
    rig.start()
    rig.runs(BUILTIN)
    rig.models.put("other")
    status = rig.status(lambda status: "other: " in status.text)
    assert status.text == f"other: {type(fault).__name__}: {str(fault).splitlines()[0]}"


def test_a_newer_wish_overtakes_a_load_and_what_that_brings_is_dropped(rig: Rig) -> None:
    rig.engines["third"] = Gated("third")
    rig.hold.clear()
    rig.start("third")
    rig.status(lambda status: status.coming == "third" and status.progress is not None)
    rig.models.put("other")
    rig.status(lambda status: status.coming == "other" and status.progress is not None)
    rig.hold.set()
    rig.runs("other")
    rig.requests.put(request())
    rig.other.permits.release()
    rig.frame()
    assert rig.loaded == ["third", "other"]
    assert rig.engines["third"].adopted == rig.engines["third"].requests == []


def test_to_ask_for_what_runs_ends_the_wish_for_another(rig: Rig) -> None:
    rig.hold.clear()
    rig.start("other")
    rig.status(lambda status: status.coming == "other")
    rig.models.put(BUILTIN)
    rig.runs(BUILTIN)
    rig.hold.set()
    rig.builtin.permits.release(3)
    rig.requests.put(request())
    while rig.frame().number < 3:
        pass
    assert rig.other.requests == []


def test_to_ask_twice_for_what_loads_is_to_ask_once(rig: Rig) -> None:
    rig.hold.clear()
    rig.start("other")
    rig.status(lambda status: status.progress is not None)
    rig.models.put("other")
    rig.hold.set()
    rig.runs("other")
    assert rig.loaded == ["other"]


def test_a_load_does_not_hold_up_the_end(rig: Rig) -> None:
    rig.hold.clear()
    rig.start("other")
    rig.status(lambda status: status.progress is not None)
    assert not rig.producer.stop(SOON), "so that the program knows that a thread is left"
    assert not rig.producer.is_alive()
    rig.hold.set()


FULL = "CUDA out of memory. Tried to allocate 2 GiB"


def test_memory_that_a_loading_model_takes_costs_that_model_and_not_the_picture(rig: Rig) -> None:
    loading = threading.Event()

    def load(name: str, report: Report) -> Engine:
        loading.set()
        while not rig.hold.wait(0.01):
            report(Status(Phase.LOADING, f"loading {name}", 0.9))
        raise AssertionError("it was not dropped")

    rig.hold.clear()
    rig.producer = rig.new(load_engine=load)
    engine = rig.start("other")
    engine.steps = ["a tiny autoencoder"]
    engine.failures = [RuntimeError(FULL)]
    assert loading.wait(SOON)
    rig.requests.put(request())
    engine.permits.release(2)
    assert rig.frame().number == 1
    assert engine.steps == ["a tiny autoencoder"]
    status = rig.runs(BUILTIN)
    assert status.text == "other: too big beside the current model; change to builtin first"


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
        report(Status(Phase.RUNNING, f"{name}: another model is being read just now"))
        return rig.engines[COLOUR_FIELDS]

    rig.producer = rig.new(open_engine=open_)
    rig.start()
    rig.runs(BUILTIN)
    assert rig.loaded == [BUILTIN]


class Loop:
    """What only the garbage collector ends, as a model's parts are."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_loaded_in_vain_is_thrown_away_at_once(rig: Rig) -> None:
    loops: list[weakref.ref[Loop]] = []

    def load(name: str, report: Report) -> Engine:
        loops.append(weakref.ref(Loop()))
        raise ModelError(f"{name}: no")

    rig.producer = rig.new(load_engine=load)
    engine = rig.start("other")
    rig.status(lambda status: "other: no" in status.text)
    rig.requests.put(request())
    engine.permits.release()
    rig.frame()
    assert [loop() for loop in loops] == [None]


def test_a_loader_that_is_dropped_keeps_no_engine() -> None:
    ready = BackgroundLoad("other", lambda name, report: Gated(name))
    ready.run()
    assert ready.engine is not None
    ready.drop()
    assert ready.engine is None

    def load(name: str, report: Report) -> Engine:
        busy.drop()
        return Gated(name)

    busy = BackgroundLoad("other", load)
    busy.run()
    assert busy.engine is None
