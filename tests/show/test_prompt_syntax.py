"""The prompt syntax of other tools: what mixes it comes to, and what is named."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.play_actions import Prompt
from visualizer.show.prompt_mix import TOGETHER
from visualizer.show.prompt_syntax import read
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.reducers import remember


def test_weights_and_alternatives_become_a_mix() -> None:
    for text, mix in (
        ("a cat, asleep", {"a cat, asleep": 1}),
        ("smile :) and a (", {"smile :) and a (": 1}),
        (r"\(real\) cat", {"(real) cat": 1}),
        ("a (red:1.5) cat", {"a red cat": 1, "red": 0.5}),
        ("(red) sea", {"red sea": 1, "red": 0.1}),
        ("((red)) sea", {"red sea": 1, "red": 0.21}),
        ("{red} sea", {"red sea": 1, "red": 0.05}),
        ("[red] sea", {"red sea": 10, "sea": 1}),
        ("(red:0.25) sea", {"red sea": 1, "sea": 3}),
        ("(red:0) sea", {"sea": 1}),
        ("(red:1.5)", {"red": 1}),
        ("(a (b:1.2) c:1.5)", {"a b c": 1.5, "b": 0.2}),
        ("{cat|dog} in rain", {"cat in rain": 1, "dog in rain": 1}),
        ("{3::cat|dog}", {"cat": 3, "dog": 1}),
        ("{2$$cat|dog}", {"cat": 1, "dog": 1}),
        ("[cat|dog] sea", {"cat sea": 1, "dog sea": 1}),
        ("[cat:dog:0.25] sea", {"cat sea": 1, "dog sea": 3}),
        ("[cat:dog:12]", {"cat": 1, "dog": 1}),
        ("[cat::0.25] sea", {"cat sea": 1, "sea": 3}),
        ("[cat:0.25] sea", {"sea": 1, "cat sea": 3}),
        ("forest AND fire :0.5", {"forest": 2, "fire": 1}),
        ("red BREAK blue", {"red, blue": 1}),
        ("SAND and BRAND", {"SAND and BRAND": 1}),
    ):
        reading = read(text)
        total = sum(mix.values())
        assert dict(reading.mix) == pytest.approx({words: w / total for words, w in mix.items()})
        assert reading.left_out == ()
        assert reading.negative is None


def test_what_cant_be_played_is_named() -> None:
    for text, words, left_out in (
        ("a <lora:film:0.8> city", "a city", ["<lora:film:0.8>"]),
        ("a __colour__ city, --ar 16:9", "a city", ["__colour__", "--ar 16:9"]),
        ("a city, (fog:-0.5)", "a city", ["(fog:-0.5)"]),
        ("<hypernet:x>", "", ["<hypernet:x>"]),
    ):
        reading = read(text)
        assert [found for found, _ in reading.mix] == [words] * bool(words)
        assert list(reading.left_out) == left_out
        assert reading.line == f"left out of the prompt: {', '.join(left_out)}"


def test_what_weighs_least_of_too_many_alternatives_is_named() -> None:
    reading = read("{6::a|5::b|4::c|3::d|2::e|1::f}")
    assert [words for words, _ in reading.mix] == ["a", "b", "c", "d"]
    assert reading.left_out == ("e", "f")


def test_a_negative_prompt_is_one() -> None:
    assert read("cute bunny --neg nsfw, nude") == (read("cute bunny").mix, "nsfw, nude", ())


def test_a_negative_prompt_is_read_as_words() -> None:
    for text, negative, left_out in (
        ("a --no people --ar 16:9", "people", ["--ar 16:9"]),
        (
            "a --neg (bad:1.4), <lora:x:1>, [ugly]",
            "bad, ugly",
            ["<lora:x:1>", "the weights of the negative prompt"],
        ),
        ("a --neg {|b|c} d [e::0.2]", "b d e", ["the weights of the negative prompt"]),
        ("a --neg (b:0) (c:-1) d", "d", ["(c:-1)", "the weights of the negative prompt"]),
        ("a --neg b AND c :0.5 BREAK d", "b, c :0.5, d", []),
        (r"a --neg \(b\) --neg c", "(b) c", []),
    ):
        assert read(text) == (read("a").mix, negative, tuple(left_out))


def test_emphasis_that_finds_no_room_is_named_as_that() -> None:
    reading = read("(a:1.9) (b:1.8) (c:1.7) (ice:1.2) sea")
    assert [words for words, _ in reading.mix] == ["a b c ice sea", "a", "b", "c"]
    assert reading.left_out == ("the emphasis of ice",)
    reading = read(" ".join(f"({word}:1.{n})" for n, word in enumerate("abcdefghij")))
    assert [words for words, _ in reading.mix] == ["a b c d e f g h i j", "j", "i", "h"]
    assert reading.left_out == (
        "the emphasis of more than 8 phrases",
        *(f"the emphasis of {word}" for word in "gfedc"),
    )


@given(st.text(alphabet="ab ,:|[](){}<>\\1.5-_ADN$") | st.text())
def test_any_text_comes_to_a_mix(text: str) -> None:
    reading = read(text)
    assert len(reading.mix) <= TOGETHER
    assert not reading.mix or sum(weight for _, weight in reading.mix) == pytest.approx(1.0)
    assert all(words.strip() and weight > 0 for words, weight in reading.mix)


def test_a_hostile_prompt_costs_little() -> None:
    assert len(read("{" + "|".join(map(str, range(300))) + "}" + "{b|c}" * 100).mix) == TOGETHER
    assert read("(" * 500 + "a" + ")" * 500).mix
    for text in ("[a] " * 250, "{a|b}" * 200, "(a (b:1.2)) " * 80):
        assert calls(text) < 25_000, text[:20]


def calls(text: str) -> int:
    """How many calls of Python functions the reading of a text takes."""
    events: list[str] = []
    sys.setprofile(lambda frame, event, arg: events.append(event))
    try:
        read(text)
    finally:
        sys.setprofile(None)
    return events.count("call")


def test_a_typed_prompt_is_played_as_a_mix_and_kept_as_it_was_written() -> None:
    preset = Preset("one", (Cued((("sea", 1.0),), NO_VALUES),), negative="text")
    show = reduce(start((preset,)), Prompt("{cat|dog} <lora:x:1> --neg blur"))
    assert dict(show.cue.parts) == {"cat": 0.5, "dog": 0.5}
    assert show.cue.negative == "blur"
    assert [m.text for m in show.messages] == ["left out of the prompt: <lora:x:1>"]
    assert show.cue.text == remember.remember(show).prompt == "{cat|dog} <lora:x:1> --neg blur"
    show = reduce(show, Prompt("fire"))
    assert (show.cue.text, show.cue.negative) == ("fire", "text")
    assert reduce(show, Prompt("<lora:x:1>")).cue.text == "fire"
