"""Keys and mouse of the mapping mode (show/reducers/projection_mode.py). Pure, as keyboard.py.

1 to 4 or Tab choose a corner, arrows move it by a pixel, with Shift by ten; R rotates, H and V
flip, Backspace twice resets, Esc or Enter leaves. A mouse drags the corner that is nearest. All
other keys work as usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pygame

from visualizer.controls.keys.key_table import SOURCE
from visualizer.controls.keys.layouts import letter
from visualizer.show.actions import Action
from visualizer.show.play_actions import Switch
from visualizer.show.setup_actions import ChooseCorner, GrabCorner, MoveCorner, Reproject

LARGE_STEP = 10
"""Pixels of a step with Shift."""

_ARROWS: Mapping[int, tuple[int, int]] = MappingProxyType(
    {
        pygame.K_LEFT: (-1, 0),
        pygame.K_RIGHT: (1, 0),
        pygame.K_UP: (0, -1),
        pygame.K_DOWN: (0, 1),
    }
)
"""Pixels across and down."""

_LEAVE = Switch("mapping", False, SOURCE)

_KEYS: Mapping[int, Action] = MappingProxyType(
    {
        **{pygame.K_1 + n: ChooseCorner(n) for n in range(4)},
        pygame.K_TAB: ChooseCorner(-1),
        pygame.K_r: Reproject("rotate"),
        pygame.K_h: Reproject("flip_h"),
        pygame.K_v: Reproject("flip_v"),
        pygame.K_BACKSPACE: Reproject("reset"),
        pygame.K_RETURN: _LEAVE,
        pygame.K_KP_ENTER: _LEAVE,
    }
)

_HELD = pygame.KMOD_CTRL | pygame.KMOD_META | pygame.KMOD_ALT


def key_actions(
    event: pygame.event.Event, size: tuple[int, int], repeated: bool
) -> list[Action] | None:
    """What a key that went down asks for; None for one that is not the mode's. size: of the
    screen in pixels."""
    if event.mod & _HELD:
        return None
    if pixels := _ARROWS.get(event.key):
        step = LARGE_STEP if event.mod & pygame.KMOD_SHIFT else 1
        return [MoveCorner(step * pixels[0] / size[0], step * pixels[1] / size[1])]
    action = _KEYS.get(event.key) or _KEYS.get(letter(event))
    if action is None:
        return None
    return [] if repeated else [action]


def mouse_actions(event: pygame.event.Event, size: tuple[int, int]) -> list[Action]:
    """What the mouse asks for."""
    if event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
        return [GrabCorner(event.pos[0] / size[0], event.pos[1] / size[1])]
    if event.type == pygame.MOUSEMOTION and event.buttons[0]:
        return [MoveCorner(event.rel[0] / size[0], event.rel[1] / size[1], "mouse")]
    return []
