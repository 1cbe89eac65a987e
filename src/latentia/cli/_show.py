"""Print rows of text as aligned columns, remarks, and numbers of things."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


def show(rows: Iterable[Sequence[object]]) -> None:
    """Print rows on standard output; the last column wraps under itself.

    Parameters
    ----------
    rows : iterable of sequences of the same length
        Cells are printed as they are, markup and all.

    Examples
    --------
    >>> show([("codes", 2), ("seed", 0)])
    codes  2
    seed   0
    """
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    for column in table.columns[:-1]:
        column.no_wrap = True
    console = Console(highlight=False)
    lines = console.render_lines(table, pad=False)
    for line in lines:
        print("".join(segment.text for segment in line).rstrip())


def show_numbers(metrics: Mapping[str, Any]) -> None:
    """Print the headlines of ``reports.metrics``."""
    from latentia.reports import headlines

    show((line.name, line.value, line.meaning) for line in headlines(metrics))


def remark(text: str) -> None:
    """Print a line on standard error, beside what a command was asked for."""
    print(f"latentia: {text}", file=sys.stderr)
