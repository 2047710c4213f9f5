"""Parse command-line text to values, with one line on what is expected where it is none."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from visualizer.show.lora import Lora
from visualizer.show.lora import parse as parse_lora
from visualizer.show.parameters import BY_NAME, parse_setting
from visualizer.show.source_names import camera_number

T = TypeVar("T")

PICTURE_SIDES = (16, 8192)
"""Pixels of a picture's or wall's side: the least and the most that make sense."""

NTSC = (24, 30, 48, 60, 120)
"""Rates that video slows down by 1000/1001: 23.976, 29.97 …"""


def engine(text: str) -> str:
    if text in ("auto", "thread", "process") or _is_cluster(text):
        return text
    raise argparse.ArgumentTypeError(
        f"'{text}' is not auto, thread, process, ray or an address such as ray://HOST:10001"
    )


def cluster(text: str) -> str:
    if _is_cluster(text):
        return text
    raise argparse.ArgumentTypeError(f"'{text}' is neither ray nor ray://HOST:PORT")


def _is_cluster(text: str) -> bool:
    return text == "ray" or re.fullmatch(r"ray://[^/\s]+:\d+", text) is not None


def setting(text: str) -> tuple[str, float]:
    return _parsed(parse_setting, text)


def lora(text: str) -> Lora:
    return _parsed(parse_lora, text)


def output(text: str) -> tuple[str, str]:
    from visualizer.outputs.programs import parse  # it loads numpy

    return _parsed(parse, text)


def source(text: str) -> str:
    try:
        camera_number(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}': {error}") from None
    return text


def seed(text: str) -> tuple[str, float]:
    return setting(f"seed={text}")


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return int(text)


def steps(text: str) -> int:
    row, steps = BY_NAME["steps"], positive(text)
    if steps > row.high:
        raise argparse.ArgumentTypeError(f"{text} steps: it goes from {row.range}")
    return steps


def picture(text: str) -> tuple[int, int]:
    return extent(text if "x" in text.lower() else f"{positive(text)}x{positive(text)}")


def aspect(text: str) -> float:
    width, colon, height = (part.strip() for part in text.partition(":"))
    try:
        aspect = float(width) / float(height if colon else "1")
    except (ValueError, ZeroDivisionError):
        aspect = 0.0
    if not 1 / 16 <= aspect <= 16:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not an aspect ratio, such as 16:9 (1:16 to 16:1)"
        )
    return aspect


def extent(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"'{text}' is not WIDTHxHEIGHT, such as 1280x720")
    sides = int(width), int(height)
    least, most = PICTURE_SIDES
    if not least <= min(sides) <= max(sides) <= most:
        raise argparse.ArgumentTypeError(f"{text} pixels: it goes from {least} to {most}")
    return sides


def rate(text: str) -> Fraction:
    """Frames a second: 25, 12.5, 30000/1001, and NTSC's rates as people write them: 29.97."""
    written = re.fullmatch(r"(\d{1,9}[.,]?\d{0,9})(?:/(\d{1,9}))?", text)
    if written is None or not int(written[2] or 1):
        raise argparse.ArgumentTypeError(f"'{text}' is not a rate, such as 25 or 30000/1001")
    rate = Fraction(written[1].replace(",", ".")) / int(written[2] or 1)
    if not 1 <= rate <= 240:
        raise argparse.ArgumentTypeError(f"{text} frames a second: it goes from 1 to 240")
    ntsc = (Fraction(nominal * 1000, 1001) for nominal in NTSC)
    near = (exact for exact in ntsc if rate.denominator > 1 and abs(rate - exact) < 0.005)
    return next(near, rate.limit_denominator(1001))


def flashes(text: str) -> float:
    number = seconds(text)
    if number > 20:
        raise argparse.ArgumentTypeError(f"{text} flashes a second: it goes up to 20")
    return number


def seconds(text: str) -> float:
    number = _number(text)
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return number


def minutes(text: str) -> float:
    number = _number(text)
    if not 0.0 <= number <= 24 * 60:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of minutes from 0 to 1440")
    return number


def _parsed(parse: Callable[[str], T], text: str) -> T:
    """A value that the core knows how to read, with its line as argparse's."""
    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _number(text: str) -> float:
    """A number, or not-a-number, which is within no range."""
    try:
        return float(text)
    except ValueError:
        return math.nan
