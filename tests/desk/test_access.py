"""Who may do what at the desk."""

from __future__ import annotations

import pytest

from visualizer.desk.access import Access, Allowance, Refused, new_token, token_in
from visualizer.show.play_actions import Run, Set
from visualizer.show.system_actions import End

PLAY, VIEW = "p" * 32, "v" * 32
HERE = Access(local=True, names=(), tokens={"play": PLAY, "view": VIEW})
OPEN = Access(local=False, names=("laptop.local",), tokens={"play": PLAY, "view": VIEW})


def asked(
    access: Access, host: str = "127.0.0.1:9001", peer: str = "127.0.0.1", **headers: str
) -> str:
    """The role, or the status of the refusal."""
    given = [("host", host), *((n.replace("_", "-"), value) for n, value in headers.items())]
    try:
        return access.check(given, peer).role
    except Refused as why:
        return str(why.status)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_on_this_machine_alone_no_token_is_needed() -> None:
    for host in ("127.0.0.1:9001", "localhost:9001", "[::1]:9001", "LOCALHOST", "127.0.0.2"):
        assert asked(HERE, host) == "play"


def test_a_name_that_was_rebound_to_this_machine_is_refused() -> None:
    for host in ("evil.example:9001", "127.0.0.1.evil.example", "192.168.1.9", "", "[", "a b"):
        assert asked(HERE, host) == "421"
    assert asked(OPEN, "evil.example", **bearer(PLAY)) == "421"


def test_pages_of_other_sites_are_refused() -> None:
    for origin in ("http://evil.example", "http://127.0.0.1:8000", "null", "file://", "http://["):
        assert asked(HERE, origin=origin) == "403"
        assert asked(OPEN, origin=origin, **bearer(PLAY)) == "403"
    assert asked(HERE, origin="http://127.0.0.1:9001") == "play"
    assert asked(HERE, sec_fetch_site="cross-site") == "403"
    assert asked(HERE, sec_fetch_site="same-origin") == "play"


def test_elsewhere_a_token_says_what_one_may() -> None:
    for host in ("192.168.1.9:9001", "laptop.local:9001", "127.0.0.1:9001"):
        assert asked(OPEN, host, **bearer(PLAY)) == "play"
        assert asked(OPEN, host, **bearer(VIEW)) == "view"
        assert asked(OPEN, host, sec_websocket_protocol=f"visualizer, token.{VIEW}") == "view"
        for token in ("", "x", PLAY[:-1], PLAY + "p", PLAY.upper(), "é"):
            assert asked(OPEN, host, **bearer(token)) == "401"
        assert asked(OPEN, host) == "401"
        assert asked(OPEN, host, authorization=PLAY) == "401"


def test_the_page_itself_comes_before_its_token() -> None:
    assert OPEN.check([("host", "192.168.1.9")], "192.168.1.7", api=False).role == "view"


def test_one_host_is_named() -> None:
    for headers in ([], [("host", "localhost"), ("host", "localhost")]):
        with pytest.raises(Refused, match="one host header"):
            HERE.check(headers, "127.0.0.1")


def test_quit_is_only_for_this_machine() -> None:
    token = ("authorization", f"Bearer {PLAY}")
    outside = OPEN.check([("host", "192.168.1.9"), token], "192.168.1.7")
    forwarded = OPEN.check([("host", "192.168.1.9"), token], "127.0.0.1")
    rebound = OPEN.check([("host", "localhost"), token], "192.168.1.7")
    for caller in (outside, forwarded, rebound):
        caller.may(Set("strength", 0.5))
        for action in (Run("quit"), End()):
            with pytest.raises(Refused, match="only this machine may quit"):
                caller.may(action)
    HERE.check([("host", "localhost")], "127.0.0.1").may(Run("quit"))
    HERE.check([("host", "localhost")], "::ffff:127.0.0.1").may(Run("quit"))


def test_who_may_look_may_not_play() -> None:
    caller = OPEN.check([("host", "127.0.0.1"), ("authorization", f"Bearer {VIEW}")], "127.0.0.1")
    with pytest.raises(Refused, match="viewing only"):
        caller.may(Set("strength", 0.5))


def test_tokens_are_long_and_no_two_alike() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 32 for token in tokens)
    assert token_in([("authorization", f"bearer  {PLAY} ")]) == PLAY


def test_an_allowance_fills_up_with_time() -> None:
    now = 0.0
    allowance = Allowance(10.0, lambda: now)
    assert [allowance.take() for _ in range(21)] == [True] * 20 + [False]
    now = 0.1
    assert [allowance.take(), allowance.take()] == [True, False]
    now = 1000.0
    assert [allowance.take() for _ in range(21)] == [True] * 20 + [False]
