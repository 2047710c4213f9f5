"""The text of mapping files, readable and editable by hand::

    ports: [nanoKONTROL2]         # in a port's name, numbers aside
    channel: any                  # or 1 to 16
    controls:
      cc 16: strength
      cc 17: {plays: guidance, pickup: scaling}
      cc14 20: {plays: seed, channel: 3}        # the same: cc14 20 channel 3: seed
      cc 7: {plays: seed_interval, as: signed bit 1}
      nrpn 1000: zoom
      note 41: next_prompt
      note 42: {plays: freeze, as: momentary}
      program: preset             # program n chooses preset n + 1
      bend: rotate
      cc 20:                      # does nothing any more
    leds:
      note 1: generation
      note 2: {shows: preset 1, on: 3, off: 0}
    keys:
      ctrl f12: next_preset
      q: strength up

Kinds: cc, cc14, nrpn, note, program, bend, pressure, touch. A button that plays a value as a toggle
goes by its own presses, not by the value: where something else has moved that meanwhile, a press
may go where it stands already, and the next one plays.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import yaml
from pydantic import ValidationError

from visualizer.controls.midi import midi_map as maps
from visualizer.controls.midi.map_schema import MapFile
from visualizer.controls.midi.midi_map import Control, Led, MapError, Mapping, Signal
from visualizer.show.command_table import COMMANDS
from visualizer.show.files import yaml_faults
from visualizer.show.parameters import PARAMETERS
from visualizer.show.targets import PRESET, Target

DEEPEST = 3
"""Mappings within mappings: file, section, entry."""

_LABELS = {row.name: row.label for row in PARAMETERS} | {c.name: c.label for c in COMMANDS}


def parse(text: str, file: str) -> Mapping:
    """Read a mapping from YAML text; file is its path, for messages. Raises MapError."""
    try:
        loader, node = yaml_faults.compose(text, file)
        faults = [] if node is None else yaml_faults.twice(node)
        yaml_faults.construct(loader, node, file)
    except yaml_faults.Fault as fault:
        raise MapError(str(fault)) from None
    if node is None:  # an empty file
        return Mapping()
    if not isinstance(node, yaml.MappingNode):
        fields = ", ".join(MapFile.model_fields)
        raise MapError(f"{file}:1: a mapping file has one or more of {fields}")
    # Any: validation has put Signal, Control and Led in place of the names and entries.
    entry: Any = None
    controls: dict[Signal, Control | None] = {}
    try:
        entry = MapFile.model_validate(_content(node, file))
        controls |= entry.controls
    except ValidationError as error:
        faults += yaml_faults.faults_of(error, node)
    for one, other in maps.clashes(controls):
        line = yaml_faults.line_of(node, ("controls", str(one)))
        faults.append((line, f"controls: {one} and {other} are the same messages"))
    if faults:
        raise MapError(*(f"{file}:{line}: {why}" for line, why in sorted({*faults})))
    return Mapping(
        ports=tuple(entry.ports),
        channel=entry.channel,
        controls=MappingProxyType(controls),
        leds=MappingProxyType(entry.leds),
        keys=MappingProxyType(entry.keys),
    )


def _content(node: yaml.Node, file: str, depth: int = 0) -> Any:
    """A node as plain values, its keys as they are written: to YAML, `on` would be true."""
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        return yaml.constructor.SafeConstructor().construct_object(node, deep=True)
    if depth == DEEPEST:  # a file may even lie within itself
        raise MapError(f"{file}:{line}: is nested too deeply")
    content: dict[str, Any] = {}
    for key, inner in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise MapError(f"{file}:{line}: there must be a name before the colon")
        content[key.value] = _content(inner, file, depth + 1)
    return content


def to_text(mapping: Mapping, heading: str = "") -> str:
    """A mapping as a file that parse() reads to the same; heading: lines that stand above it."""
    lines = [f"# {line}" for line in heading.splitlines()]
    if mapping.ports:
        lines.append(_yaml("ports", list(mapping.ports)))
    if mapping.channel is not None:
        lines.append(_yaml("channel", mapping.channel or "any"))
    if mapping.controls:
        entries = sorted(mapping.controls.items(), key=lambda entry: _order(entry[0]))
        lines += ["controls:", *_labelled([_control_line(*entry) for entry in entries])]
    if mapping.leds:
        shown = sorted(mapping.leds.items(), key=lambda entry: _order(entry[0]))
        lines += ["leds:", *(_led_line(*entry) for entry in shown)]
    if mapping.keys:
        lines += ["keys:", *(f"  {_yaml(key, name or None)}" for key, name in mapping.keys.items())]
    return "\n".join([*lines, ""])


def _order(signal: Signal) -> tuple[str, int, int]:
    return signal.kind, signal.channel or 0, -1 if signal.number is None else signal.number


def _control_line(signal: Signal, control: Control | None) -> tuple[str, str]:
    """An entry, and what it plays as people call it."""
    if control is None:
        return f"  {_yaml(str(signal), None)}", "does nothing"
    name = PRESET if control.plays == Target(PRESET) else str(control.plays)
    entry = {"plays": name}
    if control.form != maps.default_form(signal.kind, control.plays):
        entry["as"] = control.form
    if control.pickup != maps.default_pickup(control.form):
        entry["pickup"] = control.pickup
    return f"  {_yaml(str(signal), entry if len(entry) > 1 else name)}", _LABELS.get(name, "")


def _labelled(entries: list[tuple[str, str]]) -> list[str]:
    """Lines with what people call it behind them, one under another."""
    width = max(len(text) for text, _ in entries)
    return [f"{text.ljust(width)}  # {label}" if label else text for text, label in entries]


def _led_line(signal: Signal, led: Led | None) -> str:
    if led is None or led == Led(led.shows):
        return f"  {signal}: {led.shows if led else 'null'}"
    return f"  {signal}: {{shows: {led.shows}, on: {led.on}, off: {led.off}}}"


def _yaml(key: str, value: Any) -> str:
    """One line of YAML, quoted where that is needed."""
    flow = None if isinstance(value, dict | list) else False  # None: what is inside, in one line
    plain = not isinstance(value, list) or "".join(value).isprintable()  # a port's name may be odd
    line: str = yaml.safe_dump(
        {key: value}, default_flow_style=flow, sort_keys=False, width=10_000, allow_unicode=plain
    )
    return line.rstrip("\n")
