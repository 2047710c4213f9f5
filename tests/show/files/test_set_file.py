"""Set lists' files: what they say, and that every fault in one is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from visualizer.options import LiveOptions, OptionError, find_presets, find_sets, shipped_presets
from visualizer.show.files import set_file
from visualizer.show.files.set_file import SetError, parse
from visualizer.show.set_list import SetEntry, SetList

from ..shows import ALL

GOOD = """\
name: Night
loop: true
length: 8 bars
presets:
  - Plain
  - {preset: fast, length: 1.5 minutes}
  - 3
"""


def test_a_file_says_presets_in_order_with_their_lengths() -> None:
    entries = (SetEntry("Plain", 8, "bars"), SetEntry("fast", 1.5), SetEntry("3", 8, "bars"))
    assert parse(GOOD, "night.yaml", ALL) == SetList("Night", entries, loops=True)
    plain = parse("presets: [Plain]", "a/late-night.yaml")
    assert plain == SetList("late night", (SetEntry("Plain", 5),))
    assert [entry.words for entry in entries[:2]] == ["8 bars", "1.5 minutes"]


def test_all_faults_are_told_each_with_its_line_and_field() -> None:
    text = (
        "loop: often\nlength: 3 days\npresets:\n  - [Plain]\n  - {preset: Fast, length: 0 bars}\n"
        "  - {preset: Fast, lenght: 1 bar}\n  - {length: 1 bar}\nspeed: 3\n"
    )
    with pytest.raises(SetError) as error:
        parse(text, "x.yaml", ALL)
    places = [line.split(": ")[:2] for line in error.value.lines]
    assert places == [
        ["x.yaml:1", "loop"],
        ["x.yaml:2", "length"],
        ["x.yaml:4", "presets[1]"],
        ["x.yaml:5", "presets[2].length"],
        ["x.yaml:6", "presets[3].lenght"],
        ["x.yaml:7", "presets[4].preset"],
        ["x.yaml:8", "speed"],
    ]


def test_what_is_no_set_list_is_one_line() -> None:
    for text in ("", "[Plain]", "presets: []", "presets: [nobody]", "a: [", "presets:\n\t- x"):
        with pytest.raises(SetError, match=r"^x\.yaml:\d+: "):
            parse(text, "x.yaml", ALL)


def test_an_entry_whose_preset_is_not_there_is_left_out_with_a_line() -> None:
    told: list[str] = []
    found = parse("presets:\n  - Plain\n  - Fasd\n", "x.yaml", ALL, told.append)
    assert [entry.preset for entry in found.entries] == ["Plain"]
    assert told == [
        "left out of the set list: x.yaml:3: presets[2]: no preset is named 'Fasd'; "
        "nearest: Fast, Calm, Plain"
    ]


def test_the_shipped_ones_name_shipped_presets() -> None:
    presets, _, _ = find_presets(LiveOptions())
    lists, chosen, lines = find_sets(LiveOptions(set_list="evening"), presets)
    assert lines == ()
    assert lists[chosen].name == "Evening"
    assert len(lists) == len(list((shipped_presets() / "sets").iterdir()))


def test_one_is_found_by_its_name_or_its_file_and_a_faulty_one_is_left_out(tmp_path: Path) -> None:
    for text, name in (("prompts: [a]", "a.yaml"), ("prompts: [b]", "b.yaml")):
        (tmp_path / name).write_text(text)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "one.yaml").write_text("presets: [a, b]")
    (tmp_path / "sets" / "two.yaml").write_text("presets: 3")
    (tmp_path / "own.yml").write_text("name: Own\npresets: [b]")
    options = LiveOptions(presets=tmp_path)
    presets, _, _ = find_presets(options)
    lists, chosen, lines = find_sets(options, presets)
    assert ([each.name for each in lists], chosen) == (["one"], 0)
    assert [line.split(": ")[0] for line in lines] == ["set list left out"]
    given = LiveOptions(presets=tmp_path, set_list=str(tmp_path / "own.yml"))
    assert [each.name for each in find_sets(given, presets)[0]] == ["Own", "one"]
    for wanted in ("nobody", str(tmp_path / "sets" / "two.yaml")):
        with pytest.raises(OptionError, match=r"^--set-list"):
            find_sets(LiveOptions(presets=tmp_path, set_list=wanted), presets)
    with pytest.raises(SetError, match="can't be read"):
        set_file.load(tmp_path / "none.yaml")
