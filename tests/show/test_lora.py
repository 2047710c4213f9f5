"""LoRAs as text: what an option, a preset and the engine are told."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from visualizer.show.lora import Lora, joined, parse, split


@pytest.mark.parametrize(
    ("text", "lora", "label"),
    [
        ("film.safetensors", Lora("film.safetensors"), "film"),
        (" shows/film.safetensors : 0.8 ", Lora("shows/film.safetensors", 0.8), "film"),
        ("owner/repo:-1", Lora("owner/repo", -1.0), "repo"),
        ("owner/repo:+.5", Lora("owner/repo", 0.5), "repo"),
        ("film:0,25", Lora("film", 0.25), "film"),
        (r"C:\shows\film.safetensors", Lora(r"C:\shows\film.safetensors"), "film"),
        (r"C:\film.safetensors:2", Lora(r"C:\film.safetensors", 2.0), "film"),
        ("film:0.00001", Lora("film", 0.0), "film"),
        ("film:0.8:1", Lora("film:0.8"), "film:0.8"),
        ("film:nan", Lora("film:nan"), "film:nan"),
    ],
)
def test_a_lora_is_a_name_and_a_weight(text: str, lora: Lora, label: str) -> None:
    assert parse(text) == lora
    assert lora.label == label
    assert parse(str(lora)) == lora


@pytest.mark.parametrize("text", ["", " ", ":1", "film:4.1", "film:-5", "film:99999999999"])
def test_what_is_no_lora_is_said_in_a_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"a LoRA") as caught:
        parse(text)
    assert "\n" not in str(caught.value)


def test_a_model_and_its_loras_are_one_text_to_the_engine() -> None:
    loras = (Lora("a b/film.safetensors", 0.5), Lora("owner/repo"))
    for model in ("", "builtin", "a + b", "C:\\models"):
        assert split(joined(model, loras)) == (model, loras)
        assert split(joined(model, ())) == (model, ())
        assert joined(model, ()) == model


_names = (
    (st.text(min_size=1) | st.from_regex(r"[a-z/]+(:-?[0-9]{1,2}(\.[0-9])?)?", fullmatch=True))
    .map(str.strip)
    .filter(lambda name: name and "+lora" not in name)
)
_loras = st.builds(Lora, _names, st.floats(-4.0, 4.0).map(lambda weight: round(weight, 4)))


@given(st.sampled_from(["", "a/model"]), st.lists(_loras, max_size=3).map(tuple))
@example("m", (Lora("film", 0.0001), Lora("film:0.8"), Lora("film:9", -4.0)))
def test_whatever_the_names_and_weights_the_text_says_them(
    model: str, loras: tuple[Lora, ...]
) -> None:
    assert split(joined(model, loras)) == (model, loras)
