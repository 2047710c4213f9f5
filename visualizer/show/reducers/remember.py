"""Store a show as a session or in a picture, and restore it from that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from types import MappingProxyType

from visualizer.show import tempo
from visualizer.show.cueing import Cue
from visualizer.show.files.picture_metadata import PictureMetadata
from visualizer.show.files.session import HISTORY, Session
from visualizer.show.notices import say
from visualizer.show.parameters import BY_NAME
from visualizer.show.records import NO_VALUES, Cued, DisplayChoice
from visualizer.show.reducers import (
    model_choice,
    navigation,
    set_editing,
    set_playing,
    snapshots,
)
from visualizer.show.source_names import label
from visualizer.show.state import Show

SETTLED = 30.0
"""Seconds after its first frame that a show takes the place of one that was offered and not taken
up: who starts the program, sees the offer and stumbles over a key has not lost it."""


def remember(show: Show) -> Session:
    """What to keep of the show at this moment.

    A tempo that the sound has found is the music's, and is found again.
    """
    values = dict(snapshots.aims(show))  # a morph under way does not end half way
    if show.tempo.source == "sound":
        del values["tempo"]
    sets = show.sets
    return Session(
        values=MappingProxyType(values),
        preset=preset.name if (preset := show.preset_now) else "",
        turn=show.turn,
        visits=show.visits,
        prompt=show.cue.text if show.cue.stays else "",
        seed=show.seed,
        model=show.model.in_force,
        loras=show.model.loras,
        source=show.source,
        fullscreen=show.fullscreen,
        fit=show.fit,
        display=show.chosen_display,
        history=show.history,
        set_list=sets.now.name if sets.now is not None and sets.play is not None else "",
        set_place=sets.play.place if sets.play is not None else 0,
        set_preset=sets.entry.preset if sets.entry is not None else "",
        unattended=sets.unattended,
        chosen_set=sets.now.name if sets.now is not None else "",
        unsaved_sets=sets.unsaved,
        blackout=show.blackout,
        frozen=show.frozen,
    )


def offered(show: Show, memory: Session) -> Show:
    """The last show's memory is there to be taken up; the wall goes to its display in any case."""
    show = replace(show, offer=memory)
    if memory.display in ("", show.display):
        return show
    return replace(show, display_choice=DisplayChoice(show.display_choice.asks + 1, memory.display))


def next_display(show: Show) -> Show:
    """The wall moves to the next display."""
    return replace(show, display_choice=DisplayChoice(show.display_choice.asks + 1))


def to_display(show: Show, name: str) -> Show:
    """The wall moves to the display of that name; "" moves it nowhere."""
    if name in ("", show.display):
        return show
    return replace(show, display_choice=DisplayChoice(show.display_choice.asks + 1, name))


def settled(show: Show) -> bool:
    """Whether the show may take the place of the last one's memory on disk."""
    if show.offer is None:
        return True
    return show.live_since is not None and show.time - show.live_since >= SETTLED


def resumed(show: Show) -> Show:
    """The offered show taken up (command resume): its prompt fades in, its values are there.

    A preset that no longer exists is reported and left out; the rest is restored.
    """
    memory = show.offer
    if memory is None:
        return say(show, "there is no last show to resume")
    show = replace(
        show,
        offer=None,
        fullscreen=memory.fullscreen,
        fit=memory.fit,
        blackout=memory.blackout or show.blackout,
        frozen=memory.frozen or show.frozen,
    )
    names = [preset.name for preset in show.presets]
    if memory.preset in names:
        lines = show.messages
        show = replace(show, visits=memory.visits - 1)  # choosing it is a visit
        show = navigation.to_preset(show, names.index(memory.preset))
        if memory.turn != show.turn:
            show = navigation.to_turn(show, memory.turn)
        show = replace(show, messages=lines)  # a seed that was drawn gives way to the last show's
    elif memory.preset:
        show = say(show, f"preset {memory.preset} no longer exists")
    if memory.prompt:
        show = navigation.to_text(show, memory.prompt)
    show = set_editing.restored(show, memory.unsaved_sets, memory.chosen_set)
    show = set_playing.taken_up(show, memory)
    show = model_choice.changed(show, memory.model, memory.loras)
    if memory.source and memory.source != show.source:
        show = replace(show, source=memory.source, source_since=show.time)
    # Their layers know what lies under the preset's and the prompt's values, and lift those that
    # still show; what a hand had set over them stays, as it would have.
    values = dict(memory.values)
    if memory.seed is not None:
        values["seed"] = BY_NAME["seed"].clamp(memory.seed)
    history = tuple(dict.fromkeys((*memory.history, *show.history)))[-HISTORY:]
    show = replace(show.with_values(values), morph=None, history=history)
    return say(show, "the last show is resumed")


def metadata(show: Show, version: str) -> PictureMetadata:
    """What a picture of this moment says. version: of this program."""
    cue = show.cue
    return PictureMetadata(
        prompt=cue.text,
        mix=cue.parts,
        negative=cue.negative,
        values=show.values,
        seed=show.seed,
        model=show.model.running,
        loras=show.model.loras,
        source=label(show.source_in_force),
        version=version,
    )


def begun_from(show: Show, picture: PictureMetadata, given: Collection[str] = ()) -> Show:
    """A show that has just begun, with a picture's values and prompt in place of its own.

    given: parameters that stay as they are.
    """
    own = {name: show.values[name] for name in given}
    if picture.mix:
        show = replace(show, cue=Cue())  # nothing was on yet that it could fade in from
        cued = Cued(picture.mix, NO_VALUES, picture.negative)
        show = navigation.to_own(show, cued, picture.prompt)
    seed = {} if picture.seed is None else {"seed": float(picture.seed)}
    return tempo.turned(show.with_values({**picture.values, **seed, **own}))
