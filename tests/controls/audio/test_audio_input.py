"""The sound thread: an input comes and goes, troubles are said once, and the show never waits."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from visualizer.controls.audio.audio_devices import Block, NoInput, NoSound, open_input
from visualizer.controls.audio.audio_input import Sound
from visualizer.show.system_actions import Heard, Say

from ..input_listener import PATIENCE, InputListener

RATE = 48000


class Microphone:
    """An input whose blocks are put in by hand, but for a first one. fault: raised when it is
    opened. dumb: not even the first comes. closing: set when it may be closed."""

    name = "Microphone"
    rate = float(RATE)

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.hear: Callable[[Block], None] | None = None
        self.opened = 0
        self.wanted: str | None = None
        self.dumb = False
        self.closing = threading.Event()
        self.closing.set()

    def __call__(self, wanted: str | None, hear: Callable[[Block], None]) -> Microphone:
        self.opened += 1
        self.wanted = wanted
        if self.fault is not None:
            raise self.fault
        self.hear = hear
        if not self.dumb:
            hear(np.zeros(512, np.float32))
        return self

    def play(self, samples: Block) -> None:
        assert self.hear is not None
        for block in np.array_split(samples, max(len(samples) // 512, 1)):
            self.hear(block)

    def close(self) -> None:
        self.closing.wait()
        self.hear = None


class Listener(InputListener):
    """A running Sound, and all that it brought so far."""

    def __init__(self, sound: Sound) -> None:
        super().__init__(sound)
        self.sound = sound

    @property
    def heard(self) -> list[Heard]:
        return [action for action in self.actions if isinstance(action, Heard)]


@contextmanager
def listening(open_input: Any, **options: Any) -> Iterator[Listener]:
    sound = Sound(open_input=open_input, retry_after=0.002, **options)
    sound.start()
    try:
        yield Listener(sound)
    finally:
        assert sound.stop(PATIENCE)


def tone(hertz: float) -> Block:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)).astype(np.float32)


def test_what_the_input_plays_is_heard() -> None:
    microphone = Microphone()
    with listening(microphone, wanted="micro") as listener:
        listener.until_came(Say("sound: listening to Microphone", "sound"))
        assert (listener.sound.input, microphone.wanted) == ("Microphone", "micro")
        microphone.play(tone(80))
        listener.until(lambda: any(h.bass > 0.9 and h.treble < 0.1 for h in listener.heard))
    assert microphone.hear is None, "it is given back"
    assert listener.sound.input == ""


def test_an_input_that_is_pulled_goes_to_rest_and_is_looked_for_again() -> None:
    microphone = Microphone()
    with listening(microphone, lost_after=0.01) as listener:
        listener.until_came(Say("sound: Microphone is gone; trying again", "sound"))
        assert Heard(0.0, 0.0, 0.0, 0.0) in listener.heard
        listener.until(lambda: listener.lines.count("sound: listening to Microphone") == 2)


def test_an_input_that_sends_nothing_is_one_line_until_it_does() -> None:
    microphone = Microphone()
    microphone.dumb = True
    with listening(microphone, lost_after=0.002) as listener:
        listener.until(lambda: microphone.opened > 4)
        assert listener.lines == ["sound: Microphone sends nothing; trying again"]
        assert listener.sound.input == ""
        microphone.dumb = False
        listener.until_came(Say("sound: listening to Microphone", "sound"))


def test_an_input_that_cant_be_closed_is_a_line() -> None:
    microphone = Microphone()
    microphone.closing.clear()
    with listening(microphone, lost_after=0.002, close_within=0.002) as listener:
        line = "sound: Microphone can't be closed; restart the show to use sound again"
        listener.until_came(Say(line, "sound"))
        microphone.closing.set()
        listener.until(lambda: listener.lines.count("sound: listening to Microphone") == 2)


def test_no_device_is_said_once_and_waited_for() -> None:
    microphone = Microphone()
    microphone.fault = NoInput("no input device")
    with listening(microphone) as listener:
        listener.until(lambda: microphone.opened > 4)
        assert listener.lines == ["sound: no input device; trying again"]
        microphone.fault = None
        listener.until_came(Say("sound: listening to Microphone", "sound"))


def test_a_driver_that_stumbles_does_not_end_it() -> None:
    microphone = Microphone()
    microphone.fault = RuntimeError("no reason")
    with listening(microphone) as listener:
        listener.until(lambda: microphone.opened > 2)
        assert listener.lines == ["sound failed and restarts: no reason"]


def test_what_is_not_installed_is_said_once_and_not_tried_again() -> None:
    microphone = Microphone()
    microphone.fault = NoSound("nothing here")
    with listening(microphone) as listener:
        listener.until_came(Say("sound is off: nothing here", "sound"))
        listener.until(lambda: not listener.sound.on)
        assert microphone.opened == 1


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ModuleNotFoundError("sounddevice"), r"pip install 'visualizer\[sound\]'"),
        (OSError("PortAudio library not found"), "PortAudio is not installed"),
    ],
)
def test_a_missing_extra_and_a_missing_library_are_told_apart(
    error: Exception, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def fail(name: str, *rest: Any) -> Any:
        if name == "sounddevice":
            raise error
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", fail)
    with pytest.raises(NoSound, match=says):
        open_input(None, lambda _: None)


def test_the_system_opens_an_input_or_says_why_not() -> None:
    try:
        source = open_input(None, lambda _: None)
    except (NoSound, NoInput) as why:
        assert str(why).count("\n") == 0  # noqa: PT017
    else:
        assert source.rate > 0
        source.close()


def test_one_that_was_never_started_can_be_stopped() -> None:
    assert Sound(open_input=Microphone()).stop()


def test_whoever_taps_the_sound_gets_what_is_heard_and_its_rate() -> None:
    microphone = Microphone()
    tapped: list[tuple[float, float]] = []
    with listening(microphone) as listener:
        listener.until(lambda: bool(listener.sound.input))
        listener.sound.tap = lambda block, rate: tapped.append((float(block.sum()), rate))
        microphone.play(np.ones(512, np.float32))
        listener.until(lambda: bool(tapped))
    assert tapped == [(512.0, float(RATE))]


class Inputs:
    """Two inputs, Line and Mic, and Broken, which can't be opened."""

    def __init__(self) -> None:
        self.open: list[str] = []

    def __call__(self, wanted: str | None, hear: Callable[[Block], None]) -> Microphone:
        if wanted == "Broken":
            raise NoInput("Broken is in use")
        made = Microphone()
        made.name = wanted or "Line"
        made(wanted, hear)
        self.open.append(made.name)
        return made

    def list(self) -> tuple[str, ...]:
        return "Line", "Mic", "Broken"


