"""A real browser, and pages in it that are connected."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ...conftest import PATIENCE
from ..rig import until

PHONE, TABLET, LAPTOP = (390, 844), (820, 1180), (1280, 720)

FRESH = "!document.body.classList.contains('stale')"

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="package")
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


class Tab:
    """A tab of the browser, which pages are opened in one after the other: a new one for each takes
    as long as a test. faults: what scripts raised or were refused."""

    def __init__(self, chromium: Any, *, touch: bool) -> None:
        context = chromium.new_context(has_touch=touch)
        context.set_default_timeout(2000 * PATIENCE)
        self.touch = touch
        self.page = context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def leave(self) -> None:
        """Close its page, and let go of what is held and kept."""
        if self.page.url == "about:blank":
            return
        self.page.mouse.up()
        self.page.evaluate("localStorage.clear()")
        self.page.goto("about:blank")


class Page:
    """A page that is connected and shows what it was told. url: of a show's desk."""

    def __init__(self, tab: Tab, url: str, size: tuple[int, int]) -> None:
        self.tab, self.page = tab, tab.page
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.goto(url)
        self.until(FRESH)
        self.until("document.querySelector('#now').textContent !== ''")

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def until(self, expression: str) -> None:
        # Playwright's own way is to eval in the page, which its policy forbids.
        until(lambda: self.page.evaluate(expression), expression)

    def double_tap(self, selector: str, done: Callable[[], object]) -> None:
        """Tap twice, and again where a busy machine has brought the two too far apart to be one."""
        patience = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < patience, selector
            self.page.dblclick(selector)
            self.page.wait_for_timeout(300)


@pytest.fixture(scope="package")
def tabs() -> list[Tab]:
    """Those that no test has."""
    return []


@pytest.fixture
def open_page(chromium: Any, tabs: list[Tab]) -> Iterator[Any]:
    """Opens pages; at the end none of them may have had a fault."""
    taken: list[Tab] = []

    def open_(url: str, size: tuple[int, int] = LAPTOP, *, touch: bool = False) -> Page:
        found = next((tab for tab in tabs if tab.touch == touch), None)
        if found is None:
            found = Tab(chromium, touch=touch)
        else:
            tabs.remove(found)
        taken.append(found)
        return Page(found, url, size)

    yield open_
    for tab in taken:
        tab.leave()
        assert tab.faults == []  # one that has had some is not handed out again
        tabs.append(tab)
