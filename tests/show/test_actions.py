"""The tables of commands and parameters fit together, and every command does something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from visualizer.show.command_table import COMMANDS
from visualizer.show.parameters import PARAMETERS
from visualizer.show.reducers.commands import BY_NAME


def _twice(things: Iterable[object]) -> list[object]:
    return [thing for thing, count in Counter(things).items() if count > 1]


def test_every_command_of_the_table_is_done_and_no_other() -> None:
    assert [command.name for command in COMMANDS] == list(BY_NAME)


def test_no_midi_number_is_used_twice() -> None:
    assert _twice([row.cc for row in PARAMETERS if row.cc is not None]) == []
    assert _twice([c.note for c in COMMANDS if c.note is not None]) == []


def test_knobs_are_where_midi_leaves_controls_undefined() -> None:
    undefined = {*range(20, 32), *range(85, 91), *range(102, 120)}
    assert {row.cc for row in PARAMETERS if row.cc} <= undefined


def test_no_name_is_used_twice() -> None:
    assert _twice([*(row.name for row in PARAMETERS), *(row.name for row in COMMANDS)]) == []


def test_a_command_makes_sense() -> None:
    for command in COMMANDS:
        assert command.keys
        assert command.label
        assert command.help
        assert command.note is None or 0 <= command.note <= 127
