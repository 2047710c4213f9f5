"""The panel's sections, each painted over a whole surface. unit: pixels a unit
(panel_layout.py)."""

from __future__ import annotations

from dataclasses import dataclass

import pygame

from visualizer.show.prompt_text import CueText
from visualizer.show.tempo import BAR
from visualizer.show.time_text import TimeText
from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.hud_colours import (
    ACCENT,
    AMBER,
    CAP,
    DARK,
    DIM,
    EDGE,
    FILL,
    INK,
    LINE,
    PANEL,
    SOFT,
    TRACK,
    Colour,
)
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.hud.panel_layout import Plan

NONE = "–"
"""Stands where there is no figure yet."""

LAMP, LAMPS = 16, 22
"""A dot's size, and from dot to dot, in units."""


@dataclass(frozen=True, slots=True)
class Header:
    """What runs, and how fast; figures as they are shown."""

    model: str
    device: str
    engine: str
    wall: str
    renderer: str
    seed: str


def ground(to: pygame.Surface, letters: Lettering, u: float, where: Plan) -> None:
    """The plate with all that never changes on it: keys, and what the right column needs."""
    to.blit(shapes.plate(*to.get_size(), round(16 * u), PANEL, EDGE), (0, 0))
    left, top = where.panel.topleft
    for row in where.rows if where.extra is None else (*where.rows, where.extra):
        for name, place in row.keys:
            shapes.key(to, letters, name, place.move(-left, -top), dim=True)
    line = where.ctrl.move(-left, -top)
    cap = pygame.Rect(line.topleft, (shapes.key_width(letters, "ctrl", line.height), line.height))
    shapes.key(to, letters, "ctrl", cap, dim=True)
    words = letters.line("held", px(15, u), DIM, bold=False)
    to.blit(words, words.get_rect(midleft=(cap.right + px(7, u), line.centery)))


def header(to: pygame.Surface, letters: Lettering, u: float, shown: Header) -> None:
    """The model and its device; below them the rates and the seed in force."""
    width = to.get_width()
    device = letters.line(shown.device, px(15, u), DIM, bold=False)
    to.blit(device, device.get_rect(topright=(width, px(4, u))))
    room = width - device.get_width() - px(12, u)
    to.blit(letters.line(letters.shorten(shown.model, px(21, u), room), px(21, u)), (0, 0))
    columns = (
        ("Engine", shown.engine, "fps"),
        ("Wall", shown.wall, f"fps {shown.renderer}".rstrip()),
        ("Seed", shown.seed, ""),
    )
    for place, (caption, number, per) in enumerate(columns):
        x, y = round(width * place * 0.36), px(29, u)
        words = letters.line(caption, px(15, u), DIM, bold=False)
        to.blit(words, (x, y + px(4, u)))
        x += words.get_width() + px(7, u)
        figure = letters.line(number, px(22, u), INK)
        to.blit(figure, (x, y))
        if per and number != NONE:
            right = x + figure.get_width() + px(5, u)
            to.blit(letters.line(per, px(15, u), DIM, bold=False), (right, y + px(4, u)))


