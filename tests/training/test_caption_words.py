"""The words of captions: embellishments, synonyms, other languages, and tokens."""

from __future__ import annotations

import random
import re
import unicodedata

from training.data import captions, synonyms, translations, word_vectors
from training.data.palettes import PALETTES
from training.data.pictures import make_pictures
from training.data.scenes import SCENES
from training.train import model


def test_strange_words_come_only_where_scene_and_palette_are_named() -> None:
    draw, odd = random.Random(0), ["zygote"]
    partial = [captions.embellish("a tunnel", False, odd, draw) for _ in range(300)]
    complete = [captions.embellish("red tunnel", True, odd, draw) for _ in range(300)]
    assert not any("zygote" in text for text in partial)
    assert 10 < sum("zygote" in text for text in complete) < 60
    assert all("tunnel" in text for text in partial + complete)


def test_useless_words_are_never_held_out() -> None:
    draw = random.Random(0)
    texts = [captions.embellish("red tunnel", True, (), draw) for _ in range(3000)]
    said = {word for text in texts for word in text.replace(",", " ").split()}
    assert not said.intersection(synonyms.HELD_OUT)


def test_synonyms_never_touch_the_scene() -> None:
    scene = next(i for i, row in enumerate(SCENES) if row.names[0] == "forest")
    palette = next(i for i, row in enumerate(PALETTES) if row.name == "forest")
    draw = random.Random(0)
    texts = {synonyms.swap("forest in forest colours", scene, palette, draw) for _ in range(50)}
    assert texts == {"forest in forest colours"}


def translated(text: str) -> str:
    """A text as the tokenizer's rules leave it; Python's engine knows no Oniguruma classes."""
    text = unicodedata.normalize("NFC", text).lower()
    for pattern, content in translations.rules():
        python = pattern.replace(r"[\p{L}\p{M}]", r"\w").replace(r"\p{L}", r"\w")
        text = re.sub(python, content, text)
    return " ".join(text.split())


def test_words_of_other_languages_and_emoji_become_the_models_own() -> None:
    for text, english in (
        ("красные горы", "red mountains"),
        ("红色的山", "red 的 mountains"),
        ("青い波", "blue ocean waves"),
        ("blaue Wälder im Nebel", "blue forest im misty"),
        ("agujero negro azul", "black hole blue"),
        ("coucher de soleil, doré", "sunset , gold"),
        ("❤️🔥", "red fire"),
        ("夕焼け", "sunset"),
    ):
        assert translated(text) == english


def test_no_english_word_that_a_caption_has_is_translated() -> None:
    texts = make_pictures(480, 7, 32, wordings=4).wordings
    draw = random.Random(0)
    captions_ = [captions.embellish(t, False, (), draw) for row in texts for t in row]
    swapped = [text for texts in synonyms.SYNONYMS.values() for text in texts]
    texts_ = " ".join([*captions_, *swapped, *synonyms.HELD_OUT])
    words = " ".join(sorted(set(re.findall(r"[a-z]+", texts_))))
    assert translated(words) == words


def test_held_out_words_are_never_taught() -> None:
    texts = [text for texts in synonyms.SYNONYMS.values() for text in texts]
    taught = {word for text in texts for word in text.split()}
    assert not taught.intersection(synonyms.HELD_OUT)


def test_special_tokens_come_first() -> None:
    tokens = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "##s", "1999", "é"]
    assert [tokens[i] for i in word_vectors.kept_tokens(tokens)] == [
        *word_vectors.SPECIAL,
        "red",
        "##s",
    ]
    names = [word_vectors.SPECIAL[i] for i in (model.PAD, model.START, model.END)]
    assert names == ["[PAD]", "[CLS]", "[SEP]"]
