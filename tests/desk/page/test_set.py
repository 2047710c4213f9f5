"""The view of the set list."""

from __future__ import annotations

from typing import Any

from visualizer.show.setup_actions import MoveInSet

from ..rig import Playing, until
from .conftest import TABLET


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
    page.until(
        "document.querySelector('#entries li:nth-child(2) .when').textContent.startsWith('now, ')"
    )
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
