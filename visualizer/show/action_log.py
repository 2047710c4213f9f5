"""The log (-v): one line for each thing that was done to the show. Pure."""

from __future__ import annotations

from collections.abc import Collection

from visualizer.show.actions import Action
from visualizer.show.parameters import BY_NAME
from visualizer.show.play_actions import Knob, Recall, Run
from visualizer.show.records import CUE
from visualizer.show.state import Show
from visualizer.show.system_actions import Engine, Heard, Live, Say, Sync, Tick


def describe(before: Show, action: Action, after: Show) -> str | None:
    """What an action did: "strength 0.50 → 0.75 (midi)".

    None for what comes by itself: clocks, sound, Live after the first, Engine where the model
    stays, and a Tick that brings nothing that had waited for its moment.
    """
    match action:
        case Sync() | Heard():
            return None
        case Tick():
            return _arrived(before, after)
        case Live():
            return "first frame (engine)" if before.live_since is None else None
        case Engine():
            runs = after.model.running
            return f"{runs} runs (engine)" if runs != before.model.running else None
    changes = _changes(before, after)
    if isinstance(action, Run):
        changes.insert(0, action.command)
    if isinstance(action, Say):
        changes = [action.text]
    line = ", ".join(changes) or _without_effect(action, after)
    return f"{line} ({action.source})" if action.source else line


def _arrived(before: Show, after: Show) -> str | None:
    """What came on its beat, or because the last prompt's time was over; None for nothing."""
    recall = before.pending_recall if after.pending_recall is None else None
    came = (after.turn, after.visits) != (before.turn, before.visits)
    if recall is None and not came:
        return None
    asked = recall if recall is not None else before.pending
    source = CUE if asked is None else asked.action.source
    on_their_way = before.morph.laid.keys() if before.morph is not None else ()
    changes = _changes(before, after, on_their_way)
    if recall is not None and isinstance(recall.action, Recall):
        changes.insert(0, f"snapshot {recall.action.slot}")
    line = ", ".join(changes) or "next prompt"
    return f"{line} ({source})" if source else line


def _changes(before: Show, after: Show, but: Collection[str] = ()) -> list[str]:
    """Values, preset, prompt and model that are other than before; but: parameters to leave out."""
    changes = [
        f"{name} {BY_NAME[name].text(before.values[name])} → {BY_NAME[name].text(value)}"
        for name, value in after.values.items()
        if value != before.values[name] and name not in but
    ]
    if after.preset != before.preset and (preset := after.preset_now):
        changes.append(f"preset {preset.name}")
    if after.cue.text != before.cue.text:
        changes.append(f"prompt {after.cue.text!r}")
    if after.model.asks != before.model.asks:
        changes.append(f"model {after.model.asked}")
    return changes


def _without_effect(action: Action, show: Show) -> str:
    """What to say of an action that changed no value, prompt, preset or model."""
    grip = show.knobs.get(action.control) if isinstance(action, Knob) else None
    if grip is not None and grip.position is not None:
        row = BY_NAME[grip.parameter]
        value = row.text(show.values[row.name])
        at = row.text(row.at(grip.position, show.values[row.name]))
        return f"{row.name} {value}, its knob at {at}"
    return type(action).__name__.lower()
