"""The view that is played: faders, prompts, presets, snapshots."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from visualizer.desk import thumbnails
from visualizer.desk.preview import encoded
from visualizer.show.next_request import place
from visualizer.show.parameters import BY_NAME
from visualizer.show.play_actions import Set
from visualizer.show.status import NextPreview

from ..rig import STATUS, Playing, desk, until
from .conftest import PHONE


def test_a_fader_that_is_dragged_moves_the_value_by_as_much(
    playing: Playing, open_page: Any
) -> None:
    opened = open_page(playing.url)
    page = opened.page
    box = page.locator("[data-parameter=strength]").bounding_box()
    before = playing.show.values["strength"]
    y = box["y"] + 10
    page.mouse.move(box["x"] + 20, y)  # not where the value stands: the drag is relative
    page.mouse.down()
    page.mouse.move(box["x"] + 20 + box["width"] * 0.1, y, steps=5)
    page.mouse.up()
    until(lambda: abs(playing.show.values["strength"] - before - 0.1) < 0.02)
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + 20, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 20 - box["width"] * 0.2, y, steps=5)
    page.mouse.up()
    page.keyboard.up("Shift")
    until(lambda: abs(playing.show.values["strength"] - before - 0.08) < 0.02)
    opened.double_tap("[data-parameter=strength]", lambda: playing.show.values["strength"] == 0.6)


def test_a_value_is_typed_chosen_and_stepped_by_keys_alone(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url).page
    page.focus("[data-parameter=strength]")
    page.keyboard.press("ArrowRight")
    until(lambda: playing.show.values["strength"] == pytest.approx(0.65))
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    page.keyboard.type("0.123")
    page.keyboard.press("Enter")
    until(lambda: playing.show.values["strength"] == 0.123)
    page.focus("[data-page=most]")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.focus("[data-parameter=wall_mirror]")
    page.keyboard.press("Enter")
    page.click("#entry-choices button:has-text('both')")
    until(lambda: playing.show.values["wall_mirror"] == 3.0)


def test_take_prompts_presets_and_switches(playing: Playing, open_page: Any) -> None:
    page = open_page(playing.url)
    assert page.text("#now") == "a blue tunnel"
    assert page.text("#next") == "red smoke"
    page.page.click("#take")
    page.until("document.querySelector('#now').textContent === 'red smoke'")
    assert playing.show.cue.text == "red smoke"
    page.page.click("#presets button:has-text('two')")
    page.until("document.querySelector('#now').textContent === 'green glass'")
    page.page.fill("#prompt", "a lamp <b>in</b> the rain")
    page.page.press("#prompt", "Enter")
    until(lambda: playing.show.cue.text == "a lamp <b>in</b> the rain")
    page.until("document.querySelector('#place').textContent === 'typed'")
    assert page.page.query_selector("#now b") is None
    page.page.click("#blackout")
    until(lambda: playing.show.blackout)
    page.until("document.querySelector('#blackout').getAttribute('aria-pressed') === 'true'")
    page.page.click("#tap")
    until(lambda: playing.show.tempo.source == "tap")


def test_a_preview_of_the_next_prompt_is_asked_for_and_goes_when_it_is_taken(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url, PHONE, touch=True)
    page.page.tap("#next-preview")
    until(lambda: playing.show.previews == 1)
    here = place(playing.show)
    assert here is not None
    playing.status = replace(STATUS, next_preview=NextPreview(here))
    page.until("document.querySelector('#next-preview').classList.contains('making')")
    jpeg = encoded(np.full((90, 160, 3), 200, np.uint8))
    playing.status = replace(STATUS, next_preview=NextPreview(here, jpeg))
    page.until("document.querySelector('#next-preview img').naturalWidth === 160")
    assert page.text("#next-preview") == "Preview"
    page.page.tap("#take")
    page.until("document.querySelector('#next-preview img').hidden")
    page.page.tap("#presets button:has-text('two')")  # of one prompt
    page.until("document.querySelector('#next-preview').disabled")


def test_the_light_of_the_beat_goes_on_with_the_tempo(playing: Playing, open_page: Any) -> None:
    page = open_page(playing.url)
    lit = "[...document.querySelector('#beats').children].findIndex((i) => i.className === 'on')"
    for _ in range(2):
        before = page.page.evaluate(lit)
        page.until(f"![-1, {before}].includes({lit})")


def test_what_destroys_is_held_and_not_tapped(playing: Playing, open_page: Any) -> None:
    page = open_page(playing.url).page
    page.click("#held button:has-text('Restart')")
    page.click("#slots button:nth-child(3)")  # a tap recalls, and the slot is empty
    until(lambda: any(m.text == "snapshot 3 is empty" for m in playing.show.messages))
    assert playing.show.restarts == 0
    assert playing.show.snapshots == {}
    page.hover("#held button:has-text('Restart')")
    page.mouse.down()
    until(lambda: playing.show.restarts == 1)
    page.mouse.up()
    page.hover("#slots button:nth-child(3)")
    page.mouse.down()
    until(lambda: 3 in playing.show.snapshots.get("one", {}))
    page.mouse.up()
    page.wait_for_selector("#slots button:nth-child(3).kept")


def test_texts_are_mixed_and_weighed_and_a_fader_goes_home_to_its_preset(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url)
    page.page.fill("#prompt", "a lamp")
    page.page.click("#mix-in")
    lamp = "#mix [data-parameter='a lamp']"
    page.page.wait_for_selector(lamp)
    page.page.focus(lamp)
    page.page.keyboard.press("ArrowRight")
    until(lambda: dict(playing.show.cue.parts).get("a lamp") == pytest.approx(0.55))
    page.page.click("#presets button:has-text('two')")
    until(lambda: playing.show.values["blend"] == 0.5)
    page.page.focus("[data-parameter=blend]")
    page.page.keyboard.press("End")
    until(lambda: playing.show.values["blend"] == BY_NAME["blend"].high)
    page.double_tap("[data-parameter=blend]", lambda: playing.show.values["blend"] == 0.5)
    page.until("document.querySelector('#mix').hidden")


def test_a_thumbnail_is_seen_on_its_prompt(open_page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "RIPE", 0.1)
    with Playing(desk("0.0.0.0")) as playing:
        playing.do(Set("crossfade", 0.0))
        page = open_page(f"{playing.url}/#token={playing.desk.tokens.play}")
        page.page.wait_for_selector("#prompts button:nth-child(1).pictured")
        page.until("document.querySelector('#prompts button img').naturalWidth > 100")
