"""Actions: everything that can happen to a show, from any source.

An action states what was done (a knob is at 0.7), never its consequences: reducer.reduce alone
decides those.
"""

from __future__ import annotations

from typing import TypeAlias

from visualizer.show.play_actions import PlayAction
from visualizer.show.setup_actions import SetupAction
from visualizer.show.system_actions import SystemAction

Action: TypeAlias = PlayAction | SetupAction | SystemAction
