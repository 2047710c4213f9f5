"""Names of sources, the pictures that are mixed into the loop: a file's path, or camera:N."""

from __future__ import annotations

from pathlib import PurePath

CAMERA = "camera:"
"""Stands before the number of a camera, from 0."""


def camera_number(name: str) -> int | None:
    """The number of the camera that a name means; None for a file.

    Raises ValueError, with the end of a line for people, where it is neither.
    """
    if not name.startswith(CAMERA):
        return None
    number = name.removeprefix(CAMERA)
    if not (number.isascii() and number.isdecimal() and len(number) < 4):
        raise ValueError(
            f"must be a file, or {CAMERA}N with the camera's number, such as {CAMERA}0"
        )
    return int(number)


def label(name: str) -> str:
    """A source's name for the HUD: camera:N, or a file's name without its folder."""
    return name if name.startswith(CAMERA) else PurePath(name).name
