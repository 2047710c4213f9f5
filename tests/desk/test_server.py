"""The desk's server: its port, its end, and connections that say nothing."""

from __future__ import annotations

import socket

import pytest
from websockets.exceptions import ConnectionClosed

from visualizer.controls.mailbox import Mailbox
from visualizer.desk import timely_protocol
from visualizer.desk.server import Desk, qr_code

from ..conftest import PATIENCE
from .rig import Browser, Playing, desk, until


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
        assert playing.lines[0].startswith("desk: can't listen on nowhere.invalid:9001: ")


def test_it_ends_while_desks_are_connected(playing: Playing, browser: Browser) -> None:
    browser.until(lambda: browser.state)
    assert playing.desk.stop(PATIENCE)
    with pytest.raises(ConnectionClosed):
        browser.until(lambda: False)


def test_a_qr_code_is_drawn_where_the_terminal_has_its_signs() -> None:
    lines = qr_code("http://192.168.1.9:9001/#token=" + "x" * 32, "utf-8")
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) == pytest.approx(2 * len(lines), abs=1)
    assert qr_code("x", "ascii") == ()


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
