"""The tables in docs/playing.md: a row for each row, keys as they are printed on keyboards."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.tables import commands_table, key_label, main, parameters_table, replace_blocks
from visualizer.show.command_table import COMMANDS
from visualizer.show.parameters import PARAMETERS

SHOWN = tuple(row for row in PARAMETERS if row.name[:4] not in ("mod2", "mod3", "mod4"))
"""The other modulations are like the first."""

EMPTY = "# Title\n\n<!-- commands --><!-- /commands -->\n\nEnd.\n"


def test_a_key_is_called_what_is_printed_on_it() -> None:
    for key, label in (
        ("space", "Space"),
        ("left", "←"),
        ("page down", "PgDn"),
        ("escape", "Esc"),
        ("return", "Enter"),
        ("f11", "F11"),
        ("q", "Q"),
        ("-", "-"),
        ("ctrl a", "Ctrl+A"),
        ("ctrl -", "Ctrl+-"),
    ):
        assert key_label(key) == label


@pytest.mark.parametrize(
    ("table", "rows"), [(parameters_table(), SHOWN), (commands_table(), COMMANDS)]
)
def test_a_table_has_a_line_for_each_row(table: str, rows: tuple[object, ...]) -> None:
    assert len(table.splitlines()) == len(rows) + 2
    assert len({line.count(" | ") for line in table.splitlines()}) == 1


def test_a_line_says_what_its_row_says() -> None:
    hold = next(line for line in parameters_table().splitlines() if "`hold`" in line)
    assert [cell.strip() for cell in hold.split("|")[1:-1]] == [
        "`hold`",
        "0 to 600",
        "20",
        "`-` `=`",
        "27",
        "how long a prompt stays before the next; 0 holds it",
    ]


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    filled = replace_blocks(EMPTY)
    assert filled == (
        f"# Title\n\n<!-- commands -->\n{commands_table()}\n<!-- /commands -->\n\nEnd.\n"
    )
    assert replace_blocks(filled) == filled


def test_a_mark_without_its_end_is_left_alone() -> None:
    assert replace_blocks("<!-- commands -->\ntext") == "<!-- commands -->\ntext"


def test_files_are_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(EMPTY, encoding="utf-8")
    main([str(path)])
    assert path.read_text(encoding="utf-8") == replace_blocks(EMPTY)
