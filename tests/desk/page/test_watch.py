"""The view of figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from visualizer.show.status import GpuMemory

from ..rig import STATUS, Playing


def test_a_gpus_memory_is_a_figure_where_the_engine_tells_it(
    playing: Playing, open_page: Any
) -> None:
    page = open_page(playing.url)
    page.page.click("#tab-watch")
    page.until("document.querySelectorAll('#figures dt').length > 10")
    assert "GPU" not in page.text("#figures")
    playing.status = replace(STATUS, device="cuda", gpu_memory=GpuMemory(3210, 25_300))
    page.until("document.querySelector('#figures').textContent.includes('3.21 GB of 25.3 GB')")
