"""More words for the palettes, swapped into some captions before the denoiser reads them.

A show's prompts name colours by things: ruby, amber, navy. Word vectors alone do not know what
colour a ruby has (measured: MiniLM puts it nearest to emerald), so these words are taught.
``HELD_OUT`` words are never taught: they test what the word vectors bring by themselves.
"""

from __future__ import annotations

import random

from training.data.palettes import PALETTES
from training.data.scenes import SCENES

SHARE = 0.3  # of the captions that name a palette

SYNONYMS: dict[str, tuple[str, ...]] = {
    "red": ("ruby", "cherry", "strawberry", "tomato", "vermilion", "poppy"),
    "orange": ("amber", "apricot", "pumpkin", "carrot", "mango"),
    "yellow": ("banana", "canary", "sunflower", "lemon", "bright yellow"),
    "green": ("lime", "grass", "leaf green", "kiwi", "clover", "matrix"),
    "turquoise": ("aquamarine", "pool", "mint blue", "teal"),
    "blue": ("sapphire", "royal blue", "cerulean", "sky blue", "electric blue"),
    "purple": ("amethyst", "grape", "plum", "ultraviolet", "royal purple"),
    "pink": ("fuchsia", "rose", "raspberry", "flamingo"),
    "gold": ("honey", "brass", "treasure", "caramel"),
    "white": ("pearl", "ivory", "platinum", "pale", "snow white", "chalk", "milky"),
    "monochrome": ("graphite", "ash", "steel", "charcoal", "stone", "colourless", "dull"),
    "black and white": ("noir", "black", "ink", "zebra", "film noir"),
    "fire": ("ember", "magma", "molten", "volcanic", "hot"),
    "ice": ("snow", "snowy", "winter", "polar", "cold"),
    "ocean": ("marine", "aquatic", "underwater", "deep water"),
    "forest": (
        "olive", "woodland", "fern", "swamp", "leafy", "foliage", "vegetation", "wilderness",
        "bush", "grove", "undergrowth", "amazon", "bamboo", "ivy",
    ),
    "sunset": ("twilight", "evening", "dawn"),
    "neon": ("electric", "blacklight", "ultra neon", "disco"),
    "pastel": ("powdery", "delicate", "baby"),
    "rainbow": ("prismatic", "spectrum", "psychedelic", "multicolored", "trippy"),
    "vaporwave": ("eighties", "retro", "nostalgic"),
    "acid": ("radioactive", "slime", "poison", "venom", "alien"),
    "copper": ("brown", "chocolate", "coffee", "wooden", "autumn", "earth"),
    "midnight": ("navy", "indigo", "nocturnal", "navy blue"),
    "candy": ("sweet", "lollipop", "sugar", "party"),
    "emerald": ("malachite", "mint", "sea green"),
    "lavender": ("wisteria", "periwinkle", "mauve", "pale purple"),
    "blood red": ("burgundy", "maroon", "wine", "vampire", "evil"),
    "peach": ("shrimp", "flesh", "blush", "light orange"),
    "tropical": ("hawaii", "summer", "paradise", "exotic"),
    "fire and ice": ("hot and cold", "blue and orange"),
    "cyberpunk": ("futuristic", "hacker", "cyber"),
}  # fmt: skip

# Never in any caption; the hue, in degrees, of the palette that they should bring to mind.
HELD_OUT: dict[str, float] = {
    "inferno": 15.0,
    "wildfire": 15.0,
    "bonfire": 15.0,
    "glacier": 205.0,
    "arctic": 205.0,
    "iceberg": 205.0,
    "lagoon": 190.0,
    "coast": 190.0,
    "jungle": 85.0,
    "rainforest": 85.0,
}


def swap(caption: str, scene: int, palette: int, draw: random.Random) -> str:
    """The caption, with its palette's word now and then replaced by a synonym.

    Words that also belong to the scene ("a forest in forest colours") stay.
    """
    row = PALETTES[palette]
    choices = SYNONYMS.get(row.name)
    if choices is None or draw.random() >= SHARE:
        return caption
    padded = f" {caption.replace(',', ' ,')} "
    names = " ".join(SCENES[scene].names).split()
    for words in sorted({*row.adjectives, *row.nouns}, key=len, reverse=True):
        if f" {words} " not in padded:
            continue
        if any(word in names for word in words.split()):
            return caption
        swapped = padded.replace(f" {words} ", f" {draw.choice(choices)} ", 1)
        return swapped.strip().replace(" ,", ",")
    return caption
