"""The tables in docs/playing.md, made from the tables of parameters and commands.

``python -m scripts.tables docs/playing.md`` writes them between their marks; a test fails
while the page says something else than the code.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from visualizer.show.command_table import COMMANDS
from visualizer.show.parameter import Parameter
from visualizer.show.parameters import PARAMETERS, TARGETS

# What stands on the key itself, where that is shorter or clearer than pygame's name for it.
_KEY_LABELS: Mapping[str, str] = {
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "page up": "PgUp",
    "page down": "PgDn",
    "return": "Enter",
    "escape": "Esc",
    "kp divide": "keypad /",
    "kp multiply": "keypad *",
    "kp plus": "keypad +",
    "kp minus": "keypad −",
}


_TWINS = ("mod2_", "mod3_", "mod4_")
"""Names of parameters that are like those of the first modulation."""


def key_label(key: str) -> str:
    """A key's name for people: "page down" is PgDn, "q" is Q, "-" stays, "ctrl a" is Ctrl+A."""
    if key.startswith("ctrl "):
        return f"Ctrl+{key_label(key.removeprefix('ctrl '))}"
    return _KEY_LABELS.get(key) or key.capitalize()


def parameters_table() -> str:
    """Markdown: parameter, range, default, keys, CC, what it does."""
    rows = [
        (
            f"`{row.name}`",
            _range(row),
            row.choices[int(row.default)] if row.choices else _with_unit(row, row.default),
            _code(row.keys),
            "" if row.cc is None else str(row.cc),
            row.help,
        )
        for row in PARAMETERS
        if not row.name.startswith(_TWINS)
    ]
    return _table(("Parameter", "Range", "Default", "Keys − +", "CC", "What it does"), rows)


def _range(row: Parameter) -> str:
    """What a parameter's value can be."""
    if not row.choices:
        return row.range
    return "none, or a name" if row.choices is TARGETS else ", ".join(row.choices)


def commands_table() -> str:
    """Markdown: command, keys, note, what it does."""
    rows = [
        (row.label, _code(row.keys), "" if row.note is None else str(row.note), row.help)
        for row in COMMANDS
    ]
    return _table(("Command", "Keys", "Note", "What it does"), rows)


BLOCKS: Mapping[str, Callable[[], str]] = {
    "parameters": parameters_table,
    "commands": commands_table,
}
"""What stands between <!-- name --> and <!-- /name -->."""


def replace_blocks(text: str) -> str:
    """text with each block's inside refreshed; a block without both its marks is left alone."""
    for name, make in BLOCKS.items():
        text = _replace_block(text, f"<!-- {name} -->", f"<!-- /{name} -->", make())
    return text


def _replace_block(text: str, opening: str, closing: str, table: str) -> str:
    block = re.compile(f"{re.escape(opening)}.*?{re.escape(closing)}", re.DOTALL)
    return block.sub(lambda _: f"{opening}\n{table}\n{closing}", text)


def _with_unit(row: Parameter, value: float) -> str:
    return f"{value:g} {row.unit}".strip()


def _code(keys: Sequence[str]) -> str:
    return " ".join(f"`{key_label(key)}`" for key in keys)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns also line up as plain text, but for the last."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head) - 1)]
    cells.insert(1, ["-" * width for width in widths] + ["-" * len(head[-1])])
    return "\n".join(_line(row, widths) for row in cells)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    return f"| {' | '.join([*padded, row[-1]])} |"


def main(paths: Sequence[str]) -> None:
    """Write the blocks of the files at paths."""
    for path in map(Path, paths):
        path.write_text(replace_blocks(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
