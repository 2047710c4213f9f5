"""Words for pictures: many ways to say the same scene, colours and look."""

from __future__ import annotations

import random
from collections.abc import Sequence

from training.data.palettes import PALETTES, Palette
from training.data.scenes import SCENES, Scene

# What each look is called; the first word is its own name.
MODIFIER_WORDS: dict[str, tuple[str, ...]] = {
    "bright": ("bright", "brilliant", "luminous"),
    "dark": ("dark", "dim", "moody", "shadowy"),
    "soft": ("soft", "blurry", "dreamy", "smooth"),
    "sharp": ("sharp", "crisp", "hard-edged"),
    "glowing": ("glowing", "radiant", "shining"),
    "symmetrical": ("symmetrical", "mirrored", "symmetric"),
    "dense": ("dense", "busy", "intricate", "detailed"),
    "sparse": ("sparse", "open", "large-scale"),
    "tiny": ("tiny", "small", "distant"),
    "huge": ("huge", "giant", "close-up"),
    "high contrast": ("high contrast", "stark", "dramatic"),
    "misty": ("misty", "hazy", "foggy"),
    "minimal": ("minimal", "minimalist", "simple"),
}

# {m}: looks before the noun, {p}: palette before a noun, {n}: palette as a noun, {s}: scene.
_WITH_PALETTE = (
    "{m} {p} {s}", "{m} {p} {s}", "{m} {p} {s}", "{p} {s}, {m}", "a {m} {p} {s}",
    "{m} {s} in {n}", "{m} {s} in {n} colours", "{m} {s}, {n}", "{s} in shades of {n}, {m}",
    "a {m} {s} in {n} tones", "{m} {s} made of {n} light", "{n}, {s}, {m}",
    "a visual of a {m} {s} with {n} colours",
)  # fmt: skip
_WITHOUT_PALETTE = (
    "{m} {s}", "{m} {s}", "a {m} {s}", "{s}, {m}", "abstract {m} {s}",
    "a visual of a {m} {s}",
)  # fmt: skip
_PALETTE_ONLY = ("{p}", "{m} {p}", "{n} colours", "{m} {n}", "{p} visuals", "{m} {p} light")
# What people add to prompts though it changes nothing here, before and after the caption.
_OPENINGS = (
    "a photo of", "a painting of", "a render of", "an oil painting of", "a digital painting of",
    "an image of", "a picture of", "concept art of", "a video of", "a beautiful", "an amazing",
    "an epic", "a surreal", "a cinematic shot of", "live visuals of", "a mesmerizing",
)  # fmt: skip
_PRAISE = (
    "highly detailed", "intricate details", "8k", "4k", "hd", "award-winning", "masterpiece",
    "best quality", "trending on artstation", "cinematic", "cinematic lighting", "photorealistic",
    "octane render", "unreal engine", "3d render", "digital art", "concept art", "illustration",
    "wallpaper", "beautiful", "stunning", "elegant", "epic", "surreal", "ultra realistic",
    "professional photography", "volumetric light", "ray tracing", "by a famous artist",
    "hypnotic", "vj loop", "visuals for a techno party", "in motion", "high resolution",
)  # fmt: skip
_JOINTS = ("with", "and", "of", "in", "over", "like", "for", "near", ",", "")
PADDED = 0.22  # share of captions with words that change nothing
STRANGE = 0.1  # share of captions with words that are never explained
# Last words of scene names that take no article, though no plurals.
_MASS = frozenset(
    {
        "art",
        "aurora",
        "blaze",
        "borealis",
        "caustics",
        "chrome",
        "desert",
        "fire",
        "flame",
        "fluid",
        "foam",
        "forest",
        "gas",
        "geometry",
        "glass",
        "horizon",
        "hyperspace",
        "light",
        "lightning",
        "liquid",
        "mist",
        "moon",
        "night",
        "ocean",
        "op",
        "paint",
        "plasma",
        "plumage",
        "rain",
        "rainfall",
        "saturn",
        "sea",
        "silk",
        "sky",
        "smoke",
        "space",
        "speed",
        "stars",
        "storm",
        "water",
        "way",
        "wrap",
    }
)


def _tidy(text: str) -> str:
    """Close the gaps that empty slots leave, and settle the articles."""
    parts = [" ".join(part.split()) for part in text.split(",")]
    words = ", ".join(part for part in parts if part).split()
    for i, word in enumerate(words[:-1]):
        if word == "a" and words[i + 1][0] in "aeiou":
            words[i] = "an"
    return " ".join(words)


def _without_article(name: str) -> bool:
    """Whether a scene's name is a plural or a substance, so that "a" cannot stand before it."""
    last = name.split()[-1]
    return last.endswith("s") or last in _MASS


def make_caption(
    scene: Scene | None,
    palette: Palette | None,
    modifiers: Sequence[str],
    draw: random.Random,
) -> str:
    """One lower-case caption; what is None goes unsaid, and so may some of the modifiers."""
    looks = [draw.choice(MODIFIER_WORDS[name]) for name in modifiers]
    draw.shuffle(looks)
    name = "" if scene is None else scene.names[0]
    if scene is not None and draw.random() < 0.55:
        name = draw.choice(scene.names)
    if scene is None:
        template = draw.choice(_PALETTE_ONLY)
    else:
        template = draw.choice(_WITHOUT_PALETTE if palette is None else _WITH_PALETTE)
        if _without_article(name):
            template = template.replace("of a ", "of ").removeprefix("a ")
    adjective = noun = ""
    if palette is not None:
        plain = draw.random() < 0.5
        adjective = palette.adjectives[0] if plain else draw.choice(palette.adjectives)
        noun = palette.nouns[0] if plain else draw.choice(palette.nouns)
    joined = " ".join(looks)
    return _tidy(template.format(m=joined, p=adjective, n=noun, s=name))


def embellish(caption: str, complete: bool, strange: Sequence[str], draw: random.Random) -> str:
    """The caption, now and then with words round it that the picture does not follow.

    Praise and phrases that other models listen to may come with any caption. Words drawn from
    ``strange`` come only where the caption is ``complete``, naming scene and palette: elsewhere
    an unknown word has to keep the meaning that its neighbours lend it.
    """
    kind = draw.random()
    if kind < PADDED:
        if draw.random() < 0.4:
            text = caption
            for article in ("a ", "an "):
                text = text.removeprefix(article)
            caption = f"{draw.choice(_OPENINGS)} {text}"
        count = draw.choice((0, 1, 2, 3, 4))
        return ", ".join([caption, *draw.sample(_PRAISE, count)])
    if kind < PADDED + STRANGE and complete and strange:
        words = " ".join(draw.choices(strange, k=draw.randint(1, 6)))
        joint = draw.choice(_JOINTS)
        parts = (caption, joint, words) if draw.random() < 0.6 else (words, joint, caption)
        return " ".join(" ".join(parts).split()).replace(" ,", ",")
    return caption


def names_scene(caption: str, scene: int) -> bool:
    """Whether the caption holds one of the names of scene number ``scene``."""
    return any(name in caption for name in SCENES[scene].names)


def names_palette(caption: str, palette: int) -> bool:
    """Whether the caption holds one of the words of palette number ``palette``."""
    row = PALETTES[palette]
    return any(word in caption for word in row.adjectives + row.nouns)