def time(to: pygame.Surface, letters: Lettering, u: float, shown: TimeText) -> None:
    """Four dots (unlit: see beat_dot), the tempo, whose it is, and what changes wait for."""
    width, height = to.get_size()
    to.fill(LINE, (0, 0, width, max(1, round(u))))
    middle = (height + round(u)) // 2
    for number in range(BAR):
        spot = beat_dot(to.get_rect(), u, number)
        to.blit(shapes.plate(*spot.size, spot.width // 2, CAP), spot)
    x = px(LAMPS * BAR + 6, u)
    source = AMBER if shown.lost else SOFT
    for text, size, colour, bold in (
        (f"{shown.bpm:.1f}", 22, INK, True),
        ("BPM", 15, DIM, False),
        (f"{shown.source} lost" if shown.lost else shown.source, 15, source, shown.lost),
    ):
        line = letters.line(text, px(size, u), colour, bold=bold)
        to.blit(line, line.get_rect(midleft=(x, middle)))
        x += line.get_width() + px(7, u)
    room = width - x - px(6, u)
    size = px(17 if shown.pending else 15, u)
    text = shown.pending or f"quantise {shown.quantise or 'off'}"
    colour = ACCENT if shown.pending else SOFT if shown.quantise else DIM
    bold = bool(shown.pending)
    line = letters.line(letters.shorten(text, size, room, bold), size, colour, bold=bold)
    to.blit(line, line.get_rect(midright=(width, middle)))


def beat_dot(place: pygame.Rect, u: float, number: int) -> pygame.Rect:
    """Where a beat's dot stands, in the section at place."""
    spot = pygame.Rect(0, 0, px(LAMP, u), px(LAMP, u))
    middle = place.top + (place.height + round(u)) // 2
    spot.midleft = (place.left + round(LAMPS * number * u), middle)
    return spot


def lit(u: float, number: int) -> pygame.Surface:
    """The dot of the beat that it is: the bar's first in the accent."""
    size = px(LAMP, u)
    return shapes.plate(size, size, size // 2, INK if number else ACCENT)


def prompt(to: pygame.Surface, letters: Lettering, u: float, shown: CueText) -> None:
    """Preset, prompt in force, how far its fade or hold is, and what comes."""
    width = to.get_width()
    to.fill(LINE, (0, 0, width, max(1, round(u))))
    y = px(9, u)
    count = letters.line(shown.place, px(15, u), SOFT)
    to.blit(count, count.get_rect(topright=(width, y)))
    room = width - count.get_width() - px(12, u)
    preset = letters.shorten(shown.preset, px(15, u), room)
    to.blit(letters.line(preset, px(15, u), ACCENT), (0, y))
    text, colour = (shown.text, INK) if shown.text else ("No prompt", DIM)
    for number, part in enumerate(letters.wrap(text, px(20, u), width)):
        to.blit(letters.line(part, px(20, u), colour), (0, px(27 + 24 * number, u)))
    line = pygame.Rect(0, px(77, u), width, max(2, px(5, u)))
    to.blit(shapes.plate(*line.size, line.height // 2, TRACK), line)
    if shown.filled:
        done = shapes.plate(*line.size, line.height // 2, ACCENT if shown.fading else SOFT)
        to.blit(done, line, (0, 0, shown.filled, line.height))
    caption = letters.line(shown.caption, px(15, u), DIM, bold=False)
    to.blit(caption, (0, px(86, u)))
    room = width - caption.get_width() - px(8, u)
    other = letters.shorten(shown.other, px(15, u), room, bold=False)
    x = caption.get_width() + px(8, u)
    to.blit(letters.line(other, px(15, u), SOFT, bold=False), (x, px(86, u)))


@dataclass(frozen=True, slots=True)
class Cell:
    """A snapshot's slot; coming: its values are on their way in."""

    slot: int
    stored: bool
    coming: bool


def snapshots(to: pygame.Surface, letters: Lettering, u: float, shown: tuple[Cell, ...]) -> None:
    """The word and the slots: filled where one is stored, bright where it comes in."""
    width, height = to.get_size()
    size = px(15, u)
    word = letters.line("Snapshots", size, DIM, bold=False)
    to.blit(word, word.get_rect(midleft=(0, height // 2)))
    left = word.get_width() + px(8, u)
    pitch = (width - left + px(4, u)) / len(shown)
    for number, cell in enumerate(shown):
        place = pygame.Rect(left + round(number * pitch), 0, round(pitch) - px(4, u), height)
        plate: Colour = ACCENT if cell.coming else FILL if cell.stored else TRACK
        ink: Colour = DARK if cell.coming else INK if cell.stored else DIM
        to.blit(shapes.plate(*place.size, round(height * 0.24), plate), place)
        figure = letters.line(str(cell.slot), size, ink)
        to.blit(figure, figure.get_rect(center=place.center))


def modulation(to: pygame.Surface, letters: Lettering, u: float, shown: tuple[str, str]) -> None:
    """What is moved, and by what."""
    name, words = shown
    size, middle = px(15, u), to.get_height() // 2
    label = letters.line(name, size, INK)
    to.blit(label, label.get_rect(midleft=(0, middle)))
    x = label.get_width() + px(6, u)
    words = letters.shorten(words, size, to.get_width() - x, bold=False)
    line = letters.line(words, size, ACCENT, bold=False)
    to.blit(line, line.get_rect(midleft=(x, middle)))


def footer(
    to: pygame.Surface, letters: Lettering, u: float, shown: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    """The MIDI ports in use, and what else plays along."""
    ports, inputs = shown
    size, y = px(15, u), px(2, u)
    others = letters.shorten(" · ".join(inputs), size, to.get_width() // 2, bold=False)
    right = letters.line(others, size, SOFT, bold=False)
    spot = right.get_rect(topright=(to.get_width(), y))
    if others:
        to.blit(right, spot)
    head = letters.line("MIDI", size, DIM)
    to.blit(head, (0, y))
    x = head.get_width() + px(8, u)
    room = (spot.left - px(12, u) if others else to.get_width()) - x
    text = letters.shorten(", ".join(ports) or "no controller", size, room, bold=False)
    to.blit(letters.line(text, size, SOFT if ports else DIM, bold=False), (x, y))


def px(units: float, unit: float) -> int:
    """Pixels, at least one."""
    return max(1, round(units * unit))
