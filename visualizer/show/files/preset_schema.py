"""The schema of a preset file: pydantic models and their faults.

show/files/preset.py reads files by it, and says what they look like. Parameters beside other fields
may be given as numbers, as choices by name (quantise: bar), and as lengths (hold: 16 beats; a plain
number is seconds).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainValidator,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from visualizer.show import durations
from visualizer.show.files.yaml_faults import FieldError
from visualizer.show.lora import Lora
from visualizer.show.lora import parse as parse_lora
from visualizer.show.parameter import nearest
from visualizer.show.parameters import BY_NAME, DEFAULTS, SLOTS, check_wanted
from visualizer.show.prompt_mix import TOGETHER, alone, weighted
from visualizer.show.request import Mix
from visualizer.show.source_names import camera_number

LIGHTEST, HEAVIEST = 0.001, 1000.0
"""Weights of a mix: wide enough for any proportion, and far from where floats run out."""


_PLAIN_IS_SECONDS = frozenset({"hold", "crossfade"})
"""Lengths that a plain number gives in seconds, no matter what was counted before."""


class Modulation(BaseModel):
    """What moves a parameter: fields for the rows mod1_target, mod1_source … of the table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parameter: Any
    by: Any = "sine"
    depth: Any = DEFAULTS["mod1_depth"]
    every: Any = "4 beats"

    @model_validator(mode="after")
    def _fits_a_slot(self) -> Modulation:
        self.values(SLOTS[0])
        return self

    def values(self, slot: int) -> dict[str, float]:
        """The parameter values that put it into a slot."""
        rows = {"target": "parameter", "source": "by", "depth": "depth", "every": "every"}
        values = {f"mod{slot}_in": DEFAULTS[f"mod{slot}_in"]}
        for row, field in rows.items():
            values |= _given(f"mod{slot}_{row}", getattr(self, field), field)
        return values


class _Entry(BaseModel):
    """Parameters beside other fields: every extra field must be a row of the table.

    modulate: all modulations that are on with it; None leaves them as they are.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, str_strip_whitespace=True)

    modulate: list[Modulation] | None = Field(default=None, max_length=len(SLOTS))

    @model_validator(mode="wrap")
    @classmethod
    def _all_faults_are_told(cls, given: Any, handler: ModelWrapValidatorHandler[_Entry]) -> _Entry:
        """Extra fields are checked beside the others, so that no fault hides another."""
        faults = list(cls._faults_of_extras(given)) if isinstance(given, dict) else []
        try:
            entry = handler(given)
            if not faults:
                return entry
        except ValidationError as error:
            faults += [_fault(e["loc"], e) for e in error.errors(include_url=False)]
        raise ValidationError.from_exception_data(cls.__name__, faults)

    @classmethod
    def _faults_of_extras(cls, given: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
        for name, value in given.items():
            if name in cls.model_fields:
                continue
            try:
                if name not in BY_NAME:
                    known = nearest(name, [*cls.model_fields, *BY_NAME])
                    raise FieldError(name, f"no such field; nearest: {known}")
                _given(name, value, name)
            except FieldError as error:
                yield _fault((), {"msg": "", "ctx": {"error": error}})

    @model_validator(mode="after")
    def _values_fit_together(self) -> _Entry:
        if not (self.__pydantic_extra__ or {}).keys() - BY_NAME.keys():
            _ = self.values
        return self

    @property
    def values(self) -> Mapping[str, float]:
        """The parameter values given, by name. Raises FieldError."""
        extra = self.__pydantic_extra__ or {}
        values = dict(self._modulated())
        for name in _PLAIN_IS_SECONDS & extra.keys():
            values[durations.COUNTED_IN[name]] = 0.0  # a length in words, or a field, says better
        for name, value in extra.items():
            found = _given(name, value, name)
            for twice in found.keys() & extra.keys() - {name}:
                raise FieldError(twice, f"{name} already has a unit; leave one out")
            values |= found
        return MappingProxyType(values)

    def _modulated(self) -> Iterator[tuple[str, float]]:
        if self.modulate is not None:
            for slot, modulation in zip_longest(SLOTS, self.modulate):
                off = {f"mod{slot}_target": 0.0}
                yield from (off if modulation is None else modulation.values(slot)).items()


class PromptEntry(_Entry):
    """One of a preset's prompts: a text alone, or a text with more beside it."""

    text: Annotated[Mix, PlainValidator(lambda value: _parts(value))]
    negative: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_text_is_a_prompt(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"text": value}
        if not isinstance(value, dict):
            raise PydanticCustomError("prompt", "must be text, or a mapping with a text")
        return value


