"""OSC over UDP: a real client that plays and is told."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from types import MappingProxyType

import pytest
from pythonosc.udp_client import SimpleUDPClient

from visualizer.controls.osc.osc_input import (
    MOST_SUBSCRIBERS,
    MOST_WAITING,
    SUBSCRIBED,
    Osc,
    parse_address,
)
from visualizer.controls.osc.osc_messages import (
    PREFIX,
    packet,
    read,
    state,
)
from visualizer.controls.repeated_faults import RateLimit
from visualizer.show.play_actions import Prompt, Run, Set, Switch
from visualizer.show.system_actions import Say

from ..input_listener import PATIENCE, InputListener
from .packets import a_show, bundle, element, sent

SENDER = ("127.0.0.2", 40000)
"""Another host than the clients'."""


class Client(SimpleUDPClient):
    """python-osc's own, which also sends what is no OSC."""

    @property
    def port(self) -> int:
        return int(self._sock.getsockname()[1])

    def send_bytes(self, data: bytes) -> None:
        self._sock.sendto(data, (self._address, self._port))

    def told(self) -> tuple[str, object] | None:
        """The next message that has come; None for none yet."""
        self._sock.settimeout(0.002)
        try:
            ((address, (value,)),) = read(self._sock.recv(65535)).messages
        except TimeoutError:
            return None
        return address, value


class Listener(InputListener):
    """A running Osc, its clock, and all that it brought so far."""

    def __init__(self, osc: Osc | None = None) -> None:
        self.now = 0.0
        self.osc = osc or Osc(port=0, retry_after=0.002, clock=lambda: self.now)
        super().__init__(self.osc)

    def until_told(self) -> None:
        self.until(lambda: bool(self.lines))

    def client(self) -> closing[Client]:
        assert self.osc.port is not None
        return closing(Client("127.0.0.1", self.osc.port))


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()
    listener.osc.start()
    try:
        listener.until(lambda: listener.osc.port is not None)
        yield listener
    finally:
        assert listener.osc.stop(PATIENCE)


def heard(listener: Listener, client: Client, count: int) -> dict[str, object]:
    """The next count messages that the client is told, by address; time goes on meanwhile."""
    told: dict[str, object] = {}
    end = time.monotonic() + PATIENCE
    while len(told) < count:
        assert time.monotonic() < end, f"it never came; there was {told}"
        listener.now += 0.02
        if (message := client.told()) is not None:
            address, value = message
            assert address not in told
            told[address] = value
    return told


def test_a_client_plays_over_udp() -> None:
    with listening() as listener, listener.client() as client:
        client.send_message("/visualizer/strength", 0.5)
        client.send_message("/visualizer/next_prompt", [])
        client.send_message("/visualizer/blackout", 1)
        client.send_message("/visualizer/prompt", "red smoke")
        listener.until_came(Prompt("red smoke", "osc"))
        for action in (Set("strength", 0.5, "osc"), Run("next_prompt", "osc")):
            assert action in listener.actions
        assert Switch("blackout", True, "osc") in listener.actions


def test_no_sender_can_hold_the_show_up() -> None:
    osc = Osc()
    for _ in range(50):
        for name in ("tap", "freeze", "reset"):
            osc._receive(packet(f"{PREFIX}{name}", 1), SENDER)
    for number in range(50):
        osc._receive(packet(f"{PREFIX}prompt", f"prompt {number}"), SENDER)
    actions = osc.drain()
    assert len(actions) == MOST_WAITING
    assert [a for a in actions if isinstance(a, Prompt)] == [Prompt("prompt 49", "osc")]


def test_malformed_packets_are_counted_said_once_and_outlived() -> None:
    with listening() as listener, listener.client() as client:
        for _ in range(5):
            client.send_bytes(b"nonsense")
        client.send_message("/visualizer/fog", 1)
        client.send_message("/visualizer/fog", 2)
        client.send_message("/visualizer/tap", [])
        listener.until_came(Run("tap", "osc"))
        assert listener.osc.malformed == 5
        assert listener.lines == [
            "OSC: malformed packets, or parts of them, from 127.0.0.1 are ignored",
            "OSC: nothing is named /visualizer/fog",
        ]


def test_a_line_about_a_packet_is_short_and_can_be_shown() -> None:
    with listening() as listener, listener.client() as client:
        client.send_message("/visualizer/\x07" + "a" * 5000, 1)
        listener.until(lambda: len(listener.lines) == 1)
        assert listener.lines[0].startswith("OSC: nothing is named /visualizer/?aaa")
        assert len(listener.lines[0]) < 130


