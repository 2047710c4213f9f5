"""The frame loop: what it hands from room to room, and what it survives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from visualizer import terminal
from visualizer.controls.repeated_faults import RateLimit
from visualizer.live import opening
from visualizer.live.app import LONGEST_SEEN, LiveShow
from visualizer.live.engine_client import EngineClient
from visualizer.live.frame_loop import MOST_FAULTS
from visualizer.live.heartbeat import LOADS, Listener, count_file
from visualizer.live.run import run
from visualizer.options import LiveOptions, OptionError
from visualizer.show import modulation
from visualizer.show.parameters import SOURCES, TARGETS
from visualizer.show.play_actions import Prompt, Run, SelectPreset, Set
from visualizer.show.request import Request
from visualizer.show.state import Show
from visualizer.show.system_actions import Say

from ..clips import RED, is_colour, write_clip
from .rig import PRESETS, Wall, show_on, until


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


def test_each_display_frame_is_a_sign_of_life_for_what_keeps_the_show_alive(
    tmp_path: Path,
) -> None:
    wall, crash_file = Wall(), tmp_path / "crash"
    live = show_on(wall, crash_file=crash_file)
    listener = Listener(count_file(crash_file), hangs=0.1)
    silent: list[bool] = []

    def shown() -> None:
        silent.append(listener.look(0.4))
        if len(silent) == 5:
            live.do(Run("quit"))
            live.do(Run("quit"))

    with live:
        wall.fault = shown
        live.play()
    assert silent == [False] * 5
    assert listener.limit == 0.1 * LOADS, "it has heard of the first"
    listener.close()


def test_a_fault_that_stays_ends_the_show_at_last(live: LiveShow, wall: Wall) -> None:
    def fault() -> None:
        raise ValueError("for ever")

    with live:
        wall.fault = fault
        with pytest.raises(ValueError, match="for ever"):
            live.play()
    assert len(wall.views) == MOST_FAULTS + 2  # and the one before the loop


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
    assert not live.engine.alive


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
    monkeypatch.delattr(opening, "Stage")
    with pytest.raises(OptionError, match="--osc 'nowhere' is not PORT or HOST:PORT"):
        run(LiveOptions(osc="nowhere"))


def test_a_set_list_begins_with_the_show_and_one_that_is_not_there_stops_it(
    wall: Wall, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    shows: list[LiveShow] = []
    monkeypatch.setattr("visualizer.live.opening.Stage", lambda **_: wall)
    monkeypatch.setattr(LiveShow, "play", lambda show: shows.append(show))
    monkeypatch.setattr("visualizer.live.run._leave", lambda status: None)
    options = LiveOptions(model="colour-fields", no_midi=True, state=tmp_path, set_list="evening")
    assert run(options) == 0
    entry = shows[0].show.sets.entry
    assert entry is not None
    assert entry.preset == shows[0].show.preset_now.name  # type: ignore[union-attr]
    with pytest.raises(OptionError, match="--set-list nobody: no such set list"):
        run(replace(options, set_list="nobody"))


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


@pytest.mark.parametrize(
    ("error", "status"), [(None, 0), (KeyboardInterrupt(), 130), (ValueError("for ever"), 1)]
)
def test_however_the_show_ends_it_leaves_at_once_with_all_of_it_stopped(
    wall: Wall,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException | None,
    status: int,
) -> None:
    def play(show: LiveShow) -> None:
        if error is not None:
            raise error

    def stop(link: EngineClient, timeout: float) -> bool:
        stopped.append(timeout)
        return stop_(link, timeout)

    left: list[tuple[int, bool]] = []
    stopped: list[float] = []
    stop_ = EngineClient.stop
    monkeypatch.setattr("visualizer.live.opening.Stage", lambda **_: wall)
    monkeypatch.setattr(LiveShow, "play", play)
    monkeypatch.setattr(EngineClient, "stop", stop)
    monkeypatch.setattr("os._exit", lambda status: left.append((status, bool(stopped))))
    options = LiveOptions(model="colour-fields", no_midi=True)
    if error is None:
        assert run(options) == 0
    else:
        with pytest.raises(type(error)):
            run(options)
    assert left == [(status, True)]
    assert ("for ever" in capsys.readouterr().err) == (status == 1)


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
