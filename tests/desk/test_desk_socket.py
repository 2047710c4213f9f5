"""Desks on the socket: told the show and what changes in it, and heard."""

from __future__ import annotations

import json

import cv2
import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus

from visualizer.desk import desk_socket
from visualizer.desk.desk_messages import SCHEMAS
from visualizer.desk.hub import MOST_DESKS
from visualizer.desk.openapi import MOST_BYTES
from visualizer.show.parameters import PARAMETERS
from visualizer.show.play_actions import Run, Set
from visualizer.show.system_actions import Say

from ..conftest import PATIENCE
from .rig import Browser, Playing, desk, until


def test_the_whole_state_comes_first_and_then_what_changes(
    playing: Playing, browser: Browser
) -> None:
    browser.until(lambda: browser.state)
    assert browser.hello["role"] == "play"
    assert [row["name"] for row in browser.hello["tables"]["parameters"]] == [
        row.name for row in PARAMETERS
    ]
    assert browser.state["values"] == dict(playing.show.values)
    assert browser.state["now"]["text"] == "a blue tunnel"
    assert browser.state["next"]["text"] == "red smoke"
    assert [preset["name"] for preset in browser.state["presets"]] == ["one", "two"]
    assert browser.state["engine"]["fps"] == 7.3
    assert browser.state["display"]["late"] == 2
    browser.send("set", parameter="strength", value=0.25)
    browser.until(lambda: browser.state["values"]["strength"] == 0.25)
    assert playing.actions == [Set("strength", 0.25, "desk")]


def test_all_is_played_from_a_desk(playing: Playing, browser: Browser) -> None:
    browser.until(lambda: browser.state)
    state = browser.state
    browser.send("nudge", parameter="strength", steps=1)
    browser.until(lambda: browser.state["values"]["strength"] == pytest.approx(0.65))
    browser.send("run", command="next_prompt")
    browser.until(lambda: browser.state["now"]["text"] == "red smoke")
    browser.send("switch", command="blackout", on=True)
    browser.until(lambda: browser.state["on"]["blackout"])
    browser.send("preset", number=2, prompt=1)
    browser.until(lambda: browser.state["now"]["preset"] == 2)
    browser.send("prompt", text="a lamp in the rain")
    browser.until(lambda: browser.state["now"]["place"] == "typed")
    browser.send("store", slot=2)
    browser.until(lambda: browser.state["snapshots"]["kept"][1])
    browser.send("recall", slot=2)
    browser.until(lambda: "snapshot 2" in browser.lines)
    assert state.keys() == browser.state.keys()
    assert browser.errors == []


def test_two_desks_and_the_show_itself_stay_in_step(playing: Playing, browser: Browser) -> None:
    other = playing.connect()
    other.until(lambda: other.state and other.state["desks"] == 2)
    browser.send("set", parameter="zoom", value=0.5)
    other.until(lambda: other.state["values"]["zoom"] == 0.5)
    other.send("set", parameter="zoom", value=-0.5)  # the last hand wins
    browser.until(lambda: browser.state and browser.state["values"]["zoom"] == -0.5)
    other.close()
    browser.until(lambda: browser.state["desks"] == 1)


def test_the_preview_comes_to_those_who_want_it(playing: Playing, browser: Browser) -> None:
    browser.until(lambda: browser.state)
    assert not playing.desk.preview.wants(1e9)
    browser.send("preview", on=True)
    browser.until(lambda: len(browser.pictures) == 2)
    picture = cv2.imdecode(np.frombuffer(browser.pictures[0], np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (90, 160, 3)
    assert abs(float(picture.mean()) - 200) < 3
    browser.send("preview", on=False)
    until(lambda: not playing.desk.preview.wants(1e9))
    browser.send("preview", on=True)
    until(lambda: playing.desk.preview.wants(1e9))
    browser.close()  # who goes away wants none
    until(lambda: not playing.desk.preview.wants(1e9))


def test_what_can_not_be_followed_is_told_and_the_desk_stays(
    playing: Playing, browser: Browser
) -> None:
    browser.socket.send("{")
    browser.socket.send(b"\x00\x01")
    browser.send("run", command="explode")
    browser.send("set", parameter="strength", value="much")
    browser.until(lambda: len(browser.errors) == 4)
    assert browser.errors[1] == "messages must be JSON text"
    assert browser.errors[3].startswith("strength must be a number")
    assert playing.actions == []
    browser.send("set", parameter="strength", value=7)  # clamped, with a line
    browser.until(lambda: "Strength goes from 0 to 1; it is 1.00 now" in browser.lines)


def test_messages_are_bounded_in_size(playing: Playing, browser: Browser) -> None:
    browser.until(lambda: browser.state)
    browser.socket.send('"' + "x" * MOST_BYTES + '"')
    with pytest.raises(ConnectionClosed):
        browser.until(lambda: False)
    assert httpx.get(f"{playing.url}/api/state", timeout=PATIENCE).status_code == 200


def test_messages_are_bounded_in_number(playing: Playing, browser: Browser) -> None:
    for _ in range(3000):
        browser.send("run", command="tap")
    browser.until(lambda: "too many messages; some are dropped" in browser.errors)
    until(lambda: playing.actions)
    assert len(playing.actions) < 3000


def test_what_is_lost_to_the_bound_of_what_waits_is_said() -> None:
    full = desk()
    for _ in range(200):  # Mailbox(128), and nobody takes
        full._mailbox.put(Run("tap", "desk"))
    line = Say("desk: too many messages; some were dropped", "desk")
    assert full.drain().count(line) == 1
    assert line not in full.drain()


def test_desks_are_bounded_in_number(playing: Playing) -> None:
    browsers = [playing.connect() for _ in range(MOST_DESKS)]
    with pytest.raises(InvalidStatus, match="503"):
        playing.connect()
    browsers.pop().close()

    def again() -> bool:
        try:
            browsers.append(playing.connect())
        except InvalidStatus:
            return False
        return True

    until(again)
    for each in browsers:
        each.close()


_types = st.sampled_from(sorted(SCHEMAS))


_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)


_values = _plain | st.lists(_plain, max_size=3) | st.dictionaries(st.text(max_size=5), _plain)


_fields = st.sampled_from(
    sorted({name for model in SCHEMAS.values() for name in model.model_fields} - {"type"})
)


_fuzz = (
    st.builds(
        lambda type_, fields: json.dumps({"type": type_, **fields}),
        _types,
        st.dictionaries(_fields | st.text(max_size=8), _values, max_size=5),
    )
    | st.builds(json.dumps, _values)
    | st.text(max_size=200)
    | st.binary(max_size=200)
)


# Pings take random numbers while messages are drawn, in other threads.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
def test_whatever_a_desk_sends_it_is_answered_and_the_show_goes_on(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_socket, "MESSAGE_RATE", 1e9)
    browser = playing.connect()

    @given(st.lists(_fuzz, min_size=1, max_size=10))
    def sent(messages: list[str | bytes]) -> None:
        for message in messages:
            browser.socket.send(message)
        browser.errors.clear()
        browser.send("run", command="no such command")
        browser.until(lambda: any("no such command" in error for error in browser.errors))

    sent()
    browser.close()
    assert playing.lines == []
    before = playing.show.time
    until(lambda: playing.show.time > before)
    assert not playing.show.over
