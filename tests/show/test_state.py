"""What a show asks of the engine, and how it tells what was done."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from visualizer.show.next_request import following, request
from visualizer.show.parameters import BY_NAME, DEFAULTS, PARAMETERS
from visualizer.show.play_actions import Prompt, Run, Set
from visualizer.show.reducer import reduce, start
from visualizer.show.system_actions import Tick

from . import shows
from .shows import ALL, CALM, PLAIN, RICH, after, live


def test_a_request_says_all_that_the_engine_needs() -> None:
    wanted = request(after(start(ALL), Set("steps", 4), Run("restart")))
    values = {name: getattr(wanted, name) for name in DEFAULTS if hasattr(wanted, name)}
    assert values == {name: DEFAULTS[name] for name in values} | {"steps": 4}
    theirs = {row.name for row in PARAMETERS if row.group == "loop"} - values.keys()
    assert theirs == {"hold", "crossfade", "smoothing"}
    assert all(isinstance(values[name], int) for name in values if BY_NAME[name].whole)
    assert (wanted.restarts, wanted.generating) == (1, True)
    hash(wanted)


def test_the_same_wish_at_another_time_is_the_same_request() -> None:
    still = reduce(live(), Set("hold", 0.0))
    later = reduce(still, Tick(5.0))
    assert request(later) == request(still)
    assert (request(still).time, request(later).time) == (0.0, 5.0)


def test_a_request_has_the_mix_of_its_prompt_and_what_it_leads_away_from() -> None:
    wanted = request(start((RICH,)))
    assert dict(wanted.prompts) == pytest.approx({"j": 2 / 3, "k": 1 / 3})
    assert wanted.negative == (("blurry", 1.0),)
    fading = after(live((RICH,)), Run("next_prompt"), Tick(2.0))
    assert dict(request(fading).negative) == {"blurry": 0.5, "": 0.5}


def test_the_texts_ahead_are_the_next_the_one_before_and_those_of_the_presets_around() -> None:
    assert request(start(ALL)).ahead[:2] == ("b", "c")
    second = start((PLAIN, CALM, RICH), 1)
    assert request(second).ahead == ("i", "j", "k", "a")
    third = start((PLAIN, CALM, RICH), 2)
    assert request(third).ahead == ("l", "m", "n", "o", "a", "h")


def test_what_follows_is_what_the_next_prompt_asks_for_once_it_has_faded_in() -> None:
    show = live((RICH,))
    ahead = following(show)
    assert ahead is not None
    taken = after(show, Set("hold", 0.0), Run("next_prompt"), Tick(60.0))
    assert ahead.request == request(taken)
    assert ahead.request.prompts == ahead.place[4] != request(show).prompts
    assert following(after(show, Tick(1.0)), ahead) is ahead
    turned = after(show, Set("zoom", 0.5), Run("preview_next"))
    anew = following(turned, ahead)
    assert anew is not None
    assert (anew.place, anew.asked, anew.request.zoom) == (ahead.place, 1, 0.5)
    for action in (Run("next_prompt"), Run("restart"), Prompt("a lamp")):
        elsewhere = following(reduce(show, action), ahead)
        assert elsewhere is not None
        assert elsewhere.place != ahead.place
    assert following(live((shows.preset("One", "a"),))) is None


def test_what_is_led_away_from_is_ahead_where_guidance_is_or_will_be_on() -> None:
    on = Set("guidance", 2.0)
    assert request(after(start((CALM, RICH)), on)).ahead == ("i", "j", "k", "blurry")
    strict = MappingProxyType({"guidance": 2.0})
    first, *others = RICH.prompts
    by_preset = replace(RICH, values=strict)
    by_prompt = replace(RICH, prompts=(replace(first, values=strict), *others))
    for rich in (by_preset, by_prompt):
        assert "blurry" in request(start((CALM, rich))).ahead


def test_what_is_ahead_is_what_then_comes() -> None:
    for preset in range(len(ALL)):
        show = start(ALL, preset)
        for _ in range(8):
            moves = ("next_prompt", "previous_prompt", "next_preset", "previous_preset")
            on = {text for text, _ in request(show).prompts}
            coming = {reduce(show, Run(command)).cue.text for command in moves}
            assert set(request(show).ahead) == coming - on
            show = after(show, Run("next_prompt"), Tick(100.0))


def test_what_is_on_is_not_ahead() -> None:
    fading = after(live(), Run("next_prompt"), Tick(1.0))
    assert set(dict(request(fading).prompts)) == {"a", "b"}
    assert not {"a", "b"} & set(request(fading).ahead)


def test_after_a_typed_prompt_the_prompt_before_it_is_ahead() -> None:
    show = after(live((PLAIN,)), Run("next_prompt"), Tick(9.0), Prompt("whale"), Tick(9.0))
    assert request(show).ahead == ("c", "b", "a")


def test_without_presets_nothing_is_ahead() -> None:
    assert request(start(())).ahead == ()
