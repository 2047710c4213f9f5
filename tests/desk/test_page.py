"""The page in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visualizer.desk import desk_state, thumbnails
from visualizer.desk.preview import encoded
from visualizer.show.next_request import place
from visualizer.show.play_actions import MixIn, Run, Set
from visualizer.show.projection import PLAIN
from visualizer.show.setup_actions import ChooseCorner, MoveInSet
from visualizer.show.status import NextPreview

from .rig import STATUS, Line, Playing, desk, until

PHONE, TABLET, LAPTOP = (390, 844), (820, 1180), (1280, 720)

FRESH = "!document.body.classList.contains('stale')"

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The system's own; Playwright's are a download."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Page:
    """A page that is connected. faults: what its scripts raised or were refused."""

    def __init__(self, chromium: Any, url: str, size: tuple[int, int], *, touch: bool) -> None:
        width, height = size
        self.context = chromium.new_context(
            viewport={"width": width, "height": height}, has_touch=touch
        )
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(url)
        self.until(FRESH)
        self.page.wait_for_selector("#page .fader")

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def until(self, expression: str) -> None:
        # Playwright's own way is to eval in the page, which its policy forbids.
        until(lambda: self.page.evaluate(expression), expression)


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Any]:
    """Opens pages; at the end none of them may have had a fault."""
    pages: list[Page] = []

    def open_(url: str, size: tuple[int, int] = LAPTOP, *, touch: bool = False) -> Page:
        pages.append(Page(chromium, url, size, touch=touch))
        return pages[-1]

    yield open_
    for page in pages:
        page.context.close()
        assert page.faults == []


def test_a_fader_that_is_dragged_moves_the_value_by_as_much(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url).page
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
    page.mouse.dblclick(box["x"] + 20, y)
    until(lambda: playing.show.values["strength"] == 0.6)


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


@pytest.mark.parametrize("size", [(320, 568), PHONE, (844, 390), TABLET, LAPTOP])
def test_no_size_scrolls_sideways_and_what_is_hit_is_large(
    playing: Playing, open_page: Any, size: tuple[int, int]
) -> None:
    page = open_page(playing.url, size, touch=True).page
    for view, least in (("watch", 8), ("set", 20), ("setup", 100), ("play", 30)):
        page.click(f"#tab-{view}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
        sizes = page.evaluate(
            "[...document.querySelectorAll('button, .track, input')].filter((e) => e.offsetParent)"
            ".map((e) => [e.id || e.textContent, e.offsetWidth, e.offsetHeight])"
        )
        assert len(sizes) > least
        small = [each for each in sizes if each[2] < 48 or each[1] < (48 if size[0] > 380 else 30)]
        assert [each for each in small if not str(each[0]).isdigit() or each[2] < 48] == [], view
    for name in ("#blackout", "#freeze", "#generation", "#tap"):
        box = page.locator(name).bounding_box()
        assert box["y"] + box["height"] <= size[1]


def test_everything_that_is_played_has_a_name_for_a_screen_reader(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url).page
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, [role=slider], [role=tabpanel], section')]"
        ".filter((e) => !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')"
        " || e.textContent.trim())).map((e) => e.outerHTML)"
    )
    assert [each for each in nameless if "entry-value" not in each] == []


def test_the_set_list_is_played_and_its_order_dragged_or_stepped(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url)
    page.page.click("#tab-set")
    assert page.text("#set-then") == "one"
    page.page.click("#set-start")
    until(lambda: playing.show.sets.entry is not None)
    page.page.click("#set-next")
    page.until("document.querySelector('#set-now').textContent === 'two'")
    assert page.text("#entries li:nth-child(2) .when").startswith("now, ")
    page.page.click("#unattended")
    until(lambda: playing.show.sets.loops)

    def order() -> list[str]:
        return [entry.preset + entry.words for entry in playing.show.sets.lists[0].entries]

    before = order()
    grips = [page.page.locator(f"#entries li:nth-child({n}) .grip").bounding_box() for n in (1, 3)]
    page.page.mouse.move(grips[0]["x"] + 20, grips[0]["y"] + 20)
    page.page.mouse.down()
    page.page.mouse.move(grips[1]["x"] + 20, grips[1]["y"] + 24, steps=4)
    page.page.mouse.up()
    until(lambda: order() == [before[1], before[2], before[0]])
    page.until("document.querySelector('#entries li:nth-child(3) .name').textContent === 'one'")
    page.page.focus("#entries li:nth-child(3) .grip")
    page.page.keyboard.press("ArrowUp")
    until(lambda: order() == [before[1], before[0], before[2]])
    page.until("document.activeElement.matches('#entries li:nth-child(2) .grip')")
    page.page.click("#entries li:nth-child(1) .length")
    page.page.fill("#entry-value", "16 bars")
    page.page.keyboard.press("Enter")
    until(lambda: order()[0] == "two16 bars")
    page.page.click("#set-stop")  # a tap is not enough
    page.page.click("#sets button:has-text('Day')")
    page.until("document.querySelector('#set-name').textContent === 'Day'")


def test_the_set_list_is_added_to_removed_from_taken_back_and_saved(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url, TABLET, touch=True)

    def order() -> list[str]:
        return [entry.preset for entry in playing.show.sets.lists[0].entries]

    page.page.tap("#tab-set")
    assert page.text("#set-save") == "Saved"
    page.page.tap("#set-add")
    page.page.tap("#entry-choices button:has-text('two')")
    until(lambda: order() == ["one", "two", "one", "two"])
    page.until("document.querySelectorAll('#entries li').length === 4")
    page.page.tap("#entries li:nth-child(1) .remove")  # a tap is not enough
    page.page.focus("#entries li:nth-child(1) .remove")
    page.page.keyboard.down("Enter")
    until(lambda: order() == ["two", "one", "two"])
    page.page.keyboard.up("Enter")
    page.page.tap("#set-undo")
    until(lambda: order() == ["one", "two", "one", "two"])
    page.until("document.querySelector('#set-save').textContent === 'Save'")
    page.page.tap("#set-save")
    until(lambda: playing.show.sets.saves == 1)


def test_the_wall_is_set_up(playing: Playing, open_page: Any) -> None:
    page = open_page(playing.url)
    page.page.click("#tab-setup")
    page.page.hover("#displays button:has-text('laptop')")
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
    until(lambda: playing.show.values["blend"] == 1.0 or playing.show.values["blend"] > 0.5)

    def goes_home() -> bool:  # two taps that a busy machine brings too far apart are none
        page.page.locator("[data-parameter=blend]").dblclick()
        page.page.wait_for_timeout(300)
        return playing.show.values["blend"] == 0.5

    until(goes_home)
    assert not page.page.is_visible("#mix")


def test_a_thumbnail_is_seen_on_its_prompt(open_page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "RIPE", 0.1)
    with Playing(desk("0.0.0.0")) as playing:
        playing.do(Set("crossfade", 0.0))
        page = open_page(f"{playing.url}/#token={playing.desk.tokens.play}")
        page.page.wait_for_selector("#prompts button:nth-child(1).pictured")
        page.until("document.querySelector('#prompts button img').naturalWidth > 100")


AXE = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")


@pytest.mark.parametrize("size", [PHONE, LAPTOP])
def test_axe_has_no_serious_finding_in_any_view(
    playing: Playing, open_page: Any, size: tuple[int, int]
) -> None:
    base = pytest.importorskip("axe_playwright_python.base", reason="axe-core is not installed")
    page = open_page(playing.url, size)
    page.page.evaluate(base.AXE_SCRIPT)
    playing.do(MixIn("a lamp"))
    for view in ("play", "set", "setup", "watch"):
        page.page.click(f"#tab-{view}")
        options = {"runOnly": {"type": "tag", "values": list(AXE)}, "resultTypes": ["violations"]}
        found = page.page.evaluate("(options) => axe.run(document, options)", options)
        assert len(found["passes"]) > 10
        assert [
            (each["id"], [node["html"][:120] for node in each["nodes"]][:3])
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ] == [], view


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
    assert playing.show.projection.corners == corners


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
        page.page.context.close()


def test_a_key_that_repeats_moves_an_entry_once_until_the_show_has_told_it(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url)
    page.page.click("#tab-set")
    page.page.evaluate(
        "for (let n = 0; n < 2; n++) document.querySelector('#entries .grip').dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'ArrowDown' }))"
    )
    page.until("document.activeElement.matches('#entries li:nth-child(2) .grip')")
    assert [action for action in playing.actions if isinstance(action, MoveInSet)] == [
        MoveInSet(0, 1, "desk")
    ]


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
        until(lambda: looks.inner_text("#message") == "this link may only look")
        place = "document.querySelector('[data-parameter=strength]').getAttribute('aria-valuenow')"
        until(lambda: looks.evaluate(place) == "0.6")
        stranger = chromium.new_page()
        stranger.goto(playing.url)
        until(lambda: stranger.inner_text("#connected").startswith("a token is needed"))
        stranger.close()
