"""Actions: all that can happen to a show, whoever brings it in.

An action says what was done (a knob stands at 0.7), never what follows from it: that is decided
in one place, reducer.reduce.
"""

from __future__ import annotations

from typing import TypeAlias

from visualizer.show.play_actions import PlayAction
from visualizer.show.setup_actions import SetupAction
from visualizer.show.system_actions import SystemAction

Action: TypeAlias = PlayAction | SetupAction | SystemAction
