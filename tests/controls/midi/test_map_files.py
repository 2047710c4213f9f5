"""The files of mappings: which is taken for a port, what learning writes, and what ships."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from visualizer.controls.midi import map_files
from visualizer.controls.midi.map_files import chosen, forget, keys, learned, reset, shipped
from visualizer.controls.midi.midi_map import (
    BEND,
    CC,
    GENERIC,
    NOTE,
    PROGRAM,
    TWOS_COMPLEMENT,
    MapError,
    Mapping,
    Signal,
)
from visualizer.controls.midi.recognition import Found
from visualizer.show import targets
from visualizer.show.targets import VALUE

NANO = "nanoKONTROL2 MIDI 1"
ZOOM, TAP = targets.parse("zoom"), targets.parse("tap")

# What each controller sends, by this project's field notes: control changes and notes.
SENDS: dict[str, tuple[set[int], set[int]]] = {
    "nanoKONTROL2": (
        {*range(8), *range(16, 24), *range(32, 40), *range(48, 56), *range(64, 72)}
        | {*range(41, 47), 58, 59, 60, 61, 62},
        set(),
    ),
    "MIDI Mix": (
        {n for first in (16, 20, 24, 28, 46, 50, 54, 58) for n in range(first, first + 3)}
        | {19, 23, 27, 31, 49, 53, 57, 61, 62},
        {*range(1, 25), 25, 26},
    ),
    "LPD8": ({*range(1, 9)}, {*range(36, 44)}),
    "Launch Control XL": (
        {*range(13, 21), *range(29, 37), *range(49, 57), *range(77, 85)},
        {*range(41, 45), *range(57, 61), *range(73, 77), *range(89, 93)},
    ),
    "APC MINI": ({*range(48, 57)}, {*range(64), *range(64, 72), *range(82, 90), 98}),
    "APC40 mkII": ({7, 14, 15, *range(16, 24), *range(48, 56), 13, 47}, {99}),
}
# Names as systems report them, without the changing numbers.
NAMES = {
    "nanoKONTROL2": ["nanoKONTROL2 MIDI 1", "nanoKONTROL2 SLIDER/KNOB", "nanoKONTROL2 _ CTRL"],
    "MIDI Mix": ["MIDI Mix MIDI 1", "MIDI Mix"],
    "LPD8": ["LPD8 MIDI 1", "LPD8"],
    "Launch Control XL": ["Launch Control XL MIDI 1", "Launch Control XL"],
    "APC MINI": ["APC MINI MIDI 1", "APC MINI"],
    "APC40 mkII": ["APC40 mkII MIDI 1", "APC40 mkII"],
}


def found(kind: str, number: int | None, channel: int = 1, form: str = "absolute") -> Found:
    return Found(Signal(kind, number, channel), form, sure=True)


def playing(mapping: Mapping, kind: str, number: int | None, channel: int = 1) -> str:
    """What a control plays, "" for nothing."""
    control = mapping.find(Signal(kind, number, channel))
    return "" if control is None else str(control.plays)


def of(folder: Path, port: str) -> Mapping:
    mapping, faults = chosen(folder, port)
    assert faults == ()
    return mapping


# What ships.


def test_every_controller_of_the_field_notes_has_a_map() -> None:
    assert {mapping.ports[0] for mapping in shipped()} == {*SENDS}


def test_a_shipped_map_names_only_what_the_controller_sends() -> None:
    for mapping in shipped():
        changes, notes = SENDS[mapping.ports[0]]
        for signal in (*mapping.controls, *mapping.leds):
            assert signal.kind in (CC, NOTE) or (signal.kind, signal.number) == (PROGRAM, None)
            if signal.kind != PROGRAM:
                assert signal.number in (changes if signal.kind == CC else notes)
        assert mapping.channel == (9 if mapping.ports[0] == "Launch Control XL" else None)
        faders = {
            signal.channel for signal in mapping.controls if signal.number == 7 and signal.channel
        }
        assert faders == ({*range(1, 9)} if mapping.ports[0] == "APC40 mkII" else set())


def test_a_shipped_map_has_no_knob_idle_and_the_loops_parameters_at_hand() -> None:
    for mapping in shipped():
        changes, _ = SENDS[mapping.ports[0]]
        mapped = {signal.number for signal in mapping.controls if signal.kind == CC}
        assert mapped == changes
        played = [str(c.plays) for c in mapping.controls.values() if c and c.plays.kind == VALUE]
        assert len(played) == len({*played}), "two knobs for one parameter"
        assert {"strength", "blend", "zoom", "rotate"} <= {*played}
        assert "quit" not in [c.plays.name for c in mapping.controls.values() if c]


def test_a_shipped_map_lights_what_the_button_there_does() -> None:
    for mapping in shipped():
        for signal, led in mapping.leds.items():
            control = mapping.controls[signal]
            assert led is not None
            assert control is not None
            assert led.shows == ("beat" if control.plays == TAP else str(control.plays))
            assert led.on != led.off


def test_the_endless_knobs_of_the_apc40_are_read_as_such() -> None:
    apc = next(mapping for mapping in shipped() if "APC40 mkII" in mapping.ports)
    for number in (13, 47):
        control = apc.controls[Signal(CC, number)]
        assert control is not None
        assert control.form == TWOS_COMPLEMENT


def test_a_shipped_map_is_taken_by_the_ports_name(tmp_path: Path) -> None:
    for device, names in NAMES.items():
        for name in names:
            assert of(tmp_path, name).ports[0] == device


def test_shipped_maps_lie_within_the_package() -> None:
    package = Path(map_files.__file__).parents[2]
    assert package.name == "visualizer"
    assert map_files.SHIPPED.is_relative_to(package)


def test_the_rest_is_played_by_the_generic_map(tmp_path: Path) -> None:
    assert of(tmp_path, "some keyboard") == GENERIC


# The performer's own.


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


# Learning.


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
# What MIDI learn finds is written here; edit it as you like.
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


def test_all_faults_of_a_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / f"{NANO}.yaml"
    path.write_text("controls:\n  cc 200: zoom\n  cc 20: loud\n")
    _, faults = chosen(tmp_path, NANO)
    assert [line.partition(":")[2][:16] for line in faults] == [
        "2: controls.cc 2",
        "3: controls.cc 2",
    ]
    assert [line.endswith("; it is left out") for line in faults] == [False, True]
