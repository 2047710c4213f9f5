"""From a knob to what is wanted, and floods: a real show, played through a real JACK port.

latency: from the moment at which a message is handed to JACK until the Request that carries it is
handed to the engine, while the engine computes and the wall is drawn. flood: ten thousand control
changes a second, relative steps and notes among them. What must come through is counted, and late
pictures (25 ms after the one before) are compared with as many seconds without a flood.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from statistics import median
from typing import Any

from benchmarks import jack
from benchmarks.jack import NoJack, Sent
from benchmarks.played import Played, playing
from benchmarks.results import Result, Row
from benchmarks.setup import Setup
from benchmarks.stats import quantile
from benchmarks.subject import Subject
from visualizer.show.parameters import PARAMETERS

FRAME = 1 / 60
"""Seconds of a display frame."""

GOAL = 1.5
"""Display frames that 99 of 100 messages may take."""

MESSAGES, SECONDS, ROUNDS, WARM = 1000, 10.0, 3, 30.0
"""Messages timed; seconds of a flood, how often, and of running before anything is measured."""

QUICK = (5, 0.2, 1, 0.1)

RATE = 10_000
"""Control changes a second in a flood."""

APART = (0.04, 0.08)
"""Seconds between two timed messages: more than a display frame, and at any moment of one."""

ARRIVED = 1.0
"""Seconds after the last message in which it must have arrived."""

KNOB, ENDLESS, NOTE = 20, 60, 100
FLOODED = range(112, 120)
"""Knobs that are turned in a flood: modulations that are off, so that the picture is the same."""

NAMES = {row.cc: row.name for row in PARAMETERS}

MAP = f"""\
controls:
  cc {KNOB}: {{plays: strength, pickup: none}}
  cc {ENDLESS}: {{plays: mod4_depth, as: twos complement}}
  note {NOTE}: focus_next
