"""Esc gets out of everything: whatever random hands have opened, three presses end the show."""

from __future__ import annotations

from random import Random

import pygame

from visualizer.controls.keys.keyboard import Keyboard
from visualizer.show import random_hands
from visualizer.show.actions import Action
from visualizer.show.command_table import COMMANDS, ON_OFF
from visualizer.show.files.preset import parse
from visualizer.show.play_actions import Digit, Run, Switch, Type
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show
from visualizer.show.system_actions import Live, Tick

ALL = tuple(parse(f"name: {name}\nprompts: [a, b, c]", name) for name in ("one", "two"))

ANY = [row.name for row in COMMANDS if row.name != "quit"]


def anything(chance: Random) -> Action:
    """What a flood of pads, with any map, brings."""
    match chance.randrange(5):
        case 0 | 1:
            return Run(chance.choice(ANY), "midi")
        case 2:
            return Switch(chance.choice(ON_OFF), chance.random() < 0.5, "midi")
        case 3:
            return chance.choice((Type("a"), Type("1"), Digit("4")))
    return random_hands.action(chance, len(ALL))


def escape(show: Show, keyboard: Keyboard) -> Show:
    """Esc pressed and let go of."""
    for kind in (pygame.KEYDOWN, pygame.KEYUP):
        event = pygame.event.Event(kind, key=pygame.K_ESCAPE, mod=0, unicode="\x1b", scancode=41)
        asked = keyboard.actions(
            event,
            typing=show.entry is not None,
            choosing=show.learning is not None,
            mapping=show.mapping is not None,
        )
        for action in asked:
            show = reduce(show, action)
    return reduce(show, Tick(0.3, most=0.25))


def test_after_a_flood_one_esc_leaves_all_that_is_open_and_two_more_end_the_show() -> None:
    for seed in range(80):
        chance, keyboard = Random(seed), Keyboard()
        show = reduce(start(ALL), Live(1))
        for _ in range(chance.randint(1, 40)):
            show = reduce(reduce(show, anything(chance)), Tick(0.016))
        if show.entry or show.help or show.learning or show.mapping:
            show = escape(show, keyboard)
            opened = (show.entry, show.help, show.learning, show.mapping)
            assert opened == (None, False, None, None), seed
        show = escape(show, keyboard)
        assert not show.over
        assert escape(show, keyboard).over, seed
