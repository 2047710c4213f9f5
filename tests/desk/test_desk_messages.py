"""What the desk's messages do: the same that OSC's do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from visualizer.controls.osc.osc_messages import decode
from visualizer.desk.desk_actions import to_action
from visualizer.desk.desk_messages import SCHEMAS, read
from visualizer.show import play_actions, setup_actions
from visualizer.show.actions import Action
from visualizer.show.command_table import COMMANDS, ON_OFF
from visualizer.show.parameters import PARAMETERS
from visualizer.show.play_actions import Nudge, Prompt, SelectPreset, Set


def action(**message: Any) -> Action:
    return to_action(read(json.dumps(message)))


def osc(address: str, *arguments: Any) -> Action:
    (one,) = decode(f"/visualizer/{address}", arguments)
    return replace(one, source="desk")


def test_a_desk_plays_all_that_osc_plays() -> None:
    for row in PARAMETERS:
        assert action(type="set", parameter=row.name, value=row.high) == osc(row.name, row.high)
        for place, choice in enumerate(row.choices):
            assert action(type="set", parameter=row.name, value=choice) == osc(row.name, choice)
            assert action(type="set", parameter=row.name, value=place) == osc(row.name, place)
    for command in COMMANDS:
        if command.name != "prompt":
            assert action(type="run", command=command.name) == osc(command.name)
    for name in ON_OFF:
        assert action(type="switch", command=name, on=True) == osc(name, 1)
    assert action(type="preset", number=3) == osc("preset", 3)
    assert action(type="store", slot=8) == osc("store", 8)
    assert action(type="recall", slot=1) == osc("snapshot", 1)
    assert action(type="prompt", text="red smoke") == osc("prompt", "red smoke")


def test_steps_prompts_of_presets_and_text_of_one_line() -> None:
    nudge = action(type="nudge", parameter="zoom", steps=-2, fine=True)
    assert nudge == Nudge("zoom", -2.0, True, "desk")
    assert action(type="preset", number=1, prompt=4) == SelectPreset(0, "desk", prompt=3)
    assert action(type="preset", number="Deep sea") == osc("preset", "Deep sea")
    assert action(type="prompt", text=" a\x1b[2J\n b ") == Prompt("a[2J b", "desk")
    assert action(type="set", parameter="zoom", value="0,5") == Set("zoom", 0.5, "desk")


def test_the_set_list_the_prompts_weights_and_the_set_up_are_played() -> None:
    for message, wanted in (
        ({"type": "mix", "text": " a\n lamp"}, play_actions.MixIn("a lamp", "desk")),
        ({"type": "weigh", "text": "a", "share": 0.25}, play_actions.Weigh("a", 0.25, "desk")),
        ({"type": "set_list", "number": 2}, setup_actions.ChooseSet(1, "desk")),
        ({"type": "set_entry", "number": 3}, setup_actions.GoInSet(2, "desk")),
        ({"type": "set_move", "number": 3, "to": 1}, setup_actions.MoveInSet(2, 0, "desk")),
        (
            {"type": "set_length", "number": 1, "length": "8 bars"},
            setup_actions.SetLength(0, 8.0, "bars", "desk"),
        ),
        ({"type": "sound", "name": "Mic"}, setup_actions.ChooseSound(True, "Mic", "desk")),
        ({"type": "sound", "name": None}, setup_actions.ChooseSound(False, "", "desk")),
        ({"type": "find_sounds"}, setup_actions.FindSounds("desk")),
        ({"type": "tempo_from", "name": "link"}, setup_actions.ChooseTempo("link", "desk")),
        ({"type": "set_add", "preset": 2}, setup_actions.AddToSet(1, "desk")),
        ({"type": "set_remove", "number": 2}, setup_actions.RemoveFromSet(1, "desk")),
        ({"type": "display", "name": "wall"}, setup_actions.ChooseDisplay("wall", "desk")),
        (
            {"type": "corner", "corner": 2, "x": 0.9, "y": 0.1},
            setup_actions.PlaceCorner(1, 0.9, 0.1, "desk"),
        ),
        ({"type": "project", "change": "rotate"}, setup_actions.Reproject("rotate", "desk")),
        ({"type": "learn", "target": "preset 3"}, setup_actions.LearnTarget("preset 3", "desk")),
        ({"type": "model", "name": "builtin"}, setup_actions.AskModel("builtin", "desk")),
    ):
        assert action(**message) == wanted


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ({"type": "set", "parameter": "strenght", "value": 1}, "nearest: strength"),
        ({"type": "set", "parameter": "strength", "value": "much"}, "must be a number"),
        ({"type": "set", "parameter": "mirror", "value": "up"}, "one of off, left, top, both"),
        ({"type": "set", "parameter": "strength", "value": True}, "set.value"),
        ({"type": "set", "parameter": "strength"}, "Field required"),
        ({"type": "set", "parameter": "strength", "value": 1, "more": 2}, "more: Extra inputs"),
        ({"type": "run", "command": "strength"}, "strength is not a command"),
        ({"type": "run", "command": "explode"}, "nothing is named 'explode'"),
        ({"type": "switch", "command": "restart", "on": True}, "switch.command"),
        ({"type": "store", "slot": 9}, "less than or equal to 8"),
        ({"type": "preset", "number": 0}, "greater than or equal to 1"),
        ({"type": "prompt", "text": "x" * 1001}, "at most 1000 characters"),
        ({"type": "set_length", "number": 1, "length": "9 days"}, "64 bars or 5 minutes"),
        ({"type": "corner", "corner": 1, "x": 9, "y": 0}, "less than or equal to 2"),
        ({"type": "learn", "target": "explode"}, "nothing is named 'explode'"),
        ({"type": "explode"}, "Input tag 'explode'"),
        ([], "object"),
        (None, "object"),
    ],
)
def test_what_can_not_be_followed_is_one_line(message: Any, line: str) -> None:
    with pytest.raises(ValueError, match=r".+") as why:
        to_action(read(json.dumps(message)))
    assert line in str(why.value)
    assert "\n" not in str(why.value)


def test_text_that_is_no_message_is_one_line() -> None:
    for text in ("", "{", "NaN", '{"type": "set", "parameter": "zoom", "value": NaN}', "\ud800"):
        with pytest.raises(ValueError, match=r".+"):
            read(text)


def test_every_message_has_a_schema_and_says_what_it_is_for() -> None:
    assert len(SCHEMAS) == 30
    for model in SCHEMAS.values():
        assert model.__doc__
        assert model.model_json_schema()["properties"]["type"]
