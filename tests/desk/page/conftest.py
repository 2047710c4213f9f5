"""A real browser, and pages in it that are connected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from ..rig import until

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
