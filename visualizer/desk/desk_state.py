"""The show as sent to desks: the tables, the whole state, and what has changed since. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from visualizer import __version__
from visualizer.desk.told_messages import (
    CommandRow,
    ControlRow,
    DisplayNow,
    EngineNow,
    MachineNow,
    Next,
    Now,
    ParameterRow,
    PresetCard,
    ProjectionNow,
    PromptWeight,
    SetEntryNow,
    SetListNow,
    SetPlace,
    SetupNow,
    SnapshotsNow,
    SoundNow,
    State,
    Tables,
    TempoNow,
)
from visualizer.show import prompt_text, time_text
from visualizer.show.command_table import COMMANDS, ON_OFF
from visualizer.show.next_request import place
from visualizer.show.parameters import DEFAULTS, PARAMETERS
from visualizer.show.records import Preset
from visualizer.show.reducers import set_playing, snapshots
from visualizer.show.reducers.commands import IS_ON
from visualizer.show.reducers.navigation import LONGEST, name_index
from visualizer.show.set_list import SetList
from visualizer.show.state import Show
from visualizer.show.status import NextPreview
from visualizer.show.targets import LEARNABLE
from visualizer.show.tempo import BAR
from visualizer.show.view import View

MOST_PLAYED = (
    "strength", "blend", "noise", "zoom", "rotate", "wall_brightness", "saturation", "trails",
)  # fmt: skip
"""Parameters of the first page of faders, the first four of which a phone shows beside the
preview."""

MERGED = ("values", "on")
"""Sections of which a change names only the entries that are new; their keys never change."""


def tables() -> Tables:
    """What stays the same for a whole show."""
    return Tables(
        version=__version__,
        parameters=tuple(
            ParameterRow(
                name=row.name,
                label=row.label,
                help=row.help,
                group=row.group,
                low=row.low,
                high=row.high,
                default=row.default,
                step=row.step,
                fine=row.fine,
                unit=row.unit,
                whole=row.whole,
                digits=row.digits,
                curve=row.curve,
                travel=row.travel,
                choices=row.choices,
            )
            for row in PARAMETERS
        ),
        commands=tuple(
            CommandRow(name=c.name, label=c.label, help=c.help, on_off=c.name in ON_OFF)
            for c in COMMANDS
        ),
        most_played=MOST_PLAYED,
        beats_in_bar=BAR,
        slots=snapshots.SLOTS,
        longest_prompt=LONGEST,
        learnable=LEARNABLE,
    )


def cards(presets: tuple[Preset, ...]) -> tuple[PresetCard, ...]:
    """The presets for people."""
    return tuple(
        PresetCard(name=preset.name, prompts=tuple(cued.text for cued in preset.prompts))
        for preset in presets
    )


NO_FIGURES = MachineNow(memory=0, processor=0, temperature=None)


def state(
    view: View,
    presets: tuple[PresetCard, ...],
    desks: int,
    *,
    pictures: Mapping[str, str] = MappingProxyType({}),
    machine: MachineNow = NO_FIGURES,
) -> State:
    """The whole state of a moment. presets: cards() of the show's. desks: how many there are.
    pictures: thumbnails.Thumbnails.of."""
    show, status = view.show, view.status
    values = show.values
    sound = show.sound
    return State(
        values=dict(values),
        played={name: round(v, 4) for name, v in view.played.items() if v != values[name]},
        waiting={
            grip.parameter: round(grip.position, 3)
            for grip in show.knobs.values()
            if grip.position is not None and show.waits(grip)
        },
        resets=_resets(show),
        on={name: IS_ON[name](show) for name in ON_OFF},
        presets=presets,
        now=_now(show),
        next=_next(show, next_preview(view)),
        mix=tuple(PromptWeight(text=t, share=round(share, 3)) for t, share in show.cue.parts),
        pictures=dict(pictures),
        set_list=_set_list(show),
        set_place=_set_place(show),
        tempo=_tempo(show),
        snapshots=SnapshotsNow(
            kept=tuple(
                snapshots.kept_in(show, slot) is not None for slot in range(1, snapshots.SLOTS + 1)
            ),
            coming=0 if show.morph is None else show.morph.slot,
        ),
        sound=None
        if sound.heard is None
        else SoundNow(
            level=round(sound.level, 2),
            bass=round(sound.bass, 2),
            mid=round(sound.mid, 2),
            treble=round(sound.treble, 2),
        ),
        engine=EngineNow(
            phase=status.phase.value,
            text=status.text,
            progress=None if status.progress is None else round(status.progress, 2),
            model=status.model,
            device=status.place,
            coming=status.coming,
            fps=round(view.engine_fps, 1),
            latency=round(show.period * 1000),
            seed=show.seed,
            gpu_used=None if status.gpu_memory is None else status.gpu_memory.used,
            gpu_total=None if status.gpu_memory is None else status.gpu_memory.total,
        ),
        display=DisplayNow(
            fps=round(view.display_fps, 1),
            late=view.late_frames,
            p99=round(view.display_p99 * 1000, 1),
            renderer=view.renderer,
        ),
        machine=machine,
        projection=_projection(show),
        setup=_setup(view),
        live=show.live_since is not None,
        messages=tuple(message.text for message in show.messages),
        inputs=(*view.ports, *view.inputs),
        desks=desks,
    )


def changes(before: State, after: State) -> dict[str, Any]:
    """The sections that differ, as they are sent (told_messages.Change)."""
    found: dict[str, Any] = {}
    for name in State.model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old is new or old == new:
            continue
        found[name] = _newer(old, new) if name in MERGED else new
    return found


def _newer(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in new.items() if old.get(name) != value}


def _resets(show: Show) -> dict[str, float]:
    """What the preset and its prompt have laid, where that is not the default anyway."""
    laid = {**show.preset_layer, **show.prompt_layer}
    return {name: value for name, (_, value) in laid.items() if value != DEFAULTS[name]}


def _set_list(show: Show) -> SetListNow:
    sets, now = show.sets, show.sets.now
    return SetListNow(
        name="" if now is None else now.name,
        names=tuple(each.name for each in sets.lists),
        number=0 if now is None else sets.chosen + 1,
        loops=sets.loops,
        changed=sets.changed,
        entries=()
        if now is None
        else _entries(now, round(show.tempo.bpm, 1), tuple(each.name for each in show.presets)),
    )


@lru_cache(maxsize=8)  # asked for 20 times a second
def _entries(now: SetList, bpm: float, presets: tuple[str, ...]) -> tuple[SetEntryNow, ...]:
    places = [name_index(presets, entry.preset) for entry in now.entries]
    return tuple(
        SetEntryNow(
            preset=entry.preset,
            number=0 if place is None else place + 1,
            length=entry.words,
            seconds=round(entry.length * (60.0 * BAR / bpm if entry.counted_in == "bars" else 60)),
        )
        for entry, place in zip(now.entries, places, strict=True)
    )


def _set_place(show: Show) -> SetPlace:
    play, following = show.sets.play, set_playing.following(show)
    return SetPlace(
        place=0 if play is None else play.place + 1,
        next=0 if following is None else following + 1,
        left=max(round(set_playing.left(show)), 0),
    )


def _projection(show: Show) -> ProjectionNow:
    projection, mapping = show.projection, show.mapping
    return ProjectionNow(
        display=show.display,
        corners=tuple((round(x, 4), round(y, 4)) for x, y in projection.corners),
        corner=0 if mapping is None else mapping.corner + 1,
        rotate=projection.rotate,
        flip_h=projection.flip_h,
        flip_v=projection.flip_v,
    )


def _setup(view: View) -> SetupNow:
    show, learning = view.show, view.show.learning
    return SetupNow(
        displays=view.displays,
        models=show.model.available,
        outputs=view.outputs,
        sound=view.sound,
        sounds=view.sounds,
        tempo_from=show.tempo_from,
        midi=view.ports,
        controls=_controls(view.controls),
        learning="" if learning is None else learning.target,
        learned="" if learning is None else learning.line,
        recorded=None if show.recording is None else round(time_text.recorded(show)),
    )


@lru_cache(maxsize=4)
def _controls(rows: tuple[tuple[str, str, str], ...]) -> tuple[ControlRow, ...]:
    return tuple(ControlRow(device=d, control=c, plays=p) for d, c, p in rows)


def _now(show: Show) -> Now:
    text = prompt_text.of(show, 100)
    own = show.preset_now is not None and text.place != "typed"
    return Now(
        preset=show.preset + 1 if show.preset_now is not None else 0,
        prompt=show.prompt_index + 1 if own else 0,
        text=text.text,
        place=text.place,
        fading=text.filled if text.fading else 100,
    )


def next_preview(view: View) -> NextPreview | None:
    """The preview of the next prompt, unless the show has come to another place since."""
    preview = view.status.next_preview
    return None if preview is None or preview.place != place(view.show) else preview


def _next(show: Show, preview: NextPreview | None) -> Next:
    ahead = prompt_text.ahead(show)
    return Next(
        text=ahead.text,
        caption=ahead.caption if ahead.text else "",
        gone=round(min(max(ahead.share, 0.0), 1.0) * 100),
        pending=time_text.of(show, show.tempo.bpm).pending,
        preview="" if preview is None or not preview.jpeg else picture_name(preview.jpeg),
        making=preview is not None and not preview.jpeg,
    )


@lru_cache(maxsize=4)
def picture_name(jpeg: bytes) -> str:
    """What a picture goes by on the way to a desk: the same name is the same picture."""
    return hashlib.sha256(jpeg).hexdigest()[:16]


def _tempo(show: Show) -> TempoNow:
    text = time_text.of(show, show.tempo.bpm)
    return TempoNow(
        bpm=round(text.bpm, 3),
        origin=round(show.tempo.beats_at(0.0), 4),
        source=text.source,
        lost=text.lost,
    )
