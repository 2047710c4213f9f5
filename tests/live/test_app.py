"""The frame loop: what it hands from room to room, and what it survives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
import pygame
import pytest

from visualizer import terminal
from visualizer.controls.repeated_faults import RateLimit
from visualizer.engine.engine import Engine, OpenEngine
from visualizer.engine.failures import ModelError
from visualizer.engine.models.catalogue import Choice
from visualizer.engine.testcard import TestCard
from visualizer.frame import Frame
from visualizer.live import app
from visualizer.live.app import LONGEST_SEEN, MOST_FAULTS, LiveShow, run
from visualizer.live.engine_client import EngineClient
from visualizer.live.session_store import STATE
from visualizer.options import LiveOptions, OptionError, Options, find_picture, with_picture
from visualizer.show import modulation
from visualizer.show.actions import Prompt, Run, Say, SelectPreset, Set
from visualizer.show.files import session
from visualizer.show.parameters import SOURCES, TARGETS
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.reducers import remember
from visualizer.show.request import Request
from visualizer.show.state import Show
from visualizer.show.status import Report
from visualizer.show.view import View
from visualizer.stage.stage import Stage

from ..clips import RED, is_colour, write_clip

PRESETS = (Preset("one", (Cued(alone("a blue tunnel"), NO_VALUES),)),)
TWO = (*PRESETS, Preset("two", (Cued(alone("red"), NO_VALUES),), values={"blend": 0.5}))


class Wall:
    """A stage without a window, on which events are laid out beforehand."""

    engine_fps = display_fps = 0.0
    size = (1280, 720)
    late_frames = 0
    display, chosen_display, renderer = "", "", "none"
    masks: Mapping[str, npt.NDArray[np.uint8]] = MappingProxyType({})

    def __init__(self) -> None:
        self.coming: list[pygame.event.Event] = []
        self.frames: list[Frame] = []
        self.views: list[View] = []
        self.fault: Callable[[], None] = lambda: None
        self.closed = False

    def events(self) -> list[pygame.event.Event]:
        events, self.coming = self.coming, []
        return events

    def take_messages(self) -> list[str]:
        return []

    def clipboard(self) -> str:
        return ""

    def show_frame(self, frame: Frame) -> None:
        self.frames.append(frame)

    def close(self) -> None:
        self.closed = True

    def present(self, view: View) -> None:
        self.views.append(view)
        self.fault()


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def live(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> LiveShow:
    """A show on the test card; `with live:` runs its threads."""
    opens(monkeypatch, lambda name, report: TestCard(size=32))
    choice = Choice("testcard", "it is a test", ("builtin", "a/model"))
    monkeypatch.setattr("visualizer.live.engine_client.choose", lambda device: choice)
    return show_on(wall)


def opens(
    monkeypatch: pytest.MonkeyPatch, open_: OpenEngine, load: OpenEngine | None = None
) -> None:
    """Have shows open their models so, and load them in the background so."""

    def opener(options: Options, *, strict: bool = False, live: bool = False) -> OpenEngine:
        return load if strict and load is not None else open_

    monkeypatch.setattr("visualizer.live.engine_client.opener", opener)


class Named(TestCard):
    """A test card under a model's name."""

    def __init__(self, model: str) -> None:
        super().__init__(size=32)
        self.model = model


def show_on(wall: Wall, presets: tuple[Preset, ...] = PRESETS, **options: Any) -> LiveShow:
    chosen = LiveOptions(**{"model": "testcard", "no_midi": True, **options})
    names = [preset.name for preset in presets]
    first = names.index(chosen.preset) if chosen.preset else 0
    show = start(presets, first, chosen.settings, model=chosen.model or "", source=chosen.source)
    return LiveShow(chosen, cast(Stage, wall), show)


def until(live: LiveShow, done: Callable[[], bool], seconds: float = 0.0) -> None:
    """Run display frames, each of some seconds of show time, until done: far more than it takes."""
    for _ in range(200_000):
        live.step(seconds)
        if done():
            return
    raise AssertionError("it never came to that")


