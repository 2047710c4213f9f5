"""A parameter as the HUD shows it: a bar with label, value and knobs waiting for pickup."""

from __future__ import annotations

from dataclasses import dataclass

import pygame

from visualizer.show.parameter import Parameter
from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.hud_colours import ACCENT, AMBER, DARK, DIM, FILL, INK, TRACK
from visualizer.stage.drawing.lettering import Lettering

INSET = 10
"""Between the bar's ends and its text, in units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """text: the value for people. waiting: positions of knobs that do not hold it yet, the one
    moved last at the end. focus: it is the parameter that a hand on the keypad plays."""

    row: Parameter
    value: float
    text: str
    waiting: tuple[float, ...] = ()
    focus: bool = False


def draw(to: pygame.Surface, letters: Lettering, unit: float, shown: Bar) -> None:
    """Draw it over the whole surface.

    The bar of a parameter that goes below 0 grows from there, to the left or to the right.
    """
    row, value, waiting = shown.row, shown.value, shown.waiting
    width, height = to.get_size()
    whole = to.get_rect()
    radius, line = round(height * 0.24), max(1, round(3 * unit))
    to.blit(shapes.plate(width, height, radius, TRACK), (0, 0))
    zero = round(row.position(0.0) * width) if row.low < 0 else 0
    at = round(row.position(value) * width)
    filled = pygame.Rect(min(zero, at), 0, abs(at - zero), height)
    to.blit(shapes.plate(width, height, radius, FILL), filled, filled)
    under = pygame.Rect(filled.left, height - line, filled.width, line)
    to.blit(shapes.plate(width, height, radius, ACCENT), under, under)
    if row.low < 0:
        notch = pygame.Rect(0, 0, line, max(2, height // 4)).move(zero - line // 2, 0)
        notch.bottom = height
        to.fill(ACCENT if at != zero else DIM, notch)
    for position in waiting:
        spot = pygame.Rect(round(position * width) - line // 2, 0, line, height)
        to.fill(AMBER, spot.clamp(whole))
    if shown.focus:
        to.blit(shapes.frame(width, height, radius, max(1, round(2 * unit)), INK), (0, 0))
    size, inset = text_size(height, unit), round(INSET * unit)
    figure = letters.line(shown.text, size, AMBER if waiting else INK)
    place = figure.get_rect(midright=(width - inset, height // 2))
    to.blit(figure, place)
    left = place.left
    if waiting:  # which way to turn the knob that was moved last
        turn = "right" if row.position(value) > waiting[-1] else "left"
        arrow = shapes.arrow(size, turn, AMBER)
        spot = arrow.get_rect(midright=(left - round(5 * unit), height // 2))
        to.blit(arrow, spot)
        left = spot.left
    room = left - round(5 * unit) - inset
    label = letters.line(letters.shorten(row.label, size, room), size)
    to.blit(label, label.get_rect(midleft=(inset, height // 2)))


def mark(to: pygame.Surface, place: pygame.Rect, unit: float, position: float) -> None:
    """Over the bar at place: where a modulation has the value at this moment (0 to 1)."""
    line = max(2, round(2 * unit))
    spot = pygame.Rect(
        place.left + round(position * place.width) - line // 2, 0, line, place.height
    )
    spot.top = place.top
    spot = spot.clamp(place)
    to.fill(DARK, spot.inflate(2, 0).clip(place))  # it must be seen on the filled part too
    to.fill(INK, spot)


def text_size(height: int, unit: float) -> int:
    """Height of the text in a bar so high, in pixels."""
    return max(1, min(round(17 * unit), round(height * 0.62)))
