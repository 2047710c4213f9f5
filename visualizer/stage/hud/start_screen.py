"""The start screen: stands before the first frame, and asks for a model where none was named.

Needs nothing but numpy and pygame, so it is there within the first 100 ms, while torch loads.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pygame

from visualizer.show.records import TextEntry
from visualizer.show.reducers.text_entry import ANSWER_WITHIN
from visualizer.show.state import Show
from visualizer.show.status import Phase, Status
from visualizer.show.view import View
from visualizer.stage.drawing import shapes
from visualizer.stage.drawing.hud_colours import ACCENT, AMBER, INK, SOFT, TRACK, Colour
from visualizer.stage.drawing.lettering import Lettering
from visualizer.stage.drawing.typed_line import caret_on, typed_line
from visualizer.stage.hud.panel_layout import unit_of

NAME = "VISUALIZER"

GRID = (256, 144)
"""Width and height at which the background is computed; it is soft, so scaling hides nothing."""

TILE = 256
"""Side of the piece of grain that is repeated over the screen, in pixels."""

GLOWS = (
    # red, green, blue (0 to 255), its home, speeds (radians a second) and phases of its path
    ((84, 44, 178), (0.75, 0.55), (0.17, 0.13), (0.0, 1.3)),
    ((14, 92, 176), (1.50, 0.75), (0.13, 0.19), (2.1, 0.2)),
    ((178, 34, 116), (0.20, 0.25), (0.11, 0.15), (4.0, 2.6)),
    ((10, 128, 140), (1.15, 0.10), (0.15, 0.09), (5.2, 4.4)),
)
"""Soft lights that wander round their homes, across a picture 16/9 wide and 1 high."""

SPREAD, BRIGHTNESS = 0.17, 0.62
"""Square of a glow's radius, and how bright it is; dim enough that white text stands out."""

OFFER = 92
"""From the screen's foot to the middle of the line that offers the last show, in units."""

FIELD: Colour = (8, 9, 16, 150)


def background(time: float) -> npt.NDArray[np.uint8]:
    """The picture behind the name at a moment (seconds), shape (GRID height, width, 3)."""
    width, height = GRID
    x = (np.arange(width, dtype=np.float32) + 0.5) / width * 16 / 9
    y = (np.arange(height, dtype=np.float32) + 0.5) / height
    columns = np.empty((len(GLOWS), width), np.float32)
    rows = np.empty((height, len(GLOWS)), np.float32)
    for place, (_, home, speeds, phases) in enumerate(GLOWS):
        at_x = home[0] + 0.32 * math.sin(time * speeds[0] + phases[0])
        at_y = home[1] + 0.28 * math.cos(time * speeds[1] + phases[1])
        # A round glow is the product of its profiles, so all of them are one matrix product.
        columns[place] = np.exp(-((x - at_x) ** 2) / SPREAD)
        rows[:, place] = np.exp(-((y - at_y) ** 2) / SPREAD)
    light = np.empty((height, width, 3), np.float32)
    for channel, dark in enumerate((9, 8, 20)):
        strength = np.array([glow[0][channel] for glow in GLOWS], np.float32) * BRIGHTNESS
        light[..., channel] = dark + rows @ (columns * strength[:, None])
    return np.rint(np.minimum(light, 255)).astype(np.uint8)


def offer_top(show: Show, size: tuple[int, int]) -> int:
    """Where the offer of the last show begins, in pixels; the screen's foot where there is none."""
    u = unit_of(size)
    return size[1] - (round((OFFER + 20) * u) if show.offer is not None else 0)


