"""The files that MIDI learn writes: what is learned, forgotten or reset, and writes that fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from visualizer.controls.midi import map_files
from visualizer.controls.midi.map_files import chosen, forget, keys, learned, reset, shipped
from visualizer.controls.midi.midi_map import BEND, CC, GENERIC, NOTE, MapError, Signal
from visualizer.controls.midi.recognition import Found

from .mappings import NANO, TAP, ZOOM, of, playing


def found(kind: str, number: int | None, channel: int = 1, form: str = "absolute") -> Found:
    return Found(Signal(kind, number, channel), form, sure=True)


def test_what_is_learned_is_played_and_stays_in_a_file_per_controller(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "maps"
    learned(folder, NANO, ZOOM, found(CC, 0))
    learned(folder, NANO, TAP, found(NOTE, 5, 3, "trigger"))
    learned(folder, "LPD8", ZOOM, found(BEND, None))
    assert sorted(path.name for path in folder.iterdir()) == ["LPD8.yaml", f"{NANO}.yaml"]
    mapping = of(folder, NANO)
    assert playing(mapping, CC, 0) == "zoom"
    assert playing(mapping, NOTE, 5, channel=3) == "tap"
    assert playing(mapping, CC, 1) == "blend"
    assert playing(of(folder, "LPD8"), BEND, None) == "zoom"


def test_a_learned_file_can_be_read(tmp_path: Path) -> None:
    learned(tmp_path, "pads", ZOOM, found(CC, 9, 1, "signed bit 1"))
    assert (
        (tmp_path / "pads.yaml").read_text()
        == """\
# MIDI learn writes its assignments here; you can edit this file.
ports: [pads]
controls:
  cc 9 channel 1: {plays: zoom, as: signed bit 1}  # Zoom
