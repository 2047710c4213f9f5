"""Which presets are played, and what is said where something wanted is not there."""

from pathlib import Path

import pytest

from visualizer.options import OptionError, Options, find_presets, shipped_presets

GOOD = "prompts: [a blue tunnel]\n"


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def test_the_shipped_presets_are_found() -> None:
    presets, first, faults = find_presets(Options())
    assert (first, faults) == (0, ())
    assert len(presets) == len(list(shipped_presets().glob("*.yaml")))


def test_a_preset_is_found_by_name_whatever_its_case_and_by_number(tmp_path: Path) -> None:
    presets = folder(tmp_path, one=GOOD, two=GOOD)
    assert find_presets(Options(presets=presets, preset="TWO"))[1] == 1
    assert find_presets(Options(presets=presets, preset="2"))[1] == 1


def test_a_preset_given_as_a_file_comes_first(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    mine = folder(tmp_path / "mine", my_own=GOOD) / "my_own.yaml"
    presets, first, _ = find_presets(Options(preset=str(mine)))
    assert (presets[first].name, first) == ("my own", 0)


def test_faulty_files_are_left_out_and_named(tmp_path: Path) -> None:
    presets, _, faults = find_presets(Options(presets=folder(tmp_path, a=GOOD, b="prompts: 3\n")))
    assert [p.name for p in presets] == ["a"]
    assert len(faults) == 1
    assert "b.yaml:1: prompts" in faults[0]


def test_what_is_not_there_is_one_clear_line() -> None:
    for options, says in (
        (Options(presets=Path("/nowhere")), "/nowhere"),
        (Options(preset="no such"), "no such preset or file"),
        (Options(preset="99"), "no such preset or file"),
    ):
        with pytest.raises(OptionError, match=says) as caught:
            find_presets(options)
        assert "\n" not in str(caught.value)
