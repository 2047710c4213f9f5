"""The desk over real sockets."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus

from visualizer.controls.mailbox import Mailbox
from visualizer.desk import desk_file, routes, thumbnails, timely_protocol
from visualizer.desk.desk_messages import SCHEMAS
from visualizer.desk.hub import MOST_DESKS
from visualizer.desk.openapi import MOST_BYTES, document
from visualizer.desk.server import Desk, qr_code
from visualizer.offline.desk_page import open_page
from visualizer.show.parameters import PARAMETERS
from visualizer.show.play_actions import Run, Set
from visualizer.show.system_actions import Say

from ..conftest import PATIENCE
from .rig import Browser, Playing, desk, until


@pytest.fixture
def browser(playing: Playing) -> Iterator[Browser]:
    browser = playing.connect()
    yield browser
    browser.close()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Playing]:
    """A show whose desk listens to the network."""
    with Playing(desk("0.0.0.0", folder=tmp_path)) as playing:
        yield playing


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
    assert browser.errors[1] == "messages are JSON text"
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
    browser.until(lambda: "too many messages; some are not followed" in browser.errors)
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


def test_rest_mirrors_the_socket(playing: Playing) -> None:
    with httpx.Client(base_url=playing.url, timeout=PATIENCE) as http:
        assert http.get("/api/state").json()["values"] == dict(playing.show.values)
        assert http.put("/api/parameters/strength", json={"value": 0.25}).status_code == 204
        until(lambda: playing.show.values["strength"] == 0.25)
        assert http.post("/api/commands/next_prompt").status_code == 204
        until(lambda: playing.show.cue.text == "red smoke")
        assert http.put("/api/commands/freeze", json={"on": True}).status_code == 204
        until(lambda: playing.show.frozen)
        (one, two) = http.get("/api/presets").json()["presets"]
        assert (one["name"], two["prompts"]) == ("one", ["green glass"])
        assert http.post("/api/presets/TWO").status_code == 204
        until(lambda: playing.show.preset == 1)
        assert http.post("/api/presets/1", json={"prompt": 2}).status_code == 204
        until(lambda: playing.show.cue.text == "red smoke")
        assert http.post("/api/prompt", json={"text": "fog"}).status_code == 204
        until(lambda: playing.show.cue.text == "fog")
        assert http.put("/api/snapshots/4").status_code == 204
        until(lambda: 4 in playing.show.snapshots.get("one", {}))
        jpeg = http.get("/api/preview.jpg")
        assert jpeg.headers["content-type"] == "image/jpeg"
        assert jpeg.content.startswith(b"\xff\xd8")
        assert len(http.get("/api/tables").json()["parameters"]) == len(PARAMETERS)


def test_rest_says_what_is_wrong_in_one_line(playing: Playing) -> None:
    with httpx.Client(base_url=playing.url, timeout=PATIENCE) as http:
        for status, answer in (
            (422, http.put("/api/parameters/strenght", json={"value": 1})),
            (422, http.put("/api/parameters/strength", json={"value": "much"})),
            (422, http.put("/api/parameters/strength", json={"wert": 1})),
            (422, http.put("/api/parameters/strength", json=[1])),
            (422, http.put("/api/parameters/strength")),
            (400, http.put("/api/parameters/strength", content=b"{")),
            (413, http.post("/api/prompt", content=b" " * (MOST_BYTES + 1))),
            (422, http.post("/api/presets/none")),
            (405, http.delete("/api/prompt")),
            (404, http.get("/api/secrets")),
            (404, http.get("/static/desk.css")),
            (404, http.get("/..%2fserver.py")),
            (404, http.get("/%2e%2e/server.py")),
            (421, http.get("/", headers={"host": "evil.example"})),
            (403, http.get("/api/state", headers={"origin": "http://evil.example"})),
            (403, http.get("/api/preview.jpg", headers={"sec-fetch-site": "cross-site"})),
        ):
            assert answer.status_code == status, answer.text
            assert set(answer.json()) == {"error"}
    assert playing.actions == []


def test_a_socket_of_another_sites_page_is_refused(playing: Playing) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}):
        with pytest.raises(InvalidStatus, match="403"):
            playing.connect(additional_headers=headers)


def test_the_page_comes_with_headers_that_keep_others_out(playing: Playing) -> None:
    answer = httpx.get(playing.url, timeout=PATIENCE)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    # Nothing is fetched from elsewhere: venues have no network.
    static = Path(desk_file.__file__).parent / "static"
    for file in static.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text.replace('"http:', "")
        assert "//cdn" not in text
        name = "" if file.name == "index.html" else file.name
        assert httpx.get(f"{playing.url}/{name}", timeout=PATIENCE).content == file.read_bytes()


def test_on_the_network_all_but_the_page_needs_a_token(opened: Playing) -> None:
    tokens = opened.desk.tokens
    for path in ("/api/state", "/api/tables", "/api/openapi.json", "/api/preview.jpg"):
        answer = httpx.get(opened.url + path, timeout=PATIENCE)
        assert answer.status_code == 401
    with pytest.raises(InvalidStatus, match="401"):
        opened.connect()
    with pytest.raises(InvalidStatus, match="401"):
        opened.connect(tokens.play[:-1])
    browser = opened.connect(tokens.play)
    browser.send("set", parameter="zoom", value=0.5)
    browser.until(lambda: browser.state and browser.state["values"]["zoom"] == 0.5)
    browser.close()
    headers = {"Authorization": f"Bearer {tokens.play}"}
    assert httpx.get(f"{opened.url}/api/state", headers=headers, timeout=PATIENCE).is_success
    assert httpx.get(opened.url, timeout=PATIENCE).status_code == 200


def test_who_may_look_sees_all_and_plays_nothing(opened: Playing) -> None:
    token = opened.desk.tokens.view
    browser = opened.connect(token)
    browser.send("preview", on=True)
    browser.until(lambda: browser.pictures)
    assert browser.hello["role"] == "view"
    browser.send("set", parameter="zoom", value=0.5)
    browser.until(lambda: browser.errors == ["this link may only look"])
    browser.close()
    answer = httpx.post(
        f"{opened.url}/api/commands/blackout",
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE,
    )
    assert answer.status_code == 403
    assert all(line.startswith("desk: ") for line in opened.lines)
    assert opened.show.values["zoom"] == 0.0


def test_quit_comes_from_this_machine_and_never_from_outside(opened: Playing) -> None:
    token = {"Authorization": f"Bearer {opened.desk.tokens.play}"}
    for name in ("quit", "%20quit", "quit%20"):
        outside = httpx.post(
            f"{opened.url}/api/commands/{name}",
            headers={**token, "Host": "192.0.2.7:9001"},
            timeout=PATIENCE,
        )
        assert outside.status_code == 403
        assert outside.json() == {"error": "quit is only for this machine itself"}
    assert Run("quit", "desk") not in opened.actions
    url = f"{opened.url}/api/commands/quit"
    assert httpx.post(url, headers=token, timeout=PATIENCE).status_code == 204
    until(lambda: Run("quit", "desk") in opened.actions)


def test_tokens_are_kept_from_show_to_show_and_only_the_user_reads_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for _ in range(2):
        with Playing(desk("0.0.0.0", folder=tmp_path)) as playing:
            until(lambda: playing.lines)
            found.append(playing.desk.tokens)
            assert found[-1].play not in "".join(playing.lines)  # they are on the wall
            until(lambda: playing.desk.code)
            browser = playing.connect(found[-1].play)
            until(lambda: not playing.desk.code)
            browser.close()
    first, second = found
    assert (first.play, first.view) == (second.play, second.view)
    assert first.play != first.view
    if sys.platform != "win32":
        assert (tmp_path / desk_file.NAME).stat().st_mode & 0o077 == 0
    said = capsys.readouterr().err
    assert f"/#token={first.play}" in said
    assert f"/#token={first.view}" in said
    assert "█" in said


def test_a_file_of_tokens_that_is_broken_gives_way_to_new_ones(tmp_path: Path) -> None:
    for content in ("", "{}", "[1]", '{"play": "x", "view": "y"}', '{"play": "' + " " * 32 + '"}'):
        (tmp_path / desk_file.NAME).write_text(content)
        kept = desk_file.read(tmp_path)
        assert len(kept.play) == len(kept.view) == 32


def test_a_port_that_is_taken_is_one_line_and_the_desk_waits_for_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        desk = Desk(Mailbox(), "127.0.0.1", port, retry_after=0.05)
        with Playing(desk) as playing:
            line = f"desk: 127.0.0.1:{port} is in use by another program; waiting for it"
            assert playing.lines == [line]
            assert desk.address == ""
            taken.close()
            until(lambda: desk.port == port)
            assert desk.address == f"127.0.0.1:{port}"
            assert playing.lines == [line]


def test_an_address_that_no_machine_has_is_one_line() -> None:
    with Playing(Desk(Mailbox(), "nowhere.invalid", 9001, retry_after=60.0)) as playing:
        assert playing.lines[0].startswith("desk: nowhere.invalid:9001 can't be listened on: ")


def test_a_thumbnail_is_taken_from_the_wall_told_and_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "RIPE", 0.1)
    with Playing(desk(folder=tmp_path)) as playing:
        browser = playing.connect()
        browser.send("set", parameter="crossfade", value=0)
        browser.until(lambda: browser.state.get("pictures"))
        (name,) = browser.state["pictures"].values()
        assert list(browser.state["pictures"]) == ["1.1"]
        answer = httpx.get(f"{playing.url}/api/thumbnails/{name}")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content[:2] == b"\xff\xd8"
        assert httpx.get(f"{playing.url}/api/thumbnails/..%2Fdesk.json").status_code == 404
        assert not playing.desk.preview.watchers
        browser.close()
    assert len(list((tmp_path / "thumbnails").iterdir())) == 1


def test_a_disk_that_hangs_does_not_hold_up_what_desks_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = threading.Event()
    monkeypatch.setattr(thumbnails, "RIPE", 0.1)
    monkeypatch.setattr(thumbnails, "write_bytes", lambda *_: hangs.wait(PATIENCE))
    with Playing(desk(folder=tmp_path)) as playing:
        browser = playing.connect()
        browser.send("set", parameter="crossfade", value=0)
        browser.until(lambda: browser.state.get("pictures"))
        browser.send("set", parameter="zoom", value=0.5)
        browser.until(lambda: browser.state["values"]["zoom"] == 0.5)
        assert not hangs.is_set()
        hangs.set()
        browser.close()


def test_figures_are_there_for_prometheus(playing: Playing) -> None:
    answer = httpx.get(f"{playing.url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "visualizer_display_late_frames_total 2\n" in answer.text


def test_a_model_is_one_that_is_there_and_no_file(playing: Playing) -> None:
    for name in ("/etc/passwd", "../builtin", "https://example.com/x.safetensors", "file:///x"):
        assert httpx.put(f"{playing.url}/api/model", json={"name": name}).status_code == 204
    until(lambda: len([m for m in playing.show.messages if "no model on this" in m.text]) == 4)
    assert playing.show.model.asks == 0
    httpx.put(f"{playing.url}/api/model", json={"name": "a/large-one"})
    until(lambda: playing.show.model.wanted == "a/large-one")


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


def test_whatever_a_desk_sends_it_is_answered_and_the_show_goes_on(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MESSAGE_RATE", 1e9)
    browser = playing.connect()

    @settings(max_examples=100, deadline=None)
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


def test_it_ends_while_desks_are_connected(playing: Playing, browser: Browser) -> None:
    browser.until(lambda: browser.state)
    assert playing.desk.stop(PATIENCE)
    with pytest.raises(ConnectionClosed):
        browser.until(lambda: False)


def test_the_running_shows_page_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    links: list[str] = []

    def take(link: str) -> bool:
        links.append(link)
        return True

    assert open_page(tmp_path, take) == 1
    assert "no show with a desk runs" in capsys.readouterr().err
    with Playing(desk(folder=tmp_path)) as playing:
        assert open_page(tmp_path, take) == 0
        assert links == [f"http://127.0.0.1:{playing.desk.port}/"]
    assert open_page(tmp_path, take) == 1
    with Playing(desk("0.0.0.0", folder=tmp_path)) as playing:
        assert open_page(tmp_path, take) == 0
        token = playing.desk.tokens.play
        assert links[1] == f"http://localhost:{playing.desk.port}/#token={token}"


def test_a_qr_code_is_drawn_where_the_terminal_has_its_signs() -> None:
    lines = qr_code("http://192.168.1.9:9001/#token=" + "x" * 32, "utf-8")
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) == pytest.approx(2 * len(lines), abs=1)
    assert qr_code("x", "ascii") == ()


def test_the_docs_name_every_message_and_route() -> None:
    docs = Path(__file__).parents[2] / "docs" / "desk.md"
    text = docs.read_text(encoding="utf-8")
    for name in SCHEMAS:
        assert f"`{name}`" in text
    for path, methods in document()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in text


def test_a_connection_that_says_nothing_or_half_of_it_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timely_protocol, "REQUEST_WITHIN", 0.1)
    with Playing(desk()) as playing:
        browser = playing.connect()
        answered = b"GET /api/tables HTTP/1.1\r\nHost: " + playing.host.encode() + b"\r\n\r\n"
        for sent in (b"", b"GET / HTTP/1.1\r\nHost: ", answered, answered + b"GET /"):
            with socket.create_connection(("127.0.0.1", playing.desk.port or 0)) as slow:
                slow.settimeout(PATIENCE)
                slow.sendall(sent)
                while slow.recv(65536):  # its end comes
                    pass
        browser.send("set", parameter="zoom", value=0.5)  # a desk that is silent stays
        browser.until(lambda: browser.state.get("values", {}).get("zoom") == 0.5)
        browser.close()


def test_a_body_that_does_not_come_is_refused(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "REQUEST_WITHIN", 0.05)
    head = f"POST /api/prompt HTTP/1.1\r\nHost: {playing.host}\r\nContent-Length: 9\r\n\r\n{{"
    with socket.create_connection(("127.0.0.1", playing.desk.port or 0)) as slow:
        slow.settimeout(PATIENCE)
        slow.sendall(head.encode())
        assert b" 408 " in slow.recv(65536)


def test_a_presets_name_may_have_slashes(playing: Playing) -> None:
    answer = httpx.post(f"{playing.url}/api/presets/day%2Fnight")
    assert answer.status_code == 422
    assert "day/night" in answer.json()["error"]


def test_what_needs_the_show_is_refused_until_it_has_begun() -> None:
    waiting = desk()
    waiting.start()
    try:
        until(lambda: waiting.port)
        url = f"http://127.0.0.1:{waiting.port}/api"
        for answer in (httpx.get(f"{url}/state"), httpx.post(f"{url}/presets/one")):
            assert answer.status_code == 503
            assert answer.json() == {"error": "the show has not begun"}
    finally:
        assert waiting.stop(PATIENCE)
