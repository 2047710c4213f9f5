"""Values as text for the HUD: with the unit of a length, and what modulates a value. Pure."""

from __future__ import annotations

from visualizer.show import durations
from visualizer.show.parameters import BY_NAME, PARAMETERS, SLOTS, SOURCES, TARGETS
from visualizer.show.state import Show

OSCILLATORS = ("sine", "triangle", "saw", "square", "random")
"""The sources that go in rounds; the others are heard."""

LOOKS = 6
"""Most looks that are listed: the panel has room for no more in a low window."""


def value(show: Show, name: str) -> str:
    """A parameter's value for people, with its unit."""
    if name in durations.COUNTED_IN:
        return durations.words(show, name)
    row, number = BY_NAME[name], show.values[name]
    return target(number) if row.choices is TARGETS else row.text(number)


def target(place: float) -> str:
    """What a modulation moves, by its place in TARGETS."""
    name = TARGETS[int(place)]
    return BY_NAME[name].label if name in BY_NAME else name


def moved(show: Show) -> tuple[str, ...]:
    """Names of the parameters that a modulation moves now, one for each modulation that is on."""
    return tuple(TARGETS[int(show.values[f"mod{slot}_target"])] for slot in _on(show))


def modulations(show: Show) -> tuple[tuple[str, str], ...]:
    """The modulations that are on, in words: "Strength", "~ sine 4 beats 25 %"."""
    lines = []
    for slot in _on(show):
        mod = f"mod{slot}_"
        source = SOURCES[int(show.values[f"{mod}source"])]
        words = ["~", source]
        if source in OSCILLATORS:
            words.append(durations.words(show, f"{mod}every"))
        depth = round(100 * show.values[f"{mod}depth"])
        words.append(f"{depth} %".replace("-", "−"))
        lines.append((target(show.values[f"{mod}target"]), " ".join(words)))
    return tuple(lines)


def lines(show: Show) -> tuple[tuple[str, str], ...]:
    """What is said below the bars: modulations, then the looks that are laid over the wall."""
    looks = (
        (row.label, row.text(show.values[row.name]))
        for row in PARAMETERS
        if row.group == "look" and show.values[row.name] != row.default
    )
    return (*modulations(show), *tuple(looks)[:LOOKS])


def _on(show: Show) -> tuple[int, ...]:
    values = show.values
    return tuple(n for n in SLOTS if values[f"mod{n}_target"] and values[f"mod{n}_source"])
