"""Files that are no files, too large, or that grow as they are read: refused in a line at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from visualizer.show.files import prompt_lists, session, yaml_faults
from visualizer.show.files.preset import PresetError, load, load_folder, parse
from visualizer.show.files.text_file import MOST_YAML, read_text
from visualizer.show.files.yaml_faults import Fault

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_among_presets_is_a_line(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("prompts: [sea]")
    presets, faults = load_folder(tmp_path)
    assert [preset.name for preset in presets] == ["b"]
    assert [str(fault) for fault in faults] == [
        f"{tmp_path / 'a.yaml'}: can't be read: is a pipe or a device, not a regular file"
    ]


def test_a_file_may_be_so_large_and_no_larger(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"#" * MOST_YAML)
    assert len(read_text(path, most=MOST_YAML)) == MOST_YAML
    path.write_bytes(b"#" * (MOST_YAML + 1))
    with pytest.raises(PresetError, match=r"a\.yaml: can't be read: is larger than 256 KiB$"):
        load(path)


def test_aliases_that_multiply_are_one_short_line() -> None:
    for reads in (parse, session.parse):
        for end in ("prompts: *i", "prompts: [*i]", "hold: *i", "values: {zoom: *i}"):
            with pytest.raises((PresetError, Fault)) as caught:
                reads(f"{BOMB}{end}", "x.yaml")
            assert str(caught.value) == "x.yaml:1: its aliases expand to more than 10000 values"


def test_aliases_of_a_working_file_are_fine() -> None:
    text = "x-calm: &calm {strength: 0.3}\nprompts:\n" + "- {text: sea, <<: *calm}\n" * 200
    assert len(parse(text, "x.yaml").prompts) == 200


def test_a_line_about_a_fault_is_short_whatever_is_in_the_file() -> None:
    for text in (f"strength: {'9' * 5000}", f"hold: {'word ' * 5000}", f"{'k' * 900}: 1"):
        with pytest.raises(PresetError) as caught:
            parse(f"{text}\nprompts: [sea]", "x.yaml")
        assert len(str(caught.value)) <= yaml_faults.MOST_CHARACTERS + len("x.yaml:1: ")


def test_of_many_faults_the_first_are_told() -> None:
    text = "".join(f"no_such_{n}: 1\n" for n in range(100)) + "prompts: [sea]"
    with pytest.raises(PresetError) as caught:
        parse(text, "x.yaml")
    assert len(caught.value.lines) == PresetError.most + 1
    assert caught.value.lines[-1] == "and 80 more faults in this file"


def test_of_very_many_prompts_the_first_play(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompt_lists, "MOST_PROMPTS", 3)
    for name, text, where in (
        ("a.txt", "sea\n\n" * 5, "a.txt"),
        ("a.yaml", "prompts:\n" + "- sea\n" * 5, "a.yaml:1: prompts"),
        ("a.json", '{"0": "a", "1": "b", "2": "c", "3": "d", "9": "e"}', "a.json"),
    ):
        path = tmp_path / name
        path.write_text(text)
        told: list[str] = []
        assert len(load(path, told.append).prompts) == 3
        assert told == [f"{tmp_path / where}: the first 3 of 5 prompts play"]
