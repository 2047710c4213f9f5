"""The session's file: whatever a show leaves is written, read back, and faults name a place."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.show.files.session import Session, parse, to_text
from visualizer.show.files.yaml_faults import Fault
from visualizer.show.parameters import BY_NAME, TARGETS
from visualizer.show.records import FITS
from visualizer.show.reducer import start
from visualizer.show.reducers.remember import remember
from visualizer.show.set_list import SetEntry, SetList
from visualizer.show.state import Show

from ..shows import PLAIN, RICH, shows, taken_up

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "off",
        "1984",
        "~",
        "a: b",
        "- c",
        " # d ",
        "line\nbreak",
        "\x85\u2028\ufeff\x00\x7f",
        "é" * 200,
    ]
)
values = st.dictionaries(st.sampled_from(sorted(BY_NAME)), st.floats(0.0, 1.0)).map(
    lambda found: MappingProxyType({name: BY_NAME[name].at(at) for name, at in found.items()})
)
memories = st.builds(
    Session,
    values=values,
    preset=texts,
    turn=st.integers(),
    visits=st.integers(0, 10**6),
    prompt=texts,
    seed=st.none() | st.integers(0, 10_000),
    model=texts,
    fullscreen=st.booleans(),
    fit=st.sampled_from(FITS),
    history=st.lists(texts, max_size=4).map(tuple),
)


@given(memories)
def test_a_file_gives_back_whatever_memory_was_written(memory: Session) -> None:
    assert parse(to_text(memory), "state.yaml") == memory


@given(shows)
def test_what_any_show_leaves_can_be_read_again(show: Show) -> None:
    memory = remember(show)
    assert parse(to_text(memory), "state.yaml") == memory


def test_a_file_is_readable() -> None:
    memory = Session(
        MappingProxyType({"strength": 0.55, "seed": 7.0, "mod1_target": 9.0}),
        preset="Deep sea",
        turn=4,
        prompt="a whale: blue",
        seed=12,
        history=("reef", "a whale: blue"),
        set_list="Evening",
        set_place=2,
        set_preset="Bloom",
        chosen_set="Evening",
        unsaved_sets=(SetList("Evening", (SetEntry("Deep sea", 2.5, "bars"),)),),
    )
    assert to_text(memory) == (
        "# The state of the last show, for visualizer --resume.\n"
        "preset: Deep sea\n"
        "turn: 4\n"
        "visits: 1\n"
        "prompt: 'a whale: blue'\n"
        "seed: 12\n"
        "model: ''\n"
        "loras: null\n"
        "source: ''\n"
        "fullscreen: true\n"
        "fit: fill\n"
        "display: ''\n"
        "history:\n"
        "- reef\n"
        "- 'a whale: blue'\n"
        "set_list: Evening\n"
        "set_place: 2\n"
        "set_preset: Bloom\n"
        "unattended: false\n"
        "chosen_set: Evening\n"
        "unsaved_sets:\n"
        "- name: Evening\n"
        "  entries:\n"
        "  - preset: Deep sea\n"
        "    length: 2.5\n"
        "    counted_in: bars\n"
        "  loops: false\n"
        "blackout: false\n"
        "frozen: false\n"
        "values:\n"
        "  strength: 0.55\n"
        "  seed: 7\n"
        f"  mod1_target: {TARGETS[9]}\n"
    )


def test_what_a_file_does_not_say_is_as_a_show_begins() -> None:
    assert parse("preset: Plain", "x.yaml") == Session(preset="Plain")
    show = taken_up(parse("preset: Plain", "x.yaml"), start((RICH, PLAIN)))
    assert (show.cue.text, show.values) == ("a", start((RICH, PLAIN)).values)


def test_what_is_not_known_is_left_out_in_one_line_and_all_else_is_kept() -> None:
    lines: list[str] = []
    text = "preset: Plain\nmood: 3\nvalues: {zoom: 0.5, glow: 1}"
    memory = parse(text, "x.yaml", lines.append)
    assert memory == Session({"zoom": 0.5}, preset="Plain")
    assert lines == ["x.yaml: unknown entries are left out: glow, mood"]
    lines.clear()
    parse("preset: Plain", "x.yaml", lines.append)
    assert lines == []


def test_a_fault_in_a_file_names_its_line_and_field() -> None:
    for text, why in (
        ("", "x.yaml:1: must be a mapping with the fields of a show's state"),
        ("- a", "x.yaml:1: must be a mapping with the fields of a show's state"),
        ("turn: 1\npreset: 3", "x.yaml:2: preset: Input should be a valid string"),
        ("turn: 1.5", "x.yaml:1: turn: Input should be a valid integer"),
        ("visits: -1", "x.yaml:1: visits: Input should be greater than or equal to 0"),
        ("seed: 4294967296", "x.yaml:1: seed: Input should be less than or equal to 4294967295"),
        ("fit: 1", "x.yaml:1: fit: Input should be 'fill', 'whole', 'stretch' or 'tile'"),
        ("history: [a, 1]", "x.yaml:1: history[2]: Input should be a valid string"),
        ("values: 3", "x.yaml:1: values: must be a mapping of parameters to values"),
        ("values:\n  hold: -1", "x.yaml:2: values.hold: hold is -1; it goes from 0 to 600"),
        ("values:\n  steps: 1.5", "x.yaml:2: values.steps: steps is 1.5; it takes whole numbers"),
        ("values:\n  zoom: .nan", "x.yaml:2: values.zoom: must be a number, not nan"),
        ("turn: 1\nturn 2", "x.yaml:2: not valid YAML"),
        ("\x00", "x.yaml:1: not valid YAML"),
    ):
        with pytest.raises(Fault) as caught:
            parse(text, "x.yaml")
        assert str(caught.value).startswith(why)
        assert "\n" not in str(caught.value)


@given(st.text())
def test_any_text_is_a_memory_or_a_fault_in_one_line(text: str) -> None:
    line = "x.yaml:"
    try:
        parse(text, "x.yaml")
    except Fault as fault:
        line = str(fault)
    assert line.startswith("x.yaml:")
    assert "\n" not in line
