"""Findings: results of the checks before a show. Pure."""

from __future__ import annotations

from dataclasses import dataclass

GOOD, NOTE, BAD = "good", "note", "bad"
"""Levels: as it should be; worth knowing; will go wrong on stage."""


@dataclass(frozen=True, slots=True)
class Finding:
    """level: one of the words above. text: what was found. remedy: what to do, "" for nothing."""

    level: str
    text: str
    remedy: str = ""


def good(text: str) -> Finding:
    """As it should be."""
    return Finding(GOOD, text)


def note(text: str, remedy: str = "") -> Finding:
    """Worth knowing."""
    return Finding(NOTE, text, remedy)


def bad(text: str, remedy: str = "") -> Finding:
    """Will go wrong on stage."""
    return Finding(BAD, text, remedy)
