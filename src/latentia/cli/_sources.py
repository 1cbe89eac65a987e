"""Data by name or path: read, compared, and refused in the words of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentia.cli._wording import OF_DATA, in_options

if TYPE_CHECKING:
    from latentia.data import Dataset


def load(spec: str, *, x: str | None, y: str | None, n: int | None, seed: int = 0) -> Dataset:
    """Load data as ``data.load`` does.

    Raises
    ------
    ValueError
        If they cannot be read; the message names options.
    """
    from latentia import data

    with in_options(OF_DATA):
        return data.load(spec, x=x, y=y, n=n, seed=seed)


def load_with_label(spec: str, y: str | None, **request: Any) -> tuple[Dataset, str | None]:
    """Load data with a label if they have it, else without; return which of the two it was."""
    try:
        return load(spec, y=y, **request), y
    except ValueError:
        if y is None:
            raise
        return load(spec, y=None, **request), None


def is_here(spec: str) -> bool:
    """Whether there are data of that name or at that path."""
    return _is_built_in(spec) or Path(spec).exists()


def is_same(spec: str, other: str | None) -> bool:
    """Whether two names or paths lead to the same data."""
    return other is not None and _place(spec) == _place(other)


def _place(spec: str) -> str | Path:
    return spec if _is_built_in(spec) else Path(spec).resolve()


def _is_built_in(spec: str) -> bool:
    from latentia.data import sources

    return spec in sources
