"""Prompt embeddings: encoded once, mixed by weight, forgotten when there are too many."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from visualizer.engine.diffusion.embeddings import Embedding, Prompts, unread
from visualizer.engine.models.loading import load_model

from ..conftest import unheard


@pytest.fixture
def encoded(pipeline: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the pipeline was asked to encode, as that happens."""
    texts: list[str] = []
    encode = pipeline.encode_prompt

    def counted(**options: Any) -> Any:
        texts.append(options["prompt"])
        return encode(**options)

    monkeypatch.setattr(pipeline, "encode_prompt", counted)
    return texts


def parts(embedding: Embedding) -> list[torch.Tensor]:
    """The tensors that an embedding has."""
    return [part for part in (embedding.tokens, embedding.pooled) if part is not None]


def test_a_prompt_is_encoded_once(pipeline: Any, encoded: list[str]) -> None:
    prompts = Prompts(pipeline)
    for _ in range(3):
        prompts.mixed((("a", 0.5), ("b", 0.5)))
    assert encoded == ["a", "b"]


def test_the_least_used_is_forgotten_first(pipeline: Any, encoded: list[str]) -> None:
    prompts = Prompts(pipeline, capacity=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        prompts.embedding(text)
    assert len(prompts) == 2
    assert encoded == ["a", "b", "c", "b"]


def test_a_mix_is_the_weighted_sum(pipeline: Any) -> None:
    prompts = Prompts(pipeline)
    a, b = parts(prompts.embedding("a")), parts(prompts.embedding("b"))
    mixed = parts(prompts.mixed((("a", 0.25), ("b", 0.75))))
    assert len(mixed) == len(a)
    for part, one, other in zip(mixed, a, b, strict=True):
        assert torch.allclose(part, 0.25 * one + 0.75 * other, atol=1e-6)


def test_a_mix_of_one_is_that_prompt(pipeline: Any) -> None:
    prompts = Prompts(pipeline)
    assert prompts.mixed((("a", 1.0),)) is prompts.embedding("a")


def test_the_empty_negative_prompt_is_encoded_once_and_only_when_asked_for(
    pipeline: Any, encoded: list[str]
) -> None:
    prompts = Prompts(pipeline)
    prompts.mixed((("a", 1.0),))
    assert encoded == ["a"]
    shapes = [part.shape for part in parts(prompts.negative())]
    assert shapes == [part.shape for part in parts(prompts.embedding("a"))]
    assert prompts.negative() is prompts.negative((("", 1.0),)) is prompts.negative((("  ", 1.0),))
    assert encoded == ["a", ""]


def test_a_negative_prompt_is_a_mix_like_any_other(pipeline: Any, encoded: list[str]) -> None:
    prompts = Prompts(pipeline)
    assert prompts.negative((("a", 1.0),)) is prompts.embedding("a")
    nothing, a = parts(prompts.negative()), parts(prompts.embedding("a"))
    mixed = parts(prompts.negative((("", 0.25), ("a", 0.75))))
    for part, one, other in zip(mixed, nothing, a, strict=True):
        assert torch.allclose(part, 0.25 * one + 0.75 * other, atol=1e-6)
    assert encoded == ["a", ""]


def test_what_comes_is_embedded_ahead_one_prompt_a_call(pipeline: Any, encoded: list[str]) -> None:
    prompts = Prompts(pipeline)
    prompts.embedding("a")
    coming = ("a", "", "b", "c")
    assert [prompts.ahead(coming) for _ in range(4)] == [True, True, False, False]
    assert encoded == ["a", "b", "c"]
    prompts.mixed((("b", 0.5), ("c", 0.5)))
    assert encoded == ["a", "b", "c"]


def test_a_prompt_longer_than_the_encoder_reads_is_cut(pipeline: Any) -> None:
    prompts = Prompts(pipeline)
    short, long = prompts.embedding("a"), prompts.embedding("many words " * 50)
    assert long.tokens.shape == short.tokens.shape


def test_an_empty_mix_has_no_embedding(pipeline: Any) -> None:
    with pytest.raises(ValueError, match="without prompts"):
        Prompts(pipeline).mixed(())


def test_what_the_model_does_not_read_of_a_prompt_is_told_once(pipeline: Any) -> None:
    # The tokenizer reads 10 letters between its two marks.
    prompts = Prompts(pipeline)
    for _ in range(2):
        prompts.embedding("abcdefghij")
        prompts.embedding("abcdefghijklm")
    told = [line for _ in range(5) if (line := prompts.take_notice())]
    assert told == ['prompt "abcdefghijklm" is too long: the model does not read "klm"']


def test_words_that_the_built_in_model_does_not_know_are_named() -> None:
    tokenizer = load_model("builtin", "cpu", offline=True, report=unheard).tokenizer
    assert unread(tokenizer, "a (neon) city \u2014 zxqwv!") == []
    text = "a \u0f40\u0f0b city \u2014 \U0001f9ff"
    assert unread(tokenizer, text) == [
        f'prompt "{text}": the model does not know \u0f40\u0f0b, \U0001f9ff'
    ]
