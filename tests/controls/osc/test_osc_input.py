"""OSC: messages to actions by the tables, and a real UDP client that plays and is told."""

from __future__ import annotations

import math
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import SimpleUDPClient

from visualizer.controls.osc.osc_input import (
    MOST_SUBSCRIBERS,
    MOST_WAITING,
    SUBSCRIBED,
    Osc,
    parse_address,
)
from visualizer.controls.osc.osc_messages import (
    MOST_MESSAGES,
    PREFIX,
    Message,
    Packet,
    decode,
    packet,
    read,
    state,
)
from visualizer.controls.repeated_faults import RateLimit
from visualizer.show.actions import (
    Action,
    Nudge,
    Prompt,
    Recall,
    Run,
    Say,
    SelectPreset,
    Set,
    Store,
    Switch,
)
from visualizer.show.command_table import COMMANDS, ON_OFF
from visualizer.show.parameters import BY_NAME, PARAMETERS
from visualizer.show.prompt_mix import alone
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers.navigation import LONGEST
from visualizer.show.state import Show

SENDER = ("127.0.0.2", 40000)
"""Another host than the clients'."""

PATIENCE = 20.0
"""Seconds after which a condition that should come at once is given up."""


def asked(name: str, *arguments: object) -> list[Action]:
    return decode(PREFIX + name, arguments)


# What messages ask for.


def test_each_parameter_is_set_by_its_name() -> None:
    for row in PARAMETERS:
        value = 1 if row.whole else 0.25
        assert asked(row.name, value) == [Set(row.name, float(value), "osc")]


def test_a_choice_is_also_set_by_its_name() -> None:
    for row in [row for row in PARAMETERS if row.choices]:
        for place, choice in enumerate(row.choices):
            assert asked(row.name, choice.upper()) == [Set(row.name, float(place), "osc")]
        with pytest.raises(
            ValueError, match=f"{row.name} must be one of {row.choices[0]}, .*, not 'x'"
        ):
            asked(row.name, "x")


def test_each_command_is_done_without_an_argument() -> None:
    for name in [c.name for c in COMMANDS]:
        assert asked(name) == [Run(name, "osc")]


def test_an_on_off_command_is_brought_to_a_state_by_a_number() -> None:
    for name in ON_OFF:
        assert (
            asked(name, 1) == asked(name, 1.0) == asked(name, True) == [Switch(name, True, "osc")]
        )
        assert (
            asked(name, 0) == asked(name, 0.0) == asked(name, False) == [Switch(name, False, "osc")]
        )


def test_a_button_does_it_when_pressed_and_nothing_when_let_go() -> None:
    for name in ("tap", "preset/3", "snapshot/2", "store/8", "strength/up"):
        assert asked(name, 1.0) == asked(name) != []
        assert asked(name, 0.0) == []


def test_presets_snapshots_and_steps_go_by_number_from_1() -> None:
    assert asked("preset", 3) == asked("preset/3") == [SelectPreset(2, "osc")]
    assert asked("snapshot", 2.0) == asked("snapshot/2") == [Recall(2, "osc")]
    assert asked("store", 8) == asked("store/8") == [Store(8, "osc")]
    assert asked("preset", 0) == asked("preset", " 0 ") == []
    assert asked("zoom/down") == [Nudge("zoom", -1.0, source="osc")]


def test_a_prompt_is_taken_as_it_is_but_for_signs_that_cant_be_shown() -> None:
    assert asked("prompt", "rød røyk\n in\x00 rain") == [Prompt("rød røyk in rain", "osc")]
    assert asked("prompt", "family 👩\u200d👧\u200d") == [Prompt("family 👩\u200d👧", "osc")]
    assert asked("prompt") == [Run("prompt", "osc")]


def test_all_words_of_a_prompt_are_joined_by_blanks() -> None:
    assert asked("prompt", "red", "sea") == [Prompt("red sea", "osc")]
    assert asked("prompt", "in", 1984, None, 2.5, " fog ") == [Prompt("in 1984 2.5 fog", "osc")]


