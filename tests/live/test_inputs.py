"""Inputs: which are started, what they are told, and how they end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from visualizer.controls.ableton_link import LinkClock
from visualizer.controls.audio.audio_input import Sound
from visualizer.controls.midi.midi_input import Midi
from visualizer.controls.osc.osc_input import Osc
from visualizer.desk.server import Desk
from visualizer.live.inputs import Inputs, stop_all
from visualizer.options import LiveOptions, OptionError
from visualizer.show.leds import led_states
from visualizer.show.play_actions import Run
from visualizer.show.records import Forgets
from visualizer.show.reducer import reduce, start
from visualizer.show.setup_actions import ChooseSound, ChooseTempo, FindSounds
from visualizer.show.state import Show
from visualizer.show.status import Status
from visualizer.show.view import View

ALL = LiveOptions(osc="9000", desk="9001", link=True, sound="")

Calls = list[tuple[Any, ...]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What the threads were asked for, in place of doing it."""
    made: Calls = []

    def record(kind: type, name: str) -> None:
        def call(_: object, *given: Any) -> bool:
            made.append((kind.__name__, name, *given))
            return True

        monkeypatch.setattr(kind, name, call)

    for kind in (Midi, Osc, Desk, LinkClock, Sound):
        record(kind, "start")
        record(kind, "stop")
    for name in ("learn", "set_leds", "forget", "forget_all"):
        record(Midi, name)
    record(Osc, "tell")
    record(Desk, "tell")
    record(LinkClock, "tell")
    return made


def test_only_what_the_options_ask_for_is_started(calls: Calls) -> None:
    Inputs(LiveOptions(no_midi=True)).start()
    assert calls == []
    Inputs(LiveOptions()).start()
    assert calls == [("Midi", "start")]
    calls.clear()
    Inputs(ALL).start()
    assert [kind for kind, _ in calls] == ["Midi", "Osc", "Desk", "LinkClock", "Sound"]


def test_all_are_told_to_end_before_one_is_waited_for(calls: Calls) -> None:
    assert Inputs(ALL).stop()
    kinds = ["Midi", "Osc", "Desk", "LinkClock", "Sound"]
    assert calls[:5] == [(kind, "stop", 0.0) for kind in kinds]
    assert [kind for kind, *_ in calls[5:]] == kinds
    assert all(timeout > 0.0 for *_, timeout in calls[5:])


class Slow:
    """A thread that takes all the time it is given."""

    def __init__(self) -> None:
        self.waited = 0.0

    def stop(self, timeout: float = 1.0) -> bool:
        self.waited += timeout
        return False


def test_threads_that_hang_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = [Slow(), Slow(), Slow()]
    monkeypatch.setattr(
        "visualizer.live.inputs.monotonic", lambda: sum(each.waited for each in slow)
    )
    assert not stop_all(slow, 3.0)
    assert [each.waited for each in slow] == [3.0, 0.0, 0.0]


def test_one_that_hangs_is_told_whatever_the_others_say() -> None:
    assert not stop_all([Slow(), Sound()], 0.0)
    assert stop_all([Sound(), Osc()], 0.0)


def told(inputs: Inputs, calls: Calls, show: Show) -> Calls:
    """What MIDI hears when the others are told of the show."""
    calls.clear()
    inputs.tell(show)
    return [call[1:] for call in calls if call[0] == "Midi" and call[1] != "set_leds"]


def test_midi_learns_what_is_chosen_and_each_wish_to_forget_is_told_once(calls: Calls) -> None:
    inputs = Inputs(ALL)
    show = start(())
    assert told(inputs, calls, show) == [("learn", None)]
    show = reduce(show, Run("learn"))
    assert show.learning is not None
    target = show.learning.target
    assert told(inputs, calls, show) == [("learn", target)]
    show = reduce(show, Run("forget"))
    assert told(inputs, calls, show) == [("learn", target), ("forget", target)]
    assert told(inputs, calls, show) == [("learn", target)]
    show = reduce(reduce(show, Run("forget_all")), Run("forget_all"))
    assert told(inputs, calls, show) == [("learn", target), ("forget_all",)]
    assert told(inputs, calls, show) == [("learn", target)]


def test_a_wish_to_forget_is_told_though_the_list_was_closed_in_the_same_frame(
    calls: Calls,
) -> None:
    inputs = Inputs(ALL)
    show = reduce(start(()), Run("learn"))
    assert show.learning is not None
    target = show.learning.target
    inputs.tell(show)
    show = reduce(reduce(show, Run("forget")), Run("learn"))
    assert told(inputs, calls, show) == [("learn", None), ("forget", target)]


def test_osc_hears_the_show_link_its_tempo_and_leds_their_states(calls: Calls) -> None:
    show = start((), settings={"tempo": 98.0})
    Inputs(ALL).tell(show)
    for call in (
        ("Osc", "tell", show), ("LinkClock", "tell", 98.0), ("Midi", "set_leds", led_states(show))
    ):  # fmt: skip
        assert call in calls
    calls.clear()
    Inputs(LiveOptions(no_midi=True)).tell(replace(show, forgets=Forgets(1, "zoom")))
    assert calls == []


def test_what_is_chosen_while_the_show_runs_is_started_then_and_ended_with_it(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Calls = []
    monkeypatch.setattr(Sound, "choose", lambda _, *given: asked.append(given))
    monkeypatch.setattr(Sound, "find", lambda _: asked.append(()))
    inputs = Inputs(LiveOptions(no_midi=True))
    show = reduce(start(()), FindSounds())
    inputs.tell(show)
    inputs.tell(show)
    assert (calls, asked) == ([("Sound", "start")], [()])
    show = reduce(reduce(show, ChooseSound(True, "Mic")), ChooseTempo("link"))
    inputs.tell(show)
    inputs.tell(show)
    assert asked == [(), (True, "Mic")]
    assert [call for call in calls if call[1] == "start"] == [
        ("Sound", "start"), ("LinkClock", "start")
    ]  # fmt: skip
    calls.clear()
    inputs.stop()
    assert ("Sound", "stop", 0.0) in calls
    assert ("LinkClock", "stop", 0.0) in calls


def test_the_hud_names_what_plays_along_and_only_that() -> None:
    inputs = Inputs(ALL)
    assert not inputs.others
    assert inputs.osc is not None
    assert inputs.desk is not None
    assert inputs.link is not None
    assert inputs.sound is not None
    inputs.osc.port, inputs.link.peers, inputs.sound.input = 9000, 0, "Line in"
    inputs.desk.address = "127.0.0.1:9001"
    assert inputs.others == ("OSC 9000", "desk 127.0.0.1:9001", "Link 0", "Line in")
    inputs.osc.malformed, inputs.link.peers = 3, 2
    desk = "desk 127.0.0.1:9001"
    assert inputs.others == ("OSC 9000, 3 malformed", desk, "Link 2", "Line in")


def test_the_desk_is_told_what_is_seen(calls: Calls) -> None:
    view = View(start(()), Status())
    Inputs(LiveOptions(no_midi=True)).show(view)
    assert calls == []
    Inputs(ALL).show(view)
    assert calls == [("Desk", "tell", view)]


def test_an_address_that_is_none_is_one_line() -> None:
    with pytest.raises(OptionError, match="--desk 'there' is not PORT or HOST:PORT"):
        Inputs(LiveOptions(desk="there"))
    with pytest.raises(OptionError, match="--osc 'here' is not PORT or HOST:PORT"):
        Inputs(LiveOptions(osc="here"))
