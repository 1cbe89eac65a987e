"""The error for a column or array that is not there, with the nearest name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str:
    """Return ``"did you mean 'age'? "``, or nothing when no name is near.

    Examples
    --------
    >>> nearest("agee", ["age", "height"])
    "did you mean 'age'? "
    """
    close = difflib.get_close_matches(name, [str(other) for other in names], n=1)
    return f"did you mean {close[0]!r}? " if close else ""


def missing_column(name: str, columns: Iterable[str], where: str) -> ValueError:
    """Return the error for a label column that the table does not have."""
    columns = [str(column) for column in columns]
    shown = ", ".join(repr(column) for column in columns[:10])
    more = f" and {len(columns) - 10} more" if len(columns) > 10 else ""
    return ValueError(
        f"{where}: there is no column y={name!r}; {nearest(name, columns)}Columns: {shown}{more}."
    )
