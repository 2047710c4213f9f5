"""The file of projections (mapping.yaml): the wall's mapping by display name. Pure; read and
written by live/projection_store.py."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from visualizer.show.files import stored_values, yaml_faults
from visualizer.show.files.yaml_faults import FieldError
from visualizer.show.projection import SQUARE, Corners, Edges, Projection, is_convex

COMMENT = """The mapping of the wall to each display, by the display's name. The mapping mode writes
# corners, rotate and flips; edit the rest here. The file is reloaded when saved. Shares, 0 to 1:
#   corners: positions on the screen: top left, top right, bottom right, bottom left
#   crop: share of the wall cut off at each edge, as for one of two projectors
#   blend: share of each side that overlaps with another projector; gamma: the projectors' gamma
#   mask: a picture (white or opaque shows), relative to this file's folder or with its full path"""

MOST_CROPPED = 0.9
"""Of a wall's width or height: what is left fills the screen, so the wall becomes ten times it."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Coordinate = Annotated[float, Field(allow_inf_nan=False)]


class _Edges(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    left: Share = 0.0
    top: Share = 0.0
    right: Share = 0.0
    bottom: Share = 0.0

    def edges(self) -> Edges:
        return self.left, self.top, self.right, self.bottom


class _Projection(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    corners: list[list[Coordinate]] = [list(point) for point in SQUARE]
    rotate: Literal[0, 90, 180, 270] = 0
    flip_h: bool = False
    flip_v: bool = False
    crop: _Edges = _Edges()
    blend: _Edges = _Edges()
    gamma: Annotated[float, Field(ge=1.0, le=4.0)] = 2.2
    mask: str = ""

    @model_validator(mode="after")
    def _drawable(self) -> _Projection:
        if len(self.corners) != 4 or any(len(point) != 2 for point in self.corners):
            raise FieldError("corners", "must be four of [across, down]")
        if not is_convex(self._points()):
            raise FieldError("corners", "fold the wall, or lie more than a screen outside")
        crop = self.crop
        if max(crop.left + crop.right, crop.top + crop.bottom) > MOST_CROPPED:
            raise FieldError("crop", f"leaves nothing: both edges together go up to {MOST_CROPPED}")
        return self

    def _points(self) -> Corners:
        a, b, c, d = ((x, y) for x, y in self.corners)
        return a, b, c, d

    def projection(self) -> Projection:
        return Projection(
            corners=self._points(),
            rotate=self.rotate,
            flip_h=self.flip_h,
            flip_v=self.flip_v,
            crop=self.crop.edges(),
            blend=self.blend.edges(),
            gamma=self.gamma,
            mask=self.mask,
        )


_FILE = TypeAdapter(dict[str, _Projection])


def parse(text: str, file: str) -> Mapping[str, Projection]:
    """The projections in a file's text. Raises yaml_faults.Fault."""
    node, content = yaml_faults.read(text, file)
    if content is None:
        return MappingProxyType({})
    if not isinstance(content, dict):
        raise yaml_faults.Fault(file, 1, "must be a mapping of displays' names to their fields")
    try:
        read = _FILE.validate_python({str(name): fields for name, fields in content.items()})
    except ValidationError as error:
        raise yaml_faults.Fault(file, *yaml_faults.faults_of(error, node)[0]) from None
    return MappingProxyType({name: fields.projection() for name, fields in read.items()})


def mask_line(text: str, display: str) -> int:
    """The line on which a display's mask is named."""
    _, node = yaml_faults.compose(text, "")
    return yaml_faults.line_of(node, (display, "mask"))


def to_text(projections: Mapping[str, Projection]) -> str:
    """Projections as the text of a file."""
    content = {name: _plain(projection) for name, projection in sorted(projections.items())}
    return stored_values.to_yaml(content, COMMENT)


def _plain(projection: Projection) -> dict[str, object]:
    sides = ("left", "top", "right", "bottom")
    return {
        "corners": [[round(share, 6) for share in point] for point in projection.corners],
        "rotate": projection.rotate,
        "flip_h": projection.flip_h,
        "flip_v": projection.flip_v,
        "crop": dict(zip(sides, projection.crop, strict=True)),
        "blend": dict(zip(sides, projection.blend, strict=True)),
        "gamma": projection.gamma,
        "mask": projection.mask,
    }
