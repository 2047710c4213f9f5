"""Commands: switches, seeds, the HUD, and two presses that end the show."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from visualizer.show.actions import Action
from visualizer.show.play_actions import Drop, Run, Switch, Type
from visualizer.show.reducer import reduce, start
from visualizer.show.state import HUD_AT_START, IDENTIFY_SECONDS, QUIT_WITHIN, Show
from visualizer.show.system_actions import Live, Tick

from ..shows import ALL, after, live, preset


def test_a_switch_switches_on_and_off() -> None:
    for command, name, values in (
        ("generation", "generating", [True, False, True]),
        ("freeze", "frozen", [False, True, False]),
        ("blackout", "blackout", [False, True, False]),
        ("fullscreen", "fullscreen", [True, False, True]),
        ("fit", "fit", ["fill", "whole", "stretch"]),
        ("help", "help", [False, True, False]),
        ("hud", "hud_on", [False, True, False]),
        ("restart", "restarts", [0, 1, 2]),
    ):
        once = reduce(Show(), Run(command))
        twice = reduce(once, Run(command))
        assert [getattr(show, name) for show in (Show(), once, twice)] == values


@pytest.mark.parametrize("on", [False, True])
def test_a_switch_brings_what_is_on_and_off_to_a_state_and_does_nothing_else(on: bool) -> None:
    show = after(start(ALL), Switch("freeze", on), Switch("freeze", on))
    assert show.frozen is on
    assert after(show, Switch("next_prompt", on), Switch("dance", on)) == show


def test_the_hud_goes_by_itself_unless_it_is_asked_for() -> None:
    show = after(Show(), Tick(60.0), Live(7), Tick(HUD_AT_START - 1.0), Live(7))
    assert show.hud_on
    assert not reduce(show, Tick(1.0)).hud_on
    assert after(show, Tick(1.0), Run("hud"), Tick(1e6)).hud_on
    assert not after(show, Run("hud")).hud_on


def test_a_new_seed_is_far_off_and_does_not_come_again_soon() -> None:
    show, seeds = Show(), [int(Show().values["seed"])]
    for _ in range(10_000):
        show = reduce(show, Run("new_seed"))
        seeds.append(int(show.values["seed"]))
    assert len(set(seeds)) == len(seeds)
    assert all(abs(a - b) > 1000 for a, b in pairwise(seeds))


def test_the_show_ends_only_when_quit_comes_twice_soon() -> None:
    for between, over in ((0.0, True), (QUIT_WITHIN, True), (QUIT_WITHIN + 0.1, False)):
        once = after(Show(), Tick(100.0), Run("quit"))
        assert once.quit_pending
        assert not once.over
        assert after(once, Tick(between), Run("quit")).over is over


def test_after_any_pads_escape_leaves_all_that_is_open_and_twice_more_ends_the_show() -> None:
    for opened in product(("", "prompt"), ("", "help"), ("", "learn")):
        show = after(Show(), Live(1), *(Run(name, "midi") for name in opened if name))
        if any(opened):
            show = after(show, escape(show), Tick(0.1))
        assert (show.entry, show.help, show.learning) == (None, False, None)
        for over in (False, True):
            show = after(show, escape(show), Tick(0.1))
            assert show.over is over


def escape(show: Show) -> Action:
    """What Esc is to a show."""
    return Run("quit") if show.entry is None else Drop()


def test_what_pads_open_while_quit_is_asked_does_not_keep_the_show_from_ending() -> None:
    for name in ("prompt", "help", "learn"):
        show = after(Show(), Live(1), Run("quit"), Run(name, "midi"))
        assert after(show, escape(show)).over
    typed = after(Show(), Live(1), Run("quit"), Run("prompt"), Type("sea"), Drop())
    assert not typed.over


def test_a_stall_between_the_two_does_not_count() -> None:
    stalled = Tick(30.0, most=0.25)
    assert after(Show(), Live(1), Run("quit"), stalled, Run("quit")).over


def test_a_late_second_quit_counts_as_a_first() -> None:
    show = after(Show(), Run("quit"), Tick(9.0), Run("quit"))
    assert show.quit_pending
    assert after(show, Tick(1.0), Run("quit")).over


def test_esc_on_the_help_page_only_closes_it() -> None:
    show = after(start(ALL), Run("help"), Run("quit"))
    assert (show.help, show.quit_pending, show.over) == (False, False, False)


def test_before_the_first_picture_there_is_none_to_keep() -> None:
    show = reduce(start(ALL), Run("picture"))
    assert (show.pictures, show.messages[-1].text) == (0, "no picture yet")


def test_displays_are_named_for_some_seconds_from_the_last_wish_on() -> None:
    show = after(live(), Run("identify"), Tick(IDENTIFY_SECONDS - 1.0))
    assert show.identifies
    assert not after(show, Tick(1.0)).identifies
    assert after(show, Run("identify"), Tick(1.0)).identifies


def test_each_wish_for_a_preview_counts_where_one_can_be_made() -> None:
    assert after(live(), Run("preview_next"), Run("preview_next")).previews == 2
    for show, line in (
        (after(live(), Run("generation")), "no preview while no pictures are generated"),
        (start(ALL), "no preview while no pictures are generated"),
        (live((preset("One", "a"),)), "no preview: the preset has no other prompt"),
    ):
        asked = reduce(show, Run("preview_next"))
        assert (asked.previews, asked.messages[-1].text) == (0, line)


def test_each_wish_for_a_picture_counts_and_record_is_turned_on_and_off() -> None:
    show = after(live(), Run("picture"), Run("picture"), Tick(2.5), Run("record"))
    assert (show.pictures, show.recording) == (2, 2.5)
    assert after(show, Tick(1.0), Switch("record", True)).recording == 2.5
    assert after(show, Switch("record", False)).recording is None
    assert after(show, Run("record")).recording is None
