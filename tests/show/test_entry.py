"""The line that is typed into, and what becomes of a prompt that was typed."""

from __future__ import annotations

import pytest

from visualizer.show.actions import Action, Drop, Erase, Prompt, Run, Take, Tick, Type
from visualizer.show.reducer import reduce, start
from visualizer.show.state import request

from .shows import ALL, after, live

lines = pytest.mark.parametrize("command", ["prompt", "model"])


def test_a_typed_prompt_is_taken() -> None:
    show = after(start(ALL), Run("prompt"), Type(" bleu"), Erase(), Type("e whale "))
    assert (show.entry, show.cue.text) == (" blee whale ", "a")
    show = reduce(show, Take())
    assert (show.entry, show.cue.text) == (None, "blee whale")


def test_the_line_says_what_it_is_for() -> None:
    assert reduce(start(ALL), Run("prompt")).entry_for == "prompt"
    assert reduce(start(ALL), Run("model")).entry_for == "model"


@lines
def test_a_dropped_line_changes_nothing(command: str) -> None:
    assert after(start(ALL), Run(command), Type("whale"), Drop()) == start(ALL)


@lines
def test_enter_on_an_empty_line_changes_nothing(command: str) -> None:
    assert after(start(ALL), Run(command), Type("  "), Take()) == start(ALL)


@lines
def test_a_pad_does_not_wipe_what_is_being_typed(command: str) -> None:
    typing = after(start(ALL), Run(command), Type("abc"))
    assert after(typing, Run("prompt", "midi"), Run("model", "midi")) == typing


@pytest.mark.parametrize("action", [Type("a"), Erase(), Take(), Drop()])
def test_without_an_open_entry_typing_does_nothing(action: Action) -> None:
    assert reduce(start(ALL), action) == start(ALL)


def test_after_a_typed_prompt_the_preset_goes_on_where_it_was() -> None:
    show = after(start(ALL), Run("next_prompt"), Prompt("whale"))
    assert reduce(show, Run("next_prompt")).cue.text == "c"


def test_after_a_typed_prompt_the_one_before_is_the_one_that_was_on() -> None:
    show = after(live(), Run("next_prompt"), Prompt("whale"), Run("previous_prompt"))
    assert show.cue.text == "b"


def test_a_typed_prompt_stays_until_the_next_is_asked_for() -> None:
    show = after(live(), Prompt("whale"), Tick(1e6))
    assert show.cue.text == "whale"
    assert after(show, Run("next_prompt"), Tick(24.0)).cue.text == "c"


def test_without_presets_a_prompt_stays() -> None:
    show = after(start(()), Prompt("whale"), Tick(1e6), Run("next_prompt"), Run("next_preset"))
    assert request(show).prompts == (("whale", 1.0),)
