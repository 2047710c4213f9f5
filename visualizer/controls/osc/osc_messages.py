"""OSC messages: packets to messages, messages to actions, and the show's state to messages. Pure.

    /visualizer/strength 0.7        a parameter, in its own unit; one with choices also by name
    /visualizer/strength/up         one step of it (also: down)
    /visualizer/next_prompt         a command
    /visualizer/blackout 1          an on-off command brought to a state; without one, it changes
    /visualizer/prompt "red smoke"  the prompt, at once; without one, the line to type it opens
    /visualizer/preset 3            the third preset, or one by name; snapshot and store go to 8
    /visualizer/preset/3            the same, for buttons that can't choose what they send

What is done at once may carry a number: at 0 it is not done, as a button sends that when let go.
Names are those of the tables (targets.parse). Times in bundles are not waited for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.parsing import osc_types

from visualizer.show import targets
from visualizer.show.actions import Action
from visualizer.show.command_table import ON_OFF
from visualizer.show.parameter import shorten
from visualizer.show.parameters import BY_NAME, PARAMETERS
from visualizer.show.play_actions import Prompt, SelectPreset, Set, Switch
from visualizer.show.reducers.commands import IS_ON
from visualizer.show.reducers.navigation import LONGEST
from visualizer.show.state import Show
from visualizer.show.system_actions import Say
from visualizer.show.targets import COMMAND, PRESET, SNAPSHOT, STORE, VALUE

SOURCE = "osc"

PREFIX = "/visualizer/"

DEEPEST = 8
"""Bundles within bundles that are followed."""

MOST_MESSAGES = 128
"""Messages of a packet that are read: the whole state, and some more."""

JOINER = "\u200d"
"""It joins emoji to one; Python does not count it as printable."""

_BUNDLE = b"#bundle\0"
_BUNDLE_HEAD = 16
"""Bytes before a bundle's first element: its mark, and its time."""

Argument: TypeAlias = float | int | str

_CONSTANTS: Mapping[str, object] = MappingProxyType({"T": True, "F": False, "N": None, "I": None})
"""Argument types without bytes. I, infinitum, is what OSC 1.1 sends for a bang: no number."""

_NUMBERS: Mapping[str, Callable[[bytes, int], tuple[float, int]]] = MappingProxyType(
    {
        "i": osc_types.get_int,
        "h": osc_types.get_int64,
        "f": osc_types.get_float,
        "d": osc_types.get_double,
    }
)

_UNUSED: Mapping[str, Callable[[bytes, int], tuple[Any, int]]] = MappingProxyType(
    {
        "b": osc_types.get_blob,
        "c": osc_types.get_rgba,  # a character has 4 bytes, too
        "r": osc_types.get_rgba,
        "m": osc_types.get_midi,
        "t": osc_types.get_uint64,
    }
)
"""Types that mean nothing here: they are read over."""


class Message(NamedTuple):
    """arguments: numbers, texts, true, false, and None for what has no value that counts here;
    arrays lie open, as if their brackets were not there."""

    address: str
    arguments: list[object]


class Packet(NamedTuple):
    """malformed: elements that can't be read. cut: whether it holds more than MOST_MESSAGES."""

    messages: list[Message]
    malformed: int = 0
    cut: bool = False


def read(packet: bytes) -> Packet:
    """All that can be read of a packet; the rest is counted.

    Bundles and types are told apart here, numbers by python-osc: its own parser goes round for
    ever where a size in a bundle is negative, drops a bundle for one bad element, and knows no
    infinitum, no character, and text in UTF-8 only.
    """
    messages: list[Message] = []
    malformed = 0
    for count, element in enumerate(_elements(packet)):
        if count == MOST_MESSAGES:
            return Packet(messages, malformed, cut=True)
        try:
            messages.append(_message(element))
        except (osc_types.ParseError, ValueError):
            malformed += 1
    return Packet(messages, malformed)


def _elements(packet: bytes, depth: int = 0) -> Iterator[bytes]:
    """The messages in a packet, still as bytes; b"" stands for what can't be reached."""
    if not packet.startswith(_BUNDLE):
        yield packet
        return
    if depth == DEEPEST or len(packet) < _BUNDLE_HEAD:
        yield b""
        return
    place = _BUNDLE_HEAD
    while place < len(packet):
        begin = place + 4
        place = begin + int.from_bytes(packet[place:begin], "big")  # below 0: beyond the end
        if place > len(packet):
            yield b""
            return
        yield from _elements(packet[begin:place], depth + 1)