def test_an_empty_prompt_is_refused_with_a_line() -> None:
    for text in ("", " ", "\t\n", "\x00\u200b", "\u200d"):
        with pytest.raises(ValueError, match="/visualizer/prompt is empty; the prompt stays"):
            asked("prompt", text)
        show = reduce(start((Preset("one", (Cued(alone("red"), NO_VALUES),)),)), Prompt(text))
        assert show.cue.text == "red"
        assert [m.text for m in show.messages] == ["an empty prompt is ignored; the prompt stays"]


def test_a_preset_is_chosen_by_its_name_too_and_one_that_is_not_there_says_so() -> None:
    presets = tuple(Preset(n, (Cued(alone(n), NO_VALUES),)) for n in ("One", "Café", "7"))
    for asked_for, name in [
        ("café", "Café"), ("CAFE\u0301", "Café"), ("2", "Café"), ("7", "7"), (3, "7"),
    ]:  # fmt: skip
        (action,) = asked("preset", asked_for)
        show = reduce(start(presets), action)
        assert show.preset_now is not None
        assert show.preset_now.name == name
        assert not show.messages
    for asked_for, which in [
        ("fog", "'fog'"),
        ("9", "'9'"),
        (9, "9"),
        ("9" * 5000, f"'{'9' * 39}"),
    ]:
        (action,) = asked("preset", asked_for)
        show = reduce(start(presets), action)
        assert show.preset == 0
        (line,) = [m.text for m in show.messages]
        assert line.startswith(f"there is no preset {which}")
        assert line.endswith("; there are 3")


def test_a_preset_by_name_waits_for_its_beat_like_one_by_number() -> None:
    presets = tuple(Preset(name, (Cued(alone(name), NO_VALUES),)) for name in "ab")
    show = reduce(start(presets, settings={"quantise": 2}), SelectPreset(name="b"))
    assert show.preset == 0
    assert show.pending is not None
    assert isinstance(show.pending.action, SelectPreset)
    assert show.pending.action.index == 1


def test_a_number_is_read_as_text_too() -> None:
    assert asked("strength", "0.44") == [Set("strength", 0.44, "osc")]
    assert asked("blackout", "1") == [Switch("blackout", True, "osc")]
    assert asked("tap", "0") == []
    assert asked("snapshot", "2") == [Recall(2, "osc")]


def test_of_further_arguments_a_line_says_that_the_first_counts() -> None:
    line = Say("/visualizer/strength: the first of 2 arguments counts", "osc")
    assert asked("strength", 0.3, 1.0) == [Set("strength", 0.3, "osc"), line]
    assert asked("next_prompt", 1, 1)[0] == Run("next_prompt", "osc")


def test_what_has_no_meaning_here_is_passed_over() -> None:
    assert asked("strength", None, 0.3) == [Set("strength", 0.3, "osc")]
    assert asked("tap", None) == [Run("tap", "osc")]


def test_a_value_out_of_range_is_clamped_with_a_line() -> None:
    show = reduce(Show(), *asked("strength", 3))
    assert show.values["strength"] == 1.0
    assert [m.text for m in show.messages] == ["Strength goes from 0 to 1; it is 1.00 now"]
    assert not reduce(Show(), Set("blend", struct.unpack("f", struct.pack("f", 0.98))[0])).messages
    assert not reduce(Show(), Set("steps", 2.6)).messages  # a fader's way to a whole number


def test_a_prompt_is_cut_where_no_model_reads_on_so_that_it_can_be_sent_back() -> None:
    (action,) = asked("prompt", "霧" * 30_000)
    show = reduce(Show(), action)
    assert show.cue.text == "霧" * LONGEST
    line = f"the prompt is cut at {LONGEST} characters; it has 30000"
    assert [m.text for m in show.messages] == [line]
    long = Preset("霧" * 30_000, (Cued(alone("霧" * 30_000), NO_VALUES),))
    assert max(len(packet(*each)) for each in state(start((long,))).items()) < 9000


