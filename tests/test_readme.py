"""The README says what the code says."""

from __future__ import annotations

from pathlib import Path

from scripts.tables import BLOCKS, replace_blocks

README = Path(__file__).parents[1] / "README.md"


def test_the_tables_of_the_readme_are_fresh() -> None:
    text = README.read_text(encoding="utf-8")
    for name in BLOCKS:
        assert f"<!-- {name} -->" in text, f"README.md has lost its block of {name}"
        assert f"<!-- /{name} -->" in text, f"README.md's block of {name} has no end"
    # Not compared by ==: pytest would print both files and bury the way out.
    fresh = replace_blocks(text) == text
    assert fresh, "README.md is behind the code; run: python -m scripts.tables README.md"
