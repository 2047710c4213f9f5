"""The performance log's lines: written, read again, and damaged."""

from __future__ import annotations

import json
from dataclasses import fields
from types import MappingProxyType
from typing import get_args

import pytest

from visualizer.show import play_actions, setup_actions, system_actions
from visualizer.show.actions import Action
from visualizer.show.files import performance_file
from visualizer.show.files.performance_file import Done, Header, NoLog
from visualizer.show.files.session import Session
from visualizer.show.lora import Lora
from visualizer.show.play_actions import KnobId
from visualizer.show.projection import Projection
from visualizer.show.records import Cued, Preset

from ..shows import SET

ZOOM = MappingProxyType({"zoom": 0.25})

DONE: tuple[Action, ...] = (
    play_actions.Set("zoom", 0.1, "osc"),
    play_actions.Nudge("", -2.0, True, "keyboard"),
    play_actions.Knob(KnobId("nano", 3, "cc 20"), "zoom", 0.7, pickup="scaling"),
    system_actions.Unplugged("nano"),
    play_actions.Run("blackout", "keyboard"),
    play_actions.Switch("freeze", True, "midi"),
    play_actions.SelectPreset(2, "osc", "Deep sea"),
    play_actions.Store(3),
    play_actions.Recall(3),
    play_actions.Digit("-"),
    play_actions.Move(-1000, 2),
    play_actions.Compose("にほ"),
    system_actions.Sync(128.5, 3.25, 0.01, False),
    system_actions.Heard(0.5, 0.1, 0.2, 0.3, 2, None),
    system_actions.Learned("zoom", "cc 20 of nano", "zoom is played"),
    system_actions.Snapshots(MappingProxyType({"Deep sea": MappingProxyType({8: ZOOM})})),
    system_actions.Offer(Session(values=ZOOM, seed=7, history=("a\u2028b", "“c”\n"))),
    system_actions.SetLists((SET,), 0, True),
    setup_actions.ChooseSet(1),
    setup_actions.PlaceCorner(2, 0.9, 1.0, "desk"),
    setup_actions.ChooseDisplay("a wall", "desk"),
    setup_actions.LearnTarget("zoom", "desk"),
    setup_actions.AskModel("builtin", "desk"),
    play_actions.MixIn("a lamp", "desk"),
    play_actions.Weigh("a lamp", 0.3, "desk"),
    setup_actions.GoInSet(2, "desk"),
    setup_actions.MoveInSet(2, 0, "desk"),
    setup_actions.ChooseSound(True, "Mic", "desk"),
    setup_actions.FindSounds("desk"),
    setup_actions.ChooseTempo("link", "desk"),
    setup_actions.AddToSet(2, "desk"),
    setup_actions.RemoveFromSet(2, "desk"),
    system_actions.SetSaved(SET),
    setup_actions.SetLength(1, 16.0, "bars", "desk"),
    system_actions.Projections({"a wall": Projection(flip_h=True, blend=(0.1, 0.0, 0.0, 0.0))}),
    system_actions.OnDisplay("a wall", "another"),
    setup_actions.ChooseCorner(2),
    setup_actions.GrabCorner(0.25, 0.75),
    setup_actions.MoveCorner(0.1, -0.1),
    setup_actions.Reproject("rotate"),
    play_actions.Type("naïve \U0001f40b"),
    play_actions.Erase(True),
    play_actions.Take(),
    play_actions.Drop(),
    play_actions.Prompt('a "quoted" prompt'),
    system_actions.Live(7, 0.05, 1 / 3),
    system_actions.Engine("builtin", ("builtin", "a/b"), "a/b"),
    system_actions.End(),
)  # fmt: skip

PRESETS = (
    Preset(
        "Deep sea",
        (Cued((("coral", 0.5), ("kelp", 0.5)), ZOOM, "blur"),),
        "shuffled",
        ZOOM,
        "grain",
        "a/model",
        (Lora("film", 0.5), Lora("a/b")),
        "waves.mp4",
    ),
)
"""Every field off its default, so that one that is not written shows."""


