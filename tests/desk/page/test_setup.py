"""The view in which a show is set up."""

from __future__ import annotations

from typing import Any

import pytest

from visualizer.show.projection import PLAIN
from visualizer.show.setup_actions import ChooseCorner

from ..rig import Playing, until


def test_the_wall_is_set_up(playing: Playing, open_page: Any) -> None:
    page = open_page(playing.url)
    page.page.click("#tab-setup")
    page.page.click("#identify")
    until(lambda: playing.show.identifies)
    page.page.hover("#displays button:has-text('1 · laptop')")
    page.page.mouse.down()
    until(lambda: playing.show.display_choice.wanted == "laptop")
    page.page.mouse.up()
    page.page.click("#pin")
    page.page.wait_for_selector(".handle:nth-child(1):enabled")
    box = page.page.locator("#screen").bounding_box()
    page.page.mouse.move(box["x"], box["y"])
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.1, steps=4)
    page.page.mouse.up()
    until(lambda: playing.show.projection.corners[0] == pytest.approx((0.2, 0.1), abs=0.01))
    page.until("document.querySelector('#pinned-wall').style.transform.startsWith('matrix3d')")
    page.page.focus(".handle:nth-child(3)")
    page.page.keyboard.press("Shift+ArrowLeft")
    until(lambda: playing.show.projection.corners[2] == pytest.approx((0.98, 1.0)))
    page.page.click("#flip_h")
    until(lambda: playing.show.projection.flip_h)
    page.page.hover("#pin-reset")
    page.page.mouse.down()
    until(lambda: playing.show.projection == PLAIN)
    page.page.mouse.up()


def test_arrow_keys_move_the_chosen_corner_wherever_the_focus_is(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url).page
    page.click("#tab-setup")
    page.click("#pin")
    until(lambda: playing.show.mapping is not None)
    playing.do(ChooseCorner(2))
    until(lambda: playing.show.mapping is not None and playing.show.mapping.corner == 2)
    page.wait_for_selector(".handle.chosen:has-text('3')")
    page.focus("#rotate")
    page.keyboard.press("Shift+ArrowLeft")
    until(lambda: playing.show.projection.corners[2][0] < 0.99)
    corners = playing.show.projection.corners
    page.focus("#find")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("x")
    page.click("#flip_h")  # comes after what the keys would have sent
    until(lambda: playing.show.projection.flip_h)
    assert playing.show.projection.corners == corners


def test_a_control_is_learned_and_a_model_loaded(playing: Playing, open_page: Any) -> None:
    page = open_page(playing.url)
    page.page.click("#tab-setup")
    page.page.fill("#find", "cc 16")
    visible = "[...document.querySelectorAll('#targets button')].filter((e) => e.offsetParent)"
    assert page.page.evaluate(f"{visible}.map((e) => e.textContent)") == ["Strengthcc 16"]
    page.page.click("#targets button:visible")
    until(lambda: playing.show.learning is not None)
    page.until("document.querySelector('#learned').textContent === 'Strength: move a control now'")
    page.page.click("#learn-end")
    until(lambda: playing.show.learning is None)
    page.page.click("#models button:has-text('large')")
    until(lambda: playing.show.model.wanted == "a/large-one")
    page.page.click("#record")
    page.until("document.querySelector('#record').textContent.startsWith('Recording')")
    page.page.click("#record")
    page.page.click("#record")  # a stray finger ends no recording
    page.page.hover("#record")
    page.page.mouse.down()
    until(lambda: playing.show.recording is None)
    page.page.mouse.up()
