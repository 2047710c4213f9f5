"""Ableton Link: followed while there is somebody to follow."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from visualizer.controls.ableton_link import LinkClock, Session
from visualizer.show.setup_actions import ChooseTempo
from visualizer.show.system_actions import Say, Sync

from .input_listener import PATIENCE, InputListener


@dataclass
class FakeSession:
    """A session whose others, tempo and beat are set by hand."""

    num_peers: int = 0
    tempo: float = 120.0
    beat: float = 0.0
    enabled: bool = False
    quantum: float = 1.0
    looks: int = 0

    def __getattribute__(self, name: str) -> object:
        if name == "num_peers":
            self.looks += 1
        return super().__getattribute__(name)


class Listener(InputListener):
    """A running LinkClock, and all that it brought so far."""

    def __init__(self, link: LinkClock) -> None:
        super().__init__(link)
        self.link = link

    @property
    def syncs(self) -> list[Sync]:
        return [action for action in self.actions if isinstance(action, Sync)]


@contextmanager
def following(session: Session, clock: Callable[[], float] = lambda: 0.0) -> Iterator[Listener]:
    link = LinkClock(lambda: session, retry_after=0.002, clock=clock)
    link.start()
    try:
        yield Listener(link)
    finally:
        assert link.stop(PATIENCE)


def look_again(listener: Listener, session: FakeSession) -> None:
    wanted = session.looks + 3
    listener.until(lambda: session.looks >= wanted)


def test_alone_on_the_network_there_is_no_clock() -> None:
    session = FakeSession()
    with following(session) as listener:
        look_again(listener, session)
        assert listener.actions == []
        assert session.enabled


def test_who_comes_later_finds_the_tempo_of_the_show() -> None:
    session = FakeSession()
    with following(session) as listener:
        listener.link.tell(133.0)
        listener.until(lambda: session.tempo == 133.0)
        session.num_peers, session.tempo = 1, 128.0
        listener.until_came(Sync(128.0, 0.0, source="link"))
        look_again(listener, session)
        assert session.tempo == 128.0, "now it is theirs"


def test_with_others_the_tempo_and_the_beat_are_theirs() -> None:
    session = FakeSession(num_peers=1, tempo=98.0, beat=13.5)
    with following(session) as listener:
        listener.until_came(Say("Link: in sync with 1 other", "link"))
        listener.until_came(Sync(98.0, 13.5, source="link"))
        assert listener.link.peers == 1
        assert session.quantum == 4.0, "the bars are shared too"


def test_a_jump_is_told_at_once_and_what_goes_on_as_expected_is_not() -> None:
    session = FakeSession(num_peers=2, beat=8.0)
    with following(session) as listener:
        listener.until(lambda: len(listener.syncs) == 1)
        look_again(listener, session)
        assert len(listener.syncs) == 1
        session.beat = 3.0
        listener.until(lambda: len(listener.syncs) == 2)
        session.tempo = 140.0
        listener.until(lambda: len(listener.syncs) == 3)
        assert [(sync.bpm, sync.beats) for sync in listener.syncs] == [
            (120.0, 8.0),
            (120.0, 3.0),
            (140.0, 3.0),
        ]


def test_an_expected_beat_is_told_ten_times_a_second() -> None:
    now = [0.0]
    session = FakeSession(num_peers=1)
    with following(session, lambda: now[0]) as listener:
        listener.until(lambda: len(listener.syncs) == 1)
        now[0], session.beat = 0.25, 0.5
        listener.until(lambda: len(listener.syncs) == 2)


def test_when_the_last_one_leaves_the_tempo_runs_on() -> None:
    session = FakeSession(num_peers=1)
    with following(session) as listener:
        listener.until(lambda: listener.link.peers == 1)
        session.num_peers = 0
        listener.until(lambda: listener.link.peers == 0)
        listener.until_came(Say("Link: no peers left; the tempo continues", "link"))


def test_the_session_is_left_at_the_end() -> None:
    session = FakeSession(num_peers=1)
    with following(session) as listener:
        listener.until(lambda: listener.link.peers == 1)
    assert not session.enabled
    assert listener.link.peers is None


@dataclass
class Stumbling(FakeSession):
    """A session whose beat can't be had for a while."""

    faults: int = 0

    def __getattribute__(self, name: str) -> object:
        if name == "beat" and self.faults:
            self.faults -= 1
            raise ValueError("no beat")
        return super().__getattribute__(name)


def test_a_session_that_failures_is_one_line_and_is_opened_anew() -> None:
    session = Stumbling(num_peers=1, beat=13.5)
    with following(session) as listener:
        listener.until_came(Sync(120.0, 13.5, source="link"))
        session.faults = 3
        session.tempo = 98.0
        listener.until_came(Sync(98.0, 13.5, source="link"))
        failures = [a for a in listener.actions if isinstance(a, Say) and "failed" in a.text]
        assert failures == [Say("Link failed and restarts: no beat", "link")]
        assert listener.link.peers == 1


def test_a_session_that_cant_be_opened_yet_is_tried_again() -> None:
    session = FakeSession(num_peers=1)
    faults = [OSError("no network"), OSError("no network")]

    def open_session() -> Session:
        if faults:
            raise faults.pop()
        return session

    link = LinkClock(open_session, retry_after=0.002)
    link.start()
    listener = Listener(link)
    listener.until_came(Say("Link: in sync with 1 other", "link"))
    assert listener.actions[0] == Say("Link failed and restarts: no network", "link")
    assert len([a for a in listener.actions if isinstance(a, Say)]) == 2
    assert link.stop(PATIENCE)


def test_what_is_not_installed_is_said_once_and_not_tried_again() -> None:
    def fail() -> Session:
        raise ModuleNotFoundError("No module named 'aalink'")

    link = LinkClock(fail, retry_after=0.002)
    link.start()
    link.join(PATIENCE)
    line = "Link is off: aalink is not installed; pip install 'visualizer[link]'"
    assert link.drain() == [Say(line, "link"), ChooseTempo("", "link")]
    assert link.peers is None
    assert link.stop(PATIENCE)


def test_one_that_was_never_started_can_be_stopped() -> None:
    assert LinkClock().stop()


def test_a_real_session_is_followed() -> None:
    aalink = pytest.importorskip("aalink")
    done = threading.Event()
    beat: list[float] = []

    async def play() -> None:
        session = aalink.Link(97.0)
        session.quantum = 4.0
        session.enabled = True
        while not done.is_set():
            beat[:] = [session.beat, time.monotonic()]
            await asyncio.sleep(0.005)
        session.enabled = False

    other = threading.Thread(target=lambda: asyncio.run(play()))
    other.start()
    link = LinkClock()
    link.start()
    listener = Listener(link)
    try:
        # Found by multicast, which some machines and containers do not let through.
        end = time.monotonic() + 5.0
        while not listener.syncs and time.monotonic() < end:
            threading.Event().wait(0.01)
            listener.actions += link.drain()
        if not listener.syncs:
            pytest.skip("no multicast on this machine")
        listener.until(lambda: listener.syncs[-1].bpm == listener.syncs[0].bpm)
        sync = listener.syncs[-1]
        now, (beats, at) = time.monotonic(), beat
        expected = beats + (now - at) * sync.bpm / 60.0
        apart = (sync.beats + sync.ago * sync.bpm / 60.0 - expected) % 4.0
        assert min(apart, 4.0 - apart) < 0.2, "one bar, the same for both"
    finally:
        done.set()
        other.join()
        assert link.stop(PATIENCE)
