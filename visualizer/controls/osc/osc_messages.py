"""OSC messages: packets to messages, messages to actions, and the show's state to messages. Pure.

    /visualizer/strength 0.7        a parameter, in its own unit; one with choices also by name
    /visualizer/strength/up         one step of it (also: down)
    /visualizer/next_prompt         a command
    /visualizer/blackout 1          an on-off command brought to a state; without one, it changes
    /visualizer/prompt "red smoke"  the prompt, at once; without one, the line to type it opens
    /visualizer/preset 3            the third preset; snapshot and store go from 1 to 8
    /visualizer/preset/3            the same, for buttons that can't choose what they send

What is done at once may carry a number: at 0 it is not done, as a button sends that when let go.
Names are those of the tables (targets.parse). Times in bundles are not waited for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MessageError
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.parsing import osc_types

from visualizer.show import targets
from visualizer.show.actions import (
    Action,
    Prompt,
    Set,
    Switch,
)
from visualizer.show.command_table import COMMANDS, ON_OFF
from visualizer.show.parameters import BY_NAME, PARAMETERS, Parameter
from visualizer.show.reducers.commands import IS_ON
from visualizer.show.state import Show
from visualizer.show.targets import COMMAND, PRESET, SNAPSHOT, STORE, VALUE

SOURCE = "osc"

PREFIX = "/visualizer/"

TAKEN = frozenset("ifhdsTFN")
"""Kinds of arguments that anything here takes: numbers, strings, true, false and nothing."""

DEEPEST = 8
"""Bundles within bundles that are followed."""

MOST_MESSAGES = 128
"""Messages that a packet may hold: the whole state, and some more."""

LONGEST_TEXT = 1000
"""Characters of a text, in and out: what a UDP packet takes in any script, and more than a model
reads."""

_BUNDLE = b"#bundle\0"
_BUNDLE_HEAD = 16
"""Bytes before a bundle's first element: its mark, and its time."""

_COMMAND_NAMES = frozenset(command.name for command in COMMANDS)

Argument: TypeAlias = float | int | str


class Malformed(Exception):
    """A packet that is no OSC, or holds what nothing here takes, or more than MOST_MESSAGES."""


def read(packet: bytes, depth: int = 0) -> list[tuple[str, list[object]]]:
    """The messages of a packet, each an address and its arguments. Raises Malformed.

    Bundles are opened here: python-osc goes round for ever where a size in one is negative.
    """
    if not packet.startswith(_BUNDLE):
        return [_message(packet)]
    if depth == DEEPEST or len(packet) < _BUNDLE_HEAD:
        raise Malformed
    messages = []
    place = _BUNDLE_HEAD
    while place < len(packet):
        size = int.from_bytes(packet[place : place + 4], "big")
        place += 4 + size
        if size == 0 or place > len(packet):
            raise Malformed
        messages += read(packet[place - size : place], depth + 1)
        if len(messages) > MOST_MESSAGES:
            raise Malformed
    return messages


def _message(packet: bytes) -> tuple[str, list[object]]:
    try:
        address, place = osc_types.get_string(packet, 0)
        if not address.startswith("/"):
            raise Malformed
        # python-osc prints a line for each kind that it does not know.
        kinds = osc_types.get_string(packet, place)[0] if packet[place:] else ","
        if not TAKEN.issuperset(kinds.removeprefix(",")):
            raise Malformed
        return address, OscMessage(packet).params
    except (MessageError, osc_types.ParseError, ValueError) as error:
        raise Malformed from error


def decode(address: str, arguments: Sequence[object]) -> list[Action]:
    """What a message asks for. Raises ValueError with a line for people."""
    name = address.removeprefix(PREFIX).strip("/")
    if not address.startswith(PREFIX) or not name:
        raise ValueError(f"{address} is not ours; addresses begin with {PREFIX}")
    if len(arguments) > 1:
        raise ValueError(f"{address} takes one argument at most, not {len(arguments)}")
    argument = arguments[0] if arguments else None
    if name == "prompt" and argument is not None:
        return [Prompt(_text(address, argument), SOURCE)]
    if name in (PRESET, SNAPSHOT, STORE):
        number = _number(address, argument)
        return [targets.action(targets.parse(f"{name} {number:g}"), SOURCE)] if number else []
    try:
        target = targets.parse(name.replace("/", " "))
    except ValueError:
        target = None
    if target is None or str(target) != name.replace("/", " "):  # " strength  up" is none of ours
        raise ValueError(f"nothing is named {address}")
    if target.kind == VALUE and (argument is not None or name not in _COMMAND_NAMES):
        return [Set(name, _value(address, BY_NAME[name], argument), SOURCE)]
    if target.kind == COMMAND and name in ON_OFF and argument is not None:
        return [Switch(name, _number(address, argument) != 0.0, SOURCE)]
    is_let_go = argument is not None and _number(address, argument) == 0.0
    return [] if is_let_go else [targets.action(target, SOURCE)]


def _value(address: str, row: Parameter, argument: object) -> float:
    if argument is None:
        raise ValueError(f"{address} takes a number")
    try:
        return row.parse(argument)
    except ValueError as error:
        raise ValueError(f"{address} {error}") from None


def _number(address: str, argument: object) -> float:
    if not isinstance(argument, int | float) or not math.isfinite(argument):
        raise ValueError(f"{address} takes a number")
    return float(argument)


def _text(address: str, argument: object) -> str:
    if not isinstance(argument, str):
        raise ValueError(f"{address} takes a text")
    line = "".join(sign for sign in " ".join(argument.split()) if sign.isprintable())
    return line[:LONGEST_TEXT]


def state(show: Show) -> Mapping[str, Argument]:
    """All that subscribers are told, by address: the values as hands left them (a modulated one
    would move the fader that sets it), what is on, the preset and the prompt."""
    preset = show.preset_now
    told: dict[str, Argument] = {
        row.name: int(show.values[row.name]) if row.whole else show.values[row.name]
        for row in PARAMETERS
    }
    told |= {name: int(IS_ON[name](show)) for name in ON_OFF}
    told |= {
        "preset": show.preset + 1 if preset is not None else 0,
        "preset_name": preset.name[:LONGEST_TEXT] if preset is not None else "",
        "prompt": show.cue.text[:LONGEST_TEXT],
    }
    return {PREFIX + name: value for name, value in told.items()}


def packet(address: str, argument: Argument) -> bytes:
    """A message as it is sent."""
    builder = OscMessageBuilder(address)
    builder.add_arg(argument)
    return builder.build().dgram
