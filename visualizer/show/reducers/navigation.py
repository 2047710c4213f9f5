"""Go to a prompt or a preset.

Actions and commands use these functions (reducer.py, commands.py).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from visualizer.show import cueing, durations
from visualizer.show.notices import say
from visualizer.show.parameters import RANDOM
from visualizer.show.prompt_mix import alone
from visualizer.show.prompt_syntax import read
from visualizer.show.records import NO_VALUES, NOTHING, Cued, Preset
from visualizer.show.reducers import model_choice
from visualizer.show.reducers.setting import with_seed
from visualizer.show.state import Show
from visualizer.show.value_layers import lay, lift

LONGEST = 1000
"""Most characters of a prompt that is given by hand: more is a paste gone wrong, and an encoder
reads no more than a tenth of it."""


def preset_index(presets: Sequence[Preset], wanted: str) -> int | None:
    """The index of a preset by its name, in any capitals, or by its number from 1; None: none."""
    return name_index([preset.name for preset in presets], wanted)


def name_index(names: Sequence[str], wanted: str) -> int | None:
    """As preset_index, among the presets' names."""
    folded = [_folded(name) for name in names]
    if _folded(wanted) in folded:
        return folded.index(_folded(wanted))
    numbers = [str(place) for place in range(1, len(names) + 1)]
    return numbers.index(wanted.strip()) if wanted.strip() in numbers else None


def _folded(name: str) -> str:
    # macOS takes letters with marks apart in names of files.
    return unicodedata.normalize("NFC", name).casefold().strip()


def to_preset(show: Show, index: int) -> Show:
    """To a preset's first prompt, with the preset's values, and its model and LoRAs if it names
    some."""
    preset = show.presets[index]
    if replace(show, preset=index).source_in_force != show.source_in_force:
        show = replace(show, source_since=show.time)  # its video begins
    crossfade = durations.seconds(show, "crossfade")
    values = lift(show.values, show.prompt_layer)
    values = lift(values, show.preset_layer)
    show, given = with_seed(show, preset.values)
    values, layer = lay(values, given)
    show = replace(
        show,
        preset=index,
        turn=0,
        visits=show.visits + 1,
        values=values,
        preset_layer=layer,
        prompt_layer=NOTHING,
    )
    show = model_choice.of_preset(show, preset)
    return _to_prompt(show, preset.prompts[show.prompt_index], crossfade)


def to_preset_prompt(show: Show, index: int, prompt: int) -> Show:
    """To a preset, and in it to the prompt at an index; below 0 to its first.

    In the preset that is on, only the prompt changes. One that is not there is said to be none.
    """
    if prompt < 0:
        return to_preset(show, index)
    count = len(show.presets[index].prompts)
    if prompt >= count:
        return say(show, f"{show.presets[index].name} has no prompt {prompt + 1}; it has {count}")
    if index != show.preset:
        show = to_preset(show, index)
    round_ = show.turn // count * count
    turn = next(turn for turn in range(round_, round_ + count) if show.index_at(turn) == prompt)
    return to_turn(show, turn)


def reread(show: Show, presets: tuple[Preset, ...]) -> Show:
    """The show with presets as their files have them now; the one that plays goes on by it.

    What the file has not changed stays where a hand has put it, and so does a prompt typed by hand.
    """
    old = show.preset_now
    show = replace(show, presets=presets)
    new = show.preset_now
    if old is None or new is None or new == old:
        return show
    crossfade = durations.seconds(show, "crossfade")
    by_hand = {
        name: show.values[name]
        for name, (_, laid) in show.preset_layer.items()
        if show.values[name] != laid and old.values.get(name) == new.values.get(name)
    }
    given = new.values
    if given.get("seed") == RANDOM:  # the one that was drawn stays
        given = {**given, "seed": show.values["seed"]}
    values, layer = lay(lift(lift(show.values, show.prompt_layer), show.preset_layer), given)
    values = MappingProxyType({**values, **by_hand})
    show = replace(show, values=values, preset_layer=layer, prompt_layer=NOTHING)
    if (new.model, new.loras) != (old.model, old.loras):
        show = model_choice.of_preset(show, new)
    if not show.cue.stays:
        cued, cue = new.prompts[show.prompt_index], show.cue
        show = _to_prompt(show, cued, crossfade)
        if (cued.parts, cued.negative) == (cue.parts, cue.negative):
            show = replace(show, cue=cue)
    return say(show, f"preset {new.name} was reloaded from its file")


def step_preset(show: Show, by: int) -> Show:
    """To the preset so many places on, round and round."""
    if not show.presets:
        return show
    return to_preset(show, (show.preset + by) % len(show.presets))


def to_turn(show: Show, turn: int) -> Show:
    """To the prompt that the preset has at a turn."""
    if not show.presets:
        return show
    show = replace(show, turn=turn)
    prompts = show.presets[show.preset].prompts
    return _to_prompt(show, prompts[show.prompt_index], durations.seconds(show, "crossfade"))


def to_text(show: Show, text: str) -> Show:
    """To a prompt given by hand, which stays; a blank one changes nothing, with a line."""
    if len(text) > LONGEST:
        show = say(show, cut_line(text))
    negative = preset.negative if (preset := show.preset_now) else ""
    text = text[:LONGEST]
    reading = read(text)
    if reading.line:
        show = say(show, reading.line)
    if not reading.mix:
        why = "nothing of the prompt can be played" if alone(text) else "an empty prompt is ignored"
        return say(show, f"{why}; the prompt stays")
    own = negative if reading.negative is None else reading.negative
    return to_own(show, Cued(reading.mix, NO_VALUES, own), text.strip())


def cut_line(text: str) -> str:
    """That a prompt is cut, for people."""
    return f"the prompt is cut at {LONGEST} characters; it has {len(text)}"


def to_own(show: Show, cued: Cued, written: str) -> Show:
    """To a prompt that is no preset's, and stays. written: for people."""
    show = _to_prompt(show, cued, durations.seconds(show, "crossfade"))
    # What waited for its beat would take the typed prompt away.
    return replace(show, cue=replace(show.cue, stays=True, written=written), pending=None)


def _to_prompt(show: Show, cued: Cued, crossfade: float) -> Show:
    # crossfade: the one that held until now; the fade under way is measured by it.
    cue = cueing.cut_to(show.cue, cued.parts, cued.negative, crossfade)
    show, given = with_seed(show, cued.values)
    values, layer = lay(lift(show.values, show.prompt_layer), given)
    return replace(show, cue=cue, values=values, prompt_layer=layer)