"""


def measure(subject: Subject, setup: Setup, say: Callable[[str], None]) -> Result:
    """Both figures. Where there is no JACK, a row says so."""
    messages, seconds, rounds, warm = QUICK if setup.quick else (MESSAGES, SECONDS, ROUNDS, WARM)
    try:
        with jack.server(), playing(subject, MAP) as played:
            say("midi: warming up")
            played.run(until=lambda: played.ready)
            played.run_for(warm)
            say(f"midi: {messages} messages")
            waits = _timed(played, messages)
            floods = []
            for turn in range(rounds):
                say(f"midi: flood {turn + 1} of {rounds}")
                floods.append(_flooded(played, seconds))
    except NoJack as why:
        return Result("midi", (Row("left out", str(why)),), {"left out": str(why)})
    return result(waits, floods)


@dataclass(frozen=True, slots=True)
class Flood:
    """sent: control changes. missing: messages that JACK did not bring to us. lost: final values,
    relative steps and notes that did not come. quiet, late: late pictures without the flood and in
    it. pictures: how many there were in it."""

    sent: int
    missing: int
    seconds: float
    lost: dict[str, float]
    quiet: int
    late: int
    pictures: int


def result(waits: list[float], floods: list[Flood]) -> Result:
    """waits: in seconds, from message to Request."""
    times = [wait / FRAME for wait in waits]
    late = quantile(times, 0.99)
    missing = sum(flood.missing for flood in floods)
    lost = {what: sum(flood.lost[what] for flood in floods) for what in floods[0].lost}
    quiet, noisy = sum(flood.quiet for flood in floods), sum(flood.late for flood in floods)
    rate = sum(flood.sent for flood in floods) / sum(flood.seconds for flood in floods)
    rows = (
        Row("message to Request, median", f"{median(waits) * 1e3:.1f} ms"),
        Row(
            "message to Request, 99 of 100 within",
            f"{quantile(waits, 0.99) * 1e3:.1f} ms, {late:.2f} display frames",
            f"at most {GOAL}",
            late <= GOAL,
        ),
        Row(
            f"lost of {rate:.0f} control changes a second",
            ", ".join(f"{number:g} {what}" for what, number in lost.items())
            + (f" ({missing} messages lost in JACK)" if missing else ""),
            "none",
            not any(lost.values()),
        ),
        Row(
            f"late of {sum(flood.pictures for flood in floods)} pictures in floods",
            f"{noisy}; without, {quiet}",
            "no more than chance",
            noisy <= quiet + 2.0 * sqrt(quiet + noisy + 1),
        ),
    )
    numbers = {"waits": waits, "floods": [_as_json(flood) for flood in floods]}
    return Result("midi", rows, numbers)


def _as_json(flood: Flood) -> dict[str, Any]:
    return {name: getattr(flood, name) for name in Flood.__slots__}


def _timed(played: Played, count: int) -> list[float]:
    """Seconds from each message to the Request that carries it."""
    chance = random.Random(0)
    due = 0.0
    messages: Sent = []
    for number in range(count):
        due += chance.uniform(*APART)
        messages.append((due, (0xB0, KNOB, (number + 1) % 128)))
    played.controller.load(messages)
    played.begin()
    played.changes.clear()
    played.controller.begin()
    played.run_for(due + ARRIVED)
    values = [message[2] for _, message in messages]
    return waited(played.controller.answer(), values, played.changes)


def waited(sent: list[float], values: list[int], changes: list[tuple[float, float]]) -> list[float]:
    """Seconds from each message to the first Request with its value, or with that of a later one:
    two that come within one display frame are one.

    sent: when; values: 0 to 127, each another than the one before and none twice within 128;
    changes: when what is wanted became another, and its strength, 0 to 1. RuntimeError where the
    last has not arrived.
    """
    found: list[float] = []
    for at, strength in changes:
        value = round(strength * 127)
        if value in values[len(found) :]:
            last = values.index(value, len(found))
            found += [at - begin for begin in sent[len(found) : last + 1]]
    if len(found) < len(sent):
        raise RuntimeError(f"{len(sent) - len(found)} of {len(sent)} messages never arrived")
    return found


def _flooded(played: Played, seconds: float) -> Flood:
    """As many seconds without a flood and in one, and what came of it."""
    messages = _flood(seconds)
    played.controller.load(messages)
    played.begin()
    quiet, _ = played.late_in(seconds)
    played.positions.clear()
    played.steps, played.fetched = 0.0, 0
    played.notes.clear()
    played.controller.begin()
    late, pictures = played.late_in(seconds)
    played.run_for(ARRIVED)
    played.controller.answer()
    finals = {
        NAMES[message[1]]: message[2] / 127 for _, message in messages if message[1] in FLOODED
    }
    wanted_steps = sum(1 if message[2] == 1 else -1 for message in _of(messages, ENDLESS))
    wanted_notes = len(_of(messages, NOTE))
    return Flood(
        sent=len(messages) - wanted_notes,
        missing=len(messages) - played.fetched,
        seconds=seconds,
        lost={
            "final values": sum(played.positions.get(name) != at for name, at in finals.items()),
            "relative steps": abs(wanted_steps - played.steps),
            "notes": wanted_notes - played.notes["focus_next"],
        },
        quiet=quiet,
        late=late,
        pictures=pictures,
    )  # fmt: skip


def _of(messages: Sent, number: int) -> list[tuple[int, ...]]:
    return [message for _, message in messages if message[1] == number]


def _flood(seconds: float) -> Sent:
    """Of ten control changes one is a relative step, and each fiftieth of a second has a note."""
    chance = random.Random(1)
    messages: Sent = []
    for number in range(round(RATE * seconds)):
        due = number // 10 * 10 / RATE  # ten at a time: a sleep for each would take too long
        if number % 10 == 0:
            messages.append((due, (0xB0, ENDLESS, chance.choice((1, 1, 127)))))
        else:
            messages.append((due, (0xB0, chance.choice(FLOODED), chance.randrange(128))))
        if number % (RATE // 50) == 0:
            messages.append((due, (0x90, NOTE, 100)))
    return messages
