"""The weights of the prompt that is on, and texts that join it."""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.next_request import request
from visualizer.show.play_actions import MixIn, Prompt, Run, Set, Weigh
from visualizer.show.prompt_mix import TOGETHER
from visualizer.show.reducer import reduce
from visualizer.show.state import Show
from visualizer.show.system_actions import Tick

from ..shows import after, live, shows


def mix(show: Show) -> dict[str, float]:
    return {text: round(weight, 3) for text, weight in show.cue.parts}


def mixed() -> Show:
    return after(live(), Set("crossfade", 0.0), Prompt("a"), MixIn("b"), Tick(1.0))


def test_a_text_joins_with_half_of_the_whole_and_comes_with_the_crossfade() -> None:
    show = after(live(), Set("crossfade", 4.0), Tick(60.0), Prompt("x"), Tick(60.0), MixIn("b"))
    assert mix(show) == {"x": 0.5, "b": 0.5}
    assert dict(request(show).prompts) == {"x": 1.0}
    assert show.cue.text == "x + b" or show.cue.text == "b + x"


def test_a_share_is_on_at_once_and_the_others_give_way() -> None:
    show = after(mixed(), Weigh("a", 0.8))
    assert mix(show) == {"a": 0.8, "b": 0.2}
    assert dict(request(show).prompts) == pytest.approx({"a": 0.8, "b": 0.2})
    three = after(show, MixIn("c"), Weigh("c", 0.0))
    assert mix(three)["c"] == 0.02
    assert isclose(mix(three)["a"] / mix(three)["b"], 4.0, rel_tol=0.05)


def test_what_is_left_out_of_a_text_that_joins_and_what_makes_room_is_said() -> None:
    show = after(mixed(), MixIn("sea --neg people"), MixIn("<lora:film:1> fog"), MixIn("rain"))
    assert [message.text for message in show.messages] == [
        "left out of the prompt: --neg people",
        "left out of the prompt: <lora:film:1>",
        f"a mix has at most 4 texts; left out: {({'a', 'b'} - set(mix(show))).pop()}",
    ]
    assert set(mix(show)) - {"a", "b"} == {"sea", "fog", "rain"}
    cut = after(mixed(), MixIn("x" * 1001))
    assert cut.messages[-1].text == "the prompt is cut at 1000 characters; it has 1001"


def test_the_name_of_a_prompt_stays_as_its_weights_move() -> None:
    show = mixed()
    assert after(show, Weigh("b", 0.9)).cue.text == show.cue.text


def test_what_is_not_on_can_not_be_weighed_and_one_text_has_no_weight() -> None:
    show = mixed()
    assert after(show, Weigh("z", 0.5)) == show
    alone = after(live(), Prompt("a"))
    assert after(alone, Weigh("a", 0.5)) == alone
    assert after(show, MixIn("  ")).cue == show.cue
    assert not after(mixed(), Run("next_prompt")).cue.stays


@given(shows, st.lists(st.sampled_from("abcdefgh"), max_size=6), st.floats(0.0, 1.0))
def test_a_mix_is_always_whole_and_has_no_more_texts_than_can_be_told_apart(
    show: Show, texts: list[str], share: float
) -> None:
    for text in texts:
        show = reduce(reduce(show, MixIn(text)), Weigh(text, share))
        assert isclose(sum(weight for _, weight in show.cue.parts), 1.0, rel_tol=1e-6)
        assert len(show.cue.parts) <= TOGETHER
        assert all(weight > 0.0 for _, weight in show.cue.parts)
