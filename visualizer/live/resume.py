"""Which parts of the last show are resumed when options ask for something else. Pure.

What the command line names stands over what was found: a setting over a value, a preset over that
of the last show and the prompt typed in it. A show that was ended dark or frozen begins with light
and movement. All else is as it was left. A show that died and is restarted goes on as it was: its
command line had its turn at the beginning.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from visualizer.options import LiveOptions
from visualizer.show.durations import COUNTED_IN
from visualizer.show.files.session import Session
from visualizer.show.state import Show


def as_asked(found: Session, options: LiveOptions, show: Show) -> Session:
    """The last show's memory as the options have it. show: begun with them (reducer.start)."""
    if options.restarted:
        return found
    names = set(options.settings)
    preset = show.preset_now
    if options.preset is not None and preset is not None:
        found = replace(found, preset="", prompt="")  # the one that is on stays on
        names.update(preset.values, preset.prompts[show.prompt_index].values)
    names.update(unit for length, unit in COUNTED_IN.items() if length in names)
    given = {name: show.values[name] for name in names}
    return replace(
        found,
        values=MappingProxyType({**found.values, **given}),
        seed=None if "seed" in given else found.seed,
        model=options.model or found.model,
        display=found.display if options.display is None else "",
        loras=options.lora or found.loras,
        source=options.source or found.source,
        fullscreen=found.fullscreen and not options.windowed,
        blackout=False,
        frozen=False,
    )