def test_lines_about_packets_are_limited_in_rate_and_never_end() -> None:
    now = 0.0
    osc = Osc(clock=lambda: now)

    def lines(*names: str) -> list[str]:
        for name in names:
            osc._receive(packet(f"{PREFIX}{name}", 1), SENDER)
        said = (action for action in osc.drain() if isinstance(action, Say))
        return [action.text.removeprefix("OSC: nothing is named /visualizer/") for action in said]

    fog = [f"fog{number}" for number in range(50)]
    first = lines(*fog, *fog)
    assert first[:-1] == fog[: RateLimit.BURST - 1]
    assert first[-1] == f"fog{RateLimit.BURST - 1} (more follow, a few at a time)"
    now += RateLimit.EVERY
    assert lines("strenght", "zoomm") == [f"strenght ({2 * (50 - RateLimit.BURST)} not shown)"]
    now += RateLimit.EVERY
    assert lines("strenght", "zoomm") == ["zoomm (1 not shown)"]
    now += RateLimit.AGAIN
    assert lines("strenght") == ["strenght"]


def test_a_bundles_good_messages_play_and_the_other_is_counted() -> None:
    osc = Osc()
    good = [packet(f"{PREFIX}strength", 0.5), packet(f"{PREFIX}noise", 0.25)]
    parts = [good[0], packet("/other", 1), b"nonsense", good[1]]
    osc._receive(bundle(*(element(len(part), part) for part in parts)), SENDER)
    actions = osc.drain()
    assert [action for action in actions if isinstance(action, Set)] == [
        Set("strength", 0.5, "osc"),
        Set("noise", 0.25, "osc"),
    ]
    assert osc.malformed == 1
    assert [action.text for action in actions if isinstance(action, Say)] == [
        "OSC: malformed packets, or parts of them, from 127.0.0.2 are ignored",
        "OSC: /other is unknown; addresses begin with /visualizer/",
    ]


def test_a_subscribers_port_may_come_as_any_number() -> None:
    for port in (9001, 9001.0, "9001"):
        osc = Osc()
        osc._receive(packet(f"{PREFIX}subscribe", port), SENDER)
        assert list(osc._subscribers) == [(SENDER[0], 9001)]
        osc._receive(packet(f"{PREFIX}subscribe", 0.5), SENDER)
        assert [a.text for a in osc.drain() if isinstance(a, Say)] == [
            "OSC: /visualizer/subscribe takes no argument, or a port"
        ]


def test_who_subscribes_is_told_all_and_then_what_changes() -> None:
    show = a_show()
    with listening() as listener, listener.client() as client:
        listener.osc.tell(show)
        client.send_message("/visualizer/subscribe", [])
        assert heard(listener, client, len(state(show))) == sent(show)
        values = MappingProxyType({**show.values, "strength": 0.25})
        listener.osc.tell(replace(show, values=values, blackout=True))
        assert heard(listener, client, 2) == {
            "/visualizer/strength": 0.25,
            "/visualizer/blackout": 1,
        }


def test_a_subscriber_may_name_the_port_to_answer_to() -> None:
    show = a_show()
    with listening() as listener, listener.client() as client, listener.client() as other:
        other.send_message("/visualizer/tap", [])  # so that it has a port
        listener.osc.tell(show)
        client.send_message("/visualizer/subscribe", other.port)
        assert len(heard(listener, other, len(state(show)))) == len(state(show))


def test_a_subscriber_is_forgotten_after_a_minute_unless_it_asks_again() -> None:
    show = a_show()
    count = len(state(show))
    with listening() as listener, listener.client() as stays, listener.client() as goes:
        listener.osc.tell(show)
        for client in (goes, stays):
            client.send_message("/visualizer/subscribe", [])
            heard(listener, client, count)
        listener.now += SUBSCRIBED / 2
        stays.send_message("/visualizer/subscribe", [])
        heard(listener, stays, count)
        listener.now += SUBSCRIBED * 0.6
        listener.osc.tell(replace(show, blackout=True))
        assert heard(listener, stays, 1) == {"/visualizer/blackout": 1}
        assert goes.told() is None


def test_who_asks_again_in_a_hurry_has_nothing_sent_anew() -> None:
    show = a_show()
    with listening() as listener, listener.client() as client:
        listener.osc.tell(show)
        client.send_message("/visualizer/subscribe", [])
        assert heard(listener, client, len(state(show)))
        listener.now += SUBSCRIBED - 5.0
        for _ in range(5):  # the first of them has all sent anew
            client.send_message("/visualizer/subscribe", [])
        client.send_message("/visualizer/tap", [])
        listener.until_came(Run("tap", "osc"))
        assert heard(listener, client, len(state(show))) == sent(show)
        listener.now += 10.0
        listener.osc.tell(replace(show, blackout=True))
        assert heard(listener, client, 1) == {"/visualizer/blackout": 1}


