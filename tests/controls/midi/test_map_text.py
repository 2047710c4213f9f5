"""The text of a mapping file: what may be written and means, written so that it comes back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi.map_schema import read_signal
from visualizer.controls.midi.map_text import parse, to_text
from visualizer.controls.midi.midi_map import ANY_CHANNEL, NUMBERS, Control, Led, Mapping, Signal
from visualizer.show import leds
from visualizer.show.command_table import ON_OFF
from visualizer.show.pickup import PICKUPS
from visualizer.show.targets import COMMAND, LEARNABLE, PRESET, Target

from .mappings import target

EVERYTHING = """
ports: [nanoKONTROL2]
channel: any
controls:
  cc 16: strength
  cc 17: {plays: guidance, pickup: scaling}
  cc14 20: {plays: seed, channel: 3}
  cc 7: {plays: seed, as: signed bit 1}
  cc 7 channel 4: {plays: seed, as: toggle}
  nrpn 1000: zoom
  note 41: next_prompt
  note 42: {plays: freeze, as: momentary}
  note 43: strength up
  program: preset
  program 3: tap
  bend: rotate
  cc 20:
leds:
  note 1: generation
  note 2: {shows: preset 1, on: 3, off: 12, channel: 9}
  note 3:
keys:
  ctrl f12: next_preset
  q: strength up
  '=':
"""


def test_a_file_says_what_controls_leds_and_keys_do() -> None:
    mapping = parse(EVERYTHING, "nano.yaml")
    assert mapping.ports == ("nanoKONTROL2",)
    assert mapping.channel == ANY_CHANNEL
    assert mapping.controls == {
        Signal("cc", 16): Control(target("strength"), "absolute", "pickup"),
        Signal("cc", 17): Control(target("guidance"), "absolute", "scaling"),
        Signal("cc14", 20, 3): Control(target("seed"), "absolute", "pickup"),
        Signal("cc", 7): Control(target("seed"), "signed bit 1", "none"),
        Signal("cc", 7, 4): Control(target("seed"), "toggle", "none"),
        Signal("nrpn", 1000): Control(target("zoom"), "absolute", "pickup"),
        Signal("note", 41): Control(target("next_prompt"), "trigger", "none"),
        Signal("note", 42): Control(target("freeze"), "momentary", "none"),
        Signal("note", 43): Control(target("strength up"), "trigger", "none"),
        Signal("program"): Control(Target(PRESET), "trigger", "none"),
        Signal("program", 3): Control(target("tap"), "trigger", "none"),
        Signal("bend"): Control(target("rotate"), "absolute", "pickup"),
        Signal("cc", 20): None,
    }
    assert mapping.leds == {
        Signal("note", 1): Led("generation", 127, 0),
        Signal("note", 2, 9): Led("preset 1", 3, 12),
        Signal("note", 3): None,
    }
    assert mapping.keys == {"ctrl f12": "next_preset", "q": "strength up", "=": ""}


def test_a_mapping_is_written_so_that_people_can_read_and_edit_it() -> None:
    text = to_text(parse(EVERYTHING, "nano.yaml"), "for the small desk")
    assert (
        text
        == """\
# for the small desk
ports: [nanoKONTROL2]
channel: any
controls:
  bend: rotate                               # Rotate
  cc 7: {plays: seed, as: signed bit 1}      # Seed
  cc 16: strength                            # Strength
  cc 17: {plays: guidance, pickup: scaling}  # Guidance
  cc 20: null                                # does nothing
  cc 7 channel 4: {plays: seed, as: toggle}  # Seed
  cc14 20 channel 3: seed                    # Seed
  note 41: next_prompt                       # Next prompt
  note 42: {plays: freeze, as: momentary}    # Freeze
  note 43: strength up
  nrpn 1000: zoom                            # Zoom
  program: preset
  program 3: tap                             # Tap tempo
leds:
  note 1: generation
  note 3: null
  note 2 channel 9: {shows: preset 1, on: 3, off: 12}
keys:
  ctrl f12: next_preset
  q: strength up
  '=': null
"""
    )


def signals() -> st.SearchStrategy[Signal]:
    channel = st.none() | st.integers(1, 16)
    numbered = st.sampled_from(sorted(NUMBERS)).flatmap(
        lambda kind: st.builds(Signal, st.just(kind), st.integers(0, NUMBERS[kind]), channel)
    )
    return numbered | st.builds(Signal, st.sampled_from(["bend", "pressure"]), st.none(), channel)


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    """Any mapping that a file can say."""
    controls: dict[Signal, Control | None] = {}
    for signal in draw(st.lists(signals(), max_size=8, unique=True)):
        plays = target(draw(st.sampled_from(LEARNABLE)))
        forms = [
            form
            for form in maps.forms(signal.kind, plays)
            if form != "momentary" or plays.kind != COMMAND or plays.name in ON_OFF
        ]
        if forms:
            form = draw(st.sampled_from(forms))
            controls[signal] = Control(plays, form, draw(st.sampled_from(PICKUPS)))
        else:
            controls[signal] = None
        if maps.clashes(controls):
            del controls[signal]
    led = st.builds(Led, st.sampled_from(leds.NAMES), st.integers(0, 127), st.integers(0, 127))
    lit = signals().filter(lambda signal: signal.kind in ("cc", "note"))
    keys = st.sampled_from(["q", "=", "?", "1", "on", "y", "ctrl f12", "page down", "kp plus"])
    return Mapping(
        ports=tuple(draw(st.lists(st.text(min_size=1, max_size=12), max_size=2))),
        channel=draw(st.none() | st.integers(0, 16)),
        controls=controls,
        leds=draw(st.dictionaries(lit, st.none() | led, max_size=4)),
        keys={
            key: name
            for key, name in draw(
                st.dictionaries(keys, st.sampled_from(["", "tap", "zoom up"]), max_size=4)
            ).items()
            if key != "on"
        },
    )


@given(mappings(), st.text(st.characters(codec="ascii", categories=["L", "P", "Zs"])))
def test_every_mapping_comes_back_from_its_file(mapping: Mapping, heading: str) -> None:
    assert parse(to_text(mapping, heading), "m.yaml") == mapping


def test_a_file_may_say_nothing() -> None:
    for text in ("", "# nothing yet", "controls:\nleds:\nkeys:\n", "ports: []"):
        assert parse(text, "m.yaml") == Mapping()


@given(signals())
def test_a_signals_name_is_read_back(signal: Signal) -> None:
    assert read_signal(str(signal)) == signal
