"""What the HUD draws, for its tests."""

from __future__ import annotations

from typing import Any

import pytest

from visualizer.stage.hud.hud import Hud


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Top and bottom of each card that the HUD draws from now on, in pixels."""
    seen: list[tuple[int, int]] = []
    card = Hud._card

    def noted(hud: Hud, *args: Any) -> int:
        top = card(hud, *args)
        seen.append((top, args[3]))
        return top

    monkeypatch.setattr(Hud, "_card", noted)
    return seen
