"""Presets, shows and performances for the tests of the core."""

from __future__ import annotations

from types import MappingProxyType

from hypothesis import strategies as st

from visualizer.show.actions import Action
from visualizer.show.command_table import COMMANDS, ON_OFF
from visualizer.show.files.session import Session
from visualizer.show.parameters import BY_NAME
from visualizer.show.pickup import PICKUPS
from visualizer.show.play_actions import (
    Compose,
    Digit,
    Drop,
    Erase,
    Knob,
    KnobId,
    MixIn,
    Move,
    Nudge,
    Prompt,
    Recall,
    Run,
    SelectPreset,
    Set,
    Store,
    Switch,
    Take,
    Type,
    Weigh,
)
from visualizer.show.prompt_mix import alone, weighted
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.reducer import reduce, start
from visualizer.show.set_list import SetEntry, SetList
from visualizer.show.setup_actions import (
    AddToSet,
    AskModel,
    ChooseCorner,
    ChooseDisplay,
    ChooseSet,
    ChooseSound,
    ChooseTempo,
    FindSounds,
    GoInSet,
    GrabCorner,
    LearnTarget,
    MoveCorner,
    MoveInSet,
    PlaceCorner,
    RemoveFromSet,
    Reproject,
    SetLength,
)
from visualizer.show.state import Show
from visualizer.show.system_actions import (
    Engine,
    Heard,
    Learned,
    Live,
    Offer,
    OnDisplay,
    Say,
    SetLists,
    Sync,
    Tick,
    Unplugged,
)
from visualizer.show.targets import LEARNABLE
from visualizer.show.tempo import SOURCES


def preset(
    name: str, texts: str, order: str = "in turn", *, calm: float | None = None, **values: float
) -> Preset:
    """A preset with a prompt for each letter; calm: the first prompt's own strength."""
    first = NO_VALUES if calm is None else MappingProxyType({"strength": calm})
    prompts = (Cued(alone(text), NO_VALUES if i else first) for i, text in enumerate(texts))
    return Preset(name, tuple(prompts), order, MappingProxyType(values))


PLAIN = preset("Plain", "abc")
FAST = preset("Fast", "defg", "shuffled", hold=4.0, crossfade=1.0, strength=0.7)
CALM = preset("Calm", "hi", calm=0.3, strength=0.5)
ALL = (PLAIN, FAST, CALM)

# Mixes of texts, negative prompts, and models of its own.
RICH = Preset(
    "Rich",
    (
        Cued(weighted({"j": 2, "k": 1}), NO_VALUES, "blurry"),
        Cued(weighted({"k": 1, "l": 1, "m": 1, "n": 1}), NO_VALUES),
        Cued(alone("o"), NO_VALUES, "text"),
    ),
    negative="blurry",
    model="large",
)


def after(show: Show, *actions: Action) -> Show:
    """The show when all of that was done."""
    for action in actions:
        show = reduce(show, action)
    return show


RESUME = Run("resume")


def taken_up(memory: Session, show: Show | None = None) -> Show:
    return after(show or start(ALL), Offer(memory), RESUME)


def live(presets: tuple[Preset, ...] = ALL) -> Show:
    """A show that has its first frame."""
    return reduce(start(presets), Live(1))


SET = SetList(
    "Night", (SetEntry("Plain", 2.0, "bars"), SetEntry("Fast", 0.1), SetEntry("Calm", 1.0, "bars"))
)
"""A set list of ALL."""

