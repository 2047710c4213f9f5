"""MIDI learn in the thread: when it listens, what it takes, and what is played meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mido
import pytest

from visualizer.controls.midi.controllers import Controllers
from visualizer.controls.midi.decoding import decode
from visualizer.controls.midi.learner import LISTEN_AFTER, RECOGNISE_EVERY, Learner
from visualizer.controls.midi.memory_ports import MemoryPorts
from visualizer.controls.midi.messages import Reading, read
from visualizer.controls.midi.own_maps import OwnMaps
from visualizer.controls.repeated_faults import Troubles
from visualizer.show import targets
from visualizer.show.actions import Action
from visualizer.show.play_actions import Run
from visualizer.show.system_actions import Learned, Say

ZOOM, TAP = targets.parse("zoom"), targets.parse("tap")
FADER = range(20, 110)


def cc(number: int, value: int) -> Any:
    return mido.Message("control_change", control=number, value=value)


def note(number: int, velocity: int) -> Any:
    return mido.Message("note_on", note=number, velocity=velocity)


def reading(message: Any) -> Reading:
    found = read(message.bytes())
    assert found is not None
    return found


class Desk:
    """Two controllers, a learner, and a clock that stands until it is moved."""

    def __init__(self, folder: Path, given: Path | None = None) -> None:
        self.now = 100.0
        self.actions: list[Action] = []
        self.maps = OwnMaps(folder, given, lambda line: self.actions.append(Say(line, "midi")))
        self.learner = Learner(self.maps, self.actions.append, lambda: self.now)
        self.controllers = Controllers(
            MemoryPorts("A", "B"),
            self.maps.chosen,
            Troubles(lambda line: None),
            came=lambda controller: None,
            lost=lambda controller: None,
        )
        self.controllers.look()

    def serve(self) -> None:
        self.now += RECOGNISE_EVERY
        self.learner.serve(self.controllers)

    def learn(self, target: targets.Target) -> None:
        """Choose a target, and let the moment go by until it listens."""
        self.learner.learn(target)
        self.serve()
        self.now += LISTEN_AFTER

    def hear(self, port: str, messages: Sequence[Any]) -> list[bool]:
        """Whether each message is kept from being played."""
        controller = next(c for c in self.controllers if c.name == port)
        kept = []
        for message in messages:
            heard = reading(message)
            state, actions = decode(controller.mapping, controller.state, port, heard)
            controller.state = state
            kept.append(self.learner.hears(port, heard, actions))
        self.serve()
        return kept

    @property
    def learned(self) -> list[str]:
        return [action.line for action in self.actions if isinstance(action, Learned)]

    @property
    def said(self) -> list[str]:
        return [action.text for action in self.actions if isinstance(action, Say)]


def fader(number: int) -> list[Any]:
    return [cc(number, value) for value in FADER]


@pytest.mark.parametrize("release", [note(59, 0), mido.Message("note_off", note=59)])
def test_the_pad_that_begins_it_does_not_learn_itself(tmp_path: Path, release: Any) -> None:
    desk = Desk(tmp_path)
    desk.learn(ZOOM)
    assert desk.hear("A", [release]) == [True]
    assert desk.learned == []


def test_it_listens_a_moment_after_the_target_was_chosen_and_plays_nothing_before(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.learner.learn(ZOOM)
    desk.serve()
    assert all(desk.hear("A", fader(77)))
    assert not desk.learner.listens
    assert desk.learned == []
    desk.now += LISTEN_AFTER
    assert desk.learner.listens
    desk.hear("A", fader(77))
    assert desk.learned == ["MIDI learn: cc 77 channel 1 of A plays zoom"]


def test_a_controller_that_is_unsure_blocks_no_other_and_the_busiest_is_asked(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.learn(ZOOM)
    desk.hear("A", [cc(10, 64)])
    desk.hear("B", [cc(16, 1)] * 3)
    assert desk.said == ["MIDI learn: turn it back and forth"]
    desk.hear("B", fader(77))
    assert desk.learned == ["MIDI learn: cc 77 channel 1 of B plays zoom"]


def test_after_one_was_learned_it_plays_and_another_can_be_moved(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.learn(ZOOM)
    desk.hear("A", fader(77))
    assert desk.hear("A", [cc(77, 5)]) == [False]
    assert all(desk.hear("A", fader(78)))
    assert all(desk.hear("B", fader(77)))
    assert len(desk.learned) == 3
    assert desk.hear("A", [cc(77, 5), cc(78, 5)]) == [False, False]
    assert desk.hear("A", fader(77)) == [False] * len(FADER)
    assert len(desk.learned) == 3


def test_what_a_control_played_before_is_named(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.learn(ZOOM)
    desk.hear("A", fader(20))
    assert desk.learned == ["MIDI learn: cc 20 channel 1 of A plays zoom instead of strength"]


def test_of_many_messages_no_more_are_kept_than_are_needed_and_they_are_looked_at_seldom(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.learn(ZOOM)
    for _ in range(20):
        desk.hear("A", [cc(30, 100), cc(30, 101)] * 100)
    desk.now -= RECOGNISE_EVERY
    desk.hear("A", fader(77))
    desk.now += RECOGNISE_EVERY
    desk.serve()
    assert len(desk.learned) == 1


def test_looks_are_no_more_often_than_every_so_often(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.learn(ZOOM)
    desk.hear("A", fader(77)[:3])
    for message in fader(77)[3:]:
        desk.learner.hears("A", reading(message), [])
    desk.learner.serve(desk.controllers)
    assert desk.learned == []
    desk.serve()
    assert len(desk.learned) == 1


def test_a_port_that_is_gone_when_it_is_sure_is_no_fault(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.learn(ZOOM)
    for message in fader(77):
        desk.learner.hears("gone", reading(message), [])
    desk.serve()
    assert desk.learned == []


def test_the_pad_that_ends_it_is_played(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.learn(ZOOM)
    assert not desk.learner.hears("A", reading(note(59, 90)), [Run("learn", "midi")])


def test_a_map_that_lies_over_what_was_learned_or_forgotten_is_named(tmp_path: Path) -> None:
    given = tmp_path / "given.yaml"
    given.write_text("controls: {cc 77 channel 1: blend}")
    desk = Desk(tmp_path / "maps", given)
    desk.learn(ZOOM)
    desk.hear("A", fader(77))
    over = f"but --midi-map {given} takes precedence"
    assert desk.said == [f"MIDI: cc 77 channel 1 is saved for zoom, {over}"]
    assert desk.learned == []
    desk.learner.forget(targets.parse("blend"))
    desk.serve()
    assert desk.said[1:] == [f"MIDI: blend is forgotten, {over}"]
    desk.learner.forget_all()
    desk.serve()
    assert desk.said[2:] == [f"MIDI: all of your own maps are set aside, {over}"]
