"""The page and REST over real sockets."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import httpx
import pytest

from visualizer.desk import desk_file, routes, thumbnails
from visualizer.desk.desk_messages import SCHEMAS
from visualizer.desk.openapi import MOST_BYTES, document
from visualizer.show.parameters import PARAMETERS

from ..conftest import PATIENCE
from .rig import Playing, desk, until


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


def test_a_model_is_one_that_is_there_and_no_file(playing: Playing) -> None:
    for name in ("/etc/passwd", "../builtin", "https://example.com/x.safetensors", "file:///x"):
        assert httpx.put(f"{playing.url}/api/model", json={"name": name}).status_code == 204
    until(lambda: len([m for m in playing.show.messages if "no model on this" in m.text]) == 4)
    assert playing.show.model.asks == 0
    httpx.put(f"{playing.url}/api/model", json={"name": "a/large-one"})
    until(lambda: playing.show.model.wanted == "a/large-one")


def test_figures_are_there_for_prometheus(playing: Playing) -> None:
    answer = httpx.get(f"{playing.url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "visualizer_display_late_frames_total 2\n" in answer.text


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


def test_the_docs_name_every_message_and_route() -> None:
    docs = Path(__file__).parents[2] / "docs" / "desk.md"
    text = docs.read_text(encoding="utf-8")
    for name in SCHEMAS:
        assert f"`{name}`" in text
    for path, methods in document()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in text
