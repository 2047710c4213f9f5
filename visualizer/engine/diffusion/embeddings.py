"""Prompt embeddings: cached, and mixed by weight.

Encoding takes as long as a frame on a small machine, and a show returns to the same prompts.
A mix is the weighted sum of embeddings, so that a crossfade of prompts has no jump in it.
"""

from __future__ import annotations

import unicodedata
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from visualizer.show.request import Mix

CAPACITY = 64
"""Most prompts kept: 64 of SDXL's are 40 MB in float32."""

SHOWN = 48
"""Most characters of a prompt in a notice about it."""

NOTHING: Mix = (("", 1.0),)
"""The negative mix where none is given."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """tokens: (1, length, width). pooled: (1, width), SDXL only."""

    tokens: Tensor
    pooled: Tensor | None = None


class Prompts:
    """Embeddings of one pipeline of the Stable Diffusion family; the least used are forgotten."""

    def __init__(self, pipeline: Any, capacity: int = CAPACITY) -> None:
        self._pipeline = pipeline
        self._capacity = capacity
        self._kept: OrderedDict[str, Embedding] = OrderedDict()
        self._nothing: Embedding | None = None
        self._unchecked: deque[str] = deque()
        self._checked: set[str] = set()
        self._notices: deque[str] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    def embedding(self, text: str) -> Embedding:
        """One prompt's embedding, on the pipeline's device and in its type."""
        kept = self._kept.get(text)
        if kept is None:
            kept, _ = self._encode(text, guided=False)
            self._unchecked.append(text)
            self._kept[text] = kept
            if len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        self._kept.move_to_end(text)
        return kept

    def ahead(self, texts: Iterable[str]) -> bool:
        """Embed the first of the texts that is not kept yet; whether there was one.

        One a call: a show's next prompts are embedded between its frames, and each takes time.
        """
        for text in texts:
            if text.strip() and text not in self._kept:
                self.embedding(text)
                return True
        return False

    def take_notice(self) -> str:
        """The next line about what the model does not read of a prompt, each once; "" for none."""
        pipeline = self._pipeline
        if self._unchecked and (text := self._unchecked.popleft()) not in self._checked:
            self._checked.add(text)
            # SDXL's refiner has its second tokenizer alone.
            tokenizer = pipeline.tokenizer or pipeline.tokenizer_2
            self._notices.extend(unread(tokenizer, text))
        return self._notices.popleft() if self._notices else ""

    def mixed(self, mix: Mix) -> Embedding:
        """The weighted sum of a mix. ValueError where it is empty."""
        if not mix:
            raise ValueError("a mix without prompts has no embedding")
        return _sum([(self.embedding(text), weight) for text, weight in mix])

    def negative(self, mix: Mix = ()) -> Embedding:
        """What guidance leads away from: the weighted sum of a mix; "" is nothing.

        Nothing is the pipeline's own empty prompt: SDXL's is all zeros, unless its config says
        otherwise.
        """
        return _sum(
            [
                (self.embedding(text) if text.strip() else self._empty(), weight)
                for text, weight in mix or NOTHING
            ]
        )

    def _empty(self) -> Embedding:
        if self._nothing is None:
            _, self._nothing = self._encode("", guided=True)
        return self._nothing

    @torch.inference_mode()
    def _encode(self, text: str, *, guided: bool) -> tuple[Embedding, Embedding]:
        """Of the prompt and of the empty one (the same again where not guided)."""
        found = self._pipeline.encode_prompt(
            prompt=text,
            device=self._pipeline.unet.device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=guided,
        )
        # SD: (prompt, negative); SDXL: (prompt, negative, pooled, negative pooled).
        pooled, negative_pooled = found[2:] if len(found) == 4 else (None, None)
        positive = Embedding(found[0], pooled)
        return positive, Embedding(found[1], negative_pooled) if guided else positive


def unread(tokenizer: Any, text: str) -> list[str]:
    """A line each for the words that a tokenizer does not know, and for the end that it cuts."""
    ids = tokenizer(text, truncation=False, verbose=False).input_ids
    lines = []
    # CLIP's tokenizer reads every script as bytes: its unknown token is that of the end.
    unknown = tokenizer.unk_token_id
    if unknown != tokenizer.eos_token_id and unknown in ids:
        words = [word for word in text.split() if unknown in tokenizer(word).input_ids]
        words = [word for word in words if not _is_punctuation(word)]
        if words:
            lines.append(
                f'prompt "{_short(text)}": the model does not know {_short(", ".join(words))}'
            )
    # The last token is that of the end, in a prompt that is cut too.
    if cut := ids[tokenizer.model_max_length - 1 : -1]:
        end = tokenizer.decode(cut, skip_special_tokens=True)
        lines.append(
            f'prompt "{_short(text)}" is too long: the model does not read "{_short(end)}"'
        )
    return lines


def _is_punctuation(word: str) -> bool:
    """Whether a word is nothing but dashes, quotes and the like, which no model misses."""
    return all(unicodedata.category(sign).startswith("P") for sign in word)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + "…"


def _sum(parts: list[tuple[Embedding, float]]) -> Embedding:
    """Σ weight · embedding; that of one with weight 1 itself."""
    if len(parts) == 1 and parts[0][1] == 1.0:
        return parts[0][0]
    pooled = [(part.pooled, weight) for part, weight in parts if part.pooled is not None]
    return Embedding(
        _weighted([(part.tokens, weight) for part, weight in parts]),
        _weighted(pooled) if pooled else None,
    )


def _weighted(parts: list[tuple[Tensor, float]]) -> Tensor:
    """Σ weight · tensor, summed in float32."""
    total = torch.stack([tensor.float() * weight for tensor, weight in parts]).sum(0)
    return total.to(parts[0][0].dtype)
