"""The mappings that ship: only what a controller sends, no knob idle, LEDs for what buttons do."""

from __future__ import annotations

from pathlib import Path

from visualizer.controls.midi import map_files
from visualizer.controls.midi.map_files import shipped
from visualizer.controls.midi.midi_map import CC, GENERIC, NOTE, PROGRAM, TWOS_COMPLEMENT, Signal
from visualizer.show.targets import VALUE

from .mappings import TAP, of

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
