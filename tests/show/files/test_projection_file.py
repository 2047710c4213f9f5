"""The file of projections: what goes in comes out, and faults have their lines."""

from __future__ import annotations

import pytest

from visualizer.show.files.projection_file import mask_line, parse, to_text
from visualizer.show.files.yaml_faults import Fault
from visualizer.show.projection import PLAIN, Projection

FULL = Projection(
    corners=((0.1, 0.0), (0.95, -0.02), (1.0, 1.0), (0.0, 0.9)),
    rotate=270,
    flip_h=True,
    flip_v=True,
    crop=(0.0, 0.1, 0.4, 0.0),
    blend=(0.0, 0.0, 0.25, 0.0),
    gamma=1.8,
    mask="arch.png",
)


def test_projections_come_back_as_they_were() -> None:
    kept = {'BenQ 27"': FULL, "display 1, 800x600": PLAIN, "7": Projection(flip_h=True)}
    text = to_text(kept)
    assert text.startswith("# ")
    assert dict(parse(text, "f")) == kept


def test_fields_that_are_left_out_are_as_they_came() -> None:
    assert parse("", "f") == {}
    assert parse("left:\n  blend: {right: 0.2}\n  rotate: 90\n", "f") == {
        "left": Projection(blend=(0.0, 0.0, 0.2, 0.0), rotate=90)
    }


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("- a\n", 1, "mapping of displays' names"),
        ("left:\n  flip_h: true\n  rotate: 45\n", 3, "rotate"),
        ("left:\n  blend:\n    left: 1.5\n", 3, "left.blend.left"),
        ("left:\n  crop: {left: 0.6, right: 0.6}\n", 2, "leaves nothing"),
        ("left:\n  corners: [[0, 0], [1, 0], [0, 1]]\n", 2, "four of"),
        ("left:\n\n  corners: [[0, 0], [1, 0], [0, 1], [1, 1]]\n", 3, "fold"),
        ("left:\n  gamma: 0\n", 2, "gamma"),
        ("left:\n  edge: 1\n", 2, "edge"),
        ("left: {\n", 2, "not valid YAML"),
    ],
)
def test_a_fault_says_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(Fault, match=f"^mapping.yaml:{line}: ") as fault:
        parse(text, "mapping.yaml")
    assert why in str(fault.value)


def test_the_line_of_a_mask_is_known() -> None:
    assert mask_line("a:\n  rotate: 0\nb:\n  flip_h: true\n  mask: x.png\n", "b") == 5
