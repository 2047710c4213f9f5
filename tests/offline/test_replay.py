"""A set that was played is rendered again from its performance log."""

from __future__ import annotations

import json
import wave
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from PIL import Image

from visualizer import __version__, cli
from visualizer.engine.colour_fields import ColourFields
from visualizer.engine.engine import Engine
from visualizer.engine.failures import FrameError
from visualizer.engine.picture import Picture
from visualizer.frame import Frame, Pixels
from visualizer.live.app import LiveShow
from visualizer.live.engine_client import EngineClient
from visualizer.offline.replay import MOST_TOLD, Replay, read
from visualizer.openers import open_now
from visualizer.options import LiveOptions, Options
from visualizer.show import system_actions
from visualizer.show.actions import Action
from visualizer.show.files import performance_file
from visualizer.show.files.performance_file import Header
from visualizer.show.play_actions import Run, Set, Switch
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import start
from visualizer.show.request import Request
from visualizer.show.status import Phase, Status
from visualizer.show.system_actions import Heard, Live, Sync
from visualizer.stage.software_renderer import SoftwareRenderer
from visualizer.stage.stage import Stage

PERIOD = 1 / 60

PRESETS = (
    Preset("one", tuple(Cued(alone(text), NO_VALUES) for text in ("red flames", "a blue sea"))),
    Preset("two", (Cued(alone("green"), NO_VALUES),), values={"zoom": 0.3, "bloom": 0.5}),
)


class Lockstep:
    """An engine's client that makes a frame in every third display frame, of what was wanted two
    before, in the show's own time."""

    def __init__(self, live: LiveShow, engine: Engine) -> None:
        self.status = Status(Phase.RUNNING, model=engine.model)
        self._live, self._engine = live, engine
        self._wanted: deque[Request] = deque(maxlen=2)
        self._heard = 0

    def start(self) -> None:
        self._live.do(system_actions.Engine(self._engine.model, (self._engine.model,)))

    def ask(self, model: str) -> None:
        pass

    def want(self, request: Request) -> None:
        self._wanted.append(request)

    def hear(self, now: float) -> Frame | None:
        self._heard += 1
        request = self._wanted[0] if self._wanted else None
        if self._heard % 3 or request is None or not request.wants_frame:
            return None
        picture = self._engine.next(request)
        self._engine.prepare(request)
        self._live.do(Live(picture.seed, 0.05, request.time))
        return Frame(self._heard, now, 0.05, picture.pixels, picture.seed, request)

    def close(self) -> None:
        pass

    def stop(self, timeout: float = 0.0) -> bool:
        return True


HANDS: dict[int, tuple[Action, ...]] = {
    2: (Set("zoom", 0.5, "osc"), Set("rotate", 20.0, "osc")),
    9: (Run("next_prompt", "keyboard"), Sync(128.0, 3.2, 0.01)),
    14: (Heard(0.9, 0.8, 0.1, 0.2, 1), Set("mod1_target", 4), Set("mod1_source", 6)),
    20: (Switch("freeze", True, "midi"), Set("trails", 0.6)),
    26: (Switch("freeze", False, "midi"), Set("grain", 0.3), Set("seed", 99)),
    31: (Run("blackout"),),
    36: (Run("blackout"), Run("fit"), Set("strobe", 6)),
    44: (Run("next_preset"), Run("undo"), Run("new_seed")),
}
"""What is played in which display frame."""