def test_the_one_too_many_takes_the_place_of_its_hosts_oldest() -> None:
    osc = Osc(clock=iter(range(1000)).__next__)
    for port in range(20001, 20001 + MOST_SUBSCRIBERS):
        osc._receive(packet(f"{PREFIX}subscribe", port), SENDER)
    osc._receive(packet(f"{PREFIX}subscribe", 20001), SENDER)  # it is the youngest now
    osc._receive(packet(f"{PREFIX}subscribe", 30000), SENDER)
    assert (SENDER[0], 20001) in osc._subscribers
    assert (SENDER[0], 20002) not in osc._subscribers
    assert (SENDER[0], 30000) in osc._subscribers
    assert osc.drain() == []


def test_who_unsubscribes_makes_room_for_the_one_that_was_too_many() -> None:
    show = a_show()
    with listening() as listener, listener.client() as client:
        for port in range(20001, 20001 + MOST_SUBSCRIBERS):
            listener.osc._receive(packet(f"{PREFIX}subscribe", port), SENDER)
        for _ in range(3):
            client.send_message("/visualizer/subscribe", [])
        client.send_message("/visualizer/tap", [])
        listener.until_came(Run("tap", "osc"))
        assert listener.lines == [f"OSC: {MOST_SUBSCRIBERS} subscribers are the maximum"]
        listener.osc._receive(packet(f"{PREFIX}unsubscribe", 20001), SENDER)
        client.send_message("/visualizer/subscribe", [])
        listener.osc.tell(show)
        assert heard(listener, client, len(state(show)))


def test_a_port_in_use_is_said_once_and_taken_when_it_is_free() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        osc = Osc(port=port, retry_after=0.002)
        osc.start()
        listener = Listener(osc)
        line = f"OSC: 127.0.0.1:{port} is in use by another program; waiting for it"
        try:
            listener.until_came(Say(line, "osc"))
            other.close()
            listener.until_came(Say(f"OSC: listening on 127.0.0.1:{port}", "osc"))
        finally:
            assert osc.stop(PATIENCE)
        assert listener.lines == [line, f"OSC: listening on 127.0.0.1:{port}"]


def test_a_host_that_cant_be_listened_on_is_one_line() -> None:
    for host in ("no.such.machine.invalid", "a" * 70 + ".de", "203.0.113.7"):
        listener = Listener(Osc(host, 9000, retry_after=0.002))
        listener.osc.start()
        try:
            listener.until_told()
        finally:
            assert listener.osc.stop(PATIENCE)
        (line,) = listener.lines
        assert line.startswith(f"OSC: can't listen on {host}:9000: ")


def test_listening_to_the_whole_network_is_said() -> None:
    listener = Listener(Osc("0.0.0.0", 0))
    listener.osc.start()
    try:
        listener.until_told()
        assert listener.lines == [f"OSC: listening on 0.0.0.0:{listener.osc.port}"]
    finally:
        assert listener.osc.stop(PATIENCE)


def test_quit_comes_from_this_machine_and_never_from_outside() -> None:
    osc = Osc()
    for _ in range(2):
        osc._receive(packet(f"{PREFIX}quit", 1), ("192.168.1.20", 40000))
    osc._receive(packet(f"{PREFIX}next_prompt", 1), ("192.168.1.20", 40000))
    done = osc.drain()
    assert [action for action in done if isinstance(action, Run)] == [Run("next_prompt", "osc")]
    (line,) = {action.text for action in done if isinstance(action, Say)}
    assert line.startswith("OSC: quit from 192.168.1.20 is ignored")
    osc._receive(packet(f"{PREFIX}quit", 1), SENDER)
    assert osc.drain() == [Run("quit", "osc")]


def test_one_that_was_never_started_can_be_stopped() -> None:
    assert Osc().stop()


def test_where_to_listen_is_given_as_a_port_or_host_and_port() -> None:
    assert parse_address("9001") == ("127.0.0.1", 9001)
    assert parse_address("0.0.0.0:9001") == ("0.0.0.0", 9001)
    for text in ("", "osc", "0.0.0.0", "1.2.3.4:", "9000:x", "0", "65536", "²"):
        with pytest.raises(ValueError, match="such as 9000 or 0"):
            parse_address(text)
