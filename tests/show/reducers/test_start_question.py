"""The start screen's question: a name, or the default after five seconds."""

from __future__ import annotations

from visualizer.show.play_actions import Drop, Erase, Move, Run, Take, Type
from visualizer.show.records import ModelChoice, TextEntry
from visualizer.show.reducer import reduce
from visualizer.show.reducers.text_entry import ANSWER_WITHIN, asked
from visualizer.show.state import Show
from visualizer.show.system_actions import Tick

from ..shows import after

ASKS = asked(Show())


def answer(show: Show) -> str | None:
    """The model that was asked for; None while the question is open."""
    assert (show.model.asks == 1) == (show.entry is None) == (not show.asks_model)
    return show.model.wanted if show.model.asks else None


def test_without_an_answer_the_default_is_taken_after_five_seconds() -> None:
    later = reduce(ASKS, Tick(4.9))
    assert answer(later) is None
    assert answer(reduce(later, Tick(0.2))) == ""


def test_a_typed_name_is_the_answer() -> None:
    typed = after(ASKS, Type(" stabilityai/sd-turbox"), Erase(), Erase(ahead=True), Move(-1))
    assert answer(typed) is None
    assert answer(reduce(typed, Take())) == "stabilityai/sd-turbo"


def test_nothing_typed_and_taken_is_the_default() -> None:
    assert answer(reduce(ASKS, Take())) == ""


def test_a_typed_word_stops_the_seconds_and_each_key_starts_them_anew() -> None:
    typed = after(ASKS, Tick(4.0), Type("a"), Tick(60.0))
    assert answer(typed) is None
    assert typed.entry == TextEntry("model", "a", 1, countdown=ANSWER_WITHIN)
    emptied = after(typed, Erase(), Tick(4.9))
    assert answer(emptied) is None
    assert answer(reduce(emptied, Tick(0.2))) == ""


def test_esc_takes_the_default_at_once() -> None:
    assert answer(after(ASKS, Type("nonsense"), Drop())) == ""


def test_other_actions_leave_the_question_open_and_a_model_answers_it() -> None:
    assert answer(reduce(ASKS, Run("next_prompt"))) is None
    found = Show(model=ModelChoice(available=("a/model",)))
    assert answer(reduce(asked(found), Run("next_model"))) == "a/model"
