"""The performer's own mappings: which file is taken for a port, and faults in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from visualizer.controls.midi import map_files
from visualizer.controls.midi.map_files import chosen, keys
from visualizer.controls.midi.midi_map import CC, GENERIC, NOTE

from .mappings import NANO, of, playing


def test_ones_own_map_lies_over_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("ports: nanokontrol2\ncontrols: {cc 0: tempo, cc 1: }")
    mapping = of(tmp_path, NANO)
    assert playing(mapping, CC, 0) == "tempo"
    assert playing(mapping, CC, 1) == ""
    assert playing(mapping, CC, 2) == "seed_glide"
    assert playing(of(tmp_path, "LPD8"), CC, 1) == "strength"


def test_a_map_without_ports_is_for_the_port_that_its_file_is_named_after(tmp_path: Path) -> None:
    (tmp_path / "some keyboard.yaml").write_text("controls: {cc 1: zoom}")
    assert playing(of(tmp_path, "Some Keyboard MIDI 1"), CC, 1) == "zoom"
    assert of(tmp_path, "another") == GENERIC


def test_of_several_maps_the_one_that_names_most_of_the_port_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("ports: [nano]\ncontrols: {cc 0: tempo}")
    (tmp_path / "b.yaml").write_text("ports: [nanoKONTROL2 MIDI 1]\ncontrols: {cc 0: zoom}")
    assert playing(of(tmp_path, NANO), CC, 0) == "zoom"
    assert playing(of(tmp_path, "nanoKONTROL Studio"), CC, 0) == "tempo"


def test_midi_yaml_changes_the_generic_map(tmp_path: Path) -> None:
    (tmp_path / "midi.yaml").write_text(
        "channel: 2\ncontrols: {cc 1: zoom, cc 20: , note 60: freeze}"
    )
    folder = tmp_path / "maps"
    mapping = of(folder, "some keyboard")
    assert playing(mapping, CC, 1, channel=2) == "zoom"
    assert playing(mapping, CC, 20, channel=2) == ""
    assert playing(mapping, CC, 21, channel=2) == "guidance"
    assert playing(mapping, NOTE, 60, channel=2) == "freeze"
    assert playing(mapping, CC, 21, channel=3) == ""
    assert playing(of(folder, NANO), CC, 0, channel=1) == "strength"


def test_a_map_given_by_hand_lies_over_all_that_it_is_for(tmp_path: Path) -> None:
    given = tmp_path / "given.yaml"
    given.write_text("controls: {cc 0: tempo}")
    for port in (NANO, "some keyboard"):
        assert playing(chosen(tmp_path / "maps", port, given)[0], CC, 0) == "tempo"
    given.write_text("ports: [LPD8]\ncontrols: {cc 0: tempo}")
    assert playing(chosen(tmp_path / "maps", NANO, given)[0], CC, 0) == "strength"


def test_a_faulty_file_is_a_line_and_what_lies_below_is_played(tmp_path: Path) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    broken, latin = folder / "broken.yaml", folder / "latin.yaml"
    broken.write_text("controls: {cc 20: loud}")
    latin.write_bytes(b"ports: [\xe4]")
    missing = tmp_path / "missing.yaml"
    mapping, faults = chosen(folder, NANO, missing)
    assert mapping.controls == of(tmp_path, NANO).controls
    assert [fault.partition(": ")[0] for fault in faults] == [
        f"{broken}:1", str(latin), str(missing),
    ]  # fmt: skip
    assert all("\n" not in fault for fault in faults)


def test_ones_own_keys_are_read_and_may_be_missing_or_faulty(tmp_path: Path) -> None:
    assert keys(tmp_path) == ({}, ())
    (tmp_path / "keys.yaml").write_text("keys: {q: tap, ctrl f12: next_preset, a: }")
    assert keys(tmp_path) == ({"q": "tap", "ctrl f12": "next_preset", "a": ""}, ())
    assert of(tmp_path, "keys") == GENERIC
    (tmp_path / "keys.yaml").write_text("keys: {q: jump}")
    own, (fault,) = keys(tmp_path)
    assert own == {}
    assert "keys.q: nothing is named 'jump'" in fault


def test_keys_in_a_controllers_map_and_knobs_among_the_keys_are_not_lost_in_silence(
    tmp_path: Path,
) -> None:
    (tmp_path / "nano.yaml").write_text("controls: {cc 0: tempo}\nkeys: {q: tap}")
    mapping, (fault,) = chosen(tmp_path, NANO)
    assert playing(mapping, CC, 0) == "tempo"
    assert fault == f"{tmp_path / 'nano.yaml'}: keys are read only from keys.yaml"
    (tmp_path / "keys.yaml").write_text("keys: {q: tap}\ncontrols: {cc 0: zoom}")
    own, (fault,) = keys(tmp_path)
    assert own == {"q": "tap"}
    assert fault == f"{tmp_path / 'keys.yaml'}: only keys are read from this file"


def test_the_folder_is_the_users_config_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_files, "user_config_dir", lambda *_, **__: "/config")
    assert map_files.own_folder() == Path("/config/maps")


def test_all_faults_of_a_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / f"{NANO}.yaml"
    path.write_text("controls:\n  cc 200: zoom\n  cc 20: loud\n")
    _, faults = chosen(tmp_path, NANO)
    assert [line.partition(":")[2][:16] for line in faults] == [
        "2: controls.cc 2",
        "3: controls.cc 2",
    ]
    assert [line.endswith("; it is left out") for line in faults] == [False, True]
