"""Words around numbers."""

from __future__ import annotations


def counted(n: int, one: str, many: str | None = None) -> str:
    """Write a number of things; `many` is by default `one` with an s.

    Examples
    --------
    >>> counted(1, "example"), counted(1200, "example"), counted(2, "pass", "passes")
    ('1 example', '1,200 examples', '2 passes')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"
