"""What controllers play, learn and show while MIDI input runs."""

from __future__ import annotations

from pathlib import Path

import mido

from visualizer.controls.midi.memory_ports import MemoryOutput, MemoryPorts
from visualizer.show.command_table import COMMANDS
from visualizer.show.play_actions import Knob, KnobId, Nudge, Run, Switch
from visualizer.show.system_actions import Learned, Say, Unplugged

from .listener import (
    NAME,
    NANO,
    CountedPorts,
    control,
    listening,
)


def test_a_flood_leaves_the_final_value_every_step_and_every_note_in_order(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.yaml").write_text(
        "controls:\n  cc 60: {plays: seed, as: twos complement}\n", encoding="utf-8"
    )
    ports = MemoryPorts(NANO)
    with listening(ports, folder=tmp_path, given=tmp_path / f"{NAME}.yaml") as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        for number in range(10_000):
            ports.send(NANO, control(20, number % 127))
            ports.send(NANO, control(60, 1 if number % 4 else 127))
            if number % 100 == 0:
                ports.send(NANO, mido.Message("note_on", note=43 + number // 100 % 2))
        ports.send(NANO, control(20, 127))
        listener.until_came(Knob(KnobId(NAME, 1, "cc 20"), "strength", 1.0))
        runs = [action.command for action in listener.actions if isinstance(action, Run)]
        assert runs == ["freeze", "blackout"] * 50
        steps = [action.steps for action in listener.actions if isinstance(action, Nudge)]
        assert sum(steps) == 5000
        assert len(steps) < 10_000


def moved(ports: MemoryPorts, number: int, *values: int) -> None:
    for value in values:
        ports.send(NANO, control(number, value))


def test_a_moved_control_is_learned_and_plays_its_target_from_then_on(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=tmp_path) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        listener.midi.learn("zoom")
        listener.until(lambda: listener.midi.learning)
        moved(ports, 77, *range(20, 110))
        listener.until(lambda: any(isinstance(a, Learned) for a in listener.actions))
        (learned,) = [a for a in listener.actions if isinstance(a, Learned)]
        assert learned.target == "zoom"
        assert not any(isinstance(a, Knob) and a.parameter != "zoom" for a in listener.actions)
        moved(ports, 77, 127)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 77"), "zoom", 1.0))
        assert (NAME, "cc 77 channel 1", "zoom") in listener.midi.controls
        listener.midi.learn(None)
        ports.unplug(NANO)
        listener.until(lambda: listener.midi.controls == ())
        ports.plug(NANO)
    with listening(ports, folder=tmp_path) as listener:  # the next evening
        listener.until(lambda: listener.midi.ports == (NAME,))
        moved(ports, 77, 0)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 77"), "zoom", 0.0))


def test_nothing_is_played_while_a_control_is_learned_but_the_pad_that_ends_it() -> None:
    ports = MemoryPorts(NANO)
    with listening(ports) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        listener.midi.learn("zoom")
        listener.until(lambda: listener.midi.learning)
        moved(ports, 20, 64)
        learn = next(command.note for command in COMMANDS if command.name == "learn")
        ports.send(NANO, mido.Message("note_on", note=learn))
        listener.until_came(Run("learn", "midi"))
        assert not any(isinstance(a, Knob) for a in listener.actions)
        listener.midi.learn(None)
        listener.until(lambda: not listener.midi.learning)
        moved(ports, 20, 127)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 20"), "strength", 1.0))


HELD = "controls:\n  note 1: {plays: freeze, as: momentary}\n  cc 5: {plays: zoom, as: toggle}\n"


def held(tmp_path: Path) -> Path:
    """A map with a momentary pad and a toggle."""
    path = tmp_path / f"{NAME}.yaml"
    path.write_text(HELD, encoding="utf-8")
    return tmp_path


def pad(ports: MemoryPorts, velocity: int) -> None:
    ports.send(NANO, mido.Message("note_on", note=1, velocity=velocity))


def test_a_pad_that_is_pulled_while_it_is_held_is_let_go_of(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=held(tmp_path)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        pad(ports, 90)
        listener.until_came(Switch("freeze", True, "midi"))
        ports.unplug(NANO)
        listener.until_came(Unplugged(NAME))
        assert Switch("freeze", False, "midi") in listener.actions


def test_a_pad_that_is_held_at_the_end_is_let_go_of(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=held(tmp_path)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        pad(ports, 90)
        listener.until_came(Switch("freeze", True, "midi"))
    assert Switch("freeze", False, "midi") in listener.midi.drain()


def test_a_pad_that_is_let_go_of_while_a_control_is_learned_is_heard(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=held(tmp_path)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        pad(ports, 90)
        listener.until_came(Switch("freeze", True, "midi"))
        listener.midi.learn("zoom")
        listener.until(lambda: listener.midi.learning)
        pad(ports, 0)
        listener.until_came(Switch("freeze", False, "midi"))


def test_a_pad_that_is_struck_while_a_control_is_learned_switches_nothing(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=held(tmp_path)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        listener.midi.learn("next_prompt")
        listener.until(lambda: listener.midi.learning)
        pad(ports, 90)
        pad(ports, 0)
        listener.until(lambda: any(isinstance(a, Learned) for a in listener.actions))
        assert not any(isinstance(a, Switch) for a in listener.actions)


def test_what_is_toggled_or_held_outlives_that_another_control_is_forgotten(
    tmp_path: Path,
) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=held(tmp_path)) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        pad(ports, 90)
        moved(ports, 5, 127, 0)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 5"), "zoom", 1.0, pickup="none"))
        listener.midi.forget("blend")
        listener.until_came(Say("MIDI: blend has no controls now", "midi"))
        moved(ports, 5, 127, 0)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 5"), "zoom", 0.0, pickup="none"))
        assert Switch("freeze", False, "midi") not in listener.actions
        listener.midi.forget("freeze")
        listener.until_came(Switch("freeze", False, "midi"))


def test_what_is_forgotten_is_played_no_more(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, folder=tmp_path) as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        listener.midi.forget("strength")
        listener.until_came(Say("MIDI: strength has no controls now", "midi"))
        moved(ports, 20, 64)
        moved(ports, 21, 127)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 21"), "guidance", 1.0))
        assert not any(isinstance(a, Knob) and a.parameter == "strength" for a in listener.actions)
        listener.midi.forget_all()
        listener.until_came(Say("MIDI: all controllers are reset", "midi"))
        moved(ports, 20, 127)
        listener.until_came(Knob(KnobId(NAME, 1, "cc 20"), "strength", 1.0))


def test_a_map_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("a file where the folder should be", encoding="utf-8")
    ports = MemoryPorts(NANO)
    with listening(ports, folder=tmp_path / "maps") as listener:
        listener.until(lambda: listener.midi.ports == (NAME,))
        listener.midi.forget("strength")
        listener.until(lambda: len(listener.lines) > 1)
        assert "maps" in listener.lines[-1]


def test_a_faulty_map_is_told_once_even_with_no_controller(tmp_path: Path) -> None:
    given = tmp_path / "map.yaml"
    given.write_text("controls:\n  cc 20: beauty\n", encoding="utf-8")
    ports = CountedPorts()
    with listening(ports, folder=tmp_path / "none", given=given) as listener:
        listener.until(lambda: len(listener.lines) == 1)
        assert listener.lines[0].startswith(f"{given}:2:")
        ports.plug(NANO)
        listener.until(lambda: listener.midi.ports == (NAME,))
        assert listener.lines[1:] == [f"MIDI: {NAME} connected"]


LEDS = "leds:\n  note 1: generation\n  note 2: {shows: preset 1, on: 3}\n"


def led_map(tmp_path: Path) -> Path:
    path = tmp_path / "leds.yaml"
    path.write_text(LEDS, encoding="utf-8")
    return path


def test_leds_are_told_what_is_news_and_all_of_it_after_a_reconnect(tmp_path: Path) -> None:
    ports = MemoryPorts(NANO)
    with listening(ports, given=led_map(tmp_path)) as listener:
        listener.midi.set_leds({"generation": True})
        listener.until(lambda: ports.came(NANO) == ((0x90, 1, 127), (0x90, 2, 0)))
        listener.midi.set_leds({"generation": True, "preset 1": True})
        listener.until(lambda: ports.came(NANO)[2:] == ((0x90, 2, 3),))
        ports.unplug(NANO)
        listener.until_came(Unplugged(NAME))
        ports.plug(NANO)
        listener.until(lambda: ports.came(NANO) == ((0x90, 1, 127), (0x90, 2, 3)))
    assert ports.came(NANO)[2:] == ((0x90, 1, 0), (0x90, 2, 0))  # dark at the end


def test_nothing_is_sent_where_no_map_names_an_led() -> None:
    ports = MemoryPorts("Y-PADS")
    with listening(ports) as listener:
        listener.until(lambda: listener.midi.ports == ("Y-PADS",))
        listener.midi.set_leds({"generation": True})
        ports.send("Y-PADS", mido.Message("note_on", note=43))
        listener.until(lambda: any(isinstance(a, Run) for a in listener.actions))
    assert ports.came("Y-PADS") == ()
    assert not any(isinstance(port, MemoryOutput) for port in ports.opened)


def test_leds_that_fail_are_opened_anew(tmp_path: Path) -> None:
    ports = CountedPorts(NANO)
    with listening(ports, given=led_map(tmp_path)) as listener:
        listener.midi.set_leds({})
        listener.until(lambda: len(ports.came(NANO)) == 2)
        for port in ports.opened:
            if isinstance(port, MemoryOutput):
                port.fault = OSError("broken")
        listener.midi.set_leds({"generation": True})
        listener.until(lambda: ports.came(NANO)[2:] == ((0x90, 1, 127), (0x90, 2, 0)))
