"""The view of figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from visualizer.show.status import GpuMemory
from visualizer.show.system_actions import Say, Tick

from ..rig import STATUS, Playing, until


def test_a_gpus_memory_is_a_figure_where_the_engine_tells_it(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url)
    page.page.click("#tab-watch")
    page.until("document.querySelectorAll('#figures dt').length > 10")
    assert "GPU" not in page.text("#figures")
    playing.status = replace(STATUS, device="cuda", gpu_memory=GpuMemory(3210, 25_300))
    page.until("document.querySelector('#figures').textContent.includes('3.21 GB of 25.3 GB')")


def test_a_line_is_over_all_views_when_it_is_said_and_later_in_the_log_alone(
    playing: Playing, open_page: Any
) -> None:
    playing.do(Say("said before"))
    until(lambda: (hub := playing.desk._hub) is not None and hub.line_count)
    playing.do(Tick(60.0))
    page = open_page(playing.url)
    page.until("document.querySelector('#log').textContent.includes('said before')")
    assert page.text("#message") == ""
    playing.do(Say("said now"))
    page.until("document.querySelector('#message').textContent === 'said now'")
    page.until("document.querySelector('#log').textContent.includes('said now')")