_names = st.sampled_from([*BY_NAME, "glow"])
_numbers = st.floats() | st.sampled_from([0.0, 0.5, 1.0, 20.0, 1e9])
_positions = st.floats(0.0, 1.0) | st.just(float("nan"))
_texts = st.text(max_size=5) | st.sampled_from("abcxyz")
_models = st.sampled_from(["", "builtin", "large", "larger"])
_shares = st.floats(0.0, 1.0)
actions = st.one_of(
    st.builds(Set, _names, _numbers),
    st.builds(Nudge, _names | st.just(""), st.integers(-1000, 1000), st.booleans()),
    st.builds(
        Knob,
        st.builds(KnobId, st.sampled_from(["nano", "korg"]), st.just(1), st.sampled_from("ab")),
        _names,
        _positions,
        pickup=st.sampled_from(PICKUPS),
    ),
    st.builds(Unplugged, st.sampled_from(["nano", "korg"])),
    st.builds(Run, st.sampled_from([*(c.name for c in COMMANDS if c.name != "quit"), "dance"])),
    st.builds(SelectPreset, st.integers(-2, 5)),
    st.builds(Type, _texts),
    st.builds(Erase, st.booleans()),
    st.builds(Switch, st.sampled_from([*ON_OFF, "next_prompt", "dance"]), st.booleans()),
    st.builds(Store, st.integers(-1, 10)),
    st.builds(Recall, st.integers(-1, 10)),
    st.builds(Digit, st.sampled_from("0123456789.-")),
    st.builds(Move, st.integers(-1000, 1000), st.integers(-50, 50)),
    st.builds(Compose, _texts),
    st.builds(
        Sync,
        st.floats(20.0, 300.0),
        st.floats(-1000.0, 1e6),
        st.floats(0.0, 1.0),
        st.booleans(),
    ),
    st.builds(
        Heard,
        _shares,
        _shares,
        _shares,
        _shares,
        st.integers(0, 3),
        st.none() | st.floats(60.0, 180.0),
    ),
    st.builds(Learned, st.sampled_from(LEARNABLE), st.just("nano CC 1"), _texts),
    st.builds(
        Offer, st.builds(Session, preset=st.sampled_from(["", "Plain", "gone"]), prompt=_texts)
    ),
    st.builds(OnDisplay, st.sampled_from(["left", "right"])),
    st.builds(ChooseCorner, st.integers(-2, 5)),
    st.builds(GrabCorner, _shares, _shares),
    st.builds(MoveCorner, st.floats(-2.0, 2.0), st.floats(-2.0, 2.0)),
    st.builds(Reproject, st.sampled_from(["rotate", "flip_h", "flip_v", "reset", "fold"])),
    st.builds(
        SetLists,
        st.sampled_from([(), (SET,), (SetList("Gone", (SetEntry("gone", 1.0),), loops=True), SET)]),
        st.integers(0, 2),
        st.booleans(),
    ),
    st.builds(ChooseSet, st.integers(-1, 2)),
    st.builds(GoInSet, st.integers(-1, 4)),
    st.builds(MoveInSet, st.integers(-1, 4), st.integers(-1, 4)),
    st.builds(ChooseSound, st.booleans(), st.sampled_from(["", "Mic"])),
    st.just(FindSounds()),
    st.builds(ChooseTempo, st.sampled_from([*SOURCES, "x"])),
    st.builds(AddToSet, st.integers(-1, 3)),
    st.builds(RemoveFromSet, st.integers(-1, 4)),
    st.builds(SetLength, st.integers(-1, 4), _numbers, st.sampled_from(["bars", "minutes"])),
    st.builds(PlaceCorner, st.integers(-1, 4), _shares, _shares),
    st.builds(ChooseDisplay, st.sampled_from(["left", "right", ""])),
    st.builds(LearnTarget, st.sampled_from(["zoom", "next_prompt", "quit", "dance"])),
    st.builds(AskModel, _models),
    st.builds(MixIn, _texts),
    st.builds(Weigh, _texts, _positions),
    st.builds(Take),
    st.builds(Drop),
    st.builds(Prompt, _texts),
    st.builds(Say, _texts),
    st.builds(Tick, st.floats(0.0, 30.0)),
    st.builds(Live, st.integers(0, 10_000)),
    st.builds(Engine, _models, st.lists(_models.filter(bool), unique=True).map(tuple), _models),
)
performances = st.lists(actions, max_size=25)
banks = st.sampled_from([(), (PLAIN,), ALL, (*ALL, RICH)])
shows = st.builds(lambda presets, done: after(start(presets), *done), banks, performances)