class StartScreen:
    """Draws the start screen."""

    def __init__(self, letters: Lettering) -> None:
        self._letters = letters
        self._grain: pygame.Surface | None = None
        self._cover: pygame.Surface | None = None

    def fade(self, target: pygame.Surface, view: View, time: float, alpha: float) -> None:
        """Draw it over what is there. alpha: how much of it is seen, 0 to 1."""
        if alpha >= 1.0:
            self.draw(target, view, time)
            return
        if self._cover is None or self._cover.get_size() != target.get_size():
            # With alpha of its own: an OpenGL canvas would keep the picture hidden by one without.
            self._cover = pygame.Surface(target.get_size(), pygame.SRCALPHA, 32)
        self.draw(self._cover, view, time)
        self._cover.set_alpha(round(255 * alpha))
        target.blit(self._cover, (0, 0))

    def draw(self, target: pygame.Surface, view: View, time: float) -> None:
        """The start screen at a moment (any clock, in seconds), over the whole surface."""
        size = target.get_size()
        u = unit_of(size)
        soft = pygame.Surface(GRID, depth=32)
        soft.blit(pygame.image.frombuffer(background(time).data, GRID, "RGB"), (0, 0))
        target.blit(pygame.transform.smoothscale(soft, size), (0, 0))
        self._add_grain(target)
        middle, y = size[0] // 2, round(size[1] * 0.40)
        name = self._letters.line(NAME, round(76 * u), INK, spacing=0.16)
        target.blit(name, name.get_rect(center=(middle, y)))
        y += round(84 * u)
        entry = view.show.entry
        if entry is not None and entry.countdown is not None:
            self._question(target, entry, view.status, middle, y, u, time)
        else:
            self._status(target, view, middle, y, u, time)
        self._offer(target, view.show, middle, u)
        self._foot(target, view.status, middle, u)

    def _status(
        self, target: pygame.Surface, view: View, middle: int, y: int, u: float, time: float
    ) -> None:
        status = view.status
        failed = status.phase is Phase.FAILED
        size, width = round(20 * u), min(round(760 * u), target.get_width() - round(60 * u))
        text = status.text or ("The engine has failed" if failed else _waiting_for(view))
        for line in self._letters.wrap(text, size, width, most=4):
            mark = self._letters.line(line, size, AMBER if failed else INK, bold=failed)
            target.blit(mark, mark.get_rect(center=(middle, y)))
            y += round(28 * u)
        if failed:
            return
        bar = pygame.Rect(0, 0, round(420 * u), max(2, round(5 * u)))
        bar.center = (middle, y + round(12 * u))
        target.blit(shapes.plate(*bar.size, bar.height // 2, TRACK), bar)
        if status.progress is None:  # a piece of light that goes to and fro
            left, right = (0.5 - 0.5 * math.cos(time * 1.7 - late) for late in (0.35, 0.0))
            left, right = min(left, right) * 0.86, max(left, right) * 0.86 + 0.14
        else:
            left, right = 0.0, min(max(status.progress, 0.0), 1.0)
        part = pygame.Rect(round(left * bar.width), 0, 0, bar.height)
        part.width = round(right * bar.width) - part.left
        lit = shapes.plate(max(part.width, bar.height) // 2 * 2, bar.height, bar.height // 2, INK)
        target.blit(lit, (bar.left + part.left, bar.top))

    def _question(
        self,
        target: pygame.Surface,
        entry: TextEntry,
        status: Status,
        middle: int,
        y: int,
        u: float,
        time: float,
    ) -> None:
        letters, left = self._letters, entry.countdown or 0.0
        field = pygame.Rect(0, 0, min(round(720 * u), target.get_width() - round(40 * u)), 0)
        field.height = round(68 * u)
        field.midtop = (middle, y - round(16 * u))
        target.blit(shapes.plate(*field.size, round(16 * u), FIELD, (255, 255, 255, 60)), field)
        size = round(24 * u)
        head = letters.line("Model:", size, SOFT)
        target.blit(head, head.get_rect(midleft=(field.left + round(24 * u), field.centery)))
        dial = round(44 * u)
        ring = shapes.ring(dial, left / ANSWER_WITHIN, max(2.0, 4 * u), ACCENT, TRACK)
        place = ring.get_rect(midright=(field.right - round(14 * u), field.centery))
        target.blit(ring, place)
        seconds = letters.line(f"{max(math.ceil(left), 0)}", round(18 * u))
        target.blit(seconds, seconds.get_rect(center=place.center))
        line = pygame.Rect(field.left + round(36 * u) + head.get_width(), 0, 0, round(26 * u))
        line.width = place.left - round(14 * u) - line.left
        line.centery = field.centery
        typed_line(target, letters, line, entry, status.default, caret_on(time))
        words = "Enter accepts"
        if status.default:
            words += f"; leave it empty for {status.default}"
        hint = letters.line(words, round(17 * u), SOFT, bold=False)
        target.blit(hint, hint.get_rect(midtop=(middle, field.bottom + round(14 * u))))

    def _offer(self, target: pygame.Surface, show: Show, middle: int, u: float) -> None:
        """The key that takes up the last show, while there is one."""
        if show.offer is None:
            return
        letters, size, key = self._letters, round(20 * u), shapes.KEYS["resume"]
        text = "resumes the last show"
        if show.offer.preset:
            text += f": {show.offer.preset}"
        height, gap = round(size * 1.5), round(size * 0.5)
        wide = shapes.key_width(letters, key, height)
        room = target.get_width() - round(60 * u) - wide - gap
        line = letters.line(letters.shorten(text, size, room), size, INK)
        cap = pygame.Rect(0, 0, wide, height)
        cap.center = (
            middle - (line.get_width() + gap) // 2,
            target.get_height() - round(OFFER * u),
        )
        shapes.key(target, letters, key, cap)
        target.blit(line, line.get_rect(midleft=(cap.right + gap, cap.centery)))

    def _foot(self, target: pygame.Surface, status: Status, middle: int, u: float) -> None:
        """The default model and why it is the one."""
        if not status.default:
            return
        asking = status.phase is Phase.ASKING  # then the hint names the default
        text = status.reason if asking else f"{status.default}: {status.reason}".rstrip(": ")
        size = round(16 * u)
        text = self._letters.shorten(text, size, target.get_width() - round(60 * u), bold=False)
        line = self._letters.line(text, size, (*SOFT[:3], 255), bold=False)
        spot = (middle, target.get_height() - round(40 * u))
        target.blit(line, line.get_rect(center=spot))

    def _add_grain(self, target: pygame.Surface) -> None:
        """Noise of up to five levels: without it dark gradients show bands."""
        if self._grain is None or self._grain.get_size() != target.get_size():
            noise = np.random.default_rng(1).integers(0, 6, (TILE, TILE, 1), dtype=np.uint8)
            grey = np.repeat(noise, 3, axis=2)
            tile = pygame.image.frombuffer(grey.data, (TILE, TILE), "RGB")
            width, height = target.get_size()
            self._grain = pygame.Surface((width, height), depth=32)
            for x in range(0, width, TILE):
                for y in range(0, height, TILE):
                    self._grain.blit(tile, (x, y))
        target.blit(self._grain, (0, 0), special_flags=pygame.BLEND_RGB_ADD)


def _waiting_for(view: View) -> str:
    """Why there is no picture yet, where the engine itself has nothing to say."""
    if view.status.phase is not Phase.RUNNING:
        return "Starting"
    if not view.show.generating:
        return "Generation is off: press G"
    return "Generating" if view.show.cue.text.strip() else "No prompt: press Enter and type one"
