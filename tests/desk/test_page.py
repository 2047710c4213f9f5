"""The page in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .rig import Playing, desk, until

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
    for view in ("watch", "play"):
        page.click(f"#tab-{view}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sizes = page.evaluate(
        "[...document.querySelectorAll('button, .track, input')].filter((e) => e.offsetParent)"
        ".map((e) => [e.id || e.textContent, e.offsetWidth, e.offsetHeight])"
    )
    assert len(sizes) > 30
    small = [each for each in sizes if each[2] < 48 or each[1] < (48 if size[0] > 380 else 30)]
    assert [each for each in small if not str(each[0]).isdigit() or each[2] < 48] == []
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
        stranger = chromium.new_page()
        stranger.goto(playing.url)
        until(lambda: stranger.inner_text("#connected").startswith("a token is needed"))
        stranger.close()