def key(kind: int, code: int, unicode: str = "") -> pygame.event.Event:
    return pygame.event.Event(kind, key=code, mod=0, unicode=unicode, scancode=0)


def test_frames_reach_the_wall_and_knobs_reach_the_frames(live: LiveShow, wall: Wall) -> None:
    with live:
        until(live, lambda: bool(wall.frames))
        live.do(Set("seed", 77))
        until(live, lambda: wall.frames[-1].request.seed == 77)
    assert wall.frames[-1].pixels.shape == (32, 32, 3)


def test_a_presets_source_is_mixed_in_and_goes_with_the_preset(
    live: LiveShow, wall: Wall, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", [RED] * 4)
    film = replace(PRESETS[0], name="film", source=str(clip), values={"source_mix": 1.0})
    live = show_on(wall, (film, *PRESETS))
    with live:
        until(live, lambda: bool(wall.frames) and is_colour(wall.frames[-1].pixels, RED))
        assert wall.views[-1].inputs == ("clip.mp4",)
        live.do(SelectPreset(1))
        until(live, lambda: not is_colour(wall.frames[-1].pixels, RED))
    assert wall.frames[-1].request.source_pixels is None
    assert "clip.mp4" not in wall.views[-1].inputs


def test_a_source_that_is_not_there_is_said_and_the_loop_goes_on(
    live: LiveShow, wall: Wall, capsys: pytest.CaptureFixture[str]
) -> None:
    live = show_on(wall, source="gone.mp4")
    with live:
        until(live, lambda: wall.views[-1].inputs == ("gone.mp4 (lost)",))
        count = len(wall.frames)
        until(live, lambda: len(wall.frames) > count)
    assert capsys.readouterr().err.count("source gone.mp4: no such file") == 1


@pytest.mark.parametrize("no_log", [False, True])
def test_what_is_played_is_logged_unless_told_otherwise(
    no_log: bool, live: LiveShow, wall: Wall, tmp_path: Path
) -> None:
    shown = show_on(wall, state=tmp_path, no_log=no_log)
    with shown:
        shown.do(Set("zoom", 0.25, "osc"))
        until(shown, lambda: shown.show.live_since is not None, 0.5)
    logs = [path.read_text() for path in tmp_path.glob("performances/*.jsonl")]
    assert len(logs) == (not no_log)
    assert all('"do":"Set","parameter":"zoom","value":0.25' in log for log in logs)
    assert all('"tick":[0.5' in log for log in logs)


def test_a_fault_in_drawing_does_not_end_the_show(
    live: LiveShow, wall: Wall, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault() -> None:
        if len(wall.views) == 3:
            raise ValueError("no such glyph")
        if len(wall.views) == 6:
            live.do(Run("quit"))
            live.do(Run("quit"))

    with live:
        wall.fault = fault
        live.play()
    assert len(wall.views) == 6
    assert "no such glyph" in str(wall.views[3].show.messages)
    assert "ValueError" in capsys.readouterr().err


def test_a_fault_that_stays_ends_the_show_at_last(live: LiveShow, wall: Wall) -> None:
    def fault() -> None:
        raise ValueError("for ever")

    with live:
        wall.fault = fault
        with pytest.raises(ValueError, match="for ever"):
            live.play()
    assert len(wall.views) == MOST_FAULTS + 2  # and the one before the loop


def test_the_next_model_is_a_command_and_a_failure_is_one_line(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(name: str, report: Report) -> Engine:
        raise ModelError(f"{name}: it is broken")

    opens(monkeypatch, lambda name, report: Named(name), load)
    show = show_on(wall, model="builtin")
    with show:
        until(show, lambda: show.show.model.running == "builtin")
        show.do(Run("next_model"))
        until(show, lambda: "a/model: it is broken" in str(wall.views[-1].show.messages))
        before = len(wall.frames)
        until(show, lambda: len(wall.frames) > before)
    assert show.show.model.running == "builtin"
    assert capsys.readouterr().err.count("a/model: it is broken") == 1


def test_a_preset_brings_its_model_unless_one_was_named(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens(monkeypatch, lambda name, report: Named(name))
    own = (Preset("own", (Cued(alone("a blue tunnel"), NO_VALUES),), model="a/model"), *PRESETS)
    for named, runs in ((None, "a/model"), ("builtin", "builtin")):
        show = show_on(wall, presets=own, model=named)
        with show:
            assert not show.show.asks_model
            until(show, lambda show=show, runs=runs: show.show.model.running == runs)  # type: ignore[misc]


def test_a_model_asked_for_by_a_command_answers_the_start_screen(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens(monkeypatch, lambda name, report: Named(name))
    show = show_on(wall, model=None)
    with show:
        until(show, lambda: bool(show.show.model.available))
        show.do(Run("next_model"))
        assert not show.show.asks_model
        until(show, lambda: bool(wall.frames))


def test_time_reaches_the_engine_frame_by_frame(live: LiveShow, wall: Wall) -> None:
    with live:
        until(live, lambda: len(wall.frames) > 5, seconds=0.1)
    times = [frame.request.time for frame in wall.frames]
    assert times == sorted(times)
    assert times[-1] > times[0]


def test_a_display_frame_computes_what_is_played_once(
    live: LiveShow, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the engine is asked for what the HUD shows."""
    live.do(Set("mod1_target", TARGETS.index("strength")))
    live.do(Set("mod1_source", SOURCES.index("square")))
    computed: list[Show] = []
    wanted: list[Request] = []
    compute = modulation.played

    def noted(show: Show) -> Mapping[str, float]:
        computed.append(show)
        return compute(show)

    monkeypatch.setattr(modulation, "played", noted)
    monkeypatch.setattr(live.engine, "want", wanted.append)
    live.step(0.1)
    assert computed == [live.show]
    assert wanted[0].strength == wall.views[-1].played["strength"] == pytest.approx(0.85)


def test_an_orderly_end_leaves_no_thread(wall: Wall, live: LiveShow) -> None:
    with live:
        until(live, lambda: bool(wall.frames))
    assert live.ended
    assert not live.engine.alive


@pytest.fixture
def last(tmp_path: Path) -> Path:
    """The folder of a last show."""
    kept = start(TWO, 1, {"zoom": 0.5, "blend": 0.25, "seed": 77}, model="testcard")
    (tmp_path / STATE).write_text(session.to_text(remember.remember(kept)), encoding="utf-8")
    return tmp_path


F9 = key(pygame.KEYDOWN, pygame.K_F9)


def test_f9_takes_the_last_show_up_on_the_start_screen(
    wall: Wall, live: LiveShow, last: Path
) -> None:
    show = show_on(wall, TWO, model=None, state=last)
    with show:
        until(show, lambda: show.show.offer is not None)
        assert show.show.asks_model
        wall.coming = [F9]
        show.step(0.0)
        assert not show.show.asks_model, "the last show's model is the answer"
        assert (show.show.preset, show.show.values["zoom"]) == (1, 0.5)
        assert show.show.model.in_force == "testcard"  # a fast machine has it running by now
        until(show, lambda: bool(wall.frames))


def test_a_letter_that_takes_the_last_show_up_is_a_letter_on_the_start_screen(
    wall: Wall, live: LiveShow, last: Path
) -> None:
    (last / "keys.yaml").write_text("keys: {r: resume}\n")
    show = show_on(wall, TWO, model=None, state=last, maps=last)
    with show:
        until(show, lambda: show.show.offer is not None)
        wall.coming = [
            key(pygame.KEYDOWN, pygame.K_r, "r"),
            pygame.event.Event(pygame.TEXTINPUT, text="r"),
        ]
        show.step(0.0)
        assert show.show.asks_model
        assert show.show.entry is not None
        assert show.show.entry.text == "r"
        assert show.show.offer is not None


def test_f9_takes_the_last_show_up_later_too(wall: Wall, live: LiveShow, last: Path) -> None:
    show = show_on(wall, TWO, state=last)
    with show:
        until(show, lambda: show.show.offer is not None and bool(wall.frames))
        assert show.show.values["zoom"] == 0.0
        wall.coming = [F9]
        show.step(0.0)
        assert (show.show.preset, show.show.values["zoom"]) == (1, 0.5)


def resumed(wall: Wall, last: Path, **options: Any) -> LiveShow:
    """A show with --resume, when it has taken up what there was."""
    show = show_on(wall, TWO, state=last, resume=True, **options)
    with show:
        until(show, lambda: show.session_store.read.is_set())
        show.step(0.0)
    return show


def test_resume_takes_the_last_show_up_by_itself(wall: Wall, live: LiveShow, last: Path) -> None:
    show = resumed(wall, last).show
    assert (show.preset, show.offer) == (1, None)
    assert [show.values[name] for name in ("zoom", "blend", "seed")] == [0.5, 0.25, 77]


@pytest.mark.parametrize(
    ("options", "preset", "zoom", "blend", "seed"),
    [
        ({"settings": {"zoom": -0.5, "seed": 5.0}}, 1, -0.5, 0.25, 5),
        ({"preset": "one"}, 0, 0.5, 0.25, 77),
        ({"preset": "two"}, 1, 0.5, 0.5, 77),
        ({"preset": "two", "settings": {"blend": 0.75}}, 1, 0.5, 0.75, 77),
    ],
)
def test_what_the_options_name_stands_over_what_is_resumed(
    wall: Wall,
    live: LiveShow,
    last: Path,
    options: dict[str, Any],
    preset: int,
    zoom: float,
    blend: float,
    seed: int,
) -> None:
    show = resumed(wall, last, **options).show
    assert (show.preset, show.cue.text) == (preset, show.presets[preset].prompts[0].text)
    assert [show.values[name] for name in ("zoom", "blend", "seed")] == [zoom, blend, seed]


def test_resume_with_nothing_to_resume_is_one_line(
    wall: Wall, live: LiveShow, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show = resumed(wall, tmp_path)
    line = "--resume: there is no last show to take up"
    assert [message.text for message in show.show.messages].count(line) == 1
    assert capsys.readouterr().err == f"visualizer: {line}\n"


def test_what_inputs_the_disk_and_the_window_say_is_said_in_the_terminal_too(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live.inputs, "drain", lambda: iter([Say("no such port", "midi")]))
    monkeypatch.setattr(live.session_store, "drain", lambda: iter([Say("disk full", "disk")]))
    monkeypatch.setattr(wall, "take_messages", lambda: ["saved picture.png"])
    live.step(0.0)
    lines = ["no such port", "disk full", "saved picture.png"]
    assert [message.text for message in live.show.messages] == lines
    assert capsys.readouterr().err == "".join(f"visualizer: {line}\n" for line in lines)


def test_after_a_stall_the_beat_goes_on_and_the_cue_where_it_was(live: LiveShow) -> None:
    live.show = replace(live.show, live_since=0.0)
    live.step(10.0)
    assert live.show.time == 10.0
    assert live.show.tempo.beats_at(live.show.time) == 20.0
    assert live.show.cue.age == LONGEST_SEEN
    wait = show_on(cast(Wall, live.stage), model=None)
    wait.step(10.0)
    assert wait.show.asks_model, "nobody had its seconds to answer"


def test_an_osc_address_that_is_none_is_refused_before_a_window_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(app, "Stage")
    with pytest.raises(OptionError, match="--osc 'nowhere' is no PORT or HOST:PORT"):
        run(LiveOptions(osc="nowhere"))


def test_all_threads_are_told_to_end_before_one_is_waited_for(
    live: LiveShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops: list[tuple[str, float]] = []
    with live:
        for name in ("session_store", "inputs", "engine"):
            real = getattr(live, name).stop

            def stop(timeout: float, name: str = name, real: Any = real) -> bool:
                stops.append((name, timeout))
                return bool(real(timeout))

            monkeypatch.setattr(getattr(live, name), "stop", stop)
    assert stops[:3] == [("session_store", 0.0), ("inputs", 0.0), ("engine", 0.0)]
    assert [name for name, _ in stops[3:]] == ["session_store", "inputs", "engine"]
    assert live.ended


def test_the_start_screen_asks_and_takes_what_is_typed(wall: Wall, live: LiveShow) -> None:
    show = show_on(wall, model=None)
    with show:
        show.step(1.0)
        assert wall.views[-1].show.asks_model
        wall.coming = [pygame.event.Event(pygame.TEXTINPUT, text="builtin")]
        show.step(0.0)
        assert wall.views[-1].show.asks_model
        assert (entry := wall.views[-1].show.entry) is not None
        assert entry.text == "builtin"
        assert wall.frames == []
        wall.coming = [key(pygame.KEYDOWN, pygame.K_RETURN, "\r")]
        until(show, lambda: bool(wall.frames))
    assert not wall.views[-1].show.asks_model
    assert wall.views[-1].show.entry is None


def test_a_faulty_midi_map_is_a_line_and_the_show_starts(
    wall: Wall, live: LiveShow, tmp_path: Any
) -> None:
    broken = tmp_path / "midi.yaml"
    broken.write_text("knobs: {20: strenth}\n")
    show = show_on(wall, no_midi=False, midi="no such port", midi_map=broken)
    fault = f"{broken}:1: knobs"
    with show:
        until(show, lambda: any(fault in message.text for message in show.show.messages))
        until(show, lambda: bool(wall.frames))


def test_the_start_screens_answer_is_the_model_in_force_and_may_be_a_part_of_its_name(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = threading.Event()

    def load(name: str, report: Report) -> Engine:
        assert loading.wait(30)
        return Named(name)

    opens(monkeypatch, lambda name, report: Named(name), load)
    show = show_on(wall, model=None)
    with show:
        until(show, lambda: bool(show.show.model.available))
        wall.coming = [
            pygame.event.Event(pygame.TEXTINPUT, text="mod"),
            key(pygame.KEYDOWN, pygame.K_RETURN, "\r"),
        ]
        show.step(0.0)
        assert (show.show.model.wanted, show.show.asks_model) == ("a/model", False)
        until(show, lambda: bool(wall.frames))
        assert show.show.model.wanted == "a/model"
        loading.set()
        until(show, lambda: show.show.model.running == "a/model")


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize(
    ("error", "status"), [(None, 0), (KeyboardInterrupt(), 130), (ValueError("for ever"), 1)]
)
def test_however_the_show_ends_it_leaves_at_once_where_a_thread_would_hold_it_up(
    wall: Wall,
    live: LiveShow,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException | None,
    status: int,
    held: bool,
) -> None:
    def play(show: LiveShow) -> None:
        if error is not None:
            raise error

    def stop(link: EngineClient, timeout: float) -> bool:
        return stopped(link, timeout) and not held

    left: list[int] = []
    stopped = EngineClient.stop
    monkeypatch.setattr("visualizer.live.app.Stage", lambda **_: wall)
    monkeypatch.setattr(LiveShow, "play", play)
    monkeypatch.setattr(EngineClient, "stop", stop)
    monkeypatch.setattr("os._exit", left.append)
    monkeypatch.setattr("threading.active_count", lambda: 1)
    options = LiveOptions(model="testcard", no_midi=True)
    if error is None:
        assert run(options) == 0
    else:
        with pytest.raises(type(error)):
            run(options)
    assert left == ([status] if held else [])
    assert ("for ever" in capsys.readouterr().err) == (held and status == 1)


def test_what_the_show_has_to_say_of_an_action_is_in_the_terminal_too(
    live: LiveShow, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):  # said once while it stands
        live.do(Prompt(" "))
    line = "visualizer: an empty prompt is ignored; the prompt stays\n"
    assert capsys.readouterr().err == line


def test_what_the_show_has_to_say_of_osc_is_in_the_terminal_at_a_limited_rate(
    live: LiveShow, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_program_lines", RateLimit(terminal.say, lambda: 0.0))
    for number in range(200):
        live.do(SelectPreset(name=f"no such {number}", source="osc"))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 16
    assert lines[0] == "visualizer: there is no preset 'no such 0'; there are 1"
    assert lines[-1].endswith("(more follow, a few at a time)")
    live.do(SelectPreset(name="by hand"))
    assert "by hand" in capsys.readouterr().err


def test_a_picture_of_the_wall_is_saved_and_a_show_begins_from_it(
    wall: Wall, live: LiveShow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_PICTURES_DIR", str(tmp_path))
    pixels = np.full((36, 64, 3), 99, np.uint8)

    def shown() -> None:
        if (take := getattr(wall, "on_wall", None)) is not None:
            take(pixels)

    with live:
        until(live, lambda: live.show.model.running == "testcard")
        until(live, lambda: live.show.live_since is not None)
        live.do(Set("zoom", 0.5))
        live.do(Prompt("a green sea"))
        wall.fault = shown
        live.do(Run("picture"))
        until(live, lambda: "picture saved" in str(live.show.messages))
        assert getattr(wall, "on_wall", None) is None  # one wish, one picture
    (path,) = (tmp_path / "Visualizer").iterdir()
    found = find_picture(path)
    assert found is not None
    assert (found.pixels == pixels).all()
    assert found.lines == (f"--from {path.name} was made with testcard",)
    options = LiveOptions(settings={"blend": 0.5})
    show = with_picture(start(TWO, 1, options.settings), found, options)
    assert [show.values[name] for name in ("zoom", "blend")] == [0.5, 0.5]
    assert show.cue.text == "a green sea"
    named = LiveOptions(preset="two")
    show = with_picture(start(TWO, 1), found, named)
    assert [show.values[name] for name in ("zoom", "blend")] == [0.5, 0.5]
    assert show.cue.text == "red"


class Camera:
    """Shows its wall to whoever wants it, all of one grey."""

    def __init__(self, wall: Wall) -> None:
        self.wall, self.count = wall, 0
        wall.fault = self

    def __call__(self) -> None:
        if (take := getattr(self.wall, "on_wall", None)) is not None:
            self.count += 1
            take(np.full((36, 64, 3), 99, np.uint8))


@pytest.fixture
def videos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_VIDEOS_DIR", str(tmp_path))
    return tmp_path / "Visualizer"


def frames_of(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_a_recording_goes_on_until_the_command_is_given_again(
    live: LiveShow, wall: Wall, videos: Path
) -> None:
    camera = Camera(wall)
    with live:
        for number in (1, 2):
            live.do(Run("record"))
            until(live, lambda number=number: camera.count >= 3 * number)  # type: ignore[misc]
            live.do(Run("record"))
            live.step(0.0)
            assert getattr(wall, "on_wall", None) is None
            until(live, lambda: "recorded 0:0" in str(live.show.messages[-1:]))
    assert live.ended
    assert sum(frames_of(path) for path in videos.iterdir()) == camera.count
    assert len(list(videos.iterdir())) == 2


def test_quitting_ends_a_recording_and_says_where_it_is(
    live: LiveShow, wall: Wall, videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = Camera(wall)
    with live:
        live.do(Run("record"))
        until(live, lambda: camera.count >= 5)
    assert live.ended
    (path,) = videos.iterdir()
    assert frames_of(path) == camera.count
    assert f"visualizer: recorded 0:00 to {path}" in capsys.readouterr().err


def test_a_recording_that_fails_turns_itself_off_and_the_show_goes_on(
    live: LiveShow, wall: Wall, videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    videos.write_text("no folder")
    Camera(wall)
    with live:
        live.do(Run("record"))
        until(live, lambda: live.show.recording is None)
        until(live, lambda: bool(wall.frames))
        live.step(0.0)
    assert live.outputs._recorder is None
    assert capsys.readouterr().err.count("the recording has ended") == 1


def test_what_is_heard_is_recorded(wall: Wall, live: LiveShow, videos: Path) -> None:
    show = show_on(wall, sound="")
    camera = Camera(wall)
    sound = show.inputs.sound
    assert sound is not None
    show.outputs.start()
    assert sound.tap is None
    show.do(Run("record"))
    show.step(0.0)
    assert sound.tap is not None
    until(show, lambda: camera.count >= 2)
    sound.tap(np.ones(4800, np.float32), 48000.0)
    until(show, lambda: camera.count >= 4)
    show.do(Run("record"))
    show.step(0.0)
    assert sound.tap is None
    assert show.outputs.stop(60.0)
    (path,) = videos.iterdir()
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
