"""The Request to the engine at a moment of the show."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from visualizer.show import cueing, durations, modulation
from visualizer.show.reducers import navigation
from visualizer.show.request import Following, Place, Request
from visualizer.show.state import Show, index_in

AHEAD = 8
"""Most texts that are named to the engine ahead of time."""


def request(show: Show, played: Mapping[str, float] | None = None) -> Request:
    """What the engine is to make at this moment. played: modulation.played(show), where it is known
    already."""
    values = modulation.played(show) if played is None else played
    crossfade = durations.seconds(show, "crossfade")
    prompts = cueing.mix(show.cue, crossfade)
    negative = cueing.negative_mix(show.cue, crossfade)
    return Request(
        prompts=prompts,
        negative=negative,
        strength=values["strength"],
        guidance=values["guidance"],
        steps=int(values["steps"]),
        seed=int(values["seed"]),
        seed_interval=int(values["seed_interval"]),
        seed_glide=values["seed_glide"],
        blend=values["blend"],
        brightness=values["brightness"],
        contrast=values["contrast"],
        noise=values["noise"],
        zoom=values["zoom"],
        rotate=values["rotate"],
        pan_x=values["pan_x"],
        pan_y=values["pan_y"],
        swirl=values["swirl"],
        ripple=values["ripple"],
        kaleidoscope=int(values["kaleidoscope"]),
        mirror=int(values["mirror"]),
        colour_hold=values["colour_hold"],
        sharpness_hold=values["sharpness_hold"],
        lora_weight=values["lora_weight"],
        source=show.source_in_force,
        source_mix=values["source_mix"],
        source_zoom=values["source_zoom"],
        source_mirror=int(values["source_mirror"]),
        source_time=show.time - show.source_since,
        source_rounds=_rounds(show, values["source_beats"]),
        restarts=show.restarts,
        generating=show.generating,
        time=show.time,
        ahead=_ahead(show, {text for text, _ in prompts + negative}),
    )


def following(show: Show, before: Following | None = None) -> Following | None:
    """The next prompt, for a preview of what "next prompt" brings; None where there is none.

    before: the last one, which stays until the show comes to another place or a preview is asked
    for: the rest of it is only looked at when a preview begins. A seed that is drawn at random is
    another one each time.
    """
    here = place(show)
    if here is None:
        return None
    if before is not None and (before.place, before.asked) == (here, show.previews):
        return before
    after = navigation.to_turn(show, show.turn + 1)
    cue = replace(after.cue, outgoing=(), outgoing_negative=())
    return Following(request(replace(after, cue=cue)), here, show.previews)


def place(show: Show) -> Place | None:
    """What a preview of the next prompt is made for; None where there is no other prompt."""
    preset = show.preset_now
    if preset is None or len(preset.prompts) < 2:
        return None
    coming = preset.prompts[show.index_at(show.turn + 1)].parts
    return show.visits, show.turn, show.restarts, show.cue.parts, coming


def _rounds(show: Show, beats: float) -> float | None:
    """How often a video that lasts so many beats has gone round; None for 0, its own speed."""
    if not beats:
        return None
    # What is asked for now is seen a period later, and is to be on the beat then.
    return show.tempo.beats_at(show.time + show.period) / beats


def _ahead(show: Show, on: Set[str]) -> tuple[str, ...]:
    """Texts that will be wanted soon, the likeliest first, without those that are on now.

    Negative ones only where guidance can be on then: each text costs the time of a frame.
    """
    here = show.preset_now
    if here is None:
        return ()
    soon = [(here, show.index_at(turn)) for turn in (show.turn + 1, show.turn_before)]
    for step in (1, -1):
        preset = show.presets[(show.preset + step) % len(show.presets)]
        soon.append((preset, index_in(preset, 0, show.visits + 1)))
    texts: list[str] = []
    for preset, index in soon:
        cued = preset.prompts[index]
        texts += dict(cued.parts)
        layers = (show.values, preset.values, cued.values)
        if any(values.get("guidance", 0.0) > 1.0 for values in layers):
            texts.append(cued.negative)
    wanted = dict.fromkeys(text for text in texts if text and text not in on)
    return tuple(wanted)[:AHEAD]
