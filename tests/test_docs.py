"""The docs say what the code says."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from scripts.tables import BLOCKS, replace_blocks
from visualizer.arguments import command_line

PLAYING = Path(__file__).parents[1] / "docs" / "playing.md"


def test_the_tables_of_the_docs_are_fresh() -> None:
    text = PLAYING.read_text(encoding="utf-8")
    for name in BLOCKS:
        assert f"<!-- {name} -->" in text, f"playing.md has lost its block of {name}"
        assert f"<!-- /{name} -->" in text, f"playing.md's block of {name} has no end"
    # Not compared by ==: pytest would print both files and bury the way out.
    fresh = replace_blocks(text) == text
    assert fresh, "playing.md is behind the code; run: python -m scripts.tables docs/playing.md"


def test_every_option_of_the_command_line_is_documented() -> None:
    documented = (PLAYING.parent / "installation.md").read_text(encoding="utf-8")
    options = {
        option
        for parser in parsers()
        for option, action in parser._option_string_actions.items()
        if action.help != argparse.SUPPRESS
    }
    assert sorted(o for o in options - {"-h", "--help", "--version"} if o not in documented) == []


def parsers() -> Iterator[argparse.ArgumentParser]:
    """The command line's, and each command's."""
    whole = command_line()
    yield whole
    for action in whole._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def test_links_between_the_docs_lead_somewhere() -> None:
    root = PLAYING.parents[1]
    for page in [root / "README.md", root / "training" / "README.md", *PLAYING.parent.glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