@pytest.mark.parametrize("seed", [0, 10_001, 2**31, 2**32 - 1])
def test_a_seed_of_32_bits_is_sent_back_whole(seed: int) -> None:
    assert asked("seed", seed) == [Set("seed", float(seed), "osc")]
    show = Show().with_values({"seed": float(seed)})
    assert sent(show)["/visualizer/seed"] == seed


def test_a_choice_goes_by_its_name_too() -> None:
    assert asked("quantise", "bar") == asked("quantise", 2) == [Set("quantise", 2.0, "osc")]
    assert asked("next_quantise") == [Run("next_quantise", "osc")]


def test_what_cant_be_followed_is_one_line() -> None:
    for address, arguments, why in (
        ("/other/strength", [1], "/other/strength is not ours; addresses begin with /visualizer/"),
        ("/visualizer/", [1], "not ours"),
        ("/visualizer/fog", [1], "nothing is named /visualizer/fog"),
        ("/visualizer/strength ", [1], "nothing is named /visualizer/strength "),
        ("/visualizer/preset/900", [], "nothing is named /visualizer/preset/900"),
        ("/visualizer/preset", [900], "presets go from 1 to 128"),
        ("/visualizer/preset", [" "], "/visualizer/preset takes a preset's name or number"),
        ("/visualizer/snapshot", [1.5], "snapshots go from 1 to 8"),
        ("/visualizer/strength", [], "/visualizer/strength takes a number"),
        ("/visualizer/strength", ["much"], "strength must be a number, not 'much'"),
        ("/visualizer/strength", [math.nan], "strength must be a number, not nan"),
        ("/visualizer/freeze", ["on"], "/visualizer/freeze takes a number"),
        ("/visualizer/prompt", [1], "/visualizer/prompt takes a text"),
        ("/visualizer/strength", ["inf"], "strength must be a number, not 'inf'"),
        ("/visualizer/tap", [math.inf], "/visualizer/tap takes a number, not inf"),
    ):
        with pytest.raises(ValueError, match=why) as fault:
            decode(address, arguments)
        assert "\n" not in str(fault.value)


# Packets.


def message(address: str, *arguments: bool | float | str | None) -> OscMessage:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return builder.build()


def test_a_bundle_is_its_messages_in_order_whatever_its_time() -> None:
    inner = OscBundleBuilder(2_000_000_000)
    inner.add_content(message("/b", "two", True, None))
    outer = OscBundleBuilder(IMMEDIATELY)
    outer.add_content(message("/a", 1, 0.5))
    outer.add_content(inner.build())
    outer.add_content(message("/c"))
    assert read(outer.build().dgram) == Packet(
        [Message("/a", [1, 0.5]), Message("/b", ["two", True, None]), Message("/c", [])]
    )


def bundle(*elements: bytes) -> bytes:
    return b"#bundle\0" + bytes(8) + b"".join(elements)


def element(size: int, content: bytes = b"") -> bytes:
    return struct.pack(">i", size) + content


def test_what_is_no_osc_is_malformed() -> None:
    for data in (
        b"",
        b"hello",
        b"/open",
        b"/a\0\0,i\0\0",
        b"/\xff\0\0,\0\0\0",
        b"/a\0\0,q\0\0\0\0\0\1",  # no type of OSC
        b"/a\0\0,b\0\0\xff\xff\xff\xf0",
        b"/a\0\0,b\0\0\0\0\0\x09x\0\0\0",
        b"#bundle\0",
        bundle(element(0)),
        bundle(element(-4)),
        bundle(element(400, b"/a\0\0,\0\0\0")),
    ):
        assert read(data) == Packet([], malformed=1)
        good = packet("/b", 1)
        whole = bundle(element(len(good), good), element(len(data), data), element(len(good), good))
        assert read(whole) == Packet([Message("/b", [1])] * 2, malformed=1)


def test_a_bundle_that_ends_too_early_gives_what_comes_before() -> None:
    good = packet("/b", 1)
    cut = bundle(element(len(good), good), element(400, good))
    assert read(cut) == Packet([Message("/b", [1])], malformed=1)