def headless(
    log: Path, monkeypatch: pytest.MonkeyPatch, frames: int, options: LiveOptions
) -> list[Pixels]:
    """Run the live show's frame loop by a fixed clock, without a screen; what the wall showed from
    the first picture on."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr("visualizer.stage.window.WINDOWED", (160, 120))
    clock = lambda: live.show.time if live else 0.0  # noqa: E731
    live: LiveShow | None = None
    stage = Stage(
        windowed=True, renderer="software", strobe_limit=options.strobe_limit,
        clock=clock, wait=lambda seconds: None,
    )  # fmt: skip
    show = start(PRESETS, 0, {}, model=options.model or "", fullscreen=False, chance=5)
    live = LiveShow(options, stage, show)
    engine = open_now(options, options.model or "", lambda line: None)
    live.engine = cast(EngineClient, Lockstep(live, engine))
    shown = []
    with live:
        for number in range(frames):
            played = HANDS.get(number, ())
            monkeypatch.setattr(live.inputs, "drain", lambda played=played: iter(played))
            live.step(PERIOD)
            if live.show.live_since is not None:
                shown.append(cast(SoftwareRenderer, stage._renderer).read())
    return shown


def pictures(folder: Path) -> list[Pixels]:
    return [np.asarray(Image.open(path)) for path in sorted(folder.glob("*.png"))]


@pytest.mark.parametrize(("model", "frames"), [("colour-fields", 52), ("builtin", 20)])
def test_a_replay_at_the_same_rate_is_what_was_shown(
    model: str, frames: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "set.jsonl"
    options = LiveOptions(
        model=model, size=(64, 64), device="cpu", backend="torch", strobe_limit=8.0,
        no_midi=True, windowed=True, state=tmp_path / "state", log=log,
    )  # fmt: skip
    shown = headless(log, monkeypatch, frames, options)
    assert len(shown) == frames - 2
    argv = ["--wall", "160x120", "--fps", "60", "--device", "cpu", "--backend", "torch"]
    assert cli.main(["render", str(tmp_path / "out"), "--replay", str(log), *argv]) == 0
    again = pictures(tmp_path / "out")
    assert len(again) == len(shown)
    for number, (one, other) in enumerate(zip(shown, again, strict=True)):
        assert (one == other).all(), f"picture {number} is another"
    assert len({picture.tobytes() for picture in shown}) > frames / 2


def written(
    path: Path, *done: Action | float, header: Header | None = None, asked: bool = True
) -> Path:
    """A log of a show: seconds that pass, and what is done then."""
    header = header or Header(__version__, PRESETS, model="colour-fields", chance=5, size=(48, 32))
    lines, at = [performance_file.header_text(header)], 0.0
    for each in done:
        if isinstance(each, float):
            at += each
            lines.append(performance_file.ticks_text([each]))
        else:
            lines.append(performance_file.action_text(each, at))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def played(seconds: float = 1.0) -> Iterator[Action | float]:
    """Display frames of 17 ms, with a frame of the engine in every fourth, and some playing."""
    yield 0.4
    yield Set("zoom", 0.4)
    for number in range(round(seconds / 0.017)):
        yield 0.017
        if number % 4 == 0:
            yield Live(1, 0.05)
        if number == 20:
            yield Run("next_prompt")


def replayed(log: Path, out: Path, *more: str) -> list[Pixels]:
    assert cli.main(["render", "--replay", str(log), str(out), *more]) == 0
    return pictures(out)


def test_two_replays_at_another_size_and_rate_are_the_same(tmp_path: Path) -> None:
    log = written(tmp_path / "set.jsonl", *played())
    argv = ["--wall", "96x64", "--fps", "25"]
    first = replayed(log, tmp_path / "a", *argv)
    assert len(first) == 25  # 58 × 17 ms
    assert first[0].shape == (64, 96, 3)
    again = replayed(log, tmp_path / "b", *argv)
    assert all((one == other).all() for one, other in zip(first, again, strict=True))
    coarse = replayed(log, tmp_path / "c", *argv, "--size", "24x16", "--frames", "7")
    assert len(coarse) == 7
    assert (coarse[3] != first[3]).any()


def seen_requests(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """What the engine is asked for from now on."""
    seen: list[Request] = []
    made = ColourFields.next

    def next_(card: ColourFields, request: Request) -> Picture:
        seen.append(request)
        return made(card, request)

    monkeypatch.setattr("visualizer.engine.colour_fields.ColourFields.next", next_)
    return seen


def test_frames_are_made_of_what_was_wanted_when_they_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = seen_requests(monkeypatch)
    log = written(
        tmp_path / "set.jsonl",
        0.5, Set("seed", 3), 0.25, Set("seed", 4), 0.25, Live(1, 0.2, 0.5), 0.5,
        Live(1, 0.2, 0.75), 0.5,
    )  # fmt: skip
    assert len(replayed(log, tmp_path / "out", "--fps", "10", "--steps", "4")) == 11
    assert [(r.time, r.seed, r.steps) for r in seen] == [(0.5, 3, 4), (0.75, 4, 4)]


def test_the_engine_may_make_frames_at_a_rate_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = seen_requests(monkeypatch)
    log = written(tmp_path / "set.jsonl", 0.5, Live(1), 1.0, Run("generation"), 1.0)
    assert len(replayed(log, tmp_path / "out", "--fps", "10", "--engine-fps", "5")) == 21
    times = [0.5 + n / 5 for n in range(5)]
    assert [request.time for request in seen] == pytest.approx(times)


def test_a_video_carries_the_sound_that_is_given(tmp_path: Path) -> None:
    sound, out = tmp_path / "a.wav", tmp_path / "a.mp4"
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))
    log = written(tmp_path / "set.jsonl", *played(0.5))
    replayed(log, out, "--sound", str(sound))
    with av.open(str(out)) as container:
        assert len(container.streams.audio) == 1


def test_a_model_that_took_over_takes_over_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []

    def open_now(options: Options, name: str, say: object) -> Engine:
        opened.append(name)
        return ColourFields(32 if name == "colour-fields" else 48)

    for module in ("render_replay", "video_making"):
        monkeypatch.setattr(f"visualizer.offline.{module}.open_now", open_now)
    models = system_actions.Engine("colour-fields", ()), system_actions.Engine("a/large", ())
    log = written(
        tmp_path / "set.jsonl", models[0], 0.5, Live(1), 0.1, models[1], 0.1, Live(1), 3.0, Live(1)
    )
    shown = replayed(log, tmp_path / "a", "--fps", "10", "--wall", "32x32")
    assert opened == ["colour-fields", "a/large"]
    assert len(shown) == 33
    replayed(log, tmp_path / "b", "--fps", "10", "--model", "own")
    assert opened[2:] == ["own"]


def test_of_a_stall_no_more_is_seen_than_live(tmp_path: Path) -> None:
    """A laptop that slept for an hour finds its prompts where they were; one is on for 20 s."""
    log = written(tmp_path / "set.jsonl", 0.5, Live(1), 3600.0, Live(1), 1.0)
    recording = read(log, lambda line: pytest.fail(line))
    replay = Replay(recording, ColourFields(16))
    for second in range(3602):
        replay.until(0.5 + second)
    assert replay.show.time == pytest.approx(3601.5)
    assert replay.show.cue.text == "red flames"


def test_damaged_lines_are_one_line_each_and_the_rest_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = written(tmp_path / "set.jsonl", 0.5, Live(1), 0.5, Set("zoom", 1.0), 1.0)
    text = log.read_text().splitlines()
    text[3:3] = ["{", '{"at": 0.5, "do": "Fly"}']
    log.write_text("\n".join([*text, '{"at": 2.0, "do": "S']))
    assert len(replayed(log, tmp_path / "out", "--fps", "4")) == 7
    said = [line for line in capsys.readouterr().err.splitlines() if "is left out" in line]
    lines = [line.partition(" is left out")[0][-1:] for line in said]
    assert lines == ["4", "5", "9"]


def test_many_damaged_lines_are_no_flood(tmp_path: Path) -> None:
    log = written(tmp_path / "set.jsonl", 0.5, Live(1))
    log.write_text(log.read_text() + "{\n" * 500)
    said: list[str] = []
    read(log, said.append)
    assert len(said) == MOST_TOLD + 1
    assert said[-1].endswith(f"{500 - MOST_TOLD} more lines are left out")


def test_a_frame_that_fails_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made, calls = ColourFields.next, []

    def next_(card: ColourFields, request: Request) -> Picture:
        calls.append(request)
        if len(calls) == 2:
            raise FrameError("not-a-number")
        return made(card, request)

    monkeypatch.setattr("visualizer.engine.colour_fields.ColourFields.next", next_)
    log = written(tmp_path / "set.jsonl", 0.5, Live(1), 0.1, Live(1), 0.1, Live(1), 0.1)
    assert len(replayed(log, tmp_path / "out", "--fps", "10")) == 4
    assert "a frame failed: not-a-number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        (None, [], "can't be read: No such file"),
        ("", [], "is not a performance log: it does not begin as one"),
        ("\x00" * 50, [], "is not a performance log"),
        (performance_file.header_text(Header(__version__)), [], "it contains no picture"),
        ("", ["--preset", "1", "--seed", "3"], "leave out --preset, --set, --seed"),
        ("", ["--continue"], "leave out --continue"),
    ],
)
def test_what_cant_be_replayed_is_one_line(
    content: str | None,
    more: list[str],
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = tmp_path / "set.jsonl"
    if content is not None:
        log.write_text(content)
    assert cli.main(["render", "--replay", str(log), str(tmp_path / "out"), *more]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_a_log_of_another_version_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(
        performance_file.header_text(Header("0.0.1", PRESETS, model="colour-fields"))
    )
    log = written(tmp_path / "set.jsonl", 0.1, Live(1), 0.1)
    rest = log.read_text().splitlines()[1:]
    log.write_text("\n".join([json.dumps({**content, "size": [32, 32]}), *rest]))
    replayed(log, tmp_path / "out")
    assert "it was made with version 0.0.1" in capsys.readouterr().err
