"""Which display the wall is on, and which the next show begins on."""

from __future__ import annotations

from dataclasses import replace

from visualizer.live.resume import as_asked
from visualizer.options import LiveOptions
from visualizer.show.files import session
from visualizer.show.files.session import Session
from visualizer.show.play_actions import Run
from visualizer.show.records import DisplayChoice
from visualizer.show.reducers.remember import remember
from visualizer.show.setup_actions import ChooseDisplay
from visualizer.show.state import Show
from visualizer.show.system_actions import Offer, OnDisplay

from ..shows import after


def test_the_next_display_is_asked_for_each_time() -> None:
    show = after(Show(), Run("next_display"), Run("next_display"))
    assert show.display_choice == DisplayChoice(2)


def test_the_chosen_display_is_kept_for_the_next_show_which_goes_there_by_itself() -> None:
    show = after(Show(), OnDisplay("laptop", "projector"))  # it is unplugged at the moment
    kept = session.parse(session.to_text(remember(show)), "state.yaml")
    assert kept.display == "projector"
    following = after(Show(), OnDisplay("laptop"), Offer(kept))
    assert following.display_choice == DisplayChoice(1, "projector")
    assert after(Show(), OnDisplay("projector"), Offer(kept)).display_choice == DisplayChoice()


def test_an_option_stands_over_the_last_shows_display() -> None:
    left = Session(display="projector")
    assert as_asked(left, LiveOptions(), Show()).display == "projector"
    asked = as_asked(left, replace(LiveOptions(), display=0), Show())
    assert after(Show(), OnDisplay("laptop"), Offer(asked)).display_choice == DisplayChoice()


def test_a_display_is_chosen_by_its_name_unless_the_wall_is_on_it() -> None:
    show = after(Show(), OnDisplay("laptop"), ChooseDisplay("projector"))
    assert show.display_choice == DisplayChoice(1, "projector")
    assert after(show, ChooseDisplay("laptop"), ChooseDisplay("")) == show
