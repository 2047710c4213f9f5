"""A parameter as the HUD shows it: a bar with its label, its value, and knobs that wait."""

from __future__ import annotations

import pygame

from visualizer.show.parameters import Parameter
from visualizer.stage import shapes
from visualizer.stage.lettering import Lettering
from visualizer.stage.palette import ACCENT, AMBER, DIM, FILL, INK, TRACK

INSET = 10
"""Between the bar's ends and its text, in units."""


def draw(
    to: pygame.Surface,
    letters: Lettering,
    unit: float,
    row: Parameter,
    value: float,
    waiting: tuple[float, ...] = (),
) -> None:
    """Draw it over the whole surface. waiting: positions of knobs that do not hold it yet.

    The bar of a parameter that goes below 0 grows from there, to the left or to the right.
    """
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
        mark = pygame.Rect(round(position * width) - line // 2, 0, line, height)
        to.fill(AMBER, mark.clamp(whole))
    size, inset = text_size(height, unit), round(INSET * unit)
    figure = letters.line(row.text(value), size, AMBER if waiting else INK)
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


def text_size(height: int, unit: float) -> int:
    """Height of the text in a bar so high, in pixels."""
    return max(1, min(round(17 * unit), round(height * 0.62)))