def test_every_action_but_what_is_said_and_the_clock_comes_back_from_its_line() -> None:
    kinds = {type(action) for action in DONE}
    assert kinds == set(get_args(Action)) - set(performance_file.LEFT_OUT)
    for action in DONE:
        line = performance_file.action_text(action, 0.0)
        assert "\n" not in line
        assert list(performance_file.events([line])) == [Done(action, 2)]


def test_ticks_come_back_to_the_last_bit_and_in_their_place() -> None:
    lines = [
        performance_file.ticks_text([1 / 60, 0.1]),
        performance_file.action_text(play_actions.Run("hud"), 1 / 60 + 0.1),
        performance_file.ticks_text([0.2]),
    ]
    assert list(performance_file.events(lines)) == [
        1 / 60,
        0.1,
        Done(play_actions.Run("hud"), 3),
        0.2,
    ]


def test_the_header_comes_back() -> None:
    for record in (PRESETS[0], header := Header(
        "1.0", PRESETS, 1, MappingProxyType({"seed": 5.0, "quantise": 2.0}), "builtin",
        ("film:0.5",), "waves.mp4", 9, (640, 360), 2.0, 5.0, 0.5,
    )):  # fmt: skip
        for field in filter(lambda field: field.compare, fields(record)):
            assert getattr(record, field.name) != field.default, field.name
    line = performance_file.header_text(header)
    assert performance_file.parse_header(line) == header
    assert performance_file.parse_header(performance_file.header_text(Header("1"))) == Header("1")


HEADER = json.loads(performance_file.header_text(Header("1", PRESETS)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "does not begin as one"),
        ("[]", "does not begin as one"),
        ('{"a": 1}', "does not begin as one"),
        ("[" * 100_000, "does not begin as one"),
        (json.dumps({**HEADER, "log": 2}), "log: "),
        (json.dumps({**HEADER, "size": [1, 10**9]}), "size.0: "),
        (json.dumps({**HEADER, "presets": [{"name": "x", "prompts": []}]}), "presets.0.prompts: "),
        (json.dumps({**HEADER, "settings": {"zoom": 99}}), "settings: "),
    ],
)
def test_what_is_no_log_says_why(text: str, says: str) -> None:
    with pytest.raises(NoLog, match=says):
        performance_file.parse_header(text)


def test_a_parameter_of_a_newer_version_is_left_out_with_a_line() -> None:
    told: list[str] = []
    text = json.dumps({**HEADER, "settings": {"zoom": 0.5, "smell": 1}})
    assert performance_file.parse_header(text, told.append).settings == {"zoom": 0.5}
    assert told == ["line 1: unknown entries are left out: smell"]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "\x00\x00",
        "[]",
        "{}",
        "[" * 100_000,
        '{"at": 0, "do": "Explode"}',
        '{"at": 0, "do": ["Run"]}',
        '{"at": 0, "do": "Run"}',
        '{"at": 0, "do": "Say", "text": "x"}',
        '{"at": "now", "do": "Take"}',
        '{"at": -1, "do": "Take"}',
        '{"at": 1e300, "do": "Take"}',
        '{"at": 0, "do": "Set", "parameter": "zoom", "value": NaN}',
        '{"at": 0, "do": "Set", "parameter": "zoom", "value": 1e999}',
        '{"tick": [0.1, -1]}',
        '{"tick": [1e9]}',
        '{"tick": 1}',
    ],
)
def test_a_damaged_line_is_one_line_and_the_others_are_played(line: str) -> None:
    told: list[str] = []
    take = play_actions.Take()
    good = performance_file.action_text(take, 0.5)
    lines = [performance_file.ticks_text([0.25]), line, good]
    assert list(performance_file.events(lines, told.append)) == [
        0.25,
        0.25,
        Done(play_actions.Take(), 4),
    ]
    assert len(told) == 1
    assert told[0].startswith("line 3 is left out: ")
    assert "\n" not in told[0]
