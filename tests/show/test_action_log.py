"""The log: a line for each thing that was done, and none for what goes on by itself."""

from __future__ import annotations

from visualizer.show.action_log import describe
from visualizer.show.play_actions import (
    Knob,
    KnobId,
    Nudge,
    Prompt,
    Recall,
    Run,
    SelectPreset,
    Set,
    Store,
    Type,
)
from visualizer.show.reducer import reduce, start
from visualizer.show.state import Show
from visualizer.show.system_actions import Engine, Live, Say, Tick, Unplugged

from .shows import ALL, RICH, after, live

KNOB = KnobId("nano", 1, "cc 20")


def test_an_action_is_told_in_a_line() -> None:
    for done, line in (
        (Set("strength", 0.75, "midi"), "strength 0.60 → 0.75 (midi)"),
        (Nudge("hold", -1, source="keyboard"), "hold 20.00 → 15.00 (keyboard)"),
        (Set("strength", 0.6, "cli"), "set (cli)"),
        (Live(7), "first frame (engine)"),
        (Tick(100.0), None),
        (Knob(KNOB, "strength", 0.1), "strength 0.60, its knob at 0.10 (midi)"),
        (Knob(KNOB, "strength", 0.6), "strength 0.60, its knob at 0.60 (midi)"),
        (Run("blackout", "midi"), "blackout (midi)"),
        (Run("next_prompt"), "next_prompt, prompt 'b'"),
        (Run("new_seed"), "new_seed, seed 1 → 6182"),
        (
            SelectPreset(2, "keyboard"),
            "strength 0.60 → 0.30, preset Calm, prompt 'h' (keyboard)",
        ),
        (Prompt("whale", "cli"), "prompt 'whale' (cli)"),
        (Say("no MIDI"), "no MIDI"),
        (Unplugged("nano"), "unplugged (midi)"),
        (Type("a"), "type (keyboard)"),
        (Engine("builtin", ("builtin", "large")), "builtin runs (engine)"),
        (Engine("", ("builtin",)), None),
        (Run("next_model"), "next_model"),
        (SelectPreset(3), "preset Rich, prompt 'j + k', model large"),
    ):
        before = start((*ALL, RICH))
        assert describe(before, done, reduce(before, done)) == line


def _told(show: Show, seconds: float) -> list[str]:
    """The lines that the next seconds bring, at 10 frames a second."""
    lines = []
    for _ in range(round(seconds * 10)):
        before, show = show, reduce(show, Tick(0.1))
        lines.append(describe(before, Tick(0.1), show))
    return [line for line in lines if line is not None]


def test_what_had_waited_for_its_beat_is_told_when_it_comes() -> None:
    show = after(live(), Set("quantise", 2), Tick(0.1), SelectPreset(2, "midi"))
    assert _told(show, 2.5) == ["strength 0.60 → 0.30, preset Calm, prompt 'h' (midi)"]


def test_a_prompt_that_turns_over_by_itself_is_told() -> None:
    assert _told(reduce(live(), Set("hold", 1.0)), 6.0) == ["prompt 'b' (cue)"]


def test_a_snapshot_that_had_waited_is_told_and_its_morph_is_not() -> None:
    show = after(live(), Set("zoom", 0.5), Store(1), Set("zoom", 0.0), Set("quantise", 1))
    show = after(show, Tick(0.1), Recall(1, "keyboard"))
    assert _told(show, 4.0) == ["snapshot 1 (keyboard)"]
