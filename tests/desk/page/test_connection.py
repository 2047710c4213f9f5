"""The page and its line to the show: two of them, lost ones, links with a token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from visualizer.desk import desk_state
from visualizer.show.play_actions import Run

from ..rig import Line, Playing, desk, until
from .conftest import FRESH, PHONE


def test_two_desks_stay_in_step_and_the_preview_is_seen(playing: Playing, open_page: Any) -> None:
    one, other = open_page(playing.url), open_page(playing.url, PHONE, touch=True)
    other.page.focus("[data-parameter=zoom]")
    other.page.keyboard.press("End")
    value = "document.querySelector('[data-parameter=zoom]').getAttribute('aria-valuenow') === '1'"
    one.until(value)
    other.until(value)
    for page in (one, other):
        page.until("document.querySelector('#picture').naturalWidth === 160")
    one.page.click("#preview-toggle")
    other.page.click("#preview-toggle")
    until(lambda: not playing.desk.preview.watchers)


def test_a_desk_comes_back_with_its_show_and_greys_what_is_old(
    open_page: Any, tmp_path: Path
) -> None:
    with Playing(desk(folder=tmp_path)) as playing:
        port = playing.desk.port
        page = open_page(playing.url)
    page.until("document.body.classList.contains('stale')")
    page.until("document.querySelector('#connection .dot').classList.contains('red')")
    again = desk()
    again._wanted_port = port or 0
    with Playing(again) as playing:
        page.until("document.querySelector('#connection .dot').classList.contains('green')")
        page.page.click("#take")
        until(lambda: playing.show.cue.text == "red smoke")


def test_the_page_of_another_version_of_the_show_loads_itself_anew_with_its_token(
    open_page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = desk("0.0.0.0", folder=tmp_path)
    with Playing(opened) as playing:
        port, link = playing.desk.port, f"{playing.url}/#token={opened.tokens.play}"
        page = open_page(link)
        page.page.evaluate("localStorage.clear()")  # as where a private window keeps nothing
    monkeypatch.setattr(desk_state, "__version__", "0.0.9")
    again = desk("0.0.0.0", folder=tmp_path)
    again._wanted_port = port or 0
    with Playing(again):
        with page.page.expect_event("load"):
            pass
        page.until("document.querySelector('#now').textContent === 'a blue tunnel'")
        assert "token" not in page.page.url
        page.until(FRESH)


def test_a_line_that_was_lost_and_never_closed_is_opened_anew(
    playing: Playing, open_page: Any
) -> None:
    with Line(playing.desk.port or 0) as line:
        page = open_page(line.url)
        line.lose()
        playing.do(Run("next_prompt"))
        page.until("document.querySelector('#connection .dot').classList.contains('yellow')")
        page.page.evaluate("{ const now = Date.now; Date.now = () => now() + 9000; }")
        page.until("document.querySelector('#now').textContent === 'red smoke'")
        page.until(FRESH)
        page.tab.leave()  # before the line is gone


def test_a_link_with_a_token_is_taken_out_of_the_address_bar(
    open_page: Any, tmp_path: Path, chromium: Any
) -> None:
    with Playing(desk("0.0.0.0", folder=tmp_path)) as playing:
        tokens = playing.desk.tokens
        page = open_page(f"{playing.url}/#token={tokens.play}").page
        assert page.url == f"{playing.url}/"
        page.click("#take")
        until(lambda: playing.show.cue.text == "red smoke")
        page.reload()  # it is kept for this tab's next time
        until(lambda: page.evaluate(FRESH))
        looks = open_page(f"{playing.url}/#token={tokens.view}").page
        assert not looks.is_visible("#blackout")
        looks.focus("[data-parameter=strength]")
        looks.keyboard.press("End")  # refused, and so it is where it was
        until(lambda: looks.inner_text("#message") == "this link is for viewing only")
        place = "document.querySelector('[data-parameter=strength]').getAttribute('aria-valuenow')"
        until(lambda: looks.evaluate(place) == "0.6")
        stranger = chromium.new_page()
        stranger.goto(playing.url)
        until(lambda: stranger.inner_text("#connected").startswith("a token is needed"))
        stranger.close()