def test_all_types_of_osc_are_read_or_passed_over() -> None:
    for kind, raw, value in (
        ("i", struct.pack(">i", -3), -3),
        ("h", struct.pack(">q", 2**40), 2**40),
        ("f", struct.pack(">f", 0.5), 0.5),
        ("d", struct.pack(">d", 0.1), 0.1),
        ("s", "rød\0\0\0\0".encode(), "rød"),
        ("s", "rød\0".encode("latin-1"), "rød"),
        ("S", b"red\0", "red"),
        ("T", b"", True),
        ("F", b"", False),
        ("N", b"", None),
        ("I", b"", None),
        ("b", b"\0\0\0\5abcde\0\0\0", None),
        ("b", b"\0\0\0\0", None),
        ("c", b"\0\0\0a", None),
        ("r", b"\xff\0\0\xff", None),
        ("m", b"\0\x90\x24\x40", None),
        ("t", bytes(7) + b"\1", None),
        ("t", b"\xff" * 8, None),
    ):
        data = b"/a\0\0" + f",[{kind}]i\0\0\0".encode() + raw + struct.pack(">i", 7)
        assert read(data) == Packet([Message("/a", [value, 7])])


def test_a_packet_holds_the_whole_state_and_no_flood() -> None:
    one = element(8, b"/a\0\0,\0\0\0")
    all_that_count = Packet([Message("/a", [])] * MOST_MESSAGES)
    assert len(state(Show())) < MOST_MESSAGES
    assert read(bundle(one * MOST_MESSAGES)) == all_that_count
    assert read(bundle(one * (MOST_MESSAGES + 1))) == all_that_count._replace(cut=True)
    half = bundle(one * (MOST_MESSAGES // 2 + 1))
    assert read(bundle(element(len(half), half) * 2)) == all_that_count._replace(cut=True)
    assert read(bundle(element(0) * 5000)) == Packet([], malformed=MOST_MESSAGES, cut=True)


def test_bundles_in_bundles_have_a_bottom() -> None:
    data = packet("/a", 1)
    for _ in range(2000):
        data = bundle(element(len(data), data))
    assert read(data) == Packet([], malformed=1)


_PIECES = st.one_of(
    st.binary(max_size=24),
    st.sampled_from(
        [b"#bundle\0", b"/visualizer/", b"strength\0\0\0\0", b",f\0\0", b",[T]", bytes(8)]
    ),
    st.integers(-8, 64).map(element),
)


@given(st.one_of(st.binary(max_size=400), st.lists(_PIECES, max_size=12).map(b"".join)))
def test_no_bytes_do_harm(data: bytes) -> None:
    for address, arguments in read(data).messages:
        with suppress(ValueError):
            decode(address, arguments)


_ARGUMENTS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
_NAMES = st.sampled_from([*BY_NAME, *(c.name for c in COMMANDS), "preset", "snapshot", "store"])


@given(
    _NAMES, st.sampled_from(["", "", " ", "/", "/up", "/3", "\n"]), st.lists(_ARGUMENTS, max_size=2)
)
def test_no_name_and_no_argument_does_harm(name: str, more: str, arguments: list[object]) -> None:
    try:
        actions = decode(PREFIX + name + more, arguments)
    except ValueError:
        return
    values = [action.value for action in actions if isinstance(action, Set)]
    assert all(math.isfinite(value) for value in values)


# The state that is sent back.


def a_show() -> Show:
    return start((Preset("one", (Cued(alone("red flames"), NO_VALUES),)),))


def sent(show: Show) -> dict[str, object]:
    """A show's state as a client reads it, where numbers have 32 bits."""
    messages = (read(packet(address, value)).messages for address, value in state(show).items())
    return {address: value for ((address, (value,)),) in messages}


def test_the_state_can_be_sent_back_and_asks_for_what_it_is() -> None:
    for address, value in sent(a_show()).items():
        if address != f"{PREFIX}preset_name":
            assert decode(address, [value])


def test_the_state_names_preset_prompt_switches_and_all_values() -> None:
    told = state(a_show())
    assert told[f"{PREFIX}preset"] == 1
    assert told[f"{PREFIX}preset_name"] == "one"
    assert told[f"{PREFIX}prompt"] == "red flames"
    assert {f"{PREFIX}{name}" for name in (*BY_NAME, *ON_OFF)} < told.keys()
    assert state(Show())[f"{PREFIX}preset"] == 0


# A real client, over UDP.


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


class Listener:
    """A running Osc, its clock, and all that it brought so far."""

    def __init__(self) -> None:
        self.now = 0.0
        self.actions: list[Action] = []
        self.osc = Osc(port=0, retry_after=0.002, clock=lambda: self.now)

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"it never came; there was {self.actions}"
            threading.Event().wait(0.002)
            self.actions += self.osc.drain()

    def until_came(self, action: Action) -> None:
        self.until(lambda: action in self.actions)

    def client(self) -> closing[Client]:
        assert self.osc.port is not None
        return closing(Client("127.0.0.1", self.osc.port))

    @property
    def lines(self) -> list[str]:
        return [action.text for action in self.actions if isinstance(action, Say)]


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
        "OSC: /other is not ours; addresses begin with /visualizer/",
    ]


@pytest.mark.parametrize("port", [9001, 9001.0, "9001"])
def test_a_subscribers_port_may_come_as_any_number(port: float | str) -> None:
    osc = Osc()
    osc._receive(packet(f"{PREFIX}subscribe", port), SENDER)
    assert list(osc._subscribers) == [(SENDER[0], 9001)]
    osc._receive(packet(f"{PREFIX}subscribe", 0.5), SENDER)
    assert [a.text for a in osc.drain() if isinstance(a, Say)] == [
        "OSC: /visualizer/subscribe takes nothing, or a port"
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
        assert listener.lines == [
            f"OSC: {MOST_SUBSCRIBERS} are told the state already, and no more"
        ]
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
        listener = Listener()
        listener.osc = osc
        line = f"OSC: 127.0.0.1:{port} is in use by another program; waiting for it"
        try:
            listener.until_came(Say(line, "osc"))
            other.close()
            listener.until_came(Say(f"OSC: listening on 127.0.0.1:{port}", "osc"))
        finally:
            assert osc.stop(PATIENCE)
        assert listener.lines == [line, f"OSC: listening on 127.0.0.1:{port}"]


@pytest.mark.parametrize("host", ["no.such.machine.invalid", "a" * 70 + ".de", "203.0.113.7"])
def test_a_host_that_cant_be_listened_on_is_one_line(host: str) -> None:
    listener = Listener()
    listener.osc = Osc(host, 9000, retry_after=0.002)
    listener.osc.start()
    try:
        listener.until(lambda: bool(listener.lines))
    finally:
        assert listener.osc.stop(PATIENCE)
    (line,) = listener.lines
    assert line.startswith(f"OSC: {host}:9000 can't be listened on: ")


def test_listening_to_the_whole_network_is_said() -> None:
    listener = Listener()
    listener.osc = Osc("0.0.0.0", 0)
    listener.osc.start()
    try:
        listener.until(lambda: bool(listener.lines))
        assert listener.lines == [f"OSC: listening on 0.0.0.0:{listener.osc.port}"]
    finally:
        assert listener.osc.stop(PATIENCE)


def test_one_that_was_never_started_can_be_stopped() -> None:
    assert Osc().stop()


def test_where_to_listen_is_given_as_a_port_or_host_and_port() -> None:
    assert parse_address("9001") == ("127.0.0.1", 9001)
    assert parse_address("0.0.0.0:9001") == ("0.0.0.0", 9001)
    for text in ("", "osc", "0.0.0.0", "1.2.3.4:", "9000:x", "0", "65536", "²"):
        with pytest.raises(ValueError, match="as in 9000 or 0"):
            parse_address(text)