"""
    )


def test_a_control_that_is_learned_anew_plays_the_new_target_alone(tmp_path: Path) -> None:
    learned(tmp_path, NANO, ZOOM, found(CC, 0))
    learned(tmp_path, NANO, TAP, found(CC, 0, 1, "trigger"))
    assert playing(of(tmp_path, NANO), CC, 0) == "tap"
    learned(tmp_path, "pads", ZOOM, found("cc14", 1))
    learned(tmp_path, "pads", ZOOM, found(CC, 33))
    assert playing(of(tmp_path, "pads"), "cc14", 1) == ""


def test_on_a_controller_with_a_channel_of_its_own_the_channel_is_not_repeated(
    tmp_path: Path,
) -> None:
    learned(tmp_path, "Launch Control XL", ZOOM, found(CC, 13, 9))
    assert "cc 13: zoom" in (tmp_path / "Launch Control XL.yaml").read_text()
    assert playing(of(tmp_path, "Launch Control XL"), CC, 13, channel=9) == "zoom"


def test_what_was_written_by_hand_stays_with_what_is_learned(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text("# my desk\n# do not touch\nports: [nano]\ncontrols: {cc 3: , cc 4: tempo}\n")
    learned(tmp_path, NANO, ZOOM, found(CC, 0))
    assert own.read_text().startswith("# my desk\n# do not touch\nports: [nano]\n")
    mapping = of(tmp_path, NANO)
    assert [playing(mapping, CC, n) for n in (0, 3, 4)] == ["zoom", "", "tempo"]


def test_forgetting_takes_a_target_from_all_controls_also_from_those_that_ship(
    tmp_path: Path,
) -> None:
    learned(tmp_path, NANO, ZOOM, found(CC, 0))
    assert playing(of(tmp_path, NANO), CC, 4) == "zoom"
    assert forget(tmp_path, NANO, ZOOM) == 2
    mapping = of(tmp_path, NANO)
    assert not [c for c in mapping.controls.values() if c and c.plays == ZOOM]
    assert playing(mapping, CC, 0) == "strength"
    assert forget(tmp_path, NANO, ZOOM) == 0


def test_a_control_that_was_taken_away_can_be_learned_again(tmp_path: Path) -> None:
    forget(tmp_path, NANO, ZOOM)
    learned(tmp_path, NANO, ZOOM, found(CC, 4))
    assert playing(of(tmp_path, NANO), CC, 4) == "zoom"


def test_reset_lays_own_maps_aside_and_leaves_the_keys(tmp_path: Path) -> None:
    learned(tmp_path, NANO, ZOOM, found(CC, 0))
    (tmp_path / "keys.yaml").write_text("keys: {q: tap}")
    assert reset(tmp_path) == 1
    assert of(tmp_path, NANO) == next(m for m in shipped() if "nanoKONTROL2" in m.ports)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["keys.yaml", f"{NANO}.yaml.old"]
    assert reset(tmp_path / "missing") == 0


def test_a_second_reset_leaves_what_the_first_one_laid_aside(tmp_path: Path) -> None:
    for number in (0, 1, 2):
        learned(tmp_path, NANO, ZOOM, found(CC, number))
        assert reset(tmp_path) == 1
    texts = [path.read_text() for path in tmp_path.iterdir() if path.suffix == ".old"]
    assert sorted(n for text in texts for n in range(3) if f"cc {n} " in text) == [0, 1, 2]


def test_a_file_for_other_ports_swallows_nothing_that_is_learned_for_one(tmp_path: Path) -> None:
    other = tmp_path / f"{NANO}.yaml"
    other.write_text("ports: [LPD8]\ncontrols: {cc 1: tempo}")
    learned(tmp_path, NANO, ZOOM, found(CC, 0))
    learned(tmp_path, NANO, TAP, found(NOTE, 5, 1, "trigger"))
    mapping = of(tmp_path, NANO)
    assert [playing(mapping, CC, 0), playing(mapping, NOTE, 5)] == ["zoom", "tap"]
    assert playing(of(tmp_path, "LPD8"), CC, 0) == ""
    assert len([*tmp_path.iterdir()]) == 2


def test_a_file_that_is_named_after_the_port_goes_before_one_that_names_as_much(
    tmp_path: Path,
) -> None:
    (tmp_path / "zz.yaml").write_text(f"ports: [{NANO}]\ncontrols: {{cc 0: tempo}}")
    (tmp_path / f"{NANO}.yaml").write_text("ports: [nano]\ncontrols: {cc 0: blend}")
    assert playing(of(tmp_path, NANO), CC, 0) == "blend"
    learned(tmp_path, NANO, ZOOM, found(CC, 1))
    assert playing(of(tmp_path, NANO), CC, 1) == "zoom"


def test_a_port_of_any_name_has_a_file(tmp_path: Path) -> None:
    ports = ("a/b\\c:d", "..", "", "keys", "x" * 300, "ÄÖ ☂ (2)", "\0\n")
    for number, port in enumerate(ports):
        around = tmp_path / f"{number}"
        around.mkdir()
        learned(around / "maps", port, ZOOM, found(CC, 9))
        assert len([*(around / "maps").iterdir()]) == 1
        assert len([*around.iterdir()]) == 1


# Trouble.


def test_a_folder_that_can_not_be_entered_is_a_line_and_the_show_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, *_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    folder = tmp_path / "maps"
    # As on Python 3.11, for one who may not look into the folder's parent.
    monkeypatch.setattr(Path, "exists", refused)
    monkeypatch.setattr(Path, "read_text", refused)
    monkeypatch.setattr(os, "listdir", refused)
    monkeypatch.setattr(map_files, "shipped", lambda: ())
    denied = "can't be read: Permission denied"
    assert keys(folder) == ({}, (f"{folder / 'keys.yaml'}: {denied}; it is left out",))
    mapping, faults = chosen(folder, NANO)
    assert mapping == GENERIC
    assert faults == (f"{tmp_path / 'midi.yaml'}: {denied}; it is left out", f"{folder}: {denied}")
    for change in (
        lambda: learned(folder, NANO, ZOOM, found(CC, 0)),
        lambda: forget(folder, NANO, ZOOM),
        lambda: reset(folder),
    ):
        with pytest.raises(MapError, match=denied):
            change()


def test_a_faulty_file_is_never_written_over(tmp_path: Path) -> None:
    own = tmp_path / f"{NANO}.yaml"
    own.write_text("controls: {cc 20: loud}")
    for change in (
        lambda: learned(tmp_path, NANO, ZOOM, found(CC, 0)),
        lambda: forget(tmp_path, NANO, ZOOM),
    ):
        with pytest.raises(MapError, match="cc 20"):
            change()
    assert own.read_text() == "controls: {cc 20: loud}"


def test_a_write_that_fails_is_one_line_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned(tmp_path, NANO, ZOOM, found(CC, 0))
    before = (tmp_path / f"{NANO}.yaml").read_text()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MapError, match="can't be written: No space left on device"):
        learned(tmp_path, NANO, TAP, found(CC, 1))
    assert [path.name for path in tmp_path.iterdir()] == [f"{NANO}.yaml"]
    assert (tmp_path / f"{NANO}.yaml").read_text() == before


def test_a_folder_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("a file")
    with pytest.raises(MapError, match="can't be written"):
        learned(tmp_path / "maps", NANO, ZOOM, found(CC, 0))
    assert chosen(tmp_path / "maps", NANO)[1] == ()
