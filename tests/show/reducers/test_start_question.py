"""The start screen's question: a name, or the default after five seconds."""

from visualizer.show.actions import Compose, Drop, Erase, Move, Run, Take, Tick, Type
from visualizer.show.reducers.start_question import SECONDS, answered, ask
from visualizer.show.view import Question


def test_without_an_answer_the_default_is_taken_after_five_seconds() -> None:
    question = answered(ask(), Tick(4.9))
    assert isinstance(question, Question)
    assert answered(question, Tick(0.2)) == ""


def test_a_typed_name_is_the_answer() -> None:
    question = answered(ask(), Type(" stabilityai/sd-turbox"))
    assert isinstance(question, Question)
    for key in (Erase(), Erase(ahead=True), Move(-1), Compose("x")):
        question = answered(question, key)
        assert isinstance(question, Question)
    assert answered(question, Take()) == "stabilityai/sd-turbo"


def test_nobody_is_cut_off_in_the_middle_of_a_word() -> None:
    question = answered(Question("stabilityai/sd", 0.1), Tick(60.0))
    assert question == Question("stabilityai/sd", 0.1)


def test_each_key_starts_the_seconds_anew() -> None:
    question = answered(ask(), Tick(4.0))
    assert isinstance(question, Question)
    question = answered(question, Type("a"))
    assert isinstance(question, Question)
    assert question.left == SECONDS


def test_esc_takes_the_default_at_once() -> None:
    assert answered(Question("nonsense", 3.0), Drop()) == ""


def test_other_actions_leave_the_question_open() -> None:
    assert answered(ask(), Run("next_prompt")) == ask()