def test_another_input_is_chosen_while_it_runs_and_none() -> None:
    inputs = Inputs()
    with listening(inputs, list_inputs=inputs.list, on=False) as listener:
        sound = listener.sound
        sound.find()
        listener.until(lambda: sound.inputs == ("Line", "Mic", "Broken"))
        assert inputs.open == []
        sound.choose(True)
        listener.until(lambda: sound.input == "Line")
        sound.choose(True, "Mic")
        listener.until(lambda: sound.input == "Mic")
        sound.find()  # it is heard again after the look
        listener.until(lambda: inputs.open == ["Line", "Mic", "Mic"] and sound.input == "Mic")
        sound.choose(False)
        listener.until_came(Say("sound is off", "sound"))
        assert sound.input == ""
        assert listener.heard[-1] == Heard(0.0, 0.0, 0.0, 0.0)


def test_a_chosen_input_that_cant_be_opened_is_one_line_and_the_one_before_stays() -> None:
    inputs = Inputs()
    with listening(inputs, on=False) as listener:
        sound = listener.sound
        sound.choose(True, "Broken")
        listener.until_came(Say("sound: Broken is in use; sound stays off", "sound"))
        assert not sound.on
        sound.choose(True, "Mic")
        listener.until(lambda: sound.input == "Mic")
        sound.choose(True, "Broken")
        listener.until_came(Say("sound: Broken is in use; the previous input stays", "sound"))
        listener.until(lambda: inputs.open == ["Mic", "Mic"] and sound.input == "Mic")


def test_inputs_that_cant_be_listed_are_a_line() -> None:
    def missing() -> tuple[str, ...]:
        raise NoSound("PortAudio is not installed")

    with listening(Inputs(), list_inputs=missing, on=False) as listener:
        listener.sound.find()
        listener.until_came(Say("sound: PortAudio is not installed", "sound"))
