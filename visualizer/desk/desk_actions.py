"""Convert each message from a desk to an action. Pure."""

from __future__ import annotations

from visualizer.desk.desk_messages import (
    AddToSetList,
    ChangeProjection,
    ChoosePreset,
    ChooseSetList,
    ChooseSoundInput,
    ChooseTempoSource,
    FindSoundInputs,
    FromDesk,
    GivePrompt,
    GoInSetList,
    LearnControl,
    LoadModel,
    MixInText,
    MoveInSetList,
    MoveToDisplay,
    NudgeValue,
    PinCorner,
    RecallSnapshot,
    RemoveFromSetList,
    RunCommand,
    SetEntryLength,
    SetValue,
    StoreSnapshot,
    SwitchCommand,
    WatchPreview,
    WeighText,
)
from visualizer.show import targets
from visualizer.show.actions import Action
from visualizer.show.files import set_file
from visualizer.show.parameter import nearest
from visualizer.show.parameters import BY_NAME
from visualizer.show.play_actions import MixIn, Nudge, Prompt, SelectPreset, Set, Switch, Weigh
from visualizer.show.setup_actions import (
    AddToSet,
    AskModel,
    ChooseDisplay,
    ChooseSet,
    ChooseSound,
    ChooseTempo,
    FindSounds,
    GoInSet,
    LearnTarget,
    MoveInSet,
    PlaceCorner,
    RemoveFromSet,
    Reproject,
    SetLength,
)
from visualizer.show.targets import STEP, VALUE, Target

SOURCE = "desk"


def to_action(message: FromDesk) -> Action:
    """What a message does. Raises ValueError with a line for people."""
    match message:
        case SetValue(parameter=name, value=value):
            try:
                return Set(name, BY_NAME[_parameter(name)].parse(value), SOURCE)
            except ValueError as error:
                raise ValueError(f"{name} {error}" if name in BY_NAME else str(error)) from None
        case NudgeValue(parameter=name, steps=steps, fine=fine):
            return Nudge(_parameter(name), steps, fine, SOURCE)
        case RunCommand(command=name):
            target = targets.parse(name)
            if target.kind in (VALUE, STEP):
                raise ValueError(f"{name} is not a command")
            return targets.action(target, SOURCE)
        case SwitchCommand(command=name, on=on):
            return Switch(name, on, SOURCE)
        case ChoosePreset(number=number, prompt=prompt):
            index, name = (-1, number) if isinstance(number, str) else (number - 1, "")
            return SelectPreset(index, SOURCE, name, prompt=(prompt or 0) - 1)
        case GivePrompt(text=text):
            return Prompt(_printable(text), SOURCE)
        case StoreSnapshot(slot=slot):
            return targets.action(Target(targets.STORE, number=slot), SOURCE)
        case RecallSnapshot(slot=slot):
            return targets.action(Target(targets.SNAPSHOT, number=slot), SOURCE)
        case MixInText(text=text):
            return MixIn(_printable(text), SOURCE)
        case WeighText(text=text, share=share):
            return Weigh(text, share, SOURCE)
        case WatchPreview():
            raise ValueError("the preview is available only over the socket")
        case _:
            return _set_up(message)


def _set_up(
    message: ChooseSetList | GoInSetList | MoveInSetList | SetEntryLength | AddToSetList
    | RemoveFromSetList | MoveToDisplay | PinCorner | ChangeProjection | LearnControl | LoadModel
    | ChooseSoundInput | FindSoundInputs | ChooseTempoSource,
) -> Action:  # fmt: skip
    match message:
        case ChooseSetList(number=number):
            return ChooseSet(number - 1, SOURCE)
        case GoInSetList(number=number):
            return GoInSet(number - 1, SOURCE)
        case MoveInSetList(number=number, to=to):
            return MoveInSet(number - 1, to - 1, SOURCE)
        case SetEntryLength(number=number, length=length):
            return SetLength(number - 1, *set_file.length(length), SOURCE)
        case AddToSetList(preset=preset):
            return AddToSet(preset - 1, SOURCE)
        case RemoveFromSetList(number=number):
            return RemoveFromSet(number - 1, SOURCE)
        case MoveToDisplay(name=name):
            return ChooseDisplay(name, SOURCE)
        case PinCorner(corner=corner, x=x, y=y):
            return PlaceCorner(corner - 1, x, y, SOURCE)
        case ChangeProjection(change=change):
            return Reproject(change, SOURCE)
        case LearnControl(target=target):
            return LearnTarget(str(targets.parse(target)), SOURCE)
        case LoadModel(name=name):
            return AskModel(name, SOURCE)
        case ChooseSoundInput(name=name):
            return ChooseSound(name is not None, name or "", SOURCE)
        case FindSoundInputs():
            return FindSounds(SOURCE)
        case ChooseTempoSource(name=name):
            return ChooseTempo(name, SOURCE)


def _parameter(name: str) -> str:
    if name not in BY_NAME:
        raise ValueError(f"no parameter is named '{name}'; nearest: {nearest(name, BY_NAME)}")
    return name


def _printable(text: str) -> str:
    """One line, without what moves a cursor; joiners of emoji stay."""
    words = " ".join(text.split())
    return "".join(sign for sign in words if sign.isprintable() or sign == "\u200d")
