"""LoRAs as text: what an option, a preset and the engine are told."""

from __future__ import annotations

import pytest

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
