"""OSC packets: bundles, all types of arguments, and bytes that are no OSC."""

from __future__ import annotations

import struct
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from visualizer.controls.osc.osc_messages import (
    MOST_MESSAGES,
    Message,
    Packet,
    decode,
    packet,
    read,
    state,
)
from visualizer.show.state import Show

from .packets import bundle, element


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
