"""The page on every screen, and for those who play it without seeing it."""

from __future__ import annotations

from typing import Any

import pytest

from visualizer.show.play_actions import MixIn

from ..rig import Playing, until
from .conftest import LAPTOP, PHONE, TABLET


def test_no_size_scrolls_sideways_and_what_is_hit_is_large(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url, touch=True).page
    for width, height in ((320, 568), PHONE, (844, 390), TABLET, LAPTOP):
        page.set_viewport_size({"width": width, "height": height})
        for view, least in (("watch", 8), ("set", 20), ("setup", 100), ("play", 30)):
            seen = width, view
            page.click(f"#tab-{view}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), seen
            sizes = page.evaluate(
                "[...document.querySelectorAll('button, .track, input')]"
                ".filter((e) => e.offsetParent)"
                ".map((e) => [e.id || e.textContent, e.offsetWidth, e.offsetHeight])"
            )
            assert len(sizes) > least
            narrowest = 48 if width > 380 else 30
            small = [each for each in sizes if each[2] < 48 or each[1] < narrowest]
            small = [each for each in small if not str(each[0]).isdigit() or each[2] < 48]
            assert small == [], seen
        for name in ("#blackout", "#freeze", "#generation", "#tap"):
            box = page.locator(name).bounding_box()
            assert box["y"] + box["height"] <= height


def test_a_screen_readers_click_does_what_is_held_and_taps_where_that_does_something(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url).page
    page.evaluate("document.querySelector('#held button').click()")
    until(lambda: playing.show.restarts == 1)
    page.evaluate("document.querySelector('#slots button').click()")
    until(lambda: any(m.text == "snapshot 1 is empty" for m in playing.show.messages))
    page.focus("#held button")
    page.keyboard.down("Space")
    until(lambda: playing.show.restarts == 2)
    page.keyboard.up("Space")
    page.focus("#slots button")
    page.keyboard.press("Space")
    assert (playing.show.restarts, playing.show.snapshots) == (2, {})


AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}

NAMELESS = (
    "[...document.querySelectorAll('button, input, [role=slider], [role=tabpanel], section')]"
    ".filter((e) => !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')"
    " || e.textContent.trim())).map((e) => e.outerHTML)"
)


def test_everything_has_a_name_for_a_screen_reader_and_axe_has_no_serious_finding_in_any_view(
    playing: Playing, open_page: Any
) -> None:
    base = pytest.importorskip("axe_playwright_python.base", reason="axe-core is not installed")
    page = open_page(playing.url).page
    assert [each for each in page.evaluate(NAMELESS) if "entry-value" not in each] == []
    page.evaluate(base.AXE_SCRIPT)
    playing.do(MixIn("a lamp"))
    page.wait_for_selector("#mix [data-parameter='a lamp']")
    for view in ("play", "set", "setup", "watch"):
        page.click(f"#tab-{view}")
        for width, height in (LAPTOP, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            found = page.evaluate("(options) => axe.run(document, options)", AXE)
            assert len(found["passes"]) > 10
            assert [
                (each["id"], [node["html"][:120] for node in each["nodes"]][:3])
                for each in found["violations"]
                if each["impact"] in ("serious", "critical")
            ] == [], (view, width)