class PresetEntry(_Entry):
    """A whole file."""

    name: str | None = None
    order: Literal["in turn", "shuffled"] = "in turn"
    loop: Literal["own", "reference"] = "own"
    model: str = ""
    lora: Annotated[tuple[Lora, ...] | None, PlainValidator(lambda value: _loras(value))] = None
    source: Annotated[str, AfterValidator(lambda name: _source(name))] = ""
    negative: str = ""
    prompts: list[PromptEntry] = Field(min_length=1)


def _fault(place: tuple[int | str, ...], error: Mapping[str, Any]) -> InitErrorDetails:
    """A fault as pydantic takes it, from one that it gave."""
    why, cause = error["msg"], error.get("ctx", {}).get("error")
    if isinstance(cause, FieldError):
        place, why = (*place, cause.field), str(cause)
    elif error.get("type") == "too_short":  # of lists, only the prompts have a least length
        why = "there is no prompt in it"
    kind = PydanticCustomError("fault", "{why}", {"why": why})
    return InitErrorDetails(type=kind, loc=place, input=None)


def _given(name: str, value: Any, field: str) -> dict[str, float]:
    """What a field says of the parameter name: its value, and what it counts where that is said.

    Raises FieldError.
    """
    counts: dict[str, float] = {}
    try:
        if name in durations.COUNTED_IN and isinstance(value, str):
            value, counts[durations.COUNTED_IN[name]] = durations.parse(value)
        return {name: check_wanted(name, BY_NAME[name].parse(value)), **counts}
    except ValueError as error:
        raise FieldError(field, str(error)) from None


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldError(name, f"must be a number, not {value!r}")


def _loras(value: Any) -> tuple[Lora, ...]:
    """What stands at "lora": one, or a list."""
    found = []
    for place, text in enumerate(value if isinstance(value, list) else [value]):
        try:
            if not isinstance(text, str):
                raise ValueError("must be a file or a name, such as film.safetensors:0.8")
            found.append(parse_lora(text))
        except ValueError as error:
            if isinstance(value, list):
                raise FieldError(place, str(error)) from None
            raise PydanticCustomError("lora", "{why}", {"why": str(error)}) from None
    return tuple(found)


def _source(name: str) -> str:
    try:
        camera_number(name)
    except ValueError as error:
        raise PydanticCustomError("source", "{why}", {"why": str(error)}) from None
    return name


def _parts(value: Any) -> Mix:
    """What stands at "text": one text, or several with their weights."""
    if isinstance(value, str):
        if not (mix := alone(value)):
            raise PydanticCustomError("text", "must not be empty")
        return mix
    if not isinstance(value, dict) or not 1 <= len(value) <= TOGETHER:
        why = f"must be text, or up to {TOGETHER} texts with weights: {{coral: 2, whale: 1}}"
        raise PydanticCustomError("text", "{why}", {"why": why})
    weights: dict[str, float] = {}
    for text, weight in value.items():
        name = str(text)
        if not isinstance(text, str) or not text.strip():
            raise FieldError(name, "must be text")
        _check_number(name, weight)
        if not LIGHTEST <= weight <= HEAVIEST:
            raise FieldError(name, f"its weight goes from {LIGHTEST:g} to {HEAVIEST:g}")
        if text.strip() in weights:
            raise FieldError(name, "appears twice; give it one weight")
        weights[text.strip()] = float(weight)
    return weighted(weights)