def _message(data: bytes) -> Message:
    """Raises ValueError or ParseError where it is none."""
    raw, place = _string(data, 0)
    address = raw.decode()
    if not address.startswith("/"):
        raise ValueError
    if place == len(data):  # older senders leave the types out where there are no arguments
        return Message(address, [])
    kinds, place = _string(data, place)
    if not kinds.startswith(b","):
        raise ValueError
    arguments: list[object] = []
    for kind in kinds[1:].decode("ascii"):
        value: object = None
        if kind in "sS":
            raw, place = _string(data, place)
            value = _text(raw)
        elif kind in _NUMBERS:
            value, place = _NUMBERS[kind](data, place)
        elif kind in _UNUSED:
            begin = place
            _, place = _UNUSED[kind](data, begin)
            if place < begin:  # a blob of a size below 0
                raise ValueError
        elif kind in _CONSTANTS:
            value = _CONSTANTS[kind]
        elif kind in "[]":
            continue
        else:  # its length is unknown, so what follows is lost
            raise ValueError
        arguments.append(value)
    return Message(address, arguments)


def _string(data: bytes, place: int) -> tuple[bytes, int]:
    """The string that begins at place, and the place behind its zeros. Raises ValueError."""
    end = data.index(0, place)
    behind = (end // 4 + 1) * 4
    if behind > len(data):
        raise ValueError
    return data[place:end], behind


def _text(raw: bytes) -> str:
    """UTF-8, or what Windows programs send instead."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def decode(address: str, arguments: Sequence[object]) -> list[Action]:
    """The actions that a message asks for. Raises ValueError with a line for people.

    An address is PREFIX and a target (targets.parse), with / for blanks. The first argument that
    is a number or a text counts; of a prompt all of them do. A target is one of

    - prompt: with a text, the prompt; with none, as the command
    - preset, snapshot, store: their number, or a preset's name, is the argument
    - a parameter: the argument is its value
    - an on-off command: the argument is its state; with none, it changes
    - any other command, a step, or preset/3: a trigger, which an argument of 0 lets go
    """
    name = address.removeprefix(PREFIX).strip("/").replace("/", " ")
    if not address.startswith(PREFIX) or not name:
        raise ValueError(f"{address} is unknown; addresses begin with {PREFIX}")
    given = [each for each in arguments if isinstance(each, int | float | str)]
    if name == "prompt" and any(each is not None for each in arguments):
        return [Prompt(_joined(address, given), SOURCE)]
    action = _action(address, name, given[0] if given else None)
    more = f"{address}: only the first of {len(given)} arguments is used"
    return [*action, *([Say(more, SOURCE)] if len(given) > 1 else [])]


def _action(address: str, name: str, argument: Argument | None) -> list[Action]:
    if name == PRESET and isinstance(argument, str) and argument.strip() != "0":
        if not argument.strip():
            raise ValueError(f"{address} takes a preset's name or number; the text is blank")
        return [SelectPreset(name=argument, source=SOURCE)]
    if name in (PRESET, SNAPSHOT, STORE):
        place = number(address, argument)
        return [targets.action(targets.parse(f"{name} {place:g}"), SOURCE)] if place else []
    try:
        target = targets.parse(name)
    except ValueError:
        target = None
    if target is None or str(target) != name:  # " strength  up" is none of ours
        raise ValueError(f"nothing is named {address}")
    if target.kind == VALUE:
        return [Set(name, _value(address, name, argument), SOURCE)]
    if argument is None:
        return [targets.action(target, SOURCE)]
    state = number(address, argument) != 0.0
    if target.kind == COMMAND and name in ON_OFF:
        return [Switch(name, state, SOURCE)]
    return [targets.action(target, SOURCE)] if state else []


def _value(address: str, name: str, argument: Argument | None) -> float:
    if argument is None:
        raise ValueError(f"{address} takes a number")
    try:
        return BY_NAME[name].parse(argument)
    except ValueError as error:
        raise ValueError(f"{address} {error}") from None


def number(address: str, argument: object) -> float:
    """A finite number, also one that is sent as text. Raises ValueError with a line for people."""
    try:
        found = float(argument) if isinstance(argument, int | float | str) else math.nan
    except (ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        got = "" if argument is None else f", not {shorten(argument)}"
        raise ValueError(f"{address} takes a number{got}")
    return found


def _joined(address: str, given: Sequence[Argument]) -> str:
    """The words of a prompt, of which Max and Pd send each as an argument of its own."""
    if not any(isinstance(each, str) for each in given):
        raise ValueError(f"{address} takes text")
    words = " ".join(f"{each:g}" if isinstance(each, float) else str(each) for each in given)
    words = " ".join(words.split())
    text = "".join(sign for sign in words if sign.isprintable() or sign == JOINER)
    text = text.strip(f" {JOINER}")
    if not text:
        raise ValueError(f"{address} is empty; the prompt stays")
    return text


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
        "preset_name": preset.name[:LONGEST] if preset is not None else "",
        "prompt": show.cue.text[:LONGEST],
    }
    return {PREFIX + name: value for name, value in told.items()}


def packet(address: str, argument: Argument) -> bytes:
    """A message as it is sent."""
    builder = OscMessageBuilder(address)
    # Past 31 bits python-osc would take the wrong type: it counts without the sign.
    is_long = isinstance(argument, int) and argument.bit_length() > 31
    builder.add_arg(argument, builder.ARG_TYPE_INT64 if is_long else None)
    return builder.build().dgram
