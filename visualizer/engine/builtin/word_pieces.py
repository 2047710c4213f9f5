"""The built-in model's tokenizer, with the calls of transformers' that the engine makes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import tokenizers


class Tokens(NamedTuple):
    """``input_ids``: token numbers, with those of start and end."""

    input_ids: list[int]


class WordPieces:
    """BERT's word pieces, as ``tokenizer.json`` describes them."""

    eos_token_id = None
    """It has no token for the end that stands for unknown words too, as CLIP's has."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        self.model_max_length: int = config["model_max_length"]
        vocabulary = self._tokenizer.get_vocab()
        self.unk_token_id = vocabulary[config["unk_token"]]
        self._pad = vocabulary[config["pad_token"]]

    def __call__(self, text: str, **unused: object) -> Tokens:
        """All tokens of a text, however long it is."""
        return Tokens(self._tokenizer.encode(text).ids)

    def padded(self, text: str) -> list[int]:
        """Exactly ``model_max_length`` tokens: cut before that of the end, or filled up."""
        ids = self(text).input_ids
        ids = [*ids[: min(len(ids), self.model_max_length) - 1], ids[-1]]
        return ids + [self._pad] * (self.model_max_length - len(ids))

    def decode(self, ids: Sequence[int], skip_special_tokens: bool = True) -> str:
        """The text of tokens."""
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=skip_special_tokens)
        return text
