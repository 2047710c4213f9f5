"""Who may do what on a network: tokens, links, and pages of other sites."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from visualizer.desk import desk_file
from visualizer.offline.desk_page import open_page
from visualizer.show.play_actions import Run

from ..conftest import PATIENCE
from .rig import Playing, desk, until


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Playing]:
    """A show whose desk listens to the network."""
    with Playing(desk("0.0.0.0", folder=tmp_path)) as playing:
        yield playing


def test_a_socket_of_another_sites_page_is_refused(playing: Playing) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}):
        with pytest.raises(InvalidStatus, match="403"):
            playing.connect(additional_headers=headers)


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
    browser.until(lambda: browser.errors == ["this link is for viewing only"])
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
        assert outside.json() == {"error": "only this machine may quit"}
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
