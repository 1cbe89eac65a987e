"""Several files of examples, one after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from latentia.data._stream import Stream


class Joined(Stream):
    """Streams of examples of one shape as one, in the order that is given.

    Parameters
    ----------
    name : str
        Opens every message.
    parts : sequence of Stream
        At least one.

    Raises
    ------
    ValueError
        If one has examples of another shape or other columns than the first.

    Examples
    --------
    >>> from latentia.data import stream
    >>> both = Joined("both", [stream(np.zeros((2, 3))), stream(np.ones((1, 3)))])
    >>> both[:].sum(axis=1)
    array([0., 0., 3.])
    """

    def __init__(self, name: str, parts: Sequence[Stream]) -> None:
        first = parts[0]
        for part in parts[1:]:
            if part.shape[1:] != first.shape[1:]:
                raise ValueError(
                    f"{name}: all files must hold examples of one shape, but those of "
                    f"{first.name} have {first.shape[1:]} and those of {part.name} "
                    f"{part.shape[1:]}; take it out, or write it again."
                )
            if part.names != first.names:
                raise ValueError(
                    f"{name}: all files must have the same columns, but {first.name} has "
                    f"{', '.join(first.names or ())} and {part.name} {', '.join(part.names or ())}."
                )
        self._parts = list(parts)
        self._ends = np.cumsum([len(part) for part in parts])
        shape = (int(self._ends[-1]), *first.shape[1:])
        dtype = np.result_type(*(part.dtype for part in parts))
        labels = [part.labels for part in parts if part.labels is not None]
        super().__init__(
            name, shape, dtype, first.names, np.concatenate(labels) if labels else None
        )

    @property
    def edges(self) -> np.ndarray:
        starts = self._ends - [len(part) for part in self._parts]
        pairs = zip(starts, self._parts, strict=True)
        return np.unique(np.concatenate([start + part.edges for start, part in pairs]))

    def read(self, start: int, stop: int) -> np.ndarray:
        out = np.empty((max(0, stop - start), *self.shape[1:]), self.dtype)
        done = 0
        i = int(np.searchsorted(self._ends, start, side="right"))
        while done < len(out):
            before = int(self._ends[i]) - len(self._parts[i])
            rows = self._parts[i].read(
                start + done - before, min(stop, int(self._ends[i])) - before
            )
            out[done : done + len(rows)] = rows
            done, i = done + len(rows), i + 1
        return out


def in_order(files: Sequence[Path]) -> list[Path]:
    """Return files in the order of their names, numbers in them as numbers.

    Raises
    ------
    ValueError
        If their names end in numbers, and one between the first and the last is missing.

    Examples
    --------
    >>> [path.name for path in in_order([Path("x10.npy"), Path("x9.npy")])]
    ['x9.npy', 'x10.npy']
    """
    ordered = sorted(files, key=_natural)
    ends = [re.fullmatch(r"(.*?)(\d+)", path.stem) for path in ordered]
    if all(ends) and len({end[1] for end in ends if end}) == 1:
        numbers = [int(end[2]) for end in ends if end]
        for before, after, path in zip(numbers, numbers[1:], ordered, strict=False):
            if after > before + 1:
                raise ValueError(
                    f"{path.parent}: the file after {path.name} is missing, number {before + 1} of "
                    f"{numbers[0]} to {numbers[-1]}; bring it back, or number the files anew."
                )
    return ordered


def _natural(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
