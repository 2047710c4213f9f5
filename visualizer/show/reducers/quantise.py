"""Launch quantisation, as of clips in Ableton Live: changes wait for the next beat or bar. Pure.

quantised() queues a change for its beat, advancing() one for when the prompt's hold is over, and
take_due() hands out those whose beat has come; each display frame asks for the last two.

A picture is on the wall a while after it was asked for (Show.period). So a change is made that
much ahead of its beat, and what it brings lands on the beat. Rules:

- What waits: next and previous prompt and preset, a preset by number, an entry of the set list, a
  snapshot, and the turning over of a prompt whose hold is over. All else happens at once.
- One change of prompt or preset waits at a time, and the newest wins; but steps of the same kind
  add up, to a round of the preset's prompts at most, and a step back takes one away.
- One snapshot waits beside it. It comes first, as it is one of the preset that is on; so what a
  prompt or preset brings along on the same beat stands over it.
- A prompt turns over at the beat (or bar …) nearest to its hold's end; it gives way to a hand.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from visualizer.show import cueing, durations
from visualizer.show.actions import Action
from visualizer.show.play_actions import Recall, Run, SelectPreset
from visualizer.show.records import CUE, Pending
from visualizer.show.reducers import set_playing, snapshots
from visualizer.show.setup_actions import GoInSet
from visualizer.show.state import Show
from visualizer.show.tempo import BAR

BEATS = (0, 1, BAR, 4 * BAR)
"""What the choices of the parameter quantise stand for: 0 for no waiting."""

_PROMPTS = {"next_prompt": 1, "previous_prompt": -1}
_PRESETS = {"next_preset": 1, "previous_preset": -1}


def quantised(show: Show, action: Action) -> Show | None:
    """The show with an action queued for its beat; None where it is to be done at once."""
    if not _unit(show):
        return None
    asked = None if show.pending is None or show.pending.by_itself else show.pending
    beat = _next(show)
    match action:
        case Recall(slot=slot) if snapshots.kept_in(show, slot) is not None:
            return replace(show, pending_recall=Pending(action, beat))
        case Run(command=command) if command in _PROMPTS and (preset := show.preset_now):
            most = len(preset.prompts)
            steps = min(max(_PROMPTS[command] + _steps(asked), -most), most)
            command = "next_prompt" if steps > 0 else "previous_prompt"
            pending = Pending(Run(command, action.source), beat, abs(steps)) if steps else None
        case Run(command=command) if command in _PRESETS and show.presets:
            index = (_index(asked, show.preset) + _PRESETS[command]) % len(show.presets)
            here = index == show.preset
            pending = None if here else Pending(SelectPreset(index, action.source), beat)
        case SelectPreset(index=index) if 0 <= index < len(show.presets):
            pending = Pending(action, beat)
        case GoInSet(index=index) if set_playing.can_go(show, index):
            pending = Pending(action, beat)
        case _:
            return None
    return replace(show, pending=pending)


def advancing(show: Show) -> Show:
    """Auto-advance: the show with the next prompt queued where the hold is about to be over.

    That is half a beat (or bar …) early, so that the first beat from then on is the nearest to
    the end of the hold. Display frames that come late so never add up to a beat that is missed.
    """
    pending = show.pending
    if not show.presets or (pending is not None and not pending.by_itself):
        return show
    crossfade, hold = durations.seconds(show, "crossfade"), durations.seconds(show, "hold")
    half = durations.beats_in_seconds(show, _unit(show)) / 2
    early = min(half, (crossfade + hold) / 2)
    if not cueing.is_over(show.cue, crossfade, hold, early):
        return show if pending is None else replace(show, pending=None)  # a hand was on it since
    return show if pending else replace(show, pending=Pending(Run("next_prompt", CUE), _next(show)))


def advancing_set(show: Show) -> Show:
    """The show with the set list's next entry queued where the one that is on is about to be over.
    It gives way to a hand, as a prompt's turning over does to it."""
    pending = show.pending
    if show.sets.play is None or (pending is not None and not pending.by_itself):
        return show
    unit = set_playing.unit(show, _unit(show))
    due = set_playing.due(show, unit)
    if isinstance(due, int):
        action, show = GoInSet(due, set_playing.SOURCE), set_playing.passed_over(show, due)
        return replace(show, pending=Pending(action, _next(show, unit), unit=unit))
    return show if due is None else due


def take_due(show: Show) -> tuple[Show, Run | SelectPreset | Recall | GoInSet | None]:
    """What is to be done now that waited, if anything, and the show in which it waits no more.

    Call it until there is None: steps that added up come one by one.
    """
    if show.pending is None and show.pending_recall is None:
        return show, None
    recall, cue = _brought_up(show, show.pending_recall), _brought_up(show, show.pending)
    show = replace(show, pending_recall=recall, pending=cue)
    if recall is not None and recall.beat <= _ahead(show):
        return replace(show, pending_recall=None), recall.action
    if cue is not None and cue.beat <= _ahead(show):
        left = replace(cue, times=cue.times - 1) if cue.times > 1 else None
        return replace(show, pending=left), cue.action
    return show, None


def next_quantise(show: Show) -> Show:
    """The show whose changes wait for the next choice of quantise; off comes after 4 bars."""
    return show.with_values({"quantise": (show.values["quantise"] + 1) % len(BEATS)})


def _unit(show: Show) -> int:
    """Beats from one moment to the next at which what waits may be done; 0 for any moment."""
    return BEATS[int(show.values["quantise"])]


def _ahead(show: Show) -> float:
    """The beat counter when a picture that is asked for now will be on the wall."""
    return show.tempo.beats_at(show.time + show.period)


def _next(show: Show, unit: int = 0) -> float:
    """The first beat that a change asked for now can still land on. unit: beats that such beats
    are apart at least."""
    unit, ahead = max(_unit(show), unit), _ahead(show)
    return ceil(ahead / unit) * unit if unit else ahead


def _brought_up(show: Show, pending: Pending | None) -> Pending | None:
    """What waits, with its beat as it is now: a tap, or a clock that restarts, may have set the
    beat counter back."""
    if pending is None or pending.beat <= (sooner := _next(show, pending.unit)):
        return pending
    return replace(pending, beat=sooner)


def _steps(asked: Pending | None) -> int:
    """Prompts that a hand has asked for, back below 0."""
    match asked:
        case Pending(action=Run(command=command), times=times):
            return _PROMPTS[command] * times
        case _:
            return 0


def _index(asked: Pending | None, here: int) -> int:
    """The preset that a hand has asked for, else the one that is here."""
    match asked:
        case Pending(action=SelectPreset(index=index)):
            return index
        case _:
            return here
